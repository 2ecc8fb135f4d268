"""One entry for all matrix products: which loops suit the operands."""

from __future__ import annotations

from dataclasses import replace

from hodu.dtypes import i32
from hodu.kernel.expr import Const, Expr, index
from hodu.lower.gemm import choose, dots
from hodu.lower.gemm.dots import Dots
from hodu.lower.gemm.finish import Across, Finish, Write, can_write_vectors
from hodu.lower.gemm.operands import (
    WORD,
    Matrices,
    Panels,
    accumulator,
    pack_constant,
)
from hodu.lower.gemm.packing import pack_at_run_time
from hodu.lower.gemm.product import Blocked, Sizes, known
from hodu.lower.gemm.tile import Panel, Rows, Sums, Tile, accumulate
from hodu.lower.index import product
from hodu.lower.stage import Stage

_WORTH_PACKING = 16  # rows from which on a copy of the right operand pays
_SQUARE = 4  # of which the rows of a tile that is transposed are a multiple


def contract(s: Stage, sizes: Sizes, a: Matrices, b: Matrices, write: Write) -> None:
    """Store the products `sum over d of a[row, d] * b[column, d]` of a batch through `write`.

    The sums come in the dtype `accumulator(dtype)`; results may come in any order, each once.
    """
    dtype = accumulator(a.dtype)
    if sizes.columns == index(1) and sizes.rows != index(1) and known(sizes.rows) is not None:
        turned = Sizes(sizes.batch, sizes.columns, sizes.rows, sizes.depth)
        contract(s, turned, b, a, _turned(write))
    elif is_cheaper_turned(sizes, a, b):
        turned = Sizes(sizes.batch, sizes.columns, sizes.rows, sizes.depth)
        _blocked_turned(s, turned, b, a, write)
    elif dots.suits(s, sizes, a, b, dtype):
        Dots(s, sizes, a, b, Finish(write, dtype, False)).emit()
    elif known(sizes.columns) is None or not _can_pack(sizes, b):
        _one_by_one(s, sizes, a, b, Finish(write, dtype, False))
    else:
        _blocked(s, sizes, a, b, write)


def _blocked(s: Stage, sizes: Sizes, a: Matrices, b: Matrices, write: Write) -> None:
    dtype = accumulator(a.dtype)
    blocking = _blocking(s, sizes, a, b)
    rights = _rights(s, sizes, b, blocking.tile)
    vectors = can_write_vectors(s, write, dtype, len(sizes.batch), blocking.tile.lanes)
    Blocked(s, sizes, a, rights, blocking, Finish(write, dtype, vectors)).emit()


def _blocked_turned(s: Stage, sizes: Sizes, a: Matrices, b: Matrices, write: Write) -> None:
    """The same loops for the transposed product, of which `write` stores the columns as rows."""
    dtype = accumulator(a.dtype)
    blocking = _blocking(s, sizes, a, b, turned=True)
    rights = _rights(s, sizes, b, blocking.tile)
    is_wide = can_write_vectors(s, write, dtype, len(sizes.batch), blocking.tile.lanes)
    finish = Across(write, dtype) if is_wide else Finish(_turned(write), dtype, False)
    Blocked(s, sizes, a, rights, blocking, finish).emit()


def contract_words(
    s: Stage, sizes: Sizes, a: Matrices, b: Matrices, write: Write, *, turned: bool
) -> None:
    """Store the same products of bytes, `b` constant in i8, summed in i32.

    The depth is of words of four bytes, a step apart; where `turned`, 128 is added to those of `a`.
    """
    blocking = _blocking(s, sizes, a, b)
    blocking = replace(blocking, tile=replace(blocking.tile, word=WORD))
    rights = pack_constant(s.lowering, b, sizes.batch, blocking.tile)
    vectors = can_write_vectors(s, write, i32, len(sizes.batch), blocking.tile.lanes)
    Blocked(s, sizes, a, rights, blocking, Finish(write, i32, vectors), turned).emit()


