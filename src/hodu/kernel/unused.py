"""Kernels without the values and local buffers that nothing reads."""

from __future__ import annotations

import dataclasses

from hodu.kernel import expr as e
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import Var
from hodu.kernel.ir import Alloc, Block, Copy, For, If, Let, Stmt, Store, While
from hodu.kernel.walk import all_expressions, statements


def remove_unused(block: Block) -> Block:
    """The block without what is computed or stored locally for nothing."""
    while True:
        used = _used(block)
        rest = _kept(block, used)
        if rest is block:
            return block
        block = rest


def _used(block: Block) -> set[Var | Buf]:
    """What is read somewhere; values that are only stored do not count as reads of their buffer."""
    used: set[Var | Buf] = set()
    for x in all_expressions(block):
        if isinstance(x, Var):
            used.add(x)
        elif isinstance(x, e.Load):
            used.add(x.buf)
    used.update(s.source for s in statements(block) if isinstance(s, Copy))
    return used


def _kept(block: Block, used: set[Var | Buf]) -> Block:
    """The block itself where nothing is to be removed."""
    inner = (_inside(stmt, used) for stmt in block if not _is_unused(stmt, used))
    kept = tuple(stmt for stmt in inner if not _is_empty(stmt))
    same = len(kept) == len(block) and all(a is b for a, b in zip(kept, block, strict=True))
    return block if same else kept


def _is_unused(stmt: Stmt, used: set[Var | Buf]) -> bool:
    match stmt:
        case Let(var=var):
            return var not in used
        case Alloc(buf=buf) | Store(buf=buf) | Copy(target=buf):
            return buf.role == "local" and buf not in used
    return False


def _is_empty(stmt: Stmt) -> bool:
    match stmt:
        case For(body=()) | If(body=(), orelse=()):
            return True
    return False


def _inside(stmt: Stmt, used: set[Var | Buf]) -> Stmt:
    match stmt:
        case For(body=body) | While(body=body):
            kept = _kept(body, used)
            return stmt if kept is body else dataclasses.replace(stmt, body=kept)
        case If(body=body, orelse=orelse):
            then, other = _kept(body, used), _kept(orelse, used)
            same = then is body and other is orelse
            return stmt if same else dataclasses.replace(stmt, body=then, orelse=other)
    return stmt
