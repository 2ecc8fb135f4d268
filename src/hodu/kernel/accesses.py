"""When a kernel last reads and first writes each element of its parameters.

The order of all accesses is known where positions and the ends of loops follow from loop variables
alone: each access is evaluated for all turns of the loops around it at once. Of turns on which a
position does not depend, the last one counts for reads and the first one for writes. What cannot
be known counts for the worse: a position that depends on data may be any.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from hodu.kernel import expr as e
from hodu.kernel.algebra import bounds
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import INDEX, Expr, Load, Var
from hodu.kernel.ir import Block, Copy, For, If, Kernel, Let, Stmt, Store, While
from hodu.kernel.walk import expressions, operands
from hodu.ops._table import Array

NEVER_READ, NEVER_WRITTEN = -1, np.iinfo(np.int64).max
_MOST = 1 << 22  # turns of loops that are gone through for one access

Positions: TypeAlias = "Array | int"
_OPS = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.floor_divide,
    "rem": np.remainder,
    "min": np.minimum,
    "max": np.maximum,
    "lt": np.less,
    "le": np.less_equal,
    "eq": np.equal,
    "ne": np.not_equal,
    "and": np.bitwise_and,
    "or": np.bitwise_or,
}


class UnknownOrderError(Exception):
    """The order of a kernel's accesses depends on more than its loops."""


class _UnknownError(Exception):
    """A value depends on data."""


@dataclass(frozen=True, slots=True)
class Times:
    """For each element of a parameter, when it is last read and when it is first written."""

    read: Array
    written: Array


def access_times(kernel: Kernel, params: Sequence[Buf]) -> list[Times]:
    """The times of the elements of some parameters, in one clock, when loops run turn after turn.

    Raises UnknownOrderError for loops whose number of turns depends on data.
    """
    walk = _Walk(params, _depth(kernel.body))
    walk.block(kernel.body, 0)
    return [Times(walk.read[buf], walk.written[buf]) for buf in params]


@dataclass(frozen=True, slots=True)
class _Loop:
    """A loop around an access: its turns at most, and the time that each one takes."""

    turns: int
    time: int


