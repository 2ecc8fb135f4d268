"""Dimensions: integers or symbolic expressions over named sizes.

A `Sym` is an integer polynomial over named dimensions and over the results of `//`, `%`, `max`
and `min`, kept in a normal form so that equal expressions compare equal.
"""

from __future__ import annotations

import ast
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from hodu.errors import ShapeError, ValueRangeError

Dim: TypeAlias = "int | Sym"


@dataclass(frozen=True, slots=True)
class Symbol:
    """A named dimension with inclusive bounds; `hi` is None when it has no upper bound."""

    name: str
    lo: int = 1
    hi: int | None = None

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Quotient:
    """`a OP b` for an operation that polynomials cannot express: "//", "%", "max" or "min"."""

    op: str
    a: Dim
    b: Dim

    def __str__(self) -> str:
        if self.op in ("max", "min"):
            return f"{self.op}({self.a}, {self.b})"
        return f"({self.a}){self.op}({self.b})"


Atom: TypeAlias = "Symbol | Quotient"
Monomial: TypeAlias = tuple[Atom, ...]
_EVALUATE: dict[str, Callable[[int, int], int]] = {
    "//": lambda a, b: a // b,
    "%": lambda a, b: a % b,
    "max": max,
    "min": min,
}


class Sym:
    """A symbolic dimension: a polynomial with at least one atom.

    Arithmetic gives an int where everything cancels. Comparing with `<` decides from the bounds
    of the symbols and raises ShapeError where they do not decide it.
    """

    __slots__ = ("_hash", "terms")

    def __init__(self, terms: tuple[tuple[Monomial, int], ...]) -> None:
        self.terms = terms
        self._hash = hash(terms)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sym) and self.terms == other.terms

    def __repr__(self) -> str:
        text = " + ".join(_term_text(monomial, factor) for monomial, factor in self.terms)
        return text.replace("+ -", "- ")

    def __add__(self, other: Dim) -> Dim:
        total = Counter(dict(self.terms))
        for monomial, factor in _terms(other):
            total[monomial] += factor
        return _normal(total)

    def __mul__(self, other: Dim) -> Dim:
        total: Counter[Monomial] = Counter()
        for left, a in self.terms:
            for right, b in _terms(other):
                total[tuple(sorted(left + right, key=str))] += a * b
        return _normal(total)

    __radd__ = __add__
    __rmul__ = __mul__

    def __neg__(self) -> Dim:
        return self * -1

    def __pos__(self) -> Dim:
        return self

    def __sub__(self, other: Dim) -> Dim:
        return self + (-other)

    def __rsub__(self, other: Dim) -> Dim:
        return -self + other

    def __floordiv__(self, other: Dim) -> Dim:
        return dim_floordiv(self, other)

    def __rfloordiv__(self, other: Dim) -> Dim:
        return dim_floordiv(other, self)

    def __mod__(self, other: Dim) -> Dim:
        return self - dim_floordiv(self, other) * other

    def __rmod__(self, other: Dim) -> Dim:
        return other - dim_floordiv(other, self) * self

    def __lt__(self, other: Dim) -> bool:
        return _decide(self, other, strict=True)

    def __le__(self, other: Dim) -> bool:
        return _decide(self, other, strict=False)

    def __gt__(self, other: Dim) -> bool:
        return not self <= other

    def __ge__(self, other: Dim) -> bool:
        return not self < other

    def __index__(self) -> int:
        raise ShapeError(
            f"the symbolic dimension {self} has no known size here",
            hint="bind it, as in hodu.load(path, dims={...}) or --dim name=4",
        )

    def __bool__(self) -> bool:
        return bool(self > 0 or self < 0)


def symbol(name: str, lo: int = 1, hi: int | None = None) -> Sym:
    """A named dimension; other characters than letters, digits and _ become _."""
    clean = dim_name(name)
    return Sym((((Symbol(clean, lo, hi),), 1),))


def dim_name(name: str) -> str:
    """`name` as an identifier, the form in which dimension names are stored and bound."""
    clean = re.sub(r"\W", "_", name, flags=re.ASCII)
    return clean if clean and not clean[0].isdigit() else f"_{clean}"


def _terms(dim: Dim) -> tuple[tuple[Monomial, int], ...]:
    return dim.terms if isinstance(dim, Sym) else (((), dim),)


def polynomial(terms: Iterable[tuple[int, Sequence[Atom]]]) -> Dim:
    """The sum of products `factor * atoms`, in normal form."""
    total: Counter[Monomial] = Counter()
    for factor, atoms in terms:
        total[tuple(sorted(atoms, key=str))] += factor
    return _normal(total)


def _normal(total: Mapping[Monomial, int]) -> Dim:
    terms = tuple(sorted(((m, c) for m, c in total.items() if c), key=lambda t: _order(t[0])))
    if not terms:
        return 0
    return terms[0][1] if terms == ((((), terms[0][1])),) else Sym(terms)


def _order(monomial: Monomial) -> tuple[int, str]:
    return (-len(monomial), "*".join(map(str, monomial)))


def _term_text(monomial: Monomial, factor: int) -> str:
    atoms = "*".join(map(str, monomial))
    if not atoms:
        return str(factor)
    return atoms if factor == 1 else f"-{atoms}" if factor == -1 else f"{factor}*{atoms}"


def _atom(op: str, a: Dim, b: Dim) -> Dim:
    return Sym((((Quotient(op, a, b),), 1),))


