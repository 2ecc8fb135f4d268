"""Products of bytes summed in i32."""

from __future__ import annotations

import math

import numpy as np

from hodu.dtypes import i16, i32
from hodu.kernel.expr import Expr
from hodu.lower.conv.general import convolve
from hodu.lower.families.convolution import moved_windows_of
from hodu.lower.families.matmul import matrices_of, writer
from hodu.lower.gemm.contract import collapse_rows, contract
from hodu.lower.gemm.integers import centred_bytes, has_words, multiply_bytes
from hodu.lower.gemm.operands import Matrices
from hodu.lower.gemm.product import Sizes
from hodu.lower.index import ZERO, Index, broadcast_index, dense_strides, flat
from hodu.lower.last.products import multiply_pairs
from hodu.lower.moving.affine import View, view_of
from hodu.lower.program import Place
from hodu.lower.rules import kernel
from hodu.lower.stage import Stage


@kernel("integer_conv", views=False, epilogue=True)
def integer_conv(s: Stage) -> None:
    """Sums over windows; what is outside of the input counts as zero."""

    def read(number: int, position: Index) -> Expr:
        return _centred(s, number, position, number + 3)

    convolve(s, moved_windows_of(s), read=read)


def _centred(s: Stage, number: int, position: Index, zero: int) -> Expr:
    """An element of an input less that of its zero point, in i32."""
    x = s.read(number, position).cast(i32)
    if not s.has(zero):
        return x
    return x - s.read(zero, broadcast_index(position, s.type(zero).shape)).cast(i32)


@kernel("integer_matmul", epilogue=True)
def integer_matmul(s: Stage) -> None:
    """The products of the last two axes, of whole words where the right operand is constant."""
    if multiply_pairs(s):
        return
    x, y = s.type(0), s.type(1)
    has = (x.rank > 1, y.rank > 1)
    batch = s.out_type().shape[: s.out_type().rank - sum(has)]
    rows, columns = x.shape[-2] if has[0] else 1, y.shape[-1] if has[1] else 1
    whole = Sizes(s.extents(batch), *(s.extent(d) for d in (rows, columns, x.shape[-1])))
    weights = _weights(s)
    has_zero = s.has(2) and (math.prod(s.type(2).shape) != 1)
    is_bytes = weights is not None and y.rank == 2 and not has_zero and has_words(whole)
    left = view_of(s, 0) if is_bytes else _view(s, 0)
    a = matrices_of(left, batch, has[0], None, along=-2, depth=-1)
    right = view_of(s, 1) if is_bytes else _view(s, 1)
    b = matrices_of(right, batch, has[1], weights, along=-1, depth=-2 if has[1] else -1)
    sizes, a, b = collapse_rows(whole, a, b)
    write = writer(whole, len(sizes.batch), has, False)
    if is_bytes:
        multiply_bytes(s, sizes, a, b, write, _zero(s))
    else:
        contract(s, sizes, a, Matrices(b.place, b.offset, b.batch, b.stride, b.step), write)


def _weights(s: Stage) -> np.ndarray | None:
    """The right operand less its zero points, if that is constant bytes."""
    if s.has(3) and s.data(3) is None:
        return None
    return centred_bytes(s.data(1), s.data(3) if s.has(3) else None)


def _zero(s: Stage) -> int | None:
    """The zero point of the left operand, None if it is not known."""
    if not s.has(2):
        return 0
    data = s.data(2)
    return None if data is None else int(data.reshape(-1)[0])


def _view(s: Stage, number: int) -> View:
    """An operand less its zero point, as i16 in memory of its own where it has one."""
    if not s.has(number + 2):
        return view_of(s, number)
    shape = s.type(number).shape
    size = math.prod(s.lowering.sizes.capacity(shape))
    place = Place(s.lowering.new_slot("centred", i16, size, "arena"))
    copy = Stage(s.lowering, s.node)
    extents = copy.extents(shape)
    with copy.k.loops(extents, kind="parallel") as position:
        element = _centred(copy, number, position, number + 2).cast(i16)
        copy.k.store(copy.param(place, "out"), flat(position, extents), element)
    copy.finish()
    return View(place, ZERO, dense_strides(s.extents(shape)), shape)