def _blocking(
    s: Stage, sizes: Sizes, a: Matrices, b: Matrices, *, turned: bool = False
) -> choose.Blocking:
    """How the product is cut: the first candidate, or the one that was measured to be faster."""
    rows, columns, depth = known(sizes.rows), known(sizes.columns), known(sizes.depth)
    count = known(product(sizes.batch))
    assert columns is not None
    multiple = _SQUARE if turned else 1
    found = choose.candidates(s.target, accumulator(a.dtype).bits, rows, columns, depth, multiple)
    if rows is None or depth is None or count is None:
        return found[0]
    steps = f"{known(a.stride)}, {known(a.step)} by {known(b.stride)}, {known(b.step)}"
    packed = "constant" if b.data is not None else "computed"
    shape = f"{count} x {rows} x {columns} x {depth}, {a.dtype} by {packed} {b.dtype}"
    return s.choose(f"product {shape}, strides {steps}", found)


def _turned(write: Write) -> Write:
    """The same for the transposed product."""
    return lambda s, batch, row, column, value: write(s, batch, column, row, value)


def is_cheaper_turned(sizes: Sizes, a: Matrices, b: Matrices) -> bool:
    """Whether to compute the transposed product, in which the left operand is packed instead.

    Both lie along the depth, so that the right one of the product would be transposed element by
    element. Each result is then stored by itself, which takes about as long as to pack an element.
    """
    rows, columns, depth = known(sizes.rows), known(sizes.columns), known(sizes.depth)
    if rows is None or columns is None or depth is None or rows < _WORTH_PACKING:
        return False
    is_computed = a.data is None and b.data is None
    along = a.step == b.step == index(1) and index(1) not in (a.stride, b.stride)
    return is_computed and along and columns * depth > rows * depth + 2 * rows * columns


def _can_pack(sizes: Sizes, b: Matrices) -> bool:
    """Whether the right operand can be read as vectors, as it lies or in panels."""
    counted = isinstance(product((*sizes.batch, sizes.depth)), Const)
    return b.data is not None or counted or b.stride == index(1)


def _one_by_one(s: Stage, sizes: Sizes, a: Matrices, b: Matrices, finish: Finish) -> None:
    """The plain loops, for sizes that are known only at run time."""
    k = s.k
    lefts, rights = s.param(a.place, "in"), s.param(b.place, "in")
    with k.loops((*sizes.batch, sizes.rows, sizes.columns), kind="parallel") as position:
        *batch, row, column = position
        sums = Sums(k, Tile(1, 1, 1), finish.dtype)
        left = k.let(a.start(tuple(batch)) + row * a.stride, "left")
        right = k.let(b.start(tuple(batch)) + column * b.stride, "right")
        accumulate(k, sums, Rows(lefts, left, 0, a.step), Panel(rights, right, b.step), sizes.depth)
        finish.write(s, tuple(batch), row, column, sums.value(0, 0))


def _rights(s: Stage, sizes: Sizes, b: Matrices, tile: Tile) -> Matrices | Panels:
    """The right operand in the form in which the loops read it."""
    if b.data is not None:
        return pack_constant(s.lowering, b, sizes.batch, tile)
    columns = known(sizes.columns)
    if columns is None or not _packs(sizes, b, tile):
        return b
    return pack_at_run_time(s.lowering, b, sizes.batch, sizes.depth, columns, tile)


def _packs(sizes: Sizes, b: Matrices, tile: Tile) -> bool:
    """Whether the right operand is copied into panels first."""
    counted = isinstance(product((*sizes.batch, sizes.depth)), Const)
    if tile.lanes == 1 or not counted:
        return False
    return b.stride != index(1) or (known(sizes.rows) or _WORTH_PACKING) >= _WORTH_PACKING


def collapse_rows(sizes: Sizes, a: Matrices, b: Matrices) -> tuple[Sizes, Matrices, Matrices]:
    """The batch as rows, where all of it is multiplied by one right operand."""
    batch: list[Expr] = list(sizes.batch)
    steps, others = list(a.batch), list(b.batch)
    rows, stride = sizes.rows, a.stride
    while batch and others[-1] == index(0) and _follows(steps[-1], batch[-1], stride, rows):
        if rows == index(1):
            stride = steps[-1]
        rows = batch.pop() * rows
        steps.pop()
        others.pop()
    return (
        Sizes(tuple(batch), rows, sizes.columns, sizes.depth),
        Matrices(a.place, a.offset, tuple(steps), stride, a.step, a.data),
        Matrices(b.place, b.offset, tuple(others), b.stride, b.step, b.data),
    )


def _follows(step: Expr, count: Expr, stride: Expr, rows: Expr) -> bool:
    """Whether one matrix of a batch begins where the rows of the one before end."""
    return count == index(1) or rows == index(1) or step == stride * rows
