"""Stacks of matrices: one after the other in scratch memory, several at a time in threads.

Everything is computed in f64 whatever the dtype of the op, so that what is rounded to it is the
result alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from hodu.dtypes import DType, f64, i64
from hodu.kernel.algebra import bounds, constant, unary
from hodu.kernel.buffer import Buf
from hodu.kernel.builder import KernelBuilder
from hodu.kernel.expr import Expr, Operand, index, select
from hodu.kernel.intrinsics import fma, reduce_lanes
from hodu.kernel.narrow import computed
from hodu.lower import status
from hodu.lower.index import Extents, Index, flat, product, unflat
from hodu.lower.program import Place
from hodu.lower.stage import Stage

TASKS = 64  # at most, whatever the number of threads; each has scratch memory of its own
TASK_WORK = 1 << 15  # multiplications below which a task is not worth a thread
MAX_FAIL_VALUES = 4


@dataclass(frozen=True, slots=True)
class Rows:
    """A matrix of rows of `stride` elements from `base` on; operations go along rows."""

    k: KernelBuilder
    buf: Buf
    base: Expr
    stride: Expr
    lanes: int

    def at(self, i: Operand, j: Operand = 0) -> Expr:
        """The flat position of an element."""
        return self.base + index(i) * self.stride + j

    def get(self, i: Operand, j: Operand = 0) -> Expr:
        """An element as it is now."""
        return self.k.let(self.k.load(self.buf, self.at(i, j)), "e")

    def set(self, i: Operand, j: Operand, value: Operand) -> None:
        """Store an element."""
        self.k.store(self.buf, self.at(i, j), value)

    def fill(self, i: Operand, count: Operand, value: float) -> None:
        """Set the first elements of a row to a number."""
        with self.k.loop(count, name="j") as j:
            self.set(i, j, value)

    def set_identity(self, rows: Expr) -> None:
        """Make a square matrix the identity."""
        with self.k.loop(rows) as i:
            self.fill(i, rows, 0.0)
            self.set(i, i, 1.0)

    def dot(self, i: Operand, other: Rows, j: Operand, hi: Expr, lo: Operand = 0) -> Expr:
        """The sum over columns lo to hi of row i times row j of `other`."""
        k, lanes = self.k, self.lanes
        x, y = k.let(self.at(i), "x"), k.let(other.at(j), "y")
        total = k.local("sum", f64, lanes=lanes, init=0.0)
        whole = self._whole(hi, lo)
        with k.loop(whole, lo, step=lanes, name="c") as c:
            a, b = k.load(self.buf, x + c, lanes), k.load(other.buf, y + c, lanes)
            k.store(total, 0, fma(a, b, k.load(total)))
        rest = k.local("rest", f64, init=reduce_lanes("add", k.load(total)))
        with k.loop(hi, whole, name="c") as c:
            a, b = k.load(self.buf, x + c), k.load(other.buf, y + c)
            k.store(rest, 0, fma(a, b, k.load(rest)))
        return k.let(k.load(rest), "dot")

    def add_scaled(
        self, i: Operand, other: Rows, j: Operand, factor: Expr, hi: Expr, lo: Operand = 0
    ) -> None:
        """Add `factor` times row j of `other` to row i, over columns lo to hi."""
        k = self.k
        x, y = k.let(self.at(i), "x"), k.let(other.at(j), "y")

        def step(c: Expr, lanes: int) -> None:
            a, b = k.load(self.buf, x + c, lanes), k.load(other.buf, y + c, lanes)
            k.store(self.buf, x + c, fma(b, factor, a))

        self._along(hi, lo, step)

    def swap(self, i: Operand, j: Operand, count: Expr) -> None:
        """Exchange two rows."""
        k = self.k
        x, y = k.let(self.at(i), "x"), k.let(self.at(j), "y")

        def step(c: Expr, lanes: int) -> None:
            a = k.let(k.load(self.buf, x + c, lanes), "a")
            b = k.let(k.load(self.buf, y + c, lanes), "b")
            k.store(self.buf, x + c, b)
            k.store(self.buf, y + c, a)

        self._along(count, 0, step)

    def rotate(self, i: Operand, j: Operand, cosine: Expr, sine: Expr, count: Expr) -> None:
        """Turn rows i and j: c x - s y and s x + c y."""
        k = self.k
        x, y = k.let(self.at(i), "x"), k.let(self.at(j), "y")

        def step(c: Expr, lanes: int) -> None:
            a = k.let(k.load(self.buf, x + c, lanes), "a")
            b = k.let(k.load(self.buf, y + c, lanes), "b")
            k.store(self.buf, x + c, a * cosine - b * sine)
            k.store(self.buf, y + c, a * sine + b * cosine)

        self._along(count, 0, step)

    def _whole(self, hi: Expr, lo: Operand) -> Expr:
        span = (hi - lo) // self.lanes * self.lanes
        return self.k.let(index(lo) + span, "whole")

    def _along(self, hi: Expr, lo: Operand, step: Callable[[Expr, int], None]) -> None:
        whole = self._whole(hi, lo)
        with self.k.loop(whole, lo, step=self.lanes, name="c") as c:
            step(c, self.lanes)
        with self.k.loop(hi, whole, name="c") as c:
            step(c, 1)


@dataclass(frozen=True, slots=True)
class Work:
    """The scratch memory of one task of `tasks`."""

    stage: Stage
    task: Expr
    tasks: int

    def rows(self, rows: Expr, columns: Expr, dtype: DType = f64, name: str = "work") -> Rows:
        """An uninitialised matrix, which the next matrix of the task overwrites."""
        size = capacity(rows) * capacity(columns)
        buf = self.stage.scratch(dtype, self.tasks * size, name)
        return _rows(self.stage, buf, self.task * size, columns)

    def vector(self, count: Expr, dtype: DType = f64, name: str = "vector") -> Rows:
        """A matrix of one row."""
        return self.rows(index(1), count, dtype, name)


def kept_rows(s: Stage, place: Place, number: Expr, rows: Expr, columns: Expr) -> Rows:
    """Matrix `number` of the stack at a place of its own, which outlives the kernel."""
    size = capacity(rows) * capacity(columns)
    return _rows(s, s.param(place, "inout", "stack"), number * size, columns)


def keep_stack(s: Stage, count: Expr, rows: Expr, columns: Expr, dtype: DType = f64) -> Place:
    """A place for a stack of matrices that a later kernel of the op reads."""
    size = capacity(count) * capacity(rows) * capacity(columns)
    return Place(s.lowering.new_slot("stack", dtype, size, "arena"))


def _rows(s: Stage, buf: Buf, base: Expr, columns: Expr) -> Rows:
    return Rows(s.k, buf, s.k.let(base, "base"), columns, s.target.lanes(64))


def capacity(extent: Expr) -> int:
    """The greatest that a size can be."""
    high = bounds(extent)[1]
    assert high is not None
    return high


Body: TypeAlias = "Callable[[Index, Work], None]"


def each_matrix(s: Stage, batch: Extents, work: int, body: Body) -> None:
    """Do `body` for every position of a batch; `work` multiplications each."""
    count = product(batch)
    most = capacity(count)
    if not most:
        return
    tasks = max(1, min(TASKS, most, most * work // TASK_WORK))
    with s.k.loop(tasks, kind="parallel", name="task") as task:
        memory = Work(s, task, tasks)
        with s.k.loop((task + 1) * count // tasks, task * count // tasks, name="number") as number:
            body(unflat(number, batch), memory)


def cubed(*extents: Expr) -> int:
    """The work of an algorithm that takes the cube of the largest size."""
    return int(max(capacity(e) for e in extents) ** 3)


def number_of(position: Index, extents: Sequence[Expr]) -> Expr:
    """The number of a matrix in a stack."""
    return flat(position, tuple(extents))


def result(s: Stage, value: Expr, number: int = 0) -> Expr:
    """An f64 in the dtype in which a result is stored."""
    return value.cast(computed(s.out_type(number).dtype))


def element(s: Stage, number: int, position: Index) -> Expr:
    """An element of an input as f64."""
    return s.read(number, position).cast(f64)


def fail_matrix(s: Stage, condition: Expr, batch: Sequence[Expr], name: str, fault: str) -> None:
    """Leave with an error that says which matrix of the stack is at fault."""
    values = tuple(batch)
    if not values:
        which = "the matrix "
    elif len(values) <= MAX_FAIL_VALUES:
        places = ", ".join(f"{{{i}}}" for i in range(len(values)))
        which = f"the matrix at batch index [{places}] "
    else:
        which = "a matrix of the batch "
        values = ()
    s.fail(condition, status.VALUE, f"{name}(): {which}{fault}", *values)


def read_scaled(
    s: Stage,
    into: Rows,
    extents: tuple[Expr, Expr],
    read: Callable[[Expr, Expr], Expr],
    fail: Callable[[Expr], None] | None,
) -> Expr:
    """Fill `into` with a matrix divided by a power of two that makes its largest element about 1.

    Returns the power, 1 for a matrix of zeros, so that squares neither overflow nor vanish;
    `fail`, if any, gets whether there is an element that is not finite.
    """
    k = s.k
    largest = k.local("largest", f64, init=0.0)
    infinite = k.local("infinite", f64, init=0.0)
    with k.loops(extents) as (i, j):
        x = k.let(read(i, j), "x")
        into.set(i, j, x)
        size, known = k.let(unary("abs", x), "size"), k.load(largest)
        k.store(largest, 0, select(size > known, size, known))
        k.store(infinite, 0, select((x - x).eq(0.0), k.load(infinite), 1.0))
    if fail is not None:
        fail(k.let(k.load(infinite) > 0.0, "bad"))
    scale = k.let(power_below(k.load(largest)), "scale")
    with k.loops(extents) as (i, j):
        into.set(i, j, into.get(i, j) / scale)
    return scale


def power_below(x: Expr) -> Expr:
    """The power of two at or below a positive number; 1 for 0 and what is not finite."""
    bits = x.bitcast(i64) & (0x7FF << 52)
    least = select(x > 0.0, constant(2.0**-1022, f64), 1.0)  # for subnormal numbers
    return select(bits.eq(0), least, select(bits.eq(0x7FF << 52), 1.0, bits.bitcast(f64)))
