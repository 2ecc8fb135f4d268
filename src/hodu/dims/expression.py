"""Symbolic dimensions: integer polynomials over atoms, in a normal form.

Equal expressions compare equal: `a % b` is `a - a//b*b`, and what a positive number divides exactly
is taken out of a quotient, so (2*N + 3)//2 is N + 1.
"""

from __future__ import annotations

import functools
import keyword
import numbers
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from hodu.dims.atoms import Atom, Dim, Monomial, Quotient, Symbol, terms_of
from hodu.dims.bounds import bounds
from hodu.errors import ShapeError


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
        for monomial, factor in terms_of(other):
            total[monomial] += factor
        return _normal(total)

    def __mul__(self, other: Dim) -> Dim:
        if not _is_dim(other):
            return NotImplemented
        total: Counter[Monomial] = Counter()
        for left, a in self.terms:
            for right, b in terms_of(other):
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


def _expression_of(op: str, a: Dim, b: Dim) -> Dim:
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
    return _expression_of("//", a, b)


def dim_mod(a: Dim, b: Dim) -> Dim:
    """`a % b`, which is `a - a//b*b`."""
    return a - dim_floordiv(a, b) * b


def _divide_by_number(a: Dim, b: int) -> Dim:
    """`a // b` with the whole multiples of `b` taken out, and (x//m)//b as x//(m*b)."""
    whole = _normal({monomial: factor // b for monomial, factor in terms_of(a)})
    rest = a - whole * b
    if isinstance(rest, int):
        return whole
    inner = only_atom(rest)
    if isinstance(inner, Quotient) and inner.op == "//":
        divisor = inner.b
        if isinstance(divisor, int) and divisor > 0:
            return whole + dim_floordiv(inner.a, divisor * b)
    return whole + _expression_of("//", rest, b)


def only_atom(dim: Sym) -> Atom | None:
    """The atom that is the whole of `dim`, or None."""
    (monomial, factor) = dim.terms[0]
    alone = len(dim.terms) == 1 and len(monomial) == 1 and factor == 1
    return monomial[0] if alone else None


def _divide_exactly(a: Dim, b: Dim) -> Dim | None:
    """The polynomial quotient; None where a remainder would be left.

    Long division by leading terms in a graded lexicographic order; see Cox, Little, O'Shea,
    "Ideals, Varieties, and Algorithms", section 2.3.
    """
    atoms = sorted({x for m, _ in (*terms_of(a), *terms_of(b)) for x in m}, key=str)
    key = functools.partial(_graded, atoms)
    by, by_factor = max(terms_of(b), key=lambda term: key(term[0]))
    quotient: Dim = 0
    while a != 0:
        monomial, factor = max(terms_of(a), key=lambda term: key(term[0]))
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
        return _expression_of(op, first, second)
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
