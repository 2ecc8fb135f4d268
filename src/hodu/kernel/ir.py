"""The loop IR: kernels as structured loops over flat buffers.

    Kernel = name, params: Buf*, body
    Stmt   = For(var, lo, hi, step, kind: serial|parallel|unroll, backward)
           | While(condition) | If(condition) | Let(var, value) | Store(buf, index, value)
           | Alloc(buf) | Fail(condition, status, site, values) | Copy(target, source, count)
    Expr   = see `hodu.kernel.expr`

A position in a buffer is one flat index; shapes and strides are gone when a kernel is built.
Iterations of a parallel loop are independent. `Let` names a value that never changes; what
changes lives in an `Alloc`ated local buffer. `Fail` leaves the kernel with an error: `site` is an
index into the texts of the program, whose places are filled with `values`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from hodu.kernel.buffer import Buf
from hodu.kernel.expr import Expr, Var

Kind = Literal["serial", "parallel", "unroll"]
Block: TypeAlias = "tuple[Stmt, ...]"


@dataclass(frozen=True, slots=True)
class For:
    """`body` for var = lo, lo + step, ... below hi.

    The turns of a parallel loop have no order; where `backward` holds, each thread would best take
    its own from the last to the first, because that is where its caches are.
    """

    var: Var
    lo: Expr
    hi: Expr
    body: Block
    kind: Kind = "serial"
    step: int = 1
    backward: Expr | None = None


@dataclass(frozen=True, slots=True)
class While:
    """`body` as long as `condition`, which is evaluated before each turn, holds."""

    condition: Expr
    body: Block


@dataclass(frozen=True, slots=True)
class If:
    """`body` where `condition` holds, else `orelse`."""

    condition: Expr
    body: Block
    orelse: Block = ()


@dataclass(frozen=True, slots=True)
class Let:
    """A name for a value, visible in the rest of the block."""

    var: Var
    value: Expr


@dataclass(frozen=True, slots=True)
class Store:
    """Write an element, or consecutive ones when the index is a Ramp."""

    buf: Buf
    index: Expr
    value: Expr


@dataclass(frozen=True, slots=True)
class Alloc:
    """A local buffer with undefined contents, visible in the rest of the block."""

    buf: Buf


@dataclass(frozen=True, slots=True)
class Fail:
    """Leave with an error where `condition` holds."""

    condition: Expr
    status: int
    site: int
    values: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class Copy:
    """Copy `count` elements between buffers of one dtype that do not overlap."""

    target: Buf
    target_index: Expr
    source: Buf
    source_index: Expr
    count: Expr


Stmt: TypeAlias = "For | While | If | Let | Store | Alloc | Fail | Copy"


@dataclass(frozen=True, slots=True)
class Overlap:
    """How many bytes parameter `source` may begin after `target`: `least` or more, or `exact`.

    At minus the size of the source, or below, they do not meet.
    """

    source: str
    target: str
    least: int
    exact: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Kernel:
    """One function over buffers; `work` is its multiply-adds or elements, for profiles.

    `in_place` names inputs each element of which is read before the same element of any output is
    written, and never after, so that it and one of them may be the same memory. `overlaps` are
    other ways for an input and an output to lie, for loops that run turn after turn.
    """

    name: str
    params: tuple[Buf, ...]
    body: Block
    work: int = 0
    in_place: frozenset[str] = frozenset()
    overlaps: tuple[Overlap, ...] = ()
