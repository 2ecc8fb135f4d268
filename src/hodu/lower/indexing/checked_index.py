"""Indices that are tensors of integers: the checks before memory is touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hodu.kernel.algebra import bounds
from hodu.kernel.expr import INDEX, Const, Expr, select
from hodu.lower import status
from hodu.lower.point import Point

if TYPE_CHECKING:
    from hodu.lower.stage import Stage


def checked_index(s: Stage | Point, raw: Expr, size: Expr, axis: int, *, wrap: bool) -> Expr:
    """An integer as a position along an axis of `size`; negatives count back under `wrap`.

    Leaves the kernel with the error of the eager ops for one out of range; one that is known to be
    in range costs nothing.
    """
    at = s.k.let(raw.cast(INDEX), "at")
    low = -size if _counts_back(raw, at, wrap) else Const(0, INDEX)
    is_empty = isinstance(size, Const) and size.value == 0
    s.fail(
        (at < low) | (at >= size),
        status.INDEX,
        f"index {{0}} is out of range for axis {axis} of size {{1}}",
        at,
        size,
        -size if wrap else Const(0, INDEX),
        size - 1,
        hint="that axis is empty" if is_empty else "it must lie in [{2}, {3}]",
    )
    return wrapped_index(s, raw, size, wrap=wrap)


def wrapped_index(s: Stage | Point, raw: Expr, size: Expr, *, wrap: bool) -> Expr:
    """The same of an integer that has been checked before."""
    at = s.k.let(raw.cast(INDEX), "at")
    return s.k.let(select(at < 0, at + size, at), "at") if _counts_back(raw, at, wrap) else at


def _counts_back(raw: Expr, at: Expr, wrap: bool) -> bool:
    """Whether it may be negative and then counts from the end."""
    least = bounds(at)[0]
    return wrap and raw.dtype.kind != "uint" and (least is None or least < 0)
