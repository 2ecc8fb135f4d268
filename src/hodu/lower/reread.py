"""Sizes from a table, read where they are needed rather than kept.

What a C compiler has read of a table it keeps, with all the positions that follow from it, through
all loops, and where there are too few registers, on the stack. Loops that store nothing, such as
those of a sum, and the stores after them read again what they need of it, which is as fast.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

from hodu.dtypes import f32, i32
from hodu.kernel.expr import INDEX, Expr, Var
from hodu.kernel.intrinsics import anew
from hodu.kernel.ir import Block, For, If, Let, Stmt, Store, While
from hodu.kernel.walk import all_expressions, replace_block, statements


def read_numbers(
    body: Block, held: Sequence[Var], load: Callable[[int], Expr], *, again: bool
) -> Block:
    """A body that gets the variables `held` from an element each: an integer, or 32 bits.

    They are read `again` where they are needed, or once.
    """
    rest = _Rereading(held, load).block(body) if again else body
    used = set(all_expressions(rest))
    first = (Let(v, _read(v, load(i))) for i, v in enumerate(held) if v in used)
    return (*first, *rest)


def _read(variable: Var, element: Expr) -> Expr:
    if variable.dtype is f32:
        return element.bitcast(f32)
    whole = element if element.dtype.bits < 32 else element.bitcast(i32)
    return whole.cast(variable.dtype)


class _Rereading:
    def __init__(self, held: Sequence[Var], load: Callable[[int], Expr]) -> None:
        self.places = {variable: i for i, variable in enumerate(held)}
        self.load = load
        self.count = 0

    def block(self, block: Block) -> Block:
        found: list[Stmt] = []
        run: list[Stmt] = []
        for stmt in block:
            if _is_store(stmt) or (isinstance(stmt, Let) and (run or stmt.var.dtype is not INDEX)):
                run.append(stmt)
                continue
            found += self._anew(run)
            run = []
            found += self._stmt(stmt)
        return (*found, *self._anew(run))

    def _stmt(self, stmt: Stmt) -> Block:
        match stmt:
            case For() if not any(map(_is_store, statements(stmt.body))):
                return self._anew([stmt])
            case For(body=body):
                return (dataclasses.replace(stmt, body=self.block(body)),)
            case If(condition=condition, body=body, orelse=orelse):
                return (If(condition, self.block(body), self.block(orelse)),)
            case While(condition=condition, body=body):
                return (While(condition, self.block(body)),)
        return (stmt,)

    def _anew(self, block: Sequence[Stmt]) -> Block:
        """Statements on sizes of their own."""
        used = set(all_expressions(tuple(block)))
        own: dict[Expr, Expr] = {}
        lets: list[Stmt] = []
        for variable, place in self.places.items():
            if variable not in used:
                continue
            fresh = dataclasses.replace(variable, name=f"{variable.name}_{self.count}")
            lets.append(Let(fresh, _read(fresh, anew(self.load(place)))))
            own[variable] = fresh
        self.count += bool(lets)
        return (*lets, *replace_block(tuple(block), own.get))


def _is_store(stmt: Stmt) -> bool:
    """Whether a statement stores in memory of the program."""
    return isinstance(stmt, Store) and stmt.buf.role != "local"
