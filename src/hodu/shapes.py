"""Shapes, broadcasting and the type of a tensor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from hodu.dims import Dim, dim_max, provably_different
from hodu.dtypes import DType
from hodu.errors import ShapeError

Shape: TypeAlias = tuple[Dim, ...]


def numel(shape: Iterable[Dim]) -> Dim:
    """The number of elements of a shape."""
    total: Dim = 1
    for dim in shape:
        total = total * dim
    return total


def static_shape(shape: Shape) -> tuple[int, ...] | None:
    """The shape when all its sizes are numbers, else None."""
    numbers = tuple(d for d in shape if isinstance(d, int))
    return numbers if len(numbers) == len(shape) else None


def broadcast_dims(a: Dim, b: Dim) -> Dim | None:
    """The broadcast of two dimensions, None where they cannot match.

    A symbolic dimension is taken to match a number above 1; two different symbolic ones give
    their maximum, and the run-time check is the executor's.
    """
    if a == b or b == 1:
        return a
    if a == 1:
        return b
    if provably_different(a, b) and provably_different(a, 1) and provably_different(b, 1):
        return None
    if isinstance(a, int):
        return a
    return b if isinstance(b, int) else dim_max(a, b)


def broadcast_shapes(*shapes: Shape) -> Shape:
    """The shape that all `shapes` broadcast to (NumPy's rules); raises ShapeError."""
    rank = max((len(s) for s in shapes), default=0)
    result: list[Dim] = [1] * rank
    for shape in shapes:
        for axis, dim in enumerate(shape, start=rank - len(shape)):
            joined = broadcast_dims(result[axis], dim)
            if joined is None:
                listed = " and ".join(format_shape(s) for s in shapes)
                raise ShapeError(
                    f"shapes {listed} do not broadcast: {result[axis]} against {dim} "
                    f"in axis {axis - rank}",
                    hint="each pair of dimensions, from the right, must be equal or one of them 1",
                )
            result[axis] = joined
    return tuple(result)


def broadcasts_to(shape: Shape, target: Shape) -> bool:
    """Whether `shape` broadcasts to `target` without enlarging it."""
    try:
        return broadcast_shapes(target, shape) == target
    except ShapeError:
        return False


def format_shape(shape: Iterable[Dim]) -> str:
    """A shape as text: [2, N, 3]."""
    return f"[{', '.join(map(str, shape))}]"


@dataclass(frozen=True, slots=True)
class TensorType:
    """The shape and data type of a tensor."""

    shape: Shape
    dtype: DType

    @property
    def rank(self) -> int:
        """Number of dimensions."""
        return len(self.shape)

    def __str__(self) -> str:
        return f"{self.dtype}{format_shape(self.shape)}"
