"""Which parallel loops are worth the threads: the one place that decides it for all kernels.

Threads that have work look for more for some tens of microseconds before they sleep. So they wake
once in a run, for which the loops of the whole program have to pay, and each loop pays for being
handed to threads that are awake.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from hodu.kernel.ir import Block, For, If, Kernel, Stmt, While
from hodu.kernel.work import instructions, turns
from hodu.lower.program import Branch, Launch, Repeat, Step

WORTH_WAKING = 1 << 16
"""Instructions that take about as long as threads take to wake: 5 to 20 microseconds."""
WORTH_HANDING = 1 << 13
"""Instructions worth handing to threads that are awake, about two microseconds."""
GRAIN = 1 << 12
"""Elements of a loop over cheap ones that a thread takes at once."""
_LANES = 8  # multiply-adds of one instruction
_REPEATS = 8  # turns of a loop of the program, whose number is not known


def choose_threads(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps with parallel loops made serial whose work is known to be too little.

    A loop that runs again and again, inside another one, counts as often towards waking threads.
    What cannot be read off a loop is taken from `kernel.work`; with neither, it stays parallel.
    """
    choice = _Choice(WORTH_HANDING)
    chosen = choice.steps(steps, 1)
    return chosen if choice.total >= WORTH_WAKING else _Choice(None).steps(chosen, 1)


class _Choice:
    """Goes over steps and keeps the loops of at least `least` instructions, None for no loop."""

    def __init__(self, least: int | None) -> None:
        self.least = least
        self.total = 0
        self._work = 0

    def steps(self, steps: Sequence[Step], times: int) -> tuple[Step, ...]:
        """The steps, that run `times` times, with the choice made."""
        return tuple(self._step(step, times) for step in steps)

    def _step(self, step: Step, times: int) -> Step:
        match step:
            case Launch(kernel=kernel, more=more):
                shared = bool(more) and self._pays(kernel.work // _LANES, times)
                return dataclasses.replace(step, kernel=self._kernel(kernel, times), shared=shared)
            case Branch(then=then, orelse=orelse):
                chosen = self.steps(then, times), self.steps(orelse, times)
                return dataclasses.replace(step, then=chosen[0], orelse=chosen[1])
            case Repeat(test=test, body=body):
                again = times * _REPEATS
                chosen = self.steps(test, again), self.steps(body, again)
                return dataclasses.replace(step, test=chosen[0], body=chosen[1])

    def _kernel(self, kernel: Kernel, times: int) -> Kernel:
        self._work = kernel.work
        return dataclasses.replace(kernel, body=self._block(kernel.body, times))

    def _block(self, block: Block, times: int) -> Block:
        return tuple(self._stmt(stmt, times) for stmt in block)

    def _stmt(self, stmt: Stmt, times: int) -> Stmt:
        if isinstance(stmt, For) and stmt.kind == "parallel":
            kept = self._keeps(stmt, times)
            return stmt if kept else dataclasses.replace(stmt, kind="serial", backward=None)
        if isinstance(stmt, For):
            again = times * (turns(stmt) or 1)
            return dataclasses.replace(stmt, body=self._block(stmt.body, again))
        if isinstance(stmt, While):
            return dataclasses.replace(stmt, body=self._block(stmt.body, times))
        if isinstance(stmt, If):
            then, orelse = self._block(stmt.body, times), self._block(stmt.orelse, times)
            return dataclasses.replace(stmt, body=then, orelse=orelse)
        return stmt

    def _keeps(self, loop: For, times: int) -> bool:
        return turns(loop) != 1 and self._pays(self._work_of(loop), times)

    def _pays(self, work: int, times: int) -> bool:
        """Whether so many instructions are worth the threads."""
        if self.least is None or work < self.least:
            return False
        self.total += work * times
        return True

    def _work_of(self, loop: For) -> int:
        """Instructions of all turns together."""
        count, inside = turns(loop), instructions(loop.body)
        if count is not None and inside is not None:
            return count * inside
        return self._work // _LANES if self._work else WORTH_WAKING
