"""Ready-made `infer` rules: how an op's result type follows from its input types."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from hodu.dims import Dim
from hodu.dtypes import DType, bool_, f32, i64
from hodu.errors import OutOfRangeError
from hodu.shapes import Shape, TensorType, broadcast_shapes

Axes: TypeAlias = "int | Sequence[int] | None"
Infer: TypeAlias = Callable[..., TensorType]


def same_as(index: int = 0, dtype: DType | None = None) -> Infer:
    """The type of input `index`, with another dtype if one is given."""

    def infer(*args: Any, **attrs: Any) -> TensorType:
        source: TensorType = args[index]
        return TensorType(source.shape, dtype or source.dtype)

    return infer


def broadcast(count: int = 2, dtype: DType | None = None) -> Infer:
    """The broadcast of the first `count` inputs, in the dtype of the first or the one given."""

    def infer(*args: Any, **attrs: Any) -> TensorType:
        types: tuple[TensorType, ...] = args[:count]
        shape = broadcast_shapes(*(t.shape for t in types))
        return TensorType(shape, dtype or types[0].dtype)

    return infer


def predicate(count: int = 1) -> Infer:
    """The broadcast of the first `count` inputs, as bools."""
    return broadcast(count, bool_)


def axis_of(axis: int, rank: int, what: str = "dim") -> int:
    """`axis` counted from the front; an axis outside [-rank, rank) raises OutOfRangeError.

    A 0-d tensor is treated as if it had one axis, as PyTorch does.
    """
    extent = max(rank, 1)
    if not -extent <= axis < extent:
        raise OutOfRangeError(
            f"{what}={axis} is out of range for a tensor of {rank} dimensions",
            hint=f"it must lie in [{-extent}, {extent - 1}]",
        )
    return axis % extent


def axes_of(axes: Axes, rank: int) -> tuple[int, ...]:
    """`axes` as sorted distinct axes counted from the front; None and () mean all of them."""
    if axes is None or (not isinstance(axes, int) and len(axes) == 0):
        return tuple(range(rank))
    given = (axes,) if isinstance(axes, int) else tuple(axes)
    if len(given) == 1:
        axis = axis_of(given[0], rank)
        return (axis,) if axis < rank else ()
    found = [axis_of(a, rank) for a in given]
    if len(set(found)) != len(found):
        raise OutOfRangeError(f"dim={tuple(given)} names an axis twice")
    return tuple(sorted(a for a in found if a < rank))


def reduced_shape(shape: Shape, axes: Axes, keepdim: bool) -> Shape:
    """`shape` after reducing over `axes`."""
    gone = set(axes_of(axes, len(shape)))
    kept: list[Dim] = []
    for axis, dim in enumerate(shape):
        if axis not in gone:
            kept.append(dim)
        elif keepdim:
            kept.append(1)
    return tuple(kept)


def reduce_to(dtype: DType | Callable[[DType], DType] | None = None) -> Infer:
    """For (input, dim, keepdim, ...): the reduced shape in the given dtype or the input's."""

    def infer(x: TensorType, dim: Axes = None, keepdim: bool = False, **attrs: Any) -> TensorType:
        out = attrs.get("dtype") or (dtype(x.dtype) if callable(dtype) else dtype) or x.dtype
        return TensorType(reduced_shape(x.shape, dim, keepdim), out)

    return infer


def sum_dtype(dtype: DType) -> DType:
    """The dtype in which sums and products are returned: i64 for integers and bools."""
    return dtype if dtype.is_float else i64


def float_dtype(dtype: DType) -> DType:
    """`dtype` if it is a float, else f32."""
    return dtype if dtype.is_float else f32


def replace_dim(shape: Shape, axis: int, size: Dim) -> Shape:
    """`shape` with the size of `axis` replaced."""
    return (*shape[:axis], size, *shape[axis + 1 :])
