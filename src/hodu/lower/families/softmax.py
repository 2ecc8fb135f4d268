"""Softmax and its relatives: exponentials of a row and their sum."""

from __future__ import annotations

from collections.abc import Callable

from hodu.dtypes import DType
from hodu.kernel.algebra import constant
from hodu.kernel.expr import Expr, select
from hodu.kernel.math import exp, exp_weight, log, magnitude
from hodu.kernel.narrow import computed
from hodu.lower.index import Index
from hodu.lower.reducing.axes import row_axes
from hodu.lower.reducing.folds import ADD, LARGEST
from hodu.lower.reducing.kept import Kept, is_in_memory, keep, room_for
from hodu.lower.reducing.reduce import write_row
from hodu.lower.reducing.rows import Nest, Row, lanes_for, vectorized
from hodu.lower.rules import kernel
from hodu.lower.stage import Stage
from hodu.ops._rules import axes_of

INF = float("inf")


@kernel("softmax", inlines=True, epilogue=True)
def softmax(s: Stage) -> None:
    """`exp(input)` divided by its sum along `dim`."""

    def one(row: Row, dtype: DType, element: Callable[[Index], Expr]) -> None:
        k, place = row.k, row.nest.axes.place
        room = room_for(row, dtype)
        reads_again = is_in_memory(row) or room is None
        kept = Kept(row, element, None if reads_again else room)
        largest = row.fold(LARGEST, dtype, kept.take)

        def power(p: Index) -> Expr:
            found = k.let(exp_weight(k, kept.again(p) - largest), "e")
            if room is not None:
                room.put(p, found)
            return found

        scale = k.let(constant(1, dtype) / row.fold(ADD, dtype, power), "scale")
        again = power if room is None else room.get
        row.each(lambda p: s.write(place(p), again(p) * scale))

    _rows(s, (s.attrs["dim"],), one)


@kernel("log_softmax", inlines=True, epilogue=True, keeps=True)
def log_softmax(s: Stage) -> None:
    """The logarithm of the softmax along `dim`."""

    def one(row: Row, dtype: DType, element: Callable[[Index], Expr]) -> None:
        k, place = row.k, row.nest.axes.place
        kept = keep(row, dtype, element)
        largest = row.fold(LARGEST, dtype, kept.take)
        total = row.fold(ADD, dtype, lambda p: exp_weight(k, kept.again(p) - largest))
        shift = k.let(log(k, total), "shift")
        row.each(lambda p: s.write(place(p), kept.again(p) - largest - shift))

    _rows(s, (s.attrs["dim"],), one)


@kernel("logsumexp", inlines=True, epilogue=True)
def logsumexp(s: Stage) -> None:
    """`log(sum(exp(input)))` over `dim`."""

    def one(row: Row, dtype: DType, element: Callable[[Index], Expr]) -> None:
        k = row.k
        kept = keep(row, dtype, element)
        largest = row.fold(LARGEST, dtype, kept.take)
        zero = constant(0, dtype)
        top = k.let(select(magnitude(largest).eq(INF), zero, largest), "top")
        total = row.fold(ADD, dtype, lambda p: exp(k, kept.again(p) - top))
        write_row(row, log(k, total) + top)

    _rows(s, s.attrs["dim"], one, same_shape=False)


def _rows(
    s: Stage,
    dim: tuple[int, ...],
    one: Callable[[Row, DType, Callable[[Index], Expr]], None],
    *,
    same_shape: bool = True,
) -> None:
    axes = row_axes(s, axes_of(dim, s.type().rank), same_shape=same_shape)
    dtype = computed(s.type().dtype)

    def element(p: Index) -> Expr:
        return s.read(0, axes.place(p))

    def write(lanes: int) -> None:
        Nest(s, axes, lanes, abreast=True).rows(lambda row: one(row, dtype, element))

    vectorized(s, lanes_for(s, dtype), write)
