"""How much arithmetic a kernel does, read off its loops; for profiles."""

from __future__ import annotations

from hodu.kernel import expr as e
from hodu.kernel.expr import Expr
from hodu.kernel.ir import Block, For, If, Kernel, Stmt, While
from hodu.kernel.walk import expressions, operands

_COUNTED = frozenset({"add", "sub", "mul", "div", "min", "max"})


def operations(kernel: Kernel) -> int:
    """Floating-point operations of one run, a multiply-add as two.

    Of a branch the larger side counts; 0 if a loop's length is only known when it runs.
    """
    return _block(kernel.body) or 0


def _block(block: Block) -> int | None:
    total = 0
    for stmt in block:
        count = _stmt(stmt)
        if count is None:
            return None
        total += count
    return total


def _stmt(stmt: Stmt) -> int | None:
    if isinstance(stmt, While):
        return None
    if isinstance(stmt, For):
        turns, inside = _turns(stmt), _block(stmt.body)
        return None if turns is None or inside is None else turns * inside
    own = sum(_expression(x) for x in operands(stmt))
    if isinstance(stmt, If):
        then, orelse = _block(stmt.body), _block(stmt.orelse)
        return None if then is None or orelse is None else own + max(then, orelse)
    return own


def _turns(loop: For) -> int | None:
    """How often a loop runs; one that is cut off at the end counts as a whole."""
    length = loop.hi - loop.lo
    if isinstance(loop.hi, e.Binary) and loop.hi.op == "min":
        sides = [side - loop.lo for side in (loop.hi.a, loop.hi.b)]
        length = min((s for s in sides if isinstance(s, e.Const)), key=_value, default=length)
    return -(-int(length.value) // loop.step) if isinstance(length, e.Const) else None


def _value(x: Expr) -> int:
    return int(x.value) if isinstance(x, e.Const) else 0


def _expression(x: Expr) -> int:
    return sum(_single(part) for part in expressions(x))


def _single(x: Expr) -> int:
    if not x.dtype.is_float:
        return 0
    if isinstance(x, e.Binary) and x.op in _COUNTED:
        return x.lanes
    if isinstance(x, e.Call):
        return 2 * x.lanes if x.name == "fma" else x.args[0].lanes
    return x.lanes if isinstance(x, e.Unary) and x.op == "sqrt" else 0
