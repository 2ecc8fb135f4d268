"""Writing to places that integer arrays name: the kernels of index_put, scatter and scatter_nd.

Places are visited in row-major order of the index, so of duplicates the last one wins. To reduce,
values of one place are brought together by a stable sort and folded in that order; 8- and 16-bit
floats are folded in f32 and rounded once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from hodu.dtypes import FROM_NUMPY
from hodu.ops._index_rules import in_range, index_place, index_shape, indexed_axes
from hodu.ops._precision import wide
from hodu.ops._table import Array

FOLDS = {
    "sum": np.add,
    "prod": np.multiply,
    "mean": np.add,
    "amax": np.maximum,
    "amin": np.minimum,
}


def write_at(
    target: Array,
    indices: Sequence[Array | None],
    values: Array,
    how: str = "set",
    *,
    include_self: bool = True,
    wrap: bool = True,
) -> None:
    """Write `values` (broadcast) to `target[indices]` in place: "set", or reduce by a fold's name.

    With `include_self` the old value of each place takes part in the reduction.
    """
    axes = indexed_axes(target.ndim, indices)
    given = [
        in_range(index, target.shape[axis], axis, wrap=wrap)
        for axis, index in enumerate(indices)
        if index is not None
    ]
    picked = np.broadcast_shapes(*(g.shape for g in given))
    values = np.broadcast_to(values, index_shape(target.shape, indices))  # type: ignore[arg-type]
    place, count = index_place(axes), len(picked)
    lead = np.moveaxis(values, range(place, place + count), range(count))
    rows = np.moveaxis(target, axes, range(len(axes)))
    items = lead.reshape((math.prod(picked), *rows.shape[len(axes) :]))
    where = tuple([np.broadcast_to(g, picked).reshape(-1) for g in given])
    if how == "set":
        rows[where or ...] = items if where else items[0]
    else:
        _fold(rows, where, items, how, include_self)


def _fold(
    rows: Array, where: tuple[Array, ...], items: Array, how: str, include_self: bool
) -> None:
    if items.size == 0:
        return
    extent = rows.shape[: len(where)]
    flat = np.ravel_multi_index(where, extent) if where else np.zeros(1, np.intp)
    order = np.argsort(flat, kind="stable")
    starts = np.flatnonzero(np.diff(flat[order], prepend=-1))
    places = tuple([w[order[starts]] for w in where]) or np.newaxis
    values = wide(items)
    fold = FOLDS[how]
    folded = fold.reduceat(values[order], starts, axis=0, dtype=values.dtype)
    if include_self:
        folded = fold(rows[places].astype(values.dtype), folded)
    if how == "mean":
        counts = np.diff(starts, append=len(order)) + include_self
        shaped = counts.reshape((-1,) + (1,) * (items.ndim - 1))
        folded = folded / shaped if FROM_NUMPY[values.dtype].is_float else folded // shaped
    rows[places] = folded.astype(rows.dtype)
