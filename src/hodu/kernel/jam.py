"""Turns of a loop side by side, so that none waits for what another one could do meanwhile.

Unroll-and-jam: D. Callahan, S. Carr and K. Kennedy, "Improving register allocation for subscripted
variables" (1990). Statements of the turns alternate, and loops in them that run over the same
positions become one, whose body is what they did by turns.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from hodu.kernel.ir import Alloc, Block, For, Let, Stmt, Store
from hodu.kernel.transform import renamed, substituted


def jammed(loop: For, count: int, *, divides: bool = False) -> Block:
    """A loop that does `count` turns at a time, and one for those that are left over.

    The turns must be independent. `divides` says that none are left over, whatever `hi` will be.
    """
    if count == 1:
        return (loop,)
    step = loop.step * count
    whole = loop.hi if divides else loop.lo + (loop.hi - loop.lo) // step * step
    others = [
        renamed(substituted(loop.body, loop.var, loop.var + turn * loop.step), f"_turn{turn}")
        for turn in range(1, count)
    ]
    body = _by_turns([loop.body, *others])
    wide = dataclasses.replace(loop, hi=whole, step=step, body=body)
    if whole == loop.hi:
        return (wide,)
    if whole == loop.lo:
        return (loop,)
    rest = dataclasses.replace(loop, lo=whole, body=renamed(loop.body, "_rest"), kind="serial")
    return (wide, rest)


def _by_turns(turns: Sequence[Block]) -> Block:
    """The statements of turns that are alike, by turns; what is the same in all of them once."""
    first, *others = turns
    made: list[Stmt] = []
    at = 0
    while at < len(first):
        stmt, size = first[at], _together(first[at : at + 2])
        if isinstance(stmt, For):
            made += _loops([stmt, *(turn[at] for turn in others)])
        else:
            made += first[at : at + size]
            for number, turn in enumerate(others):
                same = turn[at]
                if isinstance(stmt, Let) and isinstance(same, Let) and stmt.value == same.value:
                    others[number] = substituted(turn, same.var, stmt.var)
                else:
                    made += turn[at : at + size]
        at += size
    return tuple(made)


def _together(pair: Block) -> int:
    """How many of two statements belong together: a variable and its first value do."""
    match pair:
        case (Alloc(buf=buf), Store(buf=stored)) if stored is buf:
            return 2
    return 1


def _loops(loops: Sequence[Stmt]) -> Block:
    """Loops that are alike as one; those over positions of their own one after the other."""
    bodies: list[Block] = []
    first = loops[0]
    assert isinstance(first, For)
    for loop in loops:
        assert isinstance(loop, For)
        if (loop.lo, loop.hi) != (first.lo, first.hi):
            return tuple(loops)
        bodies.append(substituted(loop.body, loop.var, first.var))
    return (dataclasses.replace(first, body=_by_turns(bodies)),)
