"""Products of rows of bytes with constant matrices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hodu.dtypes import i32
from hodu.kernel.expr import index
from hodu.kernel.intrinsics import anew
from hodu.lower.gemm.integers import centred_bytes
from hodu.lower.gemm.operands import WORD
from hodu.lower.index import dot, product, unflat
from hodu.lower.last.dots import (
    Dots,
    bias_table,
    centred,
    channels_at_once,
    each_sum,
    pack_words,
    start_sums,
)
from hodu.lower.moving.affine import View, view_of
from hodu.lower.stage import Stage
from hodu.ops._table import Array
from hodu.shapes import static_shape
from hodu.snapshot.ir import Node


@dataclass(frozen=True, slots=True)
class _Product:
    """Rows of x less `zero` times `weights` [columns, depth]."""

    x: View
    zero: int
    weights: Array
    bias: Array | None


def multiply_pairs(s: Stage) -> bool:
    """Write an `integer_matmul` of rows of whole words; false where there is no such form."""
    weights, zero = _weights(s), _zero(s)
    shape = static_shape(s.out_type().shape)
    if weights is None or zero is None:
        return False
    if not (s.target.pairs_halves or s.target.compact):  # less memory and code, but slower
        return False
    if not shape or 0 in shape or weights.shape[1] % WORD:
        return False
    x = view_of(s, 0)
    if x.strides[-1] != index(1):
        return False
    bias = _bias(s)
    nodes: tuple[Node, ...] = (s.node, *s.epilogue)
    skipped = 0 if bias is None else 1
    own = Stage(s.lowering, nodes[skipped], nodes[skipped + 1 :], others=nodes[:skipped])
    _write(own, _Product(x, zero, weights, bias), shape)
    own.finish()
    return True


def _write(s: Stage, p: _Product, shape: tuple[int, ...]) -> None:
    k, (out, depth) = s.k, p.weights.shape
    channels = channels_at_once(out)
    x = centred(k, s.param(p.x.place, "in"), p.x.place.slot.dtype, p.zero)
    dots = Dots(s, x, s.table(pack_words(p.weights, channels), "w"), channels)
    bias = bias_table(s, p.bias, out)
    rows = tuple(map(index, shape[:-1]))
    with k.loop(product(rows), name="row") as row:
        at = unflat(row, rows) if rows else ()
        start = k.let(p.x.offset + dot(at, p.x.strides[:-1]), "start")
        with k.loop(out // channels, name="block", kept=True) as block:
            first = block * channels
            sums = start_sums(s, bias, first, channels)
            dots.add(sums, start, block * (channels * depth), index(depth))
            first = k.let(anew(first), "first")
            with each_sum(k, sums) as (channel, total):
                s.write((*at, first + channel), total)


def _weights(s: Stage) -> Array | None:
    """The right operand less its zero points, [columns, depth]."""
    data, zero = s.data(1), s.data(3) if s.has(3) else None
    if data is None or data.ndim != 2 or (s.has(3) and zero is None):
        return None
    found = centred_bytes(data, zero)
    return None if found is None else np.ascontiguousarray(found.T)


def _zero(s: Stage) -> int | None:
    """The zero point of the left operand, None where it is not one known number."""
    if not s.has(2):
        return 0
    data = s.data(2)
    return None if data is None or data.size != 1 else int(data.reshape(-1)[0])


def _bias(s: Stage) -> Array | None:
    """A vector that the first node of the epilogue adds to the sums, which may start with it."""
    if not s.epilogue or s.epilogue[0].op != "add":
        return None
    own, columns = s.node.outputs[0], s.out_type().shape[-1]
    others = [v for v in s.epilogue[0].inputs if v is not None and v is not own]
    data = s.lowering.constant_data(others[0]) if len(others) == 1 else None
    if data is None or data.dtype != i32.numpy or data.size != columns:
        return None
    return np.asarray(data).reshape(-1)
