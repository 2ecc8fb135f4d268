"""Sizes for the symbols of dimensions: evaluation, substitution, and which symbols there are."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping

from hodu.dims.atoms import Atom, Dim, Quotient, Symbol
from hodu.dims.expression import Sym, dim_floordiv, dim_max, dim_min, only_atom
from hodu.errors import ShapeError, ValueRangeError

_EXTREMES: dict[str, Callable[[Dim, Dim], Dim]] = {"max": dim_max, "min": dim_min}
_EVALUATE: dict[str, Callable[[int, int], int]] = {
    "//": lambda a, b: a // b,
    "max": max,
    "min": min,
}


def evaluate(dim: Dim, env: Mapping[str, int]) -> int:
    """The size of `dim` under `env` (name -> size); raises ShapeError for an unbound name."""
    if isinstance(dim, int):
        return dim
    return sum(
        factor * math.prod(_evaluate_atom(atom, env) for atom in monomial)
        for monomial, factor in dim.terms
    )


def _evaluate_atom(atom: Atom, env: Mapping[str, int]) -> int:
    if isinstance(atom, Quotient):
        a, b = evaluate(atom.a, env), evaluate(atom.b, env)
        if atom.op == "//" and b == 0:
            raise ShapeError(f"the dimension {atom} divides by {atom.b}, which is 0")
        return _EVALUATE[atom.op](a, b)
    if atom.name not in env:
        raise ShapeError(
            f"dimension {atom.name!r} is not bound", hint=f"give it a size: --dim {atom.name}=1"
        )
    return env[atom.name]


def substitute(dim: Dim, env: Mapping[str, Dim]) -> Dim:
    """`dim` with the named symbols replaced; names that `env` lacks stay symbolic."""
    if isinstance(dim, int):
        return dim
    total: Dim = 0
    for monomial, factor in dim.terms:
        product: Dim = factor
        for atom in monomial:
            product = product * _substitute_atom(atom, env)
        total = total + product
    return total


def _substitute_atom(atom: Atom, env: Mapping[str, Dim]) -> Dim:
    if isinstance(atom, Symbol):
        return env.get(atom.name, Sym((((atom,), 1),)))
    a, b = substitute(atom.a, env), substitute(atom.b, env)
    return dim_floordiv(a, b) if atom.op == "//" else _EXTREMES[atom.op](a, b)


def symbols(dims: Iterable[Dim]) -> dict[str, Symbol]:
    """The symbols that occur in `dims`, by name, in order of first occurrence."""
    found: dict[str, Symbol] = {}
    for dim in dims:
        for monomial, _ in dim.terms if isinstance(dim, Sym) else ():
            for atom in monomial:
                if isinstance(atom, Symbol):
                    found.setdefault(atom.name, atom)
                else:
                    found |= {k: v for k, v in symbols((atom.a, atom.b)).items() if k not in found}
    return found


def single_symbol(dim: Dim) -> str | None:
    """The name when `dim` is one bare symbol, else None."""
    atom = bare_symbol(dim)
    return None if atom is None else atom.name


def bare_symbol(dim: Dim) -> Symbol | None:
    """The symbol that `dim` is, or None for a number or an expression."""
    atom = only_atom(dim) if isinstance(dim, Sym) else None
    return atom if isinstance(atom, Symbol) else None


def check_size(symbol: Symbol, size: int) -> None:
    """Raise ValueRangeError for a size outside the bounds of the symbol."""
    if size < symbol.lo or (symbol.hi is not None and size > symbol.hi):
        most = "" if symbol.hi is None else f" and at most {symbol.hi}"
        raise ValueRangeError(
            f"the dimension {symbol.name!r} cannot be {size}: it is at least {symbol.lo}{most}"
        )
