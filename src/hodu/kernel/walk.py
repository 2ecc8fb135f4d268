"""Going over kernels: every expression and statement, and rebuilding trees."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from hodu.kernel import algebra
from hodu.kernel import expr as e
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import Expr
from hodu.kernel.ir import Alloc, Block, Copy, Fail, For, If, Kernel, Let, Stmt, Store, While

Change: TypeAlias = "Callable[[Expr], Expr | None]"


def children(x: Expr) -> tuple[Expr, ...]:
    """The operands of an expression."""
    match x:
        case e.Load(index=index):
            return (index,)
        case e.Unary(a=a) | e.Cast(a=a) | e.Bitcast(a=a) | e.Broadcast(a=a):
            return (a,)
        case e.Ramp(base=base):
            return (base,)
        case e.Binary(a=a, b=b):
            return (a, b)
        case e.Select(condition=condition, a=a, b=b):
            return (condition, a, b)
        case e.Call(args=args):
            return args
    return ()


def expressions(x: Expr) -> Iterator[Expr]:
    """An expression and everything in it."""
    yield x
    for child in children(x):
        yield from expressions(child)


def statements(block: Block) -> Iterator[Stmt]:
    """Every statement of a block, nested ones after the one that holds them."""
    for stmt in block:
        yield stmt
        for inner in blocks_of(stmt):
            yield from statements(inner)


def can_fail(kernel: Kernel) -> bool:
    """Whether a kernel has errors to report."""
    return any(isinstance(s, Fail) for s in statements(kernel.body))


def blocks_of(stmt: Stmt) -> tuple[Block, ...]:
    """The blocks in a statement."""
    match stmt:
        case For(body=body) | While(body=body):
            return (body,)
        case If(body=body, orelse=orelse):
            return (body, orelse)
    return ()


def operands(stmt: Stmt) -> tuple[Expr, ...]:
    """The expressions of a statement itself, without those of its blocks."""
    match stmt:
        case For(lo=lo, hi=hi, backward=backward):
            return (lo, hi) if backward is None else (lo, hi, backward)
        case While(condition=condition) | If(condition=condition):
            return (condition,)
        case Let(value=value):
            return (value,)
        case Store(index=index, value=value):
            return (index, value)
        case Fail(condition=condition, values=values):
            return (condition, *values)
        case Copy(target_index=target, source_index=source, count=count):
            return (target, source, count)
    return ()


def all_expressions(block: Block) -> Iterator[Expr]:
    """Every expression in a block."""
    for stmt in statements(block):
        for operand in operands(stmt):
            yield from expressions(operand)


def buffers(block: Block) -> set[Buf]:
    """The buffers that a block reads or writes."""
    found = {x.buf for x in all_expressions(block) if isinstance(x, e.Load)}
    for stmt in statements(block):
        if isinstance(stmt, (Store, Alloc)):
            found.add(stmt.buf)
        elif isinstance(stmt, Copy):
            found |= {stmt.target, stmt.source}
    return found


def with_children(x: Expr, new: Sequence[Expr]) -> Expr:
    """The expression on other operands, simplified."""
    match x:
        case e.Load(buf=buf):
            return e.Load(buf, new[0])
        case e.Unary(op=op):
            return algebra.unary(op, new[0])
        case e.Cast(dtype=dtype):
            return algebra.cast(new[0], dtype)
        case e.Bitcast(dtype=dtype):
            return new[0].bitcast(dtype)
        case e.Broadcast(lanes=lanes):
            return algebra.broadcast(new[0], lanes)
        case e.Ramp(lanes=lanes):
            return e.Ramp(new[0], lanes)
        case e.Binary(op=op):
            return algebra.binary(op, *new)
        case e.Select():
            return algebra.select(*new)
        case e.Call():
            return dataclasses.replace(x, args=tuple(new))
    return x


def replace(x: Expr, change: Change) -> Expr:
    """The tree with `change(node)` in place of each node for which it is not None.

    What has other operands then is simplified, all else stays as it is.
    """
    changed = change(x)
    if changed is not None:
        return changed
    old = children(x)
    new = [replace(child, change) for child in old]
    return x if all(a is b for a, b in zip(old, new, strict=True)) else with_children(x, new)


def replace_block(block: Block, change: Change) -> Block:
    """A block with every expression rebuilt by `replace`."""
    return tuple(_replace_stmt(stmt, change) for stmt in block)


def _replace_stmt(stmt: Stmt, change: Change) -> Stmt:
    def new(x: Expr) -> Expr:
        return replace(x, change)

    match stmt:
        case For():
            body = replace_block(stmt.body, change)
            backward = None if stmt.backward is None else new(stmt.backward)
            return dataclasses.replace(
                stmt, lo=new(stmt.lo), hi=new(stmt.hi), body=body, backward=backward
            )
        case While(condition=condition, body=body):
            return While(new(condition), replace_block(body, change))
        case If(condition=condition, body=body, orelse=orelse):
            return If(new(condition), replace_block(body, change), replace_block(orelse, change))
        case Let(var=var, value=value):
            return Let(var, new(value))
        case Store(buf=buf, index=index, value=value):
            return Store(buf, new(index), new(value))
        case Fail():
            values = tuple(map(new, stmt.values))
            return dataclasses.replace(stmt, condition=new(stmt.condition), values=values)
        case Copy():
            return dataclasses.replace(
                stmt,
                target_index=new(stmt.target_index),
                source_index=new(stmt.source_index),
                count=new(stmt.count),
            )
    return stmt
