"""Largest and smallest elements and where they are. NaN is larger and smaller than all else."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dtypes import i64
from hodu.errors import ArgumentError, ShapeError
from hodu.ops._precision import wide
from hodu.ops._rules import axes_of, axis_of, reduced_shape
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, function, op
from hodu.ops.reduction import with_dims
from hodu.shapes import Shape, TensorType, format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor

Dims = tuple[int, ...] | None
SPECIAL = T(dtype="f32", values=[[1, np.nan, 2, np.nan], [np.inf, 1, np.inf, 2], [-1, -1, -2, -2]])
OVER_DIMS = [
    S((3, 4)),
    S((3, 4), dim=(1,)),
    S((2, 3, 4), dim=(0, -1), keepdim=True),
    S(()),
    S((0, 3), dim=(1,)),
    S(SPECIAL, dim=(1,)),
]
OVER_ONE = [
    S((3, 4)),
    S((3, 4), dim=1),
    S((2, 3, 4), dim=-2, keepdim=True),
    S((3, 4), keepdim=True),
    S((), dim=-1),
    S((0, 3), dim=1),
    S(SPECIAL, dim=1),
]


def check_nonempty(name: str, shape: Shape, dim: Dims) -> None:
    """Raise ShapeError when a reduction of `shape` over `dim` has nothing to choose from."""
    for axis in axes_of(dim, len(shape)):
        if shape[axis] == 0:
            raise ShapeError(
                f"{name}() of a tensor of shape {format_shape(shape)} has nothing to choose from "
                f"along dimension {axis}, whose size is 0",
                hint="reduce over another dimension, or make sure that it is not empty",
            )


def _over_dims(name: str) -> Callable[..., TensorType]:
    def infer(x: TensorType, dim: Dims = None, keepdim: bool = False) -> TensorType:
        check_nonempty(name, x.shape, dim)
        return TensorType(reduced_shape(x.shape, dim, keepdim), x.dtype)

    return infer


def _index_over(name: str) -> Callable[..., TensorType]:
    def infer(x: TensorType, dim: int | None = None, keepdim: bool = False) -> TensorType:
        axes = None if dim is None else (dim,)
        check_nonempty(name, x.shape, axes)
        return TensorType(reduced_shape(x.shape, axes, keepdim), i64)

    return infer


def _extreme(name: str, ufunc: np.ufunc) -> Callable[..., Array]:
    def eager(x: Array, dim: Dims = None, keepdim: bool = False) -> Array:
        check_nonempty(name, x.shape, dim)
        found = ufunc.reduce(wide(x), axis=axes_of(dim, x.ndim), keepdims=keepdim)
        return found.astype(x.dtype, copy=False)

    return eager


def _index_of(name: str, search: Callable[..., Any]) -> Callable[..., Array]:
    def eager(x: Array, dim: int | None = None, keepdim: bool = False) -> Array:
        check_nonempty(name, x.shape, None if dim is None else (dim,))
        axis = None if dim is None or x.ndim == 0 else axis_of(dim, x.ndim)
        return np.asarray(search(wide(x), axis=axis, keepdims=keepdim), dtype=np.int64)

    return eager


def _shared(ct: Tensor, out: Tensor, x: Tensor, dim: Dims, keepdim: bool) -> Tensor:
    """The gradient of an extreme, in equal parts for all elements that have its value."""
    ct, out = (with_dims(t, x.shape, dim, keepdim) for t in (ct, out))
    is_extreme = x == out
    return F.where(is_extreme, ct / F.sum(is_extreme, dim, True), 0)


def _at_index(ct: Tensor, indices: Tensor, shape: Shape, dim: int, keepdim: bool) -> Tensor:
    """The gradient of an extreme for the element that `indices` names."""
    if not shape:
        return ct
    axis = axis_of(dim, len(shape))
    ct, indices = (t if keepdim else F.unsqueeze(t, axis) for t in (ct, indices))
    places = F._reshape(F.arange(shape[axis]), (-1, *(1,) * (len(shape) - axis - 1)))
    return F.where(places == indices, ct, 0)


@op("amax(Tensor input, int[]? dim=None, bool keepdim=False) -> Tensor")
class Amax:
    """The largest element over `dim` (all dimensions by default); NaN if there is one."""

    infer = _over_dims("amax")
    eager = _extreme("amax", np.maximum)
    samples = OVER_DIMS
    vjp = {"input": lambda ct, out, input, dim, keepdim: _shared(ct, out, input, dim, keepdim)}


@op("amin(Tensor input, int[]? dim=None, bool keepdim=False) -> Tensor")
class Amin:
    """The smallest element over `dim` (all dimensions by default); NaN if there is one."""

    infer = _over_dims("amin")
    eager = _extreme("amin", np.minimum)
    samples = OVER_DIMS
    vjp = {"input": lambda ct, out, input, dim, keepdim: _shared(ct, out, input, dim, keepdim)}


@op("argmax(Tensor input, int? dim=None, bool keepdim=False) -> Tensor")
class Argmax:
    """The index of the first largest element along `dim`, or in the flattened tensor."""

    nondiff = "an index"
    infer = _index_over("argmax")
    eager = _index_of("argmax", np.argmax)
    samples = OVER_ONE


@op("argmin(Tensor input, int? dim=None, bool keepdim=False) -> Tensor")
class Argmin:
    """The index of the first smallest element along `dim`, or in the flattened tensor."""

    nondiff = "an index"
    infer = _index_over("argmin")
    eager = _index_of("argmin", np.argmin)
    samples = OVER_ONE


def _with_index(name: str) -> Callable[..., tuple[TensorType, TensorType]]:
    def infer(x: TensorType, dim: int, keepdim: bool = False) -> tuple[TensorType, TensorType]:
        check_nonempty(name, x.shape, (dim,))
        shape = reduced_shape(x.shape, dim, keepdim)
        return TensorType(shape, x.dtype), TensorType(shape, i64)

    return infer


@op("max(Tensor input, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)")
class Max:
    """The largest elements along `dim` and the indices of their first occurrences."""

    public = False
    infer = _with_index("max")
    samples = [s for s in OVER_ONE if "dim" in s.attrs]

    def compose(input: Tensor, dim: int, keepdim: bool = False) -> tuple[Tensor, Tensor]:
        return F.amax(input, dim, keepdim), F.argmax(input, dim, keepdim)

    vjp = {
        "input": lambda ct_values, indices, input_type, dim, keepdim: _at_index(
            ct_values, indices, input_type.shape, dim, keepdim
        )
    }


@op("min(Tensor input, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)")
class Min:
    """The smallest elements along `dim` and the indices of their first occurrences."""

    public = False
    infer = _with_index("min")
    samples = [s for s in OVER_ONE if "dim" in s.attrs]

    def compose(input: Tensor, dim: int, keepdim: bool = False) -> tuple[Tensor, Tensor]:
        return F.amin(input, dim, keepdim), F.argmin(input, dim, keepdim)

    vjp = {
        "input": lambda ct_values, indices, input_type, dim, keepdim: _at_index(
            ct_values, indices, input_type.shape, dim, keepdim
        )
    }


@function()
def max_(input: Tensor, dim: Any = None, keepdim: bool = False, *, other: Any = None) -> Any:
    """The largest element; with `dim` (values, indices); with a tensor `maximum`."""
    operand = other if other is not None else dim if hasattr(dim, "numel") else None
    if operand is not None:
        return F.maximum(input, operand)
    if dim is None:
        _no_keepdim("max", keepdim)
        return F.amax(input)
    return F._max(input, dim, keepdim)


@function()
def min_(input: Tensor, dim: Any = None, keepdim: bool = False, *, other: Any = None) -> Any:
    """The smallest element; with `dim` (values, indices); with a tensor `minimum`."""
    operand = other if other is not None else dim if hasattr(dim, "numel") else None
    if operand is not None:
        return F.minimum(input, operand)
    if dim is None:
        _no_keepdim("min", keepdim)
        return F.amin(input)
    return F._min(input, dim, keepdim)


def _no_keepdim(name: str, keepdim: bool) -> None:
    if keepdim:
        raise ArgumentError(
            f"{name}(keepdim=True) needs a dim to keep", hint=f"a{name}() keeps all of them"
        )


@op("aminmax(Tensor input, *, int? dim=None, bool keepdim=False) -> (Tensor min, Tensor max)")
class Aminmax:
    """The smallest and the largest element along `dim`, or of all."""

    samples = OVER_ONE

    def infer(
        x: TensorType, dim: int | None = None, keepdim: bool = False
    ) -> tuple[TensorType, TensorType]:
        axes = None if dim is None else (dim,)
        check_nonempty("aminmax", x.shape, axes)
        found = TensorType(reduced_shape(x.shape, axes, keepdim), x.dtype)
        return found, found

    def compose(
        input: Tensor, dim: int | None = None, keepdim: bool = False
    ) -> tuple[Tensor, Tensor]:
        axes = () if dim is None else (dim,)
        return F.amin(input, axes, keepdim), F.amax(input, axes, keepdim)