def dim_floordiv(a: Dim, b: Dim) -> Dim:
    """`a // b`, exact where the polynomial of `a` is divisible by a single-term `b`."""
    if isinstance(a, int) and isinstance(b, int):
        return a // b
    if b == 1:
        return a
    divisor = _terms(b)
    if len(divisor) == 1:
        quotient = _divide_terms(_terms(a), *divisor[0])
        if quotient is not None:
            return quotient
    return 1 if a == b else _atom("//", a, b)


def _divide_terms(terms: Sequence[tuple[Monomial, int]], by: Monomial, factor: int) -> Dim | None:
    total: Counter[Monomial] = Counter()
    for monomial, c in terms:
        rest = Counter(monomial)
        rest.subtract(by)
        if factor == 0 or c % factor or any(n < 0 for n in rest.values()):
            return None
        total[tuple(sorted(rest.elements(), key=str))] += c // factor
    return _normal(total)


def dim_max(a: Dim, b: Dim) -> Dim:
    """The larger of two dimensions, kept as an expression where bounds do not decide."""
    return _extreme("max", a, b)


def dim_min(a: Dim, b: Dim) -> Dim:
    """The smaller of two dimensions, kept as an expression where bounds do not decide."""
    return _extreme("min", a, b)


def _extreme(op: str, a: Dim, b: Dim) -> Dim:
    if a == b:
        return a
    try:
        a_is_less = a <= b
    except ShapeError:
        first, second = sorted((a, b), key=str)
        return _atom(op, first, second)
    return (b if a_is_less else a) if op == "max" else (a if a_is_less else b)


def _decide(a: Dim, b: Dim, *, strict: bool) -> bool:
    lo, hi = bounds(a - b)
    if hi is not None and (hi < 0 or (hi == 0 and not strict)):
        return True
    if lo is not None and (lo > 0 or (lo == 0 and strict)):
        return False
    raise ShapeError(
        f"cannot decide whether {a} {'<' if strict else '<='} {b} while the sizes are symbolic",
        hint="bind the dimensions, as in hodu.load(path, dims={...}) or --dim name=4",
    )


Bounds: TypeAlias = "tuple[int | None, int | None]"


def bounds(dim: Dim) -> Bounds:
    """The least and greatest value of `dim` by interval arithmetic; None where unbounded."""
    total: Bounds = (0, 0)
    for monomial, factor in _terms(dim):
        term: Bounds = (factor, factor)
        for atom in monomial:
            term = _interval_mul(term, _atom_bounds(atom))
        total = (_add(total[0], term[0]), _add(total[1], term[1]))
    return total


def _add(a: int | None, b: int | None) -> int | None:
    return None if a is None or b is None else a + b


def _atom_bounds(atom: Atom) -> Bounds:
    if isinstance(atom, Symbol):
        return atom.lo, atom.hi
    (alo, ahi), (blo, bhi) = bounds(atom.a), bounds(atom.b)
    if atom.op == "//" and alo is not None and alo >= 0 and blo is not None and blo > 0:
        return (alo // bhi if bhi else 0), (None if ahi is None else ahi // blo)
    if atom.op == "max":
        return max((v for v in (alo, blo) if v is not None), default=None), (
            None if ahi is None or bhi is None else max(ahi, bhi)
        )
    if atom.op == "min":
        return (None if alo is None or blo is None else min(alo, blo)), min(
            (v for v in (ahi, bhi) if v is not None), default=None
        )
    return None, None


def _interval_mul(a: Bounds, b: Bounds) -> Bounds:
    inf = math.inf
    left = (-inf if a[0] is None else a[0], inf if a[1] is None else a[1])
    right = (-inf if b[0] is None else b[0], inf if b[1] is None else b[1])
    corners = [0 if 0 in (x, y) else x * y for x in left for y in right]
    lo, hi = min(corners), max(corners)
    return (None if lo == -inf else int(lo)), (None if hi == inf else int(hi))


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
        return _EVALUATE[atom.op](evaluate(atom.a, env), evaluate(atom.b, env))
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
    if atom.op == "//":
        return dim_floordiv(a, b)
    if atom.op == "%":
        return a % b
    return _extreme(atom.op, a, b)


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
    if isinstance(dim, Sym) and len(dim.terms) == 1:
        (monomial, factor) = dim.terms[0]
        if factor == 1 and len(monomial) == 1 and isinstance(monomial[0], Symbol):
            return monomial[0].name
    return None


def parse_dim(text: str, known: Mapping[str, Symbol] | None = None) -> Dim:
    """The dimension that `text` spells, as `str(dim)` prints it; raises ValueRangeError."""
    try:
        return _from_ast(ast.parse(text.strip(), mode="eval").body, known or {})
    except (SyntaxError, RecursionError, MemoryError, ValueError, ZeroDivisionError):
        raise ValueRangeError(f"{text[:80]!r} is not a dimension") from None


_BINARY: dict[type[ast.operator], Callable[[Dim, Dim], Dim]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.FloorDiv: dim_floordiv,
    ast.Mod: lambda a, b: a % b,
}


def _from_ast(node: ast.expr, known: Mapping[str, Symbol]) -> Dim:
    match node:
        case ast.Constant(value=int() as value):
            return value
        case ast.Name(id=name):
            return Sym((((known.get(name, Symbol(name)),), 1),))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_from_ast(operand, known)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _BINARY[type(op)](_from_ast(left, known), _from_ast(right, known))
        case ast.Call(func=ast.Name(id="max" | "min" as name), args=[a, b]):
            return _extreme(name, _from_ast(a, known), _from_ast(b, known))
    raise ValueRangeError(f"{ast.unparse(node)[:80]!r} is not a dimension")