class _Walk:
    def __init__(self, params: Sequence[Buf], depth: int) -> None:
        self.read = {b: np.full(b.size, NEVER_READ, np.int64) for b in params}
        self.written = {b: np.full(b.size, NEVER_WRITTEN, np.int64) for b in params}
        self.depth = depth
        self.loops: list[_Loop] = []
        self.values: dict[Var, Positions | None] = {}
        self.inside: list[Array] = []

    def block(self, block: Block, start: int) -> None:
        """Note all accesses of a block that begins at a time in the first turns of its loops."""
        for stmt in block:
            self._stmt(stmt, start)
            start += _time(stmt)

    def _stmt(self, stmt: Stmt, start: int) -> None:
        self._loads(operands(stmt), start)
        match stmt:
            case For():
                self._for(stmt, start)
            case While():
                raise UnknownOrderError
            case If(body=body, orelse=orelse):  # as if both ran
                self.block(body, start + 1)
                self.block(orelse, start + 1 + sum(map(_time, body)))
            case Let(var=var, value=value) if var.dtype is INDEX:
                self.values[var] = self._known(value)
            case Store(buf=buf, index=index):
                self._access(buf, index, start + 1, is_write=True)
            case Copy(target=target, source=source):
                self._anywhere(source, start + 1, is_write=False)
                self._anywhere(target, start, is_write=True)

    def _for(self, loop: For, start: int) -> None:
        lo, hi = self._known(loop.lo), self._known(loop.hi)
        if lo is None or hi is None or loop.backward is not None:
            raise UnknownOrderError
        turns = int(np.max(-(-np.subtract(hi, lo) // loop.step), initial=0))
        if turns <= 0:
            return
        axis = len(self.loops)
        shape = [1] * self.depth
        shape[axis] = turns
        at = lo + np.arange(turns, dtype=np.int64).reshape(shape) * loop.step
        below = at < hi
        self.loops.append(_Loop(turns, sum(map(_time, loop.body))))
        self.inside += [] if below.all() else [below]
        self.values[loop.var] = at
        self.block(loop.body, start + 1)
        self.inside = self.inside if below.all() else self.inside[:-1]
        self.loops.pop()

    def _loads(self, roots: Iterable[Expr], start: int) -> None:
        for x in (x for root in roots for x in expressions(root) if isinstance(x, Load)):
            if x.buf in self.read:
                self._access(x.buf, x.index, start, is_write=False)

    # -- one access -----------------------------------------------------------------------------

    def _access(self, buf: Buf, index: Expr, start: int, *, is_write: bool) -> None:
        if buf not in self.read:
            return
        base, lanes = (index.base, index.lanes) if isinstance(index, e.Ramp) else (index, 1)
        at = self._known(base)
        shape: tuple[int, ...] = ()
        if at is not None:
            shape = np.broadcast_shapes(np.shape(at), *(mask.shape for mask in self.inside))
        if at is None or math.prod(shape) > _MOST:
            self._anywhere(buf, start, is_write=is_write)
            return
        times = np.broadcast_to(self._times(shape, start, is_write), shape)
        where = np.broadcast_to(at, shape)
        # What is outside of the buffer is behind a condition that does not hold.
        valid = (where >= 0) & (where + lanes <= buf.size)
        for mask in self.inside:
            valid &= mask
        where, when = where[valid], times[valid]
        for lane in range(lanes):
            if is_write:
                np.minimum.at(self.written[buf], where + lane, when)
            else:
                np.maximum.at(self.read[buf], where + lane, when)

    def _times(self, shape: tuple[int, ...], start: int, is_write: bool) -> Positions:
        """When an access happens in the turns of the loops along the axes of a shape."""
        total: Positions = start
        for axis, loop in enumerate(self.loops):
            if shape and shape[axis] > 1:
                along = [1] * self.depth
                along[axis] = loop.turns
                total = total + np.arange(loop.turns, dtype=np.int64).reshape(along) * loop.time
            elif not is_write:
                total = total + (loop.turns - 1) * loop.time
        return total

    def _anywhere(self, buf: Buf, start: int, *, is_write: bool) -> None:
        """An access at an unknown position: of all elements, in the turn in which it is worst."""
        if buf not in self.read:
            return
        if is_write:
            self.written[buf] = np.minimum(self.written[buf], start)
        else:
            last = start + sum((loop.turns - 1) * loop.time for loop in self.loops)
            self.read[buf] = np.maximum(self.read[buf], last)

    # -- values ---------------------------------------------------------------------------------

    def _known(self, x: Expr) -> Positions | None:
        try:
            return self._value(x)
        except _UnknownError:
            return None

    def _value(self, x: Expr) -> Any:
        match x:
            case e.Const(value=value):
                return value
            case Var():
                found = self.values.get(x)
                if found is None:
                    raise _UnknownError
                return found
            case e.Binary(op=op, a=a, b=b) if op in _OPS:
                return _OPS[op](self._value(a), self._value(b))
            case e.Call(name="anew", args=(a,)):
                return self._value(a)
            case e.Unary(op="neg", a=a):
                return np.negative(self._value(a))
            case e.Select(condition=condition, a=a, b=b):
                return np.where(self._value(condition), self._value(a), self._value(b))
        raise _UnknownError


def _depth(block: Block) -> int:
    """How many loops are inside one another."""
    deepest = 0
    for stmt in block:
        match stmt:
            case For(body=body):
                deepest = max(deepest, 1 + _depth(body))
            case If(body=body, orelse=orelse):
                deepest = max(deepest, _depth(body), _depth(orelse))
    return deepest


def _time(stmt: Stmt) -> int:
    """Ticks of a statement: its reads have the first one, what it writes comes after."""
    match stmt:
        case For(lo=lo, hi=hi, step=step, body=body):
            low, high = bounds(lo)[0], bounds(hi)[1]
            if low is None or high is None:
                raise UnknownOrderError
            return 1 + max(0, -(-(high - low) // step)) * sum(map(_time, body))
        case If(body=body, orelse=orelse):
            return 1 + sum(map(_time, body)) + sum(map(_time, orelse))
    return 2
