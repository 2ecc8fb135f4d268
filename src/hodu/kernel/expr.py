"""Expressions of the loop IR: immutable trees of typed scalars and short vectors.

    Expr = Const | Var | Load | Unary | Binary | Select | Cast | Bitcast | Ramp | Broadcast | Call

Every expression has a dtype and a number of lanes. Arithmetic wraps around in integers; `div` and
`rem` of integers round towards zero as in C and are not defined for a zero divisor. Positions in
buffers have the dtype `INDEX`, whose arithmetic never overflows; `div` and `rem` of it are applied
to non-negative numbers only. Operators build simplified expressions (`hodu.kernel.algebra`).
Narrow floats (f16, bf16, f8) exist in buffers only: they are loaded as f32 and rounded by a store.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from hodu import dtypes
from hodu.dtypes import DType

if TYPE_CHECKING:
    from hodu.kernel.buffer import Buf

INDEX = DType("index", "int", 64, np.dtype(np.int64), "hodu_index", 7, "index")
"""The dtype of positions and extents."""

Operand: TypeAlias = "Expr | int | float | bool"
Bounds: TypeAlias = "tuple[int | None, int | None]"

UNARY = frozenset({"neg", "abs", "not", "sqrt", "floor", "ceil", "trunc", "rint", "clz"})
ARITHMETIC = frozenset({"add", "sub", "mul", "div", "rem", "min", "max"})
BITWISE = frozenset({"and", "or", "xor", "shl", "shr"})
COMPARISONS = frozenset({"eq", "ne", "lt", "le", "gt", "ge"})
BINARY = ARITHMETIC | BITWISE | COMPARISONS


class Expr:
    """Base of expressions; `dtype` and `lanes` are its type."""

    __slots__ = ()
    dtype: DType
    lanes: int

    def __add__(self, other: Operand) -> Expr:
        return algebra.binary("add", self, other)

    def __radd__(self, other: Operand) -> Expr:
        return algebra.binary("add", other, self)

    def __sub__(self, other: Operand) -> Expr:
        return algebra.binary("sub", self, other)

    def __rsub__(self, other: Operand) -> Expr:
        return algebra.binary("sub", other, self)

    def __mul__(self, other: Operand) -> Expr:
        return algebra.binary("mul", self, other)

    def __rmul__(self, other: Operand) -> Expr:
        return algebra.binary("mul", other, self)

    def __truediv__(self, other: Operand) -> Expr:
        return algebra.binary("div", self, other)

    def __rtruediv__(self, other: Operand) -> Expr:
        return algebra.binary("div", other, self)

    def __floordiv__(self, other: Operand) -> Expr:
        return algebra.binary("div", self, other)

    def __mod__(self, other: Operand) -> Expr:
        return algebra.binary("rem", self, other)

    def __and__(self, other: Operand) -> Expr:
        return algebra.binary("and", self, other)

    def __or__(self, other: Operand) -> Expr:
        return algebra.binary("or", self, other)

    def __xor__(self, other: Operand) -> Expr:
        return algebra.binary("xor", self, other)

    def __lshift__(self, other: Operand) -> Expr:
        return algebra.binary("shl", self, other)

    def __rshift__(self, other: Operand) -> Expr:
        return algebra.binary("shr", self, other)

    def __lt__(self, other: Operand) -> Expr:
        return algebra.binary("lt", self, other)

    def __le__(self, other: Operand) -> Expr:
        return algebra.binary("le", self, other)

    def __gt__(self, other: Operand) -> Expr:
        return algebra.binary("gt", self, other)

    def __ge__(self, other: Operand) -> Expr:
        return algebra.binary("ge", self, other)

    def __neg__(self) -> Expr:
        return algebra.unary("neg", self)

    def __invert__(self) -> Expr:
        return algebra.unary("not", self)

    def eq(self, other: Operand) -> Expr:
        """Whether both are equal (`==` compares the trees)."""
        return algebra.binary("eq", self, other)

    def ne(self, other: Operand) -> Expr:
        """Whether they differ."""
        return algebra.binary("ne", self, other)

    def min(self, other: Operand) -> Expr:
        """The smaller; with a NaN among them either may result."""
        return algebra.binary("min", self, other)

    def max(self, other: Operand) -> Expr:
        """The larger; with a NaN among them either may result."""
        return algebra.binary("max", self, other)

    def cast(self, dtype: DType) -> Expr:
        """The value in another dtype; from a float towards zero, and only for values that fit."""
        return algebra.cast(self, dtype)

    def bitcast(self, dtype: DType) -> Expr:
        """The same bits in a dtype of the same width."""
        return self if self.dtype is dtype else Bitcast(self, dtype)

    def __bool__(self) -> bool:
        raise TypeError("an expression of the loop IR has no truth value; use select() or k.when()")


@dataclass(frozen=True, slots=True)
class Const(Expr):
    """A number; in all lanes the same."""

    value: int | float | bool
    dtype: DType
    lanes: int = 1

    def __hash__(self) -> int:
        return hash((repr(self.value), self.dtype, self.lanes))

    def __eq__(self, other: object) -> bool:
        """Numbers are equal when they print alike: -0.0 is not 0.0, and NaN is NaN."""
        return (
            isinstance(other, Const)
            and self.dtype is other.dtype
            and self.lanes == other.lanes
            and repr(self.value) == repr(other.value)
        )


@dataclass(frozen=True, slots=True)
class Var(Expr):
    """A loop variable or the name of a value; `bounds` are the least and greatest it can be."""

    name: str
    dtype: DType
    lanes: int = 1
    bounds: Bounds = (None, None)


@dataclass(frozen=True, slots=True)
class Load(Expr):
    """An element of a buffer, or consecutive ones when the index is a `Ramp`."""

    buf: Buf
    index: Expr

    @property
    def dtype(self) -> DType:  # type: ignore[override]
        return self.buf.dtype

    @property
    def lanes(self) -> int:  # type: ignore[override]
        return self.index.lanes * self.buf.lanes


@dataclass(frozen=True, slots=True)
class Unary(Expr):
    """An op of `UNARY`."""

    op: str
    a: Expr

    @property
    def dtype(self) -> DType:  # type: ignore[override]
        return self.a.dtype

    @property
    def lanes(self) -> int:  # type: ignore[override]
        return self.a.lanes


@dataclass(frozen=True, slots=True)
class Binary(Expr):
    """An op of `BINARY` on two operands of one type; comparisons give bools."""

    op: str
    a: Expr
    b: Expr

    @property
    def dtype(self) -> DType:  # type: ignore[override]
        return dtypes.bool_ if self.op in COMPARISONS else self.a.dtype

    @property
    def lanes(self) -> int:  # type: ignore[override]
        return self.a.lanes


@dataclass(frozen=True, slots=True)
class Select(Expr):
    """`a` where `condition` holds, else `b`; both are evaluated."""

    condition: Expr
    a: Expr
    b: Expr

    @property
    def dtype(self) -> DType:  # type: ignore[override]
        return self.a.dtype

    @property
    def lanes(self) -> int:  # type: ignore[override]
        return self.a.lanes


@dataclass(frozen=True, slots=True)
class Cast(Expr):
    """A value in another dtype, as C converts it."""

    a: Expr
    dtype: DType

    @property
    def lanes(self) -> int:  # type: ignore[override]
        return self.a.lanes


@dataclass(frozen=True, slots=True)
class Bitcast(Expr):
    """The bits of a value in another dtype of the same width."""

    a: Expr
    dtype: DType

    @property
    def lanes(self) -> int:  # type: ignore[override]
        return self.a.lanes


@dataclass(frozen=True, slots=True)
class Ramp(Expr):
    """Consecutive positions: base, base + 1, ..."""

    base: Expr
    lanes: int

    @property
    def dtype(self) -> DType:  # type: ignore[override]
        return self.base.dtype


@dataclass(frozen=True, slots=True)
class Broadcast(Expr):
    """A scalar in every lane."""

    a: Expr
    lanes: int

    @property
    def dtype(self) -> DType:  # type: ignore[override]
        return self.a.dtype


@dataclass(frozen=True, slots=True)
class Call(Expr):
    """An intrinsic of `hodu.kernel.intrinsics` on its arguments."""

    name: str
    args: tuple[Expr, ...]
    dtype: DType
    lanes: int = 1


def select(condition: Expr, a: Operand, b: Operand) -> Expr:
    """`a` where `condition` holds, else `b`; a number takes the dtype of the other."""
    return algebra.select(condition, a, b)


def index(value: Operand) -> Expr:
    """A position as an expression."""
    if isinstance(value, Expr):
        return value if value.dtype is INDEX else algebra.cast(value, INDEX)
    return Const(int(value), INDEX)


from hodu.kernel import algebra  # noqa: E402  (operators build simplified expressions)
