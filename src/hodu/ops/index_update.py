"""Copies of a tensor with some of its parts replaced, and their in-place forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hodu.dispatch.base import TensorBase, wrap
from hodu.dtypes import INTS, Number
from hodu.errors import DTypeError, ShapeError
from hodu.ops._fill_value import fill_value
from hodu.ops._rules import axis_of
from hodu.ops._samples import S, T
from hodu.ops._table import F, function, op
from hodu.ops.gather import check_1d
from hodu.shapes import format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_ROWS = T((3,), "i64", values=[2, 0, 2])
_ONE = T((1,), "u8", values=[1])


def _write_along(
    op: str,
    x: Tensor,
    dim: int,
    index: Tensor,
    source: Tensor,
    *,
    accumulate: bool = False,
    wrap: bool = False,
) -> Tensor:
    """`x` with `source` (of its rank) written, or added, at the 1-D `index` along `dim`."""
    axis = axis_of(dim, x.ndim)
    check_1d(op, index)
    whole = F.reshape(x, (1,)) if x.ndim == 0 else x
    row = F.reshape(index, (1,)) if index.ndim == 0 else index
    place = (*whole.shape[:axis], *row.shape, *whole.shape[axis + 1 :])
    if source.ndim and source.shape != place:
        raise ShapeError(
            f"{op}() along axis {axis} of {format_shape(x.shape)} with {format_shape(row.shape)} "
            f"indices takes a source of shape {format_shape(place)}, not "
            f"{format_shape(source.shape)}"
        )
    indices = [None] * axis + [row]
    result = F._index_put(whole, indices, source, accumulate, wrap=wrap)
    return result if x.ndim else F.reshape(result, ())


def _check_source(op: str, source: Tensor, index: Tensor) -> None:
    """Refuse a 0-d source for anything but one index."""
    if source.ndim == 0 and index.ndim and index.shape[0] != 1:
        raise ShapeError(
            f"{op}() of a 0-d source by {index.shape[0]} indices",
            hint="give one part of the source for each index",
        )


@op("index_add(Tensor input, int dim, Tensor index, Tensor source, *, Scalar alpha=1) -> Tensor")
class IndexAdd:
    """A copy of the input with `alpha * source` added to its parts along `dim` by index."""

    autocast = "widest"
    dtypes = {"index": INTS}
    inplace = True
    samples = [
        S((3, 4), _ROWS, (3, 4), dim=0),
        S((2, 3), _ROWS, (2, 3), dim=-1, alpha=2),
        S((), T((), "i64", values=0), (), dim=0),
    ]

    def compose(x: Tensor, index: Tensor, source: Tensor, dim: int, *, alpha: Number = 1) -> Tensor:
        _check_source("index_add", source, index)
        scaled = source if alpha == 1 else F.mul(source, _factor(alpha, source))
        return _write_along("index_add", x, dim, index, scaled, accumulate=True)


def _factor(alpha: Number, source: Tensor) -> Tensor:
    if isinstance(alpha, float) and not source.dtype.is_float:
        raise DTypeError(
            f"index_add() of {source.dtype} cannot be scaled by alpha={alpha!r}",
            hint="give an integer, or cast the tensors to a float type",
        )
    return wrap(fill_value(alpha, source.dtype))


@op("index_copy(Tensor input, int dim, Tensor index, Tensor source) -> Tensor")
class IndexCopy:
    """A copy of the input with its parts along `dim` by index taken from `source`."""

    autocast = "widest"
    dtypes = {"index": INTS}
    inplace = True
    samples = [
        S((3, 4), _ROWS, (3, 4), dim=0),
        S((2, 3), _ONE, (2, 1), dim=1),
        S((3,), T((0,), "i64"), (0,), dim=0),
        S((), T((), "i64", values=0), (), dim=0),
    ]

    def compose(x: Tensor, index: Tensor, source: Tensor, dim: int) -> Tensor:
        _check_source("index_copy", source, index)
        return _write_along("index_copy", x, dim, index, source)


@op("index_fill(Tensor input, int dim, Tensor index, Tensor value) -> Tensor")
class IndexFill:
    """A copy of the input with its parts along `dim` by index set to one value."""

    dtypes = {"index": INTS}
    inplace, public = True, False
    samples = [
        S((3, 4), T((2,), "i64", values=[2, -3]), (), dim=0),
        S((2, 3), _ONE, (), dim=-1),
        S((), T((), "i64", values=0), (), dim=0),
    ]

    def compose(x: Tensor, index: Tensor, value: Tensor, dim: int) -> Tensor:
        return _write_along("index_fill", x, dim, index, value, wrap=True)


@function()
def index_fill(input: Tensor, dim: int, index: Tensor, value: Tensor | Number) -> Tensor:
    """A copy of the input with its parts along `dim` by index set to `value`.

    The value is a number or a 0-d tensor, and is cast to the input's dtype.
    """
    if not isinstance(value, TensorBase):
        return F._index_fill(input, dim, index, wrap(fill_value(value, input.dtype)))
    if value.ndim:
        raise ShapeError(
            f"index_fill() takes one value, not a tensor of shape {format_shape(value.shape)}"
        )
    return F._index_fill(input, dim, index, F.cast(value, input.dtype))


@op("put(Tensor input, Tensor index, Tensor source, bool accumulate=False) -> Tensor")
class Put:
    """A copy of the input with `source` written, or added, at flat positions."""

    dtypes = {"index": INTS}
    inplace = True
    samples = [
        S((3, 4), T((2, 2), "i64", values=[[0, 11], [-1, 5]]), (4,)),
        S((3, 4), T((3,), "u8", values=[7, 7, 0]), (3, 1), accumulate=True),
        S((), T((1,), "i64", values=[0]), (1,)),
        S((3,), T((0,), "i64"), (0,)),
    ]

    def compose(x: Tensor, index: Tensor, source: Tensor, accumulate: bool = False) -> Tensor:
        if source.numel() != index.numel():
            raise ShapeError(f"put() of {source.numel()} values at {index.numel()} positions")
        flat = F.reshape(x, (-1,)), F.reshape(index, (-1,)), F.reshape(source, (-1,))
        return F.reshape(F._index_put(flat[0], [flat[1]], flat[2], accumulate), x.shape)
