"""Writing elements to places along an axis, or to places named by coordinates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dispatch.base import TensorBase, wrap
from hodu.dtypes import INTS, Number, as_dtype, bool_
from hodu.errors import ArgumentError, DTypeError, ShapeError, ValueRangeError
from hodu.ops._fill_value import fill_value
from hodu.ops._index_rules import check_along, check_nd, check_same_dtype, exceeds
from hodu.ops._index_write import FOLDS, write_at
from hodu.ops._rules import axis_of
from hodu.ops._samples import S, T
from hodu.ops._scatter_gradients import Written
from hodu.ops._table import Array, F, function, op
from hodu.shapes import Shape, TensorType, format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_GRID = T((2, 3), "i64", values=[[0, 2, 1], [0, 1, 1]])
_COORDINATES = T((3, 2), "i64", values=[[0, 1], [-1, 3], [0, 1]])
_MEANS = ("f64", "f16", "i8", "u32")
_OLD_NAMES = {None: "set", "add": "sum", "multiply": "prod"}
_ND_NAMES = {"none": "set", "add": "sum", "mul": "prod", "max": "amax", "min": "amin"}


def _check(x: Any, dim: int, index: Shape, src: Any, reduce: str) -> int:
    """The axis that scatter() runs along; `x` and `src` are types or arrays."""
    axis = axis_of(dim, len(x.shape))
    check_along("scatter", x.shape, index, axis, src.shape or index)
    check_same_dtype("scatter", x, src, "src")
    if reduce != "set" and reduce not in FOLDS:
        raise ValueRangeError(f"reduce={reduce!r}", hint=f"it is one of {', '.join(FOLDS)}")
    if reduce == "mean" and as_dtype(x.dtype) is bool_:
        raise DTypeError("scatter_reduce() has no mean of bools", hint="cast them to a number type")
    return axis


@op(
    "scatter(Tensor input, int dim, Tensor index, Tensor src, *, str reduce='set', "
    "bool include_self=True, bool wrap=False) -> Tensor"
)
class Scatter:
    """A copy of the input with `out[index[i][j]][j] = src[i][j]` for dim=0, and so on.

    `reduce` names how values that meet are joined (sum, prod, mean, amax, amin); with "set" the
    last one wins. A 0-d `src` is written everywhere; `wrap` allows negative indices.
    """

    dtypes = {"index": INTS}
    inplace, public = True, False
    samples = [
        *(S((3, 4), _GRID, (2, 4), dim=0, reduce=how) for how in ("set", "sum", "prod")),
        *(S((3, 4), _GRID, (2, 4), dim=-1, reduce=how) for how in ("amax", "amin")),
        S((3, 4), _GRID, (2, 3), dim=1, reduce="sum", include_self=False),
        *(S(T((3, 4), t), _GRID, T((2, 3), t), dim=1, reduce="mean") for t in _MEANS),
        S(T((3, 4), "f32"), _GRID, T((2, 3), "f32"), dim=1, reduce="mean", include_self=False),
        S((3, 4), _GRID, (2, 3), dim=1, reduce="amax", include_self=False),
        S((3, 2), T((2, 1), "i32", values=[[-1], [0]]), (), dim=0, wrap=True),
        S((), T((), "i64", values=0), (), dim=0),
        S((3,), T((0,), "i64"), (0,), dim=0, reduce="sum"),
    ]

    def infer(
        x: TensorType,
        index: TensorType,
        src: TensorType,
        dim: int,
        *,
        reduce: str = "set",
        include_self: bool = True,
        wrap: bool = False,
    ) -> TensorType:
        _check(x, dim, index.shape, src, reduce)
        return x

    def eager(
        x: Array,
        index: Array,
        src: Array,
        dim: int,
        *,
        reduce: str = "set",
        include_self: bool = True,
        wrap: bool = False,
    ) -> Array:
        axis = _check(x, dim, index.shape, src, reduce)
        out = np.atleast_1d(x.copy())
        index = np.atleast_1d(index)
        if src.ndim:
            src = src[tuple(map(slice, index.shape))]
        places: list[Array] = list(np.indices(index.shape, sparse=True))
        places[axis] = index
        write_at(out, places, src, reduce, include_self=include_self, wrap=wrap)
        return out.reshape(x.shape)

    def vjp(
        ct: Tensor,
        out: Tensor,
        input: Tensor,
        index: Tensor,
        src: Tensor,
        dim: int,
        reduce: str,
        include_self: bool,
        wrap: bool,
    ) -> tuple[Any, ...]:
        if reduce == "sum" and include_self:
            given = None
        else:
            given = _written(out, input, index, src, dim, reduce, include_self, wrap)

        def by_source() -> Tensor:
            if given is not None:
                found = given.by_source(ct)
            else:
                found = F.gather(ct, dim, index, wrap=wrap)
            if src.ndim == 0 or src.shape == index.shape:
                return found
            rest = tuple(a - b for a, b in zip(src.shape, index.shape, strict=True))
            return F._pad(found, (0,) * src.ndim, rest)

        return ct if given is None else lambda: given.by_input(ct), None, by_source


def _written(
    out: Tensor,
    input: Tensor,
    index: Tensor,
    src: Tensor,
    dim: int,
    reduce: str,
    include_self: bool,
    wrap: bool,
) -> Written:
    if src.ndim == 0:
        source = F.expand(src, index.shape)
    else:
        source = F._slice(src, (0,) * src.ndim, index.shape, (1,) * src.ndim)
    return Written(
        input,
        source,
        out,
        reduce,
        include_self,
        lambda x: F.gather(x, dim, index, wrap=wrap),
        lambda x, values, how: F._scatter(x, dim, index, values, reduce=how, wrap=wrap),
    )


@function()
def scatter(
    input: Tensor,
    dim: int,
    index: Tensor,
    src: Tensor | Number | None = None,
    *,
    reduce: str | None = None,
    value: Number | None = None,
) -> Tensor:
    """A copy of the input with `out[index[i][j]][j] = src[i][j]` for dim=0, and so on.

    A number instead of `src` may be called `value`; `reduce` is None, "add" or "multiply". Of
    duplicates the last one wins.
    """
    if reduce not in _OLD_NAMES:
        raise ValueRangeError(
            f"reduce={reduce!r}",
            hint="it is None, 'add' or 'multiply'; scatter_reduce() has more",
        )
    given = value if src is None else src
    if given is None or (src is not None and value is not None):
        raise ArgumentError("scatter() takes src or value, one of them")
    if not isinstance(given, TensorBase):
        given = wrap(fill_value(given, input.dtype))
    elif given.ndim == 0 != index.ndim:
        raise ShapeError(
            f"scatter() of a 0-d src by an index of shape {format_shape(index.shape)}",
            hint="give a number, as in src.item(), or as many values as indices",
        )
    return F._scatter(input, dim, index, given, reduce=_OLD_NAMES[reduce])


@op("scatter_add(Tensor input, int dim, Tensor index, Tensor src) -> Tensor")
class ScatterAdd:
    """A copy of the input with `out[index[i][j]][j] += src[i][j]` for dim=0, and so on."""

    autocast = "widest"
    dtypes = {"index": INTS}
    inplace = True
    samples = [S((3, 4), _GRID, (2, 3), dim=0), S((3, 4), _GRID, (2, 4), dim=-1)]

    def compose(x: Tensor, index: Tensor, src: Tensor, dim: int) -> Tensor:
        return F._scatter(x, dim, index, src, reduce="sum")


@op(
    "scatter_reduce(Tensor input, int dim, Tensor index, Tensor src, str reduce, *, "
    "bool include_self=True) -> Tensor"
)
class ScatterReduce:
    """`scatter` that joins meeting values by "sum", "prod", "mean", "amax" or "amin".

    Without `include_self` the input's own values count only where nothing is written.
    """

    dtypes = {"index": INTS}
    inplace = True
    samples = [
        *(S((3, 4), _GRID, (2, 3), dim=0, reduce=how) for how in ("sum", "prod")),
        *(S(T((3, 4), t), _GRID, T((2, 3), t), dim=0, reduce="mean") for t in _MEANS),
        S((3, 4), _GRID, (2, 3), dim=1, reduce="amax"),
        S((3, 4), _GRID, (2, 3), dim=1, reduce="amin", include_self=False),
    ]

    def compose(
        x: Tensor, index: Tensor, src: Tensor, dim: int, reduce: str, *, include_self: bool = True
    ) -> Tensor:
        if reduce not in FOLDS:
            raise ValueRangeError(f"reduce={reduce!r}", hint=f"it is one of {', '.join(FOLDS)}")
        return F._scatter(x, dim, index, src, reduce=reduce, include_self=include_self)


def _check_nd(x: Any, indices: Shape, updates: Any, reduction: str) -> int:
    width = check_nd("scatter_nd", x.shape, indices)
    check_same_dtype("scatter_nd", x, updates, "updates")
    wanted = (*indices[:-1], *x.shape[width:])
    pairs = zip(updates.shape, wanted, strict=False)
    if len(updates.shape) != len(wanted) or any(exceeds(a, b) or exceeds(b, a) for a, b in pairs):
        raise ShapeError(
            f"scatter_nd() needs updates of shape {format_shape(wanted)}, "
            f"not {format_shape(updates.shape)}"
        )
    if reduction not in _ND_NAMES:
        raise ValueRangeError(
            f"reduction={reduction!r}", hint=f"it is one of {', '.join(_ND_NAMES)}"
        )
    return width


@op("scatter_nd(Tensor input, Tensor indices, Tensor updates, str reduction='none') -> Tensor")
class ScatterNd:
    """A copy of the input with the updates written at the coordinates (ONNX ScatterND).

    The last dimension of `indices` holds the leading coordinates of each update.
    """

    dtypes = {"indices": INTS}
    methods = False
    samples = [
        *(S((3, 4), _COORDINATES, (3,), reduction=how) for how in _ND_NAMES),
        S((3, 4), T((2, 1), "u8", values=[[2], [2]]), (2, 4), reduction="add"),
        S((3, 4), T((1, 2, 1), "i32", values=[[[2], [0]]]), (1, 2, 4)),
        S((3, 4), T((0, 2), "i64"), (0,)),
    ]

    def infer(
        x: TensorType, indices: TensorType, updates: TensorType, reduction: str = "none"
    ) -> TensorType:
        _check_nd(x, indices.shape, updates, reduction)
        return x

    def eager(x: Array, indices: Array, updates: Array, reduction: str = "none") -> Array:
        width = _check_nd(x, indices.shape, updates, reduction)
        out = x.copy()
        rows = [indices[..., i] for i in range(width)]
        write_at(out, rows, updates, _ND_NAMES[reduction])
        return out

    def vjp(
        ct: Tensor, out: Tensor, input: Tensor, indices: Tensor, updates: Tensor, reduction: str
    ) -> tuple[Any, ...]:
        names = {how: name for name, how in _ND_NAMES.items()}
        given = Written(
            input,
            updates,
            out,
            _ND_NAMES[reduction],
            True,
            lambda x: F.gather_nd(x, indices),
            lambda x, values, how: F.scatter_nd(x, indices, values, names[how]),
        )
        return lambda: given.by_input(ct), None, lambda: given.by_source(ct)
