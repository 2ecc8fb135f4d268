"""The distinct elements of a tensor, and where the non-zero ones are.

How many there are depends on the data, so the size of the result is a dimension of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dims import Dim, symbol
from hodu.dtypes import i64
from hodu.ops._precision import wide
from hodu.ops._rules import axis_of, replace_dim
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, function, op
from hodu.shapes import TensorType

if TYPE_CHECKING:
    from hodu._tensor import Tensor

SETS = [
    S(T((12,), low=0, high=3)),
    S(T((3, 4), low=0, high=2)),
    S(T((5, 2), low=0, high=1), dim=0),
    S(T((2, 3, 6), low=0, high=1), dim=-1),
    S(()),
    S((0,)),
    S((0, 3), dim=0),
    S((3, 0), dim=0),
    S(T(dtype="f32", values=[2, np.nan, 1, np.nan, -0.0, 0.0, 0.0])),
]


def _set_types(op: str, x: TensorType, dim: int | None) -> tuple[TensorType, ...]:
    count: Dim = symbol(op, lo=0)
    if dim is None:
        return TensorType((count,), x.dtype), TensorType(x.shape, i64), TensorType((count,), i64)
    axis = axis_of(dim, x.rank)
    size = x.shape[axis] if x.shape else 1
    shape = replace_dim(x.shape, axis, count)
    return TensorType(shape, x.dtype), TensorType((size,), i64), TensorType((count,), i64)


def _rows(x: Array, dim: int | None) -> Array:
    """The elements, or the slices along `dim` flattened, as rows."""
    if dim is None:
        return wide(x).reshape(-1, 1)
    x = wide(np.atleast_1d(x))
    moved = np.moveaxis(x, axis_of(dim, x.ndim), 0)
    return moved.reshape(moved.shape[0], int(np.prod(moved.shape[1:])))


def _groups(rows: Array) -> tuple[Array, Array, Array]:
    """For rows in which equal ones are neighbours: first of each group, group of each row, sizes.

    A NaN equals nothing, so it is a group of its own.
    """
    new = np.ones(len(rows), np.bool_)
    new[1:] = (rows[1:] != rows[:-1]).any(axis=1)
    starts = np.flatnonzero(new)
    return starts, np.cumsum(new) - 1, np.diff(np.append(starts, len(rows)))


def _taken(x: Array, dim: int | None, which: Array) -> Array:
    if dim is None:
        return x.reshape(-1)[which]
    return np.take(np.atleast_1d(x), which, axis=dim)


def _gradient(
    ct_output: Tensor,
    inverse_indices: Tensor,
    counts: Tensor,
    input_type: TensorType,
    dim: int | None,
) -> Tensor:
    """Equal elements share the gradient of what stands for them, as those of amax() do."""
    axis = 0 if dim is None else axis_of(dim, input_type.rank)
    after = (1,) * (len(ct_output.shape) - 1 - axis)
    share = ct_output / F.reshape(counts, (-1, *after))
    places = F.reshape(inverse_indices, (-1,))
    return F.reshape(F.index_select(share, axis, places), input_type.shape)


@op("unique(Tensor input, int? dim=None) -> (Tensor output, Tensor inverse_indices, Tensor counts)")
class Unique:
    """The distinct elements (or slices along `dim`) in order, which of them each is, and counts."""

    public, samples = False, SETS
    vjp = {"input": _gradient}

    def infer(x: TensorType, dim: int | None = None) -> tuple[TensorType, ...]:
        return _set_types("unique", x, dim)

    def eager(x: Array, dim: int | None = None) -> tuple[Array, Array, Array]:
        rows = _rows(x, dim)
        order = np.lexsort(rows.T[::-1]) if rows.shape[1] else np.arange(len(rows))
        starts, group, counts = _groups(rows[order])
        inverse = np.empty(len(rows), np.int64)
        inverse[order] = group
        shape = x.shape if dim is None else inverse.shape
        return _taken(x, dim, order[starts]), inverse.reshape(shape), counts.astype(np.int64)


@op(
    "unique_consecutive(Tensor input, int? dim=None) "
    "-> (Tensor output, Tensor inverse_indices, Tensor counts)"
)
class UniqueConsecutive:
    """The first of each run of equal elements (or slices along `dim`), run numbers and lengths."""

    public, samples = False, SETS
    vjp = {"input": _gradient}

    def infer(x: TensorType, dim: int | None = None) -> tuple[TensorType, ...]:
        return _set_types("unique_consecutive", x, dim)

    def eager(x: Array, dim: int | None = None) -> tuple[Array, Array, Array]:
        starts, group, counts = _groups(_rows(x, dim))
        shape = x.shape if dim is None else group.shape
        return (
            _taken(x, dim, starts),
            group.astype(np.int64).reshape(shape),
            counts.astype(np.int64),
        )


def _wanted(found: Any, return_inverse: bool, return_counts: bool) -> Any:
    wanted = [found.output]
    wanted += [found.inverse_indices] if return_inverse else []
    wanted += [found.counts] if return_counts else []
    return tuple(wanted) if len(wanted) > 1 else found.output


@function()
def unique(
    input: Tensor,
    sorted: bool = True,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Any:
    """The distinct elements, or slices along `dim`; always in order, also if not `sorted`.

    A tuple if asked for the inverse (which of them each element is) or the counts too.
    """
    return _wanted(F._unique(input, dim), return_inverse, return_counts)


@function()
def unique_consecutive(
    input: Tensor,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Any:
    """The elements, or slices along `dim`, without those that equal the one before.

    A tuple if asked for the inverse (which of them each element is) or the counts too.
    """
    return _wanted(F._unique_consecutive(input, dim), return_inverse, return_counts)


@op("nonzero(Tensor input) -> Tensor")
class Nonzero:
    """The indices of the elements that are not zero, one row each."""

    nondiff = "an index"
    public = False
    samples = [
        S(T((3, 4), low=0, high=1)),
        S((2, 3, 4)),
        S(()),
        S((0, 2)),
        S(T(dtype="f32", values=[0.0, -0.0, np.nan, np.inf])),
    ]

    def infer(x: TensorType) -> TensorType:
        return TensorType((symbol("nonzero", lo=0), x.rank), i64)

    def eager(x: Array) -> Array:
        return np.argwhere(x != 0).astype(np.int64, copy=False)


@function()
def nonzero(input: Tensor, *, as_tuple: bool = False) -> Any:
    """Indices of what is not zero: [count, rank], or one tensor for each dimension."""
    if not as_tuple:
        return F._nonzero(input)
    found = F._nonzero(F.reshape(input, (1,)) if input.ndim == 0 else input)
    return tuple(F.unbind(found, 1))


@function()
def argwhere(input: Tensor) -> Tensor:
    """The indices of the elements that are not zero, one row each."""
    return F._nonzero(input)
