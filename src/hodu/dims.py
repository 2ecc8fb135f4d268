"""Dimensions: integers or symbolic expressions over named sizes.

A `Sym` is an integer polynomial over named dimensions and over the results of `//`, `max` and
`min`, kept in a normal form so that equal expressions compare equal: `a % b` is `a - a//b*b`, and
what a positive number divides exactly is taken out of a quotient, so (2*N + 3)//2 is N + 1.
"""

from __future__ import annotations

import ast
import functools
import keyword
import math
import numbers
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
    """`a OP b` for an operation that polynomials cannot express: "//", "max" or "min"."""

    op: str
    a: Dim
    b: Dim

    def __str__(self) -> str:
        if self.op in ("max", "min"):
            return f"{self.op}({self.a}, {self.b})"
        return f"({_operand_text(self.a)}//{_operand_text(self.b)})"


def _operand_text(dim: Dim) -> str:
    text = str(dim)
    return text if text.isidentifier() or text.isdigit() else f"({text})"


Atom: TypeAlias = "Symbol | Quotient"
Monomial: TypeAlias = tuple[Atom, ...]
_EVALUATE: dict[str, Callable[[int, int], int]] = {
    "//": lambda a, b: a // b,
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

    def __reduce__(self) -> tuple[type[Sym], tuple[object]]:
        return Sym, (self.terms,)

    def __repr__(self) -> str:
        text = " + ".join(_term_text(monomial, factor) for monomial, factor in self.terms)
        return text.replace("+ -", "- ")

    def __add__(self, other: Dim) -> Dim:
        if not _is_dim(other):
            return NotImplemented
        total = Counter(dict(self.terms))
        for monomial, factor in _terms(other):
            total[monomial] += factor
        return _normal(total)

    def __mul__(self, other: Dim) -> Dim:
        if not _is_dim(other):
            return NotImplemented
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
        return self + (-other) if _is_dim(other) else NotImplemented

    def __rsub__(self, other: Dim) -> Dim:
        return -self + other if _is_dim(other) else NotImplemented

    def __floordiv__(self, other: Dim) -> Dim:
        return dim_floordiv(self, other) if _is_dim(other) else NotImplemented

    def __rfloordiv__(self, other: Dim) -> Dim:
        return dim_floordiv(other, self) if _is_dim(other) else NotImplemented

    def __mod__(self, other: Dim) -> Dim:
        return dim_mod(self, other) if _is_dim(other) else NotImplemented

    def __rmod__(self, other: Dim) -> Dim:
        return dim_mod(other, self) if _is_dim(other) else NotImplemented

    def __lt__(self, other: Dim) -> bool:
        return _decide(self, other, strict=True) if _is_dim(other) else NotImplemented

    def __le__(self, other: Dim) -> bool:
        return _decide(self, other, strict=False) if _is_dim(other) else NotImplemented

    def __gt__(self, other: Dim) -> bool:
        return not self <= other if _is_dim(other) else NotImplemented

    def __ge__(self, other: Dim) -> bool:
        return not self < other if _is_dim(other) else NotImplemented

    def __index__(self) -> int:
        raise ShapeError(
            f"the symbolic dimension {self} has no known size here",
            hint="bind it, as in hodu.load(path, dims={...}) or --dim name=4",
        )

    def __bool__(self) -> bool:
        return bool(self > 0 or self < 0)


def symbol(name: str, lo: int = 1, hi: int | None = None) -> Sym:
    """A named dimension with inclusive bounds; see `dim_name` for what becomes of its name."""
    clean = dim_name(name)
    return Sym((((Symbol(clean, lo, hi),), 1),))


def dim_name(name: str) -> str:
    """`name` as an identifier, the form in which dimension names are stored and bound.

    Other characters than ASCII letters, digits and _ become _; a _ goes before a leading digit and
    before a keyword of Python.
    """
    clean = re.sub(r"\W", "_", name, flags=re.ASCII)
    return clean if clean.isidentifier() and not keyword.iskeyword(clean) else f"_{clean}"


def _is_dim(value: object) -> bool:
    return isinstance(value, (int, Sym, numbers.Integral))


def _terms(dim: Dim) -> tuple[tuple[Monomial, int], ...]:
    return dim.terms if isinstance(dim, Sym) else (((), int(dim)),)


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
    """`a // b`, exact where the polynomial `b` divides the polynomial `a`; `b` is not zero."""
    a, b = (d if isinstance(d, Sym) else int(d) for d in (a, b))
    if b == 0:
        raise ZeroDivisionError(f"{a} // 0")
    if isinstance(a, int) and isinstance(b, int):
        return a // b
    quotient = _divide_exactly(a, b)
    if quotient is not None:
        return quotient
    if isinstance(b, int) and b > 0:
        return _divide_by_number(a, b)
    return _atom("//", a, b)


def dim_mod(a: Dim, b: Dim) -> Dim:
    """`a % b`, which is `a - a//b*b`."""
    return a - dim_floordiv(a, b) * b


def _divide_by_number(a: Dim, b: int) -> Dim:
    """`a // b` with the whole multiples of `b` taken out, and (x//m)//b as x//(m*b)."""
    whole = _normal({monomial: factor // b for monomial, factor in _terms(a)})
    rest = a - whole * b
    if isinstance(rest, int):
        return whole
    inner = _only_atom(rest)
    if isinstance(inner, Quotient) and inner.op == "//":
        divisor = inner.b
        if isinstance(divisor, int) and divisor > 0:
            return whole + dim_floordiv(inner.a, divisor * b)
    return whole + _atom("//", rest, b)


def _only_atom(dim: Sym) -> Atom | None:
    (monomial, factor) = dim.terms[0]
    alone = len(dim.terms) == 1 and len(monomial) == 1 and factor == 1
    return monomial[0] if alone else None


def _divide_exactly(a: Dim, b: Dim) -> Dim | None:
    """The polynomial quotient; None where a remainder would be left.

    Long division by leading terms in a graded lexicographic order; see Cox, Little, O'Shea,
    "Ideals, Varieties, and Algorithms", section 2.3.
    """
    atoms = sorted({x for m, _ in (*_terms(a), *_terms(b)) for x in m}, key=str)
    key = functools.partial(_graded, atoms)
    by, by_factor = max(_terms(b), key=lambda term: key(term[0]))
    quotient: Dim = 0
    while a != 0:
        monomial, factor = max(_terms(a), key=lambda term: key(term[0]))
        rest = Counter(monomial)
        rest.subtract(by)
        if factor % by_factor or any(n < 0 for n in rest.values()):
            return None
        term = _normal({tuple(sorted(rest.elements(), key=str)): factor // by_factor})
        quotient, a = quotient + term, a - term * b
    return quotient


def _graded(atoms: Sequence[Atom], monomial: Monomial) -> tuple[int, ...]:
    return (len(monomial), *(monomial.count(atom) for atom in atoms))


def dim_max(a: Dim, b: Dim) -> Dim:
    """The larger of two dimensions, kept as an expression where bounds do not decide."""
    return _extreme("max", a, b)


def dim_min(a: Dim, b: Dim) -> Dim:
    """The smaller of two dimensions, kept as an expression where bounds do not decide."""
    return _extreme("min", a, b)


def _extreme(op: str, a: Dim, b: Dim) -> Dim:
    lo, hi = bounds(a - b)
    if hi is not None and hi <= 0:
        less, more = a, b
    elif lo is not None and lo >= 0:
        less, more = b, a
    else:
        first, second = sorted((a, b), key=str)
        return _atom(op, first, second)
    return more if op == "max" else less


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


def provably_different(a: Dim, b: Dim) -> bool:
    """Whether no sizes of the symbols make `a` and `b` equal; False where that is not known."""
    lo, hi = bounds(a - b)
    return (lo is not None and lo > 0) or (hi is not None and hi < 0)


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
    if atom.op == "//":
        return _quotient_bounds((alo, ahi), (blo, bhi))
    if atom.op == "max":
        return max((v for v in (alo, blo) if v is not None), default=None), (
            None if ahi is None or bhi is None else max(ahi, bhi)
        )
    return (None if alo is None or blo is None else min(alo, blo)), min(
        (v for v in (ahi, bhi) if v is not None), default=None
    )


def _quotient_bounds(a: Bounds, b: Bounds) -> Bounds:
    (alo, ahi), (blo, bhi) = a, b
    if blo is None or blo <= 0:
        return None, None

    def divided(value: int | None, away: int | None, towards: int | None) -> int | None:
        """`value // b` at the end of b's range that takes it furthest; None is infinity."""
        if value is None:
            return None
        by = away if value < 0 else towards
        return value // by if by is not None else -1 if value < 0 else 0

    return divided(alo, blo, bhi), divided(ahi, bhi, blo)


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
    return dim_floordiv(a, b) if atom.op == "//" else _extreme(atom.op, a, b)


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
    atom = _only_atom(dim) if isinstance(dim, Sym) else None
    return atom.name if isinstance(atom, Symbol) else None


def parse_dim(text: str, known: Mapping[str, Symbol] | None = None) -> Dim:
    """The dimension that `text` spells, as `str(dim)` prints it; raises ValueRangeError."""
    try:
        return _from_ast(ast.parse(text.strip(), mode="eval").body, known or {})
    except (SyntaxError, RecursionError, MemoryError, ValueError, ArithmeticError):
        raise ValueRangeError(f"{text[:80]!r} is not a dimension") from None


# A hostile text such as (a+b+c)*(a+b+c)*... would otherwise grow without bound.
_MOST_TERMS = 1000


def _limited_product(a: Dim, b: Dim) -> Dim:
    if len(_terms(a)) * len(_terms(b)) > _MOST_TERMS:
        raise ValueRangeError("too many terms for a dimension")
    return a * b


_BINARY: dict[type[ast.operator], Callable[[Dim, Dim], Dim]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: _limited_product,
    ast.FloorDiv: dim_floordiv,
    ast.Mod: dim_mod,
}


def _from_ast(node: ast.expr, known: Mapping[str, Symbol]) -> Dim:
    match node:
        case ast.Constant(value=int() as value) if type(value) is int:
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
