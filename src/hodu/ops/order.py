"""The order of dimensions, and of the elements along them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dims import Dim, dim_mod
from hodu.dispatch.attrs import as_dims, as_ints
from hodu.errors import ArgumentError, OutOfRangeError, ShapeError
from hodu.ops._arguments import spread
from hodu.ops._rules import axis_of
from hodu.ops._samples import S
from hodu.ops._table import Array, F, function, op
from hodu.shapes import TensorType

if TYPE_CHECKING:
    from hodu._tensor import Tensor


@op("permute(Tensor input, int[] dims) -> Tensor")
class Permute:
    """The dimensions in another order; a view."""

    view, public, on_dims = True, False, True
    samples = [S((2, 3, 4), dims=(2, 0, 1)), S((), dims=()), S((2, 0), dims=(-1, 0))]

    def infer(x: TensorType, dims: tuple[int, ...]) -> TensorType:
        order = [axis_of(d, x.rank) for d in dims]
        if sorted(order) != list(range(x.rank)):
            raise OutOfRangeError(
                f"permute() of {x.rank} dimensions by dims={dims}",
                hint="name each dimension once",
            )
        return TensorType(tuple(x.shape[d] for d in order), x.dtype)

    def eager(x: Array, dims: tuple[int, ...]) -> Array:
        return x.transpose(dims)

    vjp = {"input": lambda ct, dims: F._permute(ct, _inverse(dims))}
    vjp_eager = {"input": lambda ct, dims: ct.transpose(_inverse(dims))}


def _inverse(dims: tuple[int, ...]) -> list[int]:
    """The permutation that undoes `dims`."""
    order = [d % len(dims) for d in dims]
    return sorted(range(len(order)), key=order.__getitem__)


@function()
def permute(input: Tensor, dims: Any, *more: int) -> Tensor:
    """The dimensions in another order, given as numbers or as one sequence; a view."""
    return F._permute(input, spread(dims, more))


@function()
def transpose(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """Two dimensions swapped; a view."""
    order = list(range(len(input.shape)))
    a, b = axis_of(dim0, len(order), "dim0"), axis_of(dim1, len(order), "dim1")
    if order:
        order[a], order[b] = b, a
    return F._permute(input, order)


@function()
def swapaxes(input: Tensor, axis0: int, axis1: int) -> Tensor:
    """Two dimensions swapped; a view."""
    return F.transpose(input, axis0, axis1)


@function()
def swapdims(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """Two dimensions swapped; a view."""
    return F.transpose(input, dim0, dim1)


@function()
def t(input: Tensor) -> Tensor:
    """The transpose of a matrix; a vector or a 0-d tensor as it is; a view."""
    rank = len(input.shape)
    if rank > 2:
        raise ShapeError(
            f"t() takes at most 2 dimensions, not {rank}", hint="use .mT or .transpose(...)"
        )
    return F._permute(input, tuple(reversed(range(rank))))


@function()
def movedim(input: Tensor, source: int | Sequence[int], destination: int | Sequence[int]) -> Tensor:
    """The dimensions `source` moved to the places `destination`; a view."""
    rank = len(input.shape)
    moved = [axis_of(d, rank, "source") for d in as_ints(source, "source")]
    places = [axis_of(d, rank, "destination") for d in as_ints(destination, "destination")]
    if len(set(moved)) != len(moved) or len(set(places)) != len(places):
        raise OutOfRangeError(f"movedim() from {source} to {destination} names a dimension twice")
    if len(moved) != len(places):
        raise ArgumentError(
            f"movedim() takes as many destinations as sources, not {source} to {destination}"
        )
    order = [d for d in range(rank) if d not in moved]
    for place, dim in sorted(zip(places, moved, strict=True)):
        order.insert(place, dim)
    return F._permute(input, order[:rank])


@function()
def moveaxis(
    input: Tensor, source: int | Sequence[int], destination: int | Sequence[int]
) -> Tensor:
    """The dimensions `source` moved to the places `destination`; a view."""
    return F.movedim(input, source, destination)


@op("flip(Tensor input, int[] dims) -> Tensor")
class Flip:
    """The elements in reverse order along `dims`."""

    public, on_dims = False, True
    samples = [
        S((2, 3, 4), dims=(0, 2)),
        S((5,), dims=(-1,)),
        S((2, 3), dims=()),
        S((0, 3), dims=(0,)),
        S((), dims=()),
        S((), dims=(-1,)),
    ]

    def infer(x: TensorType, dims: tuple[int, ...]) -> TensorType:
        axes = [axis_of(d, x.rank, "dims") for d in dims]
        if len(set(axes)) != len(axes):
            raise OutOfRangeError(f"dims={dims} names a dimension twice")
        return x

    def eager(x: Array, dims: tuple[int, ...]) -> Array:
        if not x.ndim and len(dims) < 2 and all(d in (0, -1) for d in dims):
            return x.copy()
        return np.flip(x, dims).copy()

    vjp = {"input": lambda ct, dims: F._flip(ct, dims)}


@function()
def flip(input: Tensor, dims: Any, *more: int) -> Tensor:
    """The elements in reverse order along the dimensions, given as numbers or one sequence."""
    return F._flip(input, spread(dims, more))


@function()
def fliplr(input: Tensor) -> Tensor:
    """The elements in reverse order along the second dimension."""
    if len(input.shape) < 2:
        raise ShapeError(f"fliplr() needs 2 dimensions, not {len(input.shape)}")
    return F._flip(input, 1)


@function()
def flipud(input: Tensor) -> Tensor:
    """The elements in reverse order along the first dimension."""
    if not input.shape:
        raise ShapeError("flipud() needs a dimension, the tensor is 0-d")
    return F._flip(input, 0)


@function()
def rot90(input: Tensor, k: int = 1, dims: Sequence[int] = (0, 1)) -> Tensor:
    """The plane of the two `dims` turned by `k` quarters, from the first towards the second."""
    axes = [axis_of(d, len(input.shape), "dims") for d in as_ints(dims, "dims")]
    if len(axes) != 2 or axes[0] == axes[1]:
        raise ArgumentError(f"rot90() turns a plane of two different dimensions, not {dims}")
    if k % 4 == 2:
        return F._flip(input, axes)
    if k % 4 == 0:
        return F.clone(input)
    turned = F.transpose(input, *axes)
    return F._flip(turned, axes[0] if k % 4 == 1 else axes[1])


@op("roll(Tensor input, Dim[] shifts, int[] dims) -> Tensor")
class Roll:
    """The elements moved along `dims` by `shifts` places; those that leave enter at the front."""

    public = False
    samples = [
        S((4, 3), shifts=(1,), dims=(0,)),
        S((4, 3), shifts=(-5, 2), dims=(0, -1)),
        S((4,), shifts=(1, 2), dims=(0, 0)),
        S((0, 3), shifts=(1,), dims=(0,)),
    ]

    def infer(x: TensorType, shifts: tuple[Dim, ...], dims: tuple[int, ...]) -> TensorType:
        if len(shifts) != len(dims):
            raise ArgumentError(
                f"roll() takes a shift for each dimension, not shifts={shifts} for dims={dims}"
            )
        if dims and not x.shape:
            raise OutOfRangeError(f"dims={dims} is out of range for a 0-d tensor")
        for dim in dims:
            axis_of(dim, x.rank, "dims")
        return x

    def eager(x: Array, shifts: tuple[int, ...], dims: tuple[int, ...]) -> Array:
        if len(shifts) != len(dims):
            raise ValueError("shifts and dims differ in length")
        return np.roll(x, shifts, dims) if dims else x.copy()

    def compose(x: Tensor, shifts: tuple[Dim, ...], dims: tuple[int, ...]) -> Tensor:
        for shift, dim in zip(shifts, dims, strict=True):
            size = x.shape[dim]
            if size == 0:
                continue
            back = dim_mod(-shift, size)
            head, tail = F._split(x, (back, size - back), dim)
            x = F.cat([tail, head], dim)
        return x

    vjp = {"input": lambda ct, shifts, dims: F._roll(ct, [-s for s in shifts], dims)}


@function()
def roll(input: Tensor, shifts: Any, dims: int | Sequence[int] | None = None) -> Tensor:
    """The elements moved by `shifts` places along `dims`, or row by row without `dims`."""
    shift, axes = as_dims(shifts, "shifts"), () if dims is None else as_ints(dims, "dims")
    if axes or len(shift) != 1:
        return F._roll(input, shift, axes)
    return F._reshape(F._roll(F.flatten(input), shift, 0), input.shape)
