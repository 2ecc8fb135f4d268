"""The six transforms of loops: split, reorder, unroll, vectorize, stage and bind.

Each takes a kernel and the name of a loop variable and gives another kernel that computes the
same. A transform that would change what is computed raises TransformError; that the iterations of
a loop are independent, where it says so, is the caller's to know.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

from hodu.errors import HoduError
from hodu.kernel import expr as e
from hodu.kernel.algebra import bounds, broadcast
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import INDEX, Const, Expr, Var
from hodu.kernel.ir import Alloc, Block, Copy, For, If, Kernel, Kind, Let, Stmt, Store, While
from hodu.kernel.walk import (
    all_expressions,
    blocks_of,
    children,
    replace,
    replace_block,
    statements,
    with_children,
)


class TransformError(HoduError, ValueError):
    """A transform that does not apply."""


def split(kernel: Kernel, name: str, factor: int) -> Kernel:
    """The loop `name` as one over blocks of `factor` turns and one within a block.

    A count that `factor` does not divide leaves a shorter last block.
    """

    def change(loop: For) -> Block:
        if loop.step != 1 or factor < 1:
            raise TransformError(f"a loop of step {loop.step} split by {factor}")
        low = bounds(loop.lo)[0]
        high = bounds(loop.hi)[1]
        top = None if high is None else high - 1
        block = Var(f"{name}_block", INDEX, 1, (low, top))
        inner = dataclasses.replace(loop, lo=block, hi=(block + factor).min(loop.hi), kind="serial")
        return (For(block, loop.lo, loop.hi, (inner,), loop.kind, factor),)

    return _at(kernel, name, change)


def reorder(kernel: Kernel, outer: str, inner: str) -> Kernel:
    """Exchange two loops, the second of which is all that is in the first.

    The iterations of both must be independent.
    """

    def change(loop: For) -> Block:
        if len(loop.body) != 1 or not isinstance(loop.body[0], For):
            raise TransformError(f"the loop {outer} holds more than a loop")
        nested = loop.body[0]
        if nested.var.name != inner:
            raise TransformError(f"the loop {outer} holds {nested.var.name}, not {inner}")
        if any(x == loop.var for x in _parts((nested.lo, nested.hi))):
            raise TransformError(f"the extent of {inner} depends on {outer}")
        within = dataclasses.replace(loop, body=nested.body, kind="serial")
        return (dataclasses.replace(nested, body=(within,), kind=loop.kind),)

    return _at(kernel, outer, change)


def unroll(kernel: Kernel, name: str) -> Kernel:
    """The loop `name`, of a known number of turns, written out."""

    def change(loop: For) -> Block:
        return tuple(
            stmt
            for turn, position in enumerate(_turns(loop))
            for stmt in renamed(substituted(loop.body, loop.var, position), f"_{turn}")
        )

    return _at(kernel, name, change)


def vectorize(kernel: Kernel, name: str, lanes: int) -> Kernel:
    """The innermost loop `name` done `lanes` turns at a time, the rest one by one.

    Its iterations must be independent. Raises TransformError where an access is neither to
    consecutive elements nor to the same one, and for statements other than stores and names.
    """

    def change(loop: For) -> Block:
        if loop.step != 1 or not isinstance(loop.lo, Const):
            raise TransformError(f"the loop {name} does not start at a number in steps of 1")
        whole = loop.lo + (loop.hi - loop.lo) // lanes * lanes
        body = _Vectorizer(loop.var, lanes).block(loop.body)
        wide = dataclasses.replace(loop, hi=whole, step=lanes, body=body)
        rest = dataclasses.replace(loop, lo=whole, body=renamed(loop.body, "_rest"))
        is_whole = isinstance(whole, Const) and whole == loop.hi
        return (wide,) if is_whole else (wide, rest)

    return _at(kernel, name, change)


def stage(kernel: Kernel, name: str, buffer: str, lo: Expr, count: int) -> Kernel:
    """Copy `count` elements of a parameter from `lo` on to local memory at the top of a loop.

    Reads of the parameter in the loop go to the copy; they must all lie in that range.
    """

    def change(loop: For) -> Block:
        source = next((b for b in kernel.params if b.name == buffer), None)
        if source is None or source.role != "in":
            raise TransformError(f"{buffer!r} is not an input of {kernel.name}")
        copy = Buf(f"{buffer}_local", source.dtype, count, "local")
        zero = Const(0, INDEX)

        def redirect(x: Expr) -> Expr | None:
            if not isinstance(x, e.Load) or x.buf is not source:
                return None
            if isinstance(x.index, e.Ramp):
                return e.Load(copy, e.Ramp(replace(x.index.base, redirect) - lo, x.index.lanes))
            return e.Load(copy, replace(x.index, redirect) - lo)

        body = replace_block(loop.body, redirect)
        fill = (Alloc(copy), Copy(copy, zero, source, lo, Const(count, INDEX)))
        return (dataclasses.replace(loop, body=(*fill, *body)),)

    return _at(kernel, name, change)


def bind(kernel: Kernel, name: str, kind: Kind) -> Kernel:
    """Say how a loop runs; the iterations of a parallel one must be independent."""
    return _at(kernel, name, lambda loop: (dataclasses.replace(loop, kind=kind),))


# -- the machinery ------------------------------------------------------------------------------


def _at(kernel: Kernel, name: str, change: Callable[[For], Block]) -> Kernel:
    """The kernel with `change(loop)` in the place of the loop `name`."""
    loops = [s for s in statements(kernel.body) if isinstance(s, For) and s.var.name == name]
    if len(loops) != 1:
        raise TransformError(f"{kernel.name} has {len(loops)} loops called {name!r}")

    def block(stmts: Block) -> Block:
        return tuple(new for stmt in stmts for new in one(stmt))

    def one(stmt: Stmt) -> Block:
        if stmt is loops[0]:
            return change(loops[0])
        match stmt:
            case For() | While():
                return (dataclasses.replace(stmt, body=block(stmt.body)),)
            case If():
                body, orelse = block(stmt.body), block(stmt.orelse)
                return (dataclasses.replace(stmt, body=body, orelse=orelse),)
        return (stmt,)

    return dataclasses.replace(kernel, body=block(kernel.body))


def _parts(expressions: tuple[Expr, ...]) -> Iterator[Expr]:
    for x in expressions:
        yield from all_expressions((Let(Var("part", x.dtype, x.lanes), x),))


def _turns(loop: For) -> list[Expr]:
    if not isinstance(loop.lo, Const) or not isinstance(loop.hi, Const):
        raise TransformError(f"the number of turns of {loop.var.name} is not known")
    return [Const(i, INDEX) for i in range(int(loop.lo.value), int(loop.hi.value), loop.step)]


def substituted(block: Block, var: Var, value: Expr) -> Block:
    """The block with a value in the place of a variable."""
    return replace_block(block, lambda x: value if x == var else None)


def renamed(block: Block, suffix: str) -> Block:
    """The block with other names for its own variables and buffers, so that it can be repeated."""
    variables: dict[Expr, Expr] = {}
    bufs: dict[Buf, Buf] = {}
    for stmt in statements(block):
        if isinstance(stmt, (Let, For)):
            variables[stmt.var] = dataclasses.replace(stmt.var, name=stmt.var.name + suffix)
        elif isinstance(stmt, Alloc):
            old = stmt.buf
            bufs[old] = Buf(old.name + suffix, old.dtype, old.size, old.role, old.lanes)

    def change(x: Expr) -> Expr | None:
        if isinstance(x, e.Load) and x.buf in bufs:
            return e.Load(bufs[x.buf], replace(x.index, change))
        return variables.get(x) if isinstance(x, Var) else None

    return tuple(_with_names(stmt, variables, bufs) for stmt in replace_block(block, change))


def _with_names(stmt: Stmt, variables: dict[Expr, Expr], bufs: dict[Buf, Buf]) -> Stmt:
    inner = [tuple(_with_names(s, variables, bufs) for s in b) for b in blocks_of(stmt)]
    match stmt:
        case For():
            var = variables[stmt.var]
            assert isinstance(var, Var)
            return dataclasses.replace(stmt, var=var, body=inner[0])
        case While():
            return dataclasses.replace(stmt, body=inner[0])
        case If():
            return dataclasses.replace(stmt, body=inner[0], orelse=inner[1])
        case Let():
            var = variables[stmt.var]
            assert isinstance(var, Var)
            return Let(var, stmt.value)
        case Store() | Alloc():
            return dataclasses.replace(stmt, buf=bufs.get(stmt.buf, stmt.buf))
        case Copy():
            target, source = (bufs.get(b, b) for b in (stmt.target, stmt.source))
            return dataclasses.replace(stmt, target=target, source=source)
    return stmt


class _Vectorizer:
    """Statements of a loop body for `lanes` turns at once; `var` counts the first of them."""

    def __init__(self, var: Var, lanes: int) -> None:
        self._var, self._lanes = var, lanes
        self._wide: dict[Var, Var] = {}

    def block(self, block: Block) -> Block:
        return tuple(map(self._stmt, block))

    def _stmt(self, stmt: Stmt) -> Stmt:
        match stmt:
            case Let(var=var, value=value):
                new = self._expr(value)
                self._wide[var] = dataclasses.replace(var, lanes=new.lanes)
                return Let(self._wide[var], new)
            case Store(buf=buf, index=index, value=value):
                return Store(
                    buf, self._consecutive(index), broadcast(self._expr(value), self._lanes)
                )
        raise TransformError(f"a {type(stmt).__name__} has no vector form")

    def _varies(self, x: Expr) -> bool:
        return any(
            part == self._var or (isinstance(part, Var) and self._wide.get(part, part).lanes > 1)
            for part in _parts((x,))
        )

    def _consecutive(self, index: Expr) -> Expr:
        step = replace(index, lambda x: x + 1 if x == self._var else None) - index
        if step != Const(1, INDEX):
            raise TransformError("the elements of an access are not consecutive")
        return e.Ramp(index, self._lanes)

    def _expr(self, x: Expr) -> Expr:
        if not self._varies(x):
            return x
        if isinstance(x, e.Load):
            return e.Load(x.buf, self._consecutive(x.index))
        if x == self._var or x.dtype is INDEX:
            raise TransformError("a position is used as a number")
        if isinstance(x, Var):
            return self._wide[x]
        parts = [broadcast(self._expr(c), self._lanes) for c in children(x)]
        if isinstance(x, e.Call):
            return dataclasses.replace(x, args=tuple(parts), lanes=self._lanes)
        return with_children(x, parts)
