"""Joining the axes of elementwise loops that every operand walks in the same way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hodu.dims import Dim
from hodu.shapes import Shape, numel


@dataclass(frozen=True, slots=True)
class Collapse:
    """`groups` of adjacent axes of a result of this rank that are one axis of the loops."""

    rank: int
    groups: tuple[tuple[int, ...], ...]

    def __call__(self, shape: Shape) -> Shape:
        """The shape of an operand with its axes joined; missing leading axes count as 1."""
        padded = (1,) * (self.rank - len(shape)) + tuple(shape)
        return tuple(numel(padded[a] for a in group) for group in self.groups)


def collapse(shape: Shape, operands: Sequence[Shape]) -> Collapse:
    """The fewest axes for a result of `shape` and operands that broadcast to it."""
    rank = len(shape)
    padded = [(1,) * (rank - len(s)) + tuple(s) for s in operands]
    groups: list[list[int]] = []
    for axis in range(rank):
        if shape[axis] == 1:
            continue
        if groups and all(_joins(s, shape, groups[-1][-1], axis) for s in padded):
            groups[-1].append(axis)
        else:
            groups.append([axis])
    return Collapse(rank, tuple(map(tuple, groups)))


def _joins(operand: Sequence[Dim], shape: Shape, before: int, axis: int) -> bool:
    whole = operand[before] == shape[before] and operand[axis] == shape[axis]
    return whole or (operand[before] == 1 and operand[axis] == 1)
