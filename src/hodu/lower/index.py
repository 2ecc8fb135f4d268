"""Positions in tensors as tuples of expressions, and the strides of dense tensors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from hodu.kernel.expr import INDEX, Const, Expr, Ramp, index

Index: TypeAlias = "tuple[Expr, ...]"
Extents: TypeAlias = "tuple[Expr, ...]"

ZERO = Const(0, INDEX)


def dense_strides(extents: Sequence[Expr]) -> tuple[Expr, ...]:
    """The strides of a row-major tensor."""
    strides: list[Expr] = []
    step: Expr = Const(1, INDEX)
    for extent in reversed(extents):
        strides.append(step)
        step = step * extent
    return tuple(reversed(strides))


def dot(position: Sequence[Expr], strides: Sequence[Expr]) -> Expr:
    """The flat position."""
    total: Expr = ZERO
    for i, s in zip(position, strides, strict=True):
        total = total + i * s
    return total


def flat(position: Sequence[Expr], extents: Sequence[Expr]) -> Expr:
    """The flat position in a row-major tensor."""
    return dot(position, dense_strides(extents))


def unflat(position: Expr, extents: Sequence[Expr]) -> Index:
    """The position in a row-major tensor that has this flat position."""
    found: list[Expr] = []
    for number, (extent, stride) in enumerate(zip(extents, dense_strides(extents), strict=True)):
        quotient = position // stride
        found.append(quotient if number == 0 else quotient % extent)
    return tuple(found)


def product(extents: Sequence[Expr]) -> Expr:
    """The number of elements."""
    total: Expr = Const(1, INDEX)
    for extent in extents:
        total = total * extent
    return total


def broadcast_index(position: Index, shape: Sequence[object]) -> Index:
    """The position of a tensor of `shape` that broadcasts to where `position` points."""
    own = position[len(position) - len(shape) :]
    return tuple(ZERO if d == 1 else i for d, i in zip(shape, own, strict=True))


def constants(values: Sequence[int]) -> tuple[Expr, ...]:
    """Numbers as positions."""
    return tuple(index(v) for v in values)


def shifted(position: Expr, by: Expr) -> Expr:
    """A component of a position further on; a Ramp stays one."""
    if isinstance(position, Ramp):
        return Ramp(position.base + by, position.lanes)
    return position + by
