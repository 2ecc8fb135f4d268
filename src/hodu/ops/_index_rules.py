"""Rules that the indexing, gathering and scattering ops share: result shapes and index checks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from hodu.dims import Dim
from hodu.dtypes import as_dtype
from hodu.errors import DTypeError, OutOfRangeError, ShapeError
from hodu.ops._table import Array
from hodu.shapes import Shape, TensorType, broadcast_shapes, broadcasts_to, format_shape

Typed: TypeAlias = "TensorType | Array"


def exceeds(a: Dim, b: Dim) -> bool:
    """Whether `a > b` is certain; a comparison that needs a symbolic size is left to run time."""
    return isinstance(a, int) and isinstance(b, int) and a > b


def check_same_dtype(op: str, input: Typed, values: Typed, name: str) -> None:
    """Refuse `values` of another dtype than `input`, as PyTorch does."""
    have, want = as_dtype(values.dtype), as_dtype(input.dtype)
    if have is not want:
        raise DTypeError(
            f"{op}() writes {have} values from {name!r} into a tensor of {want}",
            hint=f"cast them first: {name}.to('{want}')",
        )


def in_range(index: Array, size: int, axis: int, *, wrap: bool) -> Array:
    """`index` as an array of native integers, checked against `size`; negatives need `wrap`.

    Raises OutOfRangeError with the first bad index.
    """
    plain = index.astype(np.intp)
    if not plain.size:
        return plain
    low, least = -size if wrap else 0, index.min()
    if least < low or index.max() >= size:
        bad = index.reshape(-1)[((index < low) | (index >= size)).reshape(-1)][0]
        allowed = f"it must lie in [{low}, {size - 1}]" if size else "that axis is empty"
        raise OutOfRangeError(
            f"index {bad} is out of range for axis {axis} of size {size}", hint=allowed
        )
    return plain + (plain < 0) * size if least < 0 else plain


def indexed_axes(rank: int, indices: Sequence[Any]) -> list[int]:
    """The axes that `indices` (None for a whole axis) picks from."""
    if len(indices) > rank:
        raise OutOfRangeError(
            f"{len(indices)} indices are too many for a tensor of {rank} dimensions"
        )
    return [axis for axis, index in enumerate(indices) if index is not None]


def index_place(axes: Sequence[int]) -> int:
    """Where the axes of the index stand in the result: at the first one if adjacent, else 0."""
    adjacent = bool(axes) and axes[-1] - axes[0] + 1 == len(axes)
    return axes[0] if adjacent else 0


def index_shape(shape: Shape, indices: Sequence[Any]) -> Shape:
    """The shape of `x[indices]`: the broadcast of the indices replaces the axes they pick from."""
    axes = indexed_axes(len(shape), indices)
    picked = broadcast_shapes(*(i.shape for i in indices if i is not None))
    rest = [dim for axis, dim in enumerate(shape) if axis not in axes]
    place = index_place(axes)
    return (*rest[:place], *picked, *rest[place:])


def check_fits(op: str, values: Shape, target: Shape, name: str = "values") -> None:
    """Refuse `values` that do not broadcast to the shape `target` they are written to."""
    if not broadcasts_to(values, target):
        raise ShapeError(
            f"{op}() writes to a place of shape {format_shape(target)}, which {name!r} of shape "
            f"{format_shape(values)} does not broadcast to"
        )


def at_least_1d(shape: Shape) -> Shape:
    """`shape`, with [] read as [1]: along an axis, a 0-d tensor counts as one element."""
    return shape or (1,)


def check_along(op: str, input: Shape, index: Shape, axis: int, src: Shape | None = None) -> None:
    """The shapes that gather() and scatter() take: equal ranks, and an index that fits inside.

    The index may be longer than the input only along `axis`, and nowhere longer than `src`.
    """
    x, i = at_least_1d(input), at_least_1d(index)
    s = i if src is None else at_least_1d(src)
    fits = len(x) == len(i) == len(s) and not any(
        (a != axis and exceeds(n, x[a])) or exceeds(n, s[a]) for a, n in enumerate(i)
    )
    if not fits:
        raise ShapeError(
            f"{op}() along axis {axis} of {format_shape(input)} with an index of shape "
            f"{format_shape(index)}" + ("" if src is None else f" and src {format_shape(src)}"),
            hint="the ranks must be equal, and the index no longer than the input in the other "
            "axes" + ("" if src is None else ", nor than src in any"),
        )


def check_nd(op: str, shape: Shape, indices: Shape, batch_dims: int = 0) -> int:
    """How many axes each row of `indices` picks from, for gather_nd and scatter_nd."""
    width = indices[-1] if indices else 0
    if not isinstance(width, int) or not 1 <= width <= len(shape) - batch_dims:
        raise ShapeError(
            f"{op}() of {format_shape(shape)} by indices of shape {format_shape(indices)}"
            + (f" after {batch_dims} batch dimensions" if batch_dims else ""),
            hint="the last size of the indices says how many axes each of them picks from: "
            f"a number from 1 to {len(shape) - batch_dims}",
        )
    return width
