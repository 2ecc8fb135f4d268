"""The least and greatest value of a dimension, by interval arithmetic."""

from __future__ import annotations

import math
from typing import TypeAlias

from hodu.dims.atoms import Atom, Dim, Symbol, terms_of

Bounds: TypeAlias = "tuple[int | None, int | None]"


def bounds(dim: Dim) -> Bounds:
    """The least and greatest value of `dim` by interval arithmetic; None where unbounded."""
    total: Bounds = (0, 0)
    for monomial, factor in terms_of(dim):
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


def provably_different(a: Dim, b: Dim) -> bool:
    """Whether no sizes of the symbols make `a` and `b` equal; False where that is not known."""
    lo, hi = bounds(a - b)
    return (lo is not None and lo > 0) or (hi is not None and hi < 0)
