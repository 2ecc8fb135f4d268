"""How much a kernel does, read off its loops: arithmetic for profiles, instructions for threads."""

from __future__ import annotations

from collections.abc import Callable

from hodu.kernel import expr as e
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import Expr
from hodu.kernel.ir import Block, Copy, For, If, Kernel, Stmt, Store, While
from hodu.kernel.walk import blocks_of, expressions, operands

_COUNTED = frozenset({"add", "sub", "mul", "div", "min", "max"})
_SLOW = frozenset({"div", "rem", "sqrt"})
_SLOW_INSTRUCTIONS = 8
_COPIED_BYTES = 16  # by one instruction
Weigh = Callable[[Stmt], int | None]


def operations(kernel: Kernel) -> int:
    """Floating-point operations of one run, a multiply-add as two.

    Of a branch the larger side counts; 0 if a loop's length is only known when it runs.
    """
    return _block(kernel.body, _operations) or 0


def instructions(block: Block) -> int | None:
    """About how many instructions one run of a block is, on numbers and memory, not on indices.

    Local memory is taken as registers. Of a branch the larger side counts; None if a loop's length
    is only known when it runs.
    """
    return _block(block, _instructions)


def moved(kernel: Kernel) -> int | None:
    """The bytes that one run loads and stores outside of local memory, each as often as it does.

    None if a loop's length is only known when it runs.
    """
    return _block(kernel.body, _moved)


def loads(kernel: Kernel, buf: Buf) -> int | None:
    """How many elements of a buffer one run loads; None where it loads in loops of unknown length.

    Of a branch both sides count.
    """

    def count(stmt: Stmt) -> int:
        parts = (part for x in operands(stmt) for part in expressions(x))
        return sum(x.lanes for x in parts if isinstance(x, e.Load) and x.buf is buf)

    return _counted(kernel.body, count)


def stores(kernel: Kernel) -> int | None:
    """How many elements of its results one run stores, None as of `loads`."""

    def count(stmt: Stmt) -> int:
        return stmt.value.lanes if isinstance(stmt, Store) and stmt.buf.role == "out" else 0

    return _counted(kernel.body, count)


def _counted(block: Block, count: Callable[[Stmt], int]) -> int | None:
    total = 0
    for stmt in block:
        inside = 0
        for inner in blocks_of(stmt):
            part = _counted(inner, count)
            if part is None:
                return None
            inside += part
        times = turns(stmt) if isinstance(stmt, For) else None if isinstance(stmt, While) else 1
        if inside and times is None:
            return None
        total += count(stmt) + inside * (times or 0)
    return total


def turns(loop: For) -> int | None:
    """How often a loop runs, None if that is only known then; a part cut short counts whole."""
    length = loop.hi - loop.lo
    if isinstance(loop.hi, e.Binary) and loop.hi.op == "min":
        sides = [side - loop.lo for side in (loop.hi.a, loop.hi.b)]
        length = min((s for s in sides if isinstance(s, e.Const)), key=_value, default=length)
    return -(-int(length.value) // loop.step) if isinstance(length, e.Const) else None


def _block(block: Block, weigh: Weigh) -> int | None:
    total = 0
    for stmt in block:
        count = _stmt(stmt, weigh)
        if count is None:
            return None
        total += count
    return total


def _stmt(stmt: Stmt, weigh: Weigh) -> int | None:
    if isinstance(stmt, While):
        return None
    if isinstance(stmt, For):
        count, inside = turns(stmt), _block(stmt.body, weigh)
        return None if count is None or inside is None else count * inside
    own = weigh(stmt)
    if isinstance(stmt, If):
        then, orelse = _block(stmt.body, weigh), _block(stmt.orelse, weigh)
        known = own is not None and then is not None and orelse is not None
        return own + max(then, orelse) if known else None  # type: ignore[operator,type-var]
    return own


def _value(x: Expr) -> int:
    return int(x.value) if isinstance(x, e.Const) else 0


def _operations(stmt: Stmt) -> int:
    return sum(_arithmetic(part) for x in operands(stmt) for part in expressions(x))


def _arithmetic(x: Expr) -> int:
    if not x.dtype.is_float:
        return 0
    if isinstance(x, e.Binary) and x.op in _COUNTED:
        return x.lanes
    if isinstance(x, e.Call):
        moves = x.name.startswith("interleave")
        return 2 * x.lanes if x.name == "fma" else x.args[0].lanes * (not moves)
    return x.lanes if isinstance(x, e.Unary) and x.op == "sqrt" else 0


def _moved(stmt: Stmt) -> int | None:
    if isinstance(stmt, Copy):
        count, size = stmt.count, stmt.target.dtype.itemsize
        return 2 * _value(count) * size if isinstance(count, e.Const) else None
    parts = [part for x in operands(stmt) for part in expressions(x)]
    loads = [p for p in parts if isinstance(p, e.Load) and p.buf.role != "local"]
    own = sum(load.lanes * load.dtype.itemsize for load in loads)
    if isinstance(stmt, Store) and stmt.buf.role != "local":
        own += stmt.value.lanes * stmt.buf.dtype.itemsize
    return own


def _instructions(stmt: Stmt) -> int | None:
    if isinstance(stmt, Copy):
        count, size = stmt.count, stmt.target.dtype.itemsize
        return _value(count) * size // _COPIED_BYTES + 1 if isinstance(count, e.Const) else None
    own = sum(_single(part) for x in operands(stmt) for part in expressions(x))
    return own + (isinstance(stmt, Store) and stmt.buf.role != "local")


def _single(x: Expr) -> int:
    if isinstance(x, e.Binary | e.Unary) and x.op in _SLOW:
        return _SLOW_INSTRUCTIONS
    if isinstance(x, e.Load):
        return int(x.buf.role != "local")
    if isinstance(x, e.Call):
        return 1
    return int(isinstance(x, e.Binary | e.Unary | e.Select) and x.dtype.is_float)
