"""Matrix products and linear layers."""

from __future__ import annotations

from hodu.kernel.expr import Expr
from hodu.kernel.narrow import computed
from hodu.lower.gemm import compact
from hodu.lower.gemm.contract import collapse_rows, contract
from hodu.lower.gemm.finish import Write
from hodu.lower.gemm.operands import Matrices
from hodu.lower.gemm.product import Sizes
from hodu.lower.index import ZERO, Index, broadcast_index, unflat
from hodu.lower.moving.affine import View, view_of
from hodu.lower.rules import kernel
from hodu.lower.stage import Stage
from hodu.ops._table import Array
from hodu.shapes import Shape


@kernel("matmul", epilogue=True)
def matmul(s: Stage) -> None:
    """The products of the last two axes, batched over those before; 1-D operands are vectors."""
    x, y = s.type(0), s.type(1)
    has_row, has_column = x.rank > 1, y.rank > 1
    batch = s.out_type().shape[: s.out_type().rank - has_row - has_column]
    left, right = view_of(s, 0), view_of(s, 1)
    a = matrices_of(left, batch, has_row, s.data(0), along=-2, depth=-1)
    b = matrices_of(right, batch, has_column, s.data(1), along=-1, depth=-2 if has_column else -1)
    rows, columns = x.shape[-2] if has_row else 1, y.shape[-1] if has_column else 1
    _multiply(s, batch, (rows, columns, x.shape[-1]), a, b, (has_row, has_column))


@kernel("linear", epilogue=True)
def linear(s: Stage) -> None:
    """`x @ weight.T + bias`, the sum rounded once."""
    x, weight = s.type(0), s.type(1)
    batch = x.shape[:-2]
    has_row, has_column = x.rank > 1, weight.rank > 1
    a = matrices_of(view_of(s, 0), batch, has_row, s.data(0), along=-2, depth=-1)
    b = matrices_of(view_of(s, 1), batch, has_column, s.data(1), along=-2, depth=-1)
    rows, columns = x.shape[-2] if has_row else 1, weight.shape[0] if has_column else 1
    _multiply(s, batch, (rows, columns, x.shape[-1]), a, b, (has_row, has_column), bias=s.has(2))


def matrices_of(
    view: View, batch: Shape, has_along: bool, data: Array | None, *, along: int, depth: int
) -> Matrices:
    """A view as a batch of matrices: which of its axes is which, the batch broadcast."""
    matrix = 2 if has_along else 1
    heads = [
        ZERO if d == 1 else stride
        for d, stride in zip(view.shape[:-matrix], view.strides[:-matrix], strict=True)
    ]
    strides = (*[ZERO] * (len(batch) - len(heads)), *heads)
    if data is not None:
        data = data.swapaxes(-1, -2) if has_along and depth == -2 else data
        data = data if has_along else data[..., None, :]
    stride = view.strides[along] if has_along else ZERO
    return Matrices(view.place, view.offset, strides, stride, view.strides[depth], data)


def _multiply(
    s: Stage,
    batch: Shape,
    sizes: Shape,
    a: Matrices,
    b: Matrices,
    has: tuple[bool, bool],
    bias: bool = False,
) -> None:
    extents = s.extents(batch)
    rows, columns, depth = (s.lowering.sizes.extent(s, d) for d in sizes)
    whole = Sizes(extents, rows, columns, depth)
    joined, a, b = collapse_rows(whole, a, b)
    if compact.suits(s, joined, a, b) and (not bias or s.data(2) is not None):
        write = writer(whole, len(joined.batch), has, False)
        compact.multiply(s, joined, a, b, s.data(2) if bias else None, write)
        return
    contract(s, joined, a, b, writer(whole, len(joined.batch), has, bias))


def writer(sizes: Sizes, kept: int, has: tuple[bool, bool], bias: bool) -> Write:
    """Stores a sum at its position: the first `kept` axes of the batch, the rest in the rows."""
    row_extents = (*sizes.batch[kept:], sizes.rows)

    def write(s: Stage, batch: Index, row: Expr, column: Expr, value: Expr) -> None:
        *heads, inner = unflat(row, row_extents)
        position = (*batch, *heads, *((inner,) if has[0] else ()), *((column,) if has[1] else ()))
        value = value.cast(computed(s.out_type().dtype))
        if bias:
            value = value + s.read(2, broadcast_index(position, s.type(2).shape))
        s.write(position, value)

    return write
