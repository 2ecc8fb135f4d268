"""Scaled dot product attention as one kernel."""

from __future__ import annotations

import math
from dataclasses import replace

from hodu.dtypes import DType, bool_
from hodu.kernel.expr import INDEX, Expr, Ramp, Var, index
from hodu.kernel.narrow import computed
from hodu.lower.gemm.finish import Finish, can_write_vectors
from hodu.lower.gemm.operands import Matrices, Panels, accumulator
from hodu.lower.gemm.packing import pack_at_run_time
from hodu.lower.gemm.tile import Tile
from hodu.lower.index import ZERO, Index, broadcast_index
from hodu.lower.layers.attention import (
    FEW,
    Attention,
    MaskAt,
    Operands,
    Own,
    Problem,
    score_tile,
)
from hodu.lower.limits import beyond_limit
from hodu.lower.moving.affine import View, view_of
from hodu.lower.point import CannotVectorizeError
from hodu.lower.rules import kernel
from hodu.lower.stage import Stage
from hodu.shapes import Shape


@kernel("scaled_dot_product_attention", epilogue=True)
def scaled_dot_product_attention(s: Stage) -> None:
    """The values of the keys averaged for each query; nothing of size queries x keys is stored."""
    query, key, value = (view_of(s, i) for i in range(3))
    queries, features = _numbers(s, query.shape[-2:])
    keys, width = _numbers(s, value.shape[-2:])
    dtype = accumulator(s.type(0).dtype)
    tile = score_tile(s, dtype, max(queries, 1), max(keys, 1))
    batch = s.extents(s.out_type().shape[:-2])
    problem = Problem(
        batch, queries, keys, features, width, _scale(s, features),
        bool(s.attrs.get("is_causal")), _mask(s), _mask_has_vectors(s, dtype, tile),
    )  # fmt: skip
    operands = Operands(
        _matrices(query, along=-2),
        _keys(s, query, key, tile),
        _values(s, value, queries, width, dtype, tile),
        _own(query.shape, 1),
        _own(key.shape, _group(s, key)),
        _own(value.shape, _group(s, value)),
    )
    vectors = can_write_vectors(s, _write, dtype, len(batch), tile.lanes)
    Attention(s, problem, operands, tile, Finish(_write, dtype, vectors)).emit()


def _numbers(s: Stage, dims: Shape) -> tuple[int, ...]:
    if not all(isinstance(d, int) for d in dims):
        raise beyond_limit(s.node, f"the last sizes {dims}")
    return tuple(int(d) for d in dims if isinstance(d, int))


def _scale(s: Stage, features: int) -> float:
    given = s.attrs.get("scale")
    return float(given) if given is not None else 1.0 / math.sqrt(features) if features else 1.0


def _group(s: Stage, view: View) -> int:
    """How many query heads share a head of key or value."""
    if not s.attrs.get("enable_gqa"):
        return 1
    heads, own = s.type(0).shape[-3], view.shape[-3]
    assert isinstance(heads, int)
    assert isinstance(own, int)
    return heads // own


def _own(shape: Shape, group: int) -> Own:
    heads = shape[:-2]

    def own(position: Index) -> Index:
        if group > 1:
            position = (*position[:-1], position[-1] // group)
        return broadcast_index(position, heads)

    return own


def _matrices(view: View, *, along: int) -> Matrices:
    """A view as matrices whose columns are the axis `along`."""
    other = view.strides[-3 - along]
    return Matrices(view.place, view.offset, view.strides[:-2], view.strides[along], other)


def _keys(s: Stage, query: View, key: View, tile: Tile) -> Matrices | Panels:
    """The keys as they lie for a few queries, else packed."""
    (queries, features), keys = _numbers(s, query.shape[-2:]), _numbers(s, key.shape[-2:-1])[0]
    along = query.strides[-1] == key.strides[-1] == index(1)
    if queries <= FEW and along and tile.lanes > 1:
        return _matrices(key, along=-2)
    return _packed(s, key, keys, index(features), tile, along=-2)


def _packed(s: Stage, view: View, columns: int, depth: Expr, tile: Tile, *, along: int) -> Panels:
    """Matrices whose columns are the axis `along`, in panels."""
    batch = s.extents(view.shape[:-2])
    matrices = _matrices(view, along=along)
    return pack_at_run_time(s.lowering, matrices, batch, depth, columns, tile)


def _values(
    s: Stage, value: View, queries: int, width: int, dtype: DType, tile: Tile
) -> Matrices | Panels:
    """The values as they lie, or packed where they are strided, or to convert them once."""
    is_converted = value.place.slot.dtype is not dtype and queries > FEW
    if (value.strides[-1] != index(1) and tile.lanes > 1) or is_converted:
        vectors = max(1, min(tile.vectors, -(-width // tile.lanes)))
        keys = s.extents(value.shape[-2:-1])[0]
        return _packed(s, value, width, keys, replace(tile, vectors=vectors), along=-1)
    return _matrices(value, along=-1)


def _mask(s: Stage) -> MaskAt | None:
    if not s.has(3):
        return None
    shape = s.type(3).shape

    def mask(position: Index, row: Expr, key: Expr) -> Expr:
        return s.read(3, broadcast_index((*position, row, key), shape))

    return mask


def _mask_has_vectors(s: Stage, dtype: DType, tile: Tile) -> bool:
    """Whether the mask can be read as vectors of the width of the scores."""
    if not s.has(3) or tile.lanes == 1:
        return True
    kind = s.type(3).dtype
    if kind is not bool_ and computed(kind) is not dtype:
        return False
    trial = Stage(s.lowering, s.node)
    shape = s.type(3).shape
    axes = [Var(f"axis{i}", INDEX, 1, (0, None)) for i in range(len(shape))]
    try:
        trial.read(3, broadcast_index((*axes[:-1], Ramp(ZERO, tile.lanes))[-len(shape) :], shape))
    except CannotVectorizeError:
        return False
    return True


def _write(s: Stage, batch: Index, row: Expr, column: Expr, value: Expr) -> None:
    s.write((*batch, row, column), value.cast(computed(s.out_type().dtype)))
