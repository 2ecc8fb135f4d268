"""Which parallel loops are worth the threads: the one place that decides it for all kernels."""

from __future__ import annotations

import dataclasses

from hodu.kernel.ir import Block, For, If, Kernel, Stmt, While
from hodu.kernel.work import instructions, turns

WORTH_WAKING = 1 << 16
"""Instructions that take about as long as threads take to wake: 5 to 20 microseconds."""
WORTH_HANDING = 1 << 13
"""Instructions worth handing to threads that are awake, about a microsecond."""
_LANES = 8  # multiply-adds of one instruction


def choose_threads(kernel: Kernel) -> Kernel:
    """The kernel with parallel loops made serial whose work is known to be too little.

    One that runs again and again, inside another loop, wakes the threads only once. What cannot be
    read off a loop is taken from `kernel.work`; with neither, it stays parallel.
    """
    return dataclasses.replace(kernel, body=_block(kernel.body, kernel.work, 1))


def _block(block: Block, work: int, times: int) -> Block:
    return tuple(_stmt(stmt, work, times) for stmt in block)


def _stmt(stmt: Stmt, work: int, times: int) -> Stmt:
    if isinstance(stmt, For) and stmt.kind == "parallel":
        return stmt if _is_worth(stmt, work, times) else dataclasses.replace(stmt, kind="serial")
    if isinstance(stmt, For):
        again = times * (turns(stmt) or 1)
        return dataclasses.replace(stmt, body=_block(stmt.body, work, again))
    if isinstance(stmt, While):
        return dataclasses.replace(stmt, body=_block(stmt.body, work, times))
    if isinstance(stmt, If):
        then, orelse = _block(stmt.body, work, times), _block(stmt.orelse, work, times)
        return dataclasses.replace(stmt, body=then, orelse=orelse)
    return stmt


def _is_worth(loop: For, work: int, times: int) -> bool:
    count, inside = turns(loop), instructions(loop.body)
    if count == 1:
        return False
    if count is None or inside is None:
        return work == 0 or work // _LANES >= WORTH_WAKING
    return count * inside >= WORTH_HANDING and count * inside * times >= WORTH_WAKING
