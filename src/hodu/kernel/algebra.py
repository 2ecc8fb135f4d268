"""Construction of simplified expressions: constants fold, neutral operands go, index algebra.

A division of a position by a constant is taken apart: what the constant divides leaves the
quotient, and a rest that is known to lie below it vanishes. That is what turns the positions of
reshaped, transposed and sliced tensors back into plain strides.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hodu.dtypes import DType, bool_
from hodu.kernel import expr as e
from hodu.kernel.evaluate import evaluate_binary, evaluate_cast, evaluate_unary
from hodu.kernel.expr import INDEX, Const, Expr, Operand


def constant(value: Any, dtype: DType, lanes: int = 1) -> Const:
    """A number in `dtype`, wrapped or rounded to it."""
    if dtype is bool_:
        return Const(bool(value), dtype, lanes)
    if dtype.is_float:
        with np.errstate(all="ignore"):
            return Const(float(np.asarray(value).astype(dtype.numpy)), dtype, lanes)
    bits = int(value) & ((1 << dtype.bits) - 1)
    signed = dtype.kind == "int" and bits >> (dtype.bits - 1)
    return Const(bits - (1 << dtype.bits) if signed else bits, dtype, lanes)


def binary(op: str, a: Operand, b: Operand) -> Expr:
    """`a op b`; a number takes the dtype of the other operand, a scalar its lanes."""
    a, b = _pair(a, b)
    if isinstance(a, Const) and isinstance(b, Const):
        folded = evaluate_binary(op, a, b)
        if folded is not None:
            return constant(folded, bool_ if op in e.COMPARISONS else a.dtype, a.lanes)
    if isinstance(a, Const) and op in _COMMUTATIVE:
        a, b = b, a
    rule = _RULES.get(op)
    simpler = rule(a, b) if rule is not None else None
    return e.Binary(op, a, b) if simpler is None else simpler


def _pair(a: Operand, b: Operand) -> tuple[Expr, Expr]:
    if not isinstance(a, Expr):
        assert isinstance(b, Expr)
        a = constant(a, b.dtype, b.lanes)
    if not isinstance(b, Expr):
        b = constant(b, a.dtype, a.lanes)
    if a.dtype is not b.dtype:
        raise TypeError(f"{a.dtype} with {b.dtype} in the loop IR: {a!r}, {b!r}")
    lanes = max(a.lanes, b.lanes)
    return broadcast(a, lanes), broadcast(b, lanes)


def broadcast(a: Expr, lanes: int) -> Expr:
    """A scalar in every lane; a vector of that many lanes as it is."""
    if a.lanes == lanes:
        return a
    if a.lanes != 1:
        raise TypeError(f"{a.lanes} lanes with {lanes} in the loop IR")
    return Const(a.value, a.dtype, lanes) if isinstance(a, Const) else e.Broadcast(a, lanes)


def unary(op: str, a: Expr) -> Expr:
    """`op a`."""
    if isinstance(a, Const):
        folded = evaluate_unary(op, a)
        if folded is not None:
            return constant(folded, a.dtype, a.lanes)
    if op == "not" and isinstance(a, e.Unary) and a.op == "not":
        return a.a
    return e.Unary(op, a)


def cast(a: Expr, dtype: DType) -> Expr:
    """The value in another dtype."""
    if a.dtype is dtype:
        return a
    if isinstance(a, Const):
        return constant(evaluate_cast(a.value, dtype), dtype, a.lanes)
    if dtype is INDEX and isinstance(a, e.Cast) and a.a.dtype is INDEX and a.dtype.bits == 64:
        return a.a
    return e.Cast(a, dtype)


def select(condition: Expr, a: Operand, b: Operand) -> Expr:
    """`a` where `condition` holds, else `b`."""
    a, b = _pair(a, b)
    lanes = max(condition.lanes, a.lanes)
    if isinstance(condition, Const):
        return broadcast(a if condition.value else b, lanes)
    if a == b:
        return broadcast(a, lanes)
    return e.Select(broadcast(condition, lanes), broadcast(a, lanes), broadcast(b, lanes))


def is_number(x: Expr, value: float) -> bool:
    """Whether `x` is this number (0 is not -0.0)."""
    return isinstance(x, Const) and x.value == value and np.signbit(x.value) == np.signbit(value)


# -- bounds ---------------------------------------------------------------------------------


def bounds(x: Expr) -> e.Bounds:
    """The least and greatest value of a position; None where it is not known."""
    if x.dtype.is_float:
        return None, None
    match x:
        case Const(value=value) if not x.dtype.is_float:
            return int(value), int(value)
        case e.Var():
            return x.bounds
        case e.Binary(op=op, a=a, b=b) if op in _INTERVALS:
            return _INTERVALS[op](bounds(a), bounds(b))
        case e.Call(name="anew", args=(a,)):
            return bounds(a)
        case e.Select(a=a, b=b):
            (alo, ahi), (blo, bhi) = bounds(a), bounds(b)
            return _least(alo, blo), _greatest(ahi, bhi)
    return None, None


def _least(a: int | None, b: int | None) -> int | None:
    return None if a is None or b is None else min(a, b)


def _greatest(a: int | None, b: int | None) -> int | None:
    return None if a is None or b is None else max(a, b)


def _plus(a: int | None, b: int | None) -> int | None:
    return None if a is None or b is None else a + b


def _minus(a: int | None, b: int | None) -> int | None:
    return None if a is None or b is None else a - b


def _product(a: e.Bounds, b: e.Bounds) -> e.Bounds:
    if None in a or None in b:
        low = 0 if (a[0] or -1) >= 0 and (b[0] or -1) >= 0 else None
        return (0 if a[0] == 0 and b[0] is not None and b[0] >= 0 else low), None
    corners = [x * y for x in a for y in b]  # type: ignore[operator]
    return min(corners), max(corners)


def _quotient(a: e.Bounds, b: e.Bounds) -> e.Bounds:
    if b[0] is None or b[0] <= 0 or a[0] is None or a[0] < 0:
        return None, None
    return (0 if b[1] is None else a[0] // b[1]), None if a[1] is None else a[1] // b[0]


def _remainder(a: e.Bounds, b: e.Bounds) -> e.Bounds:
    if a[0] is None or a[0] < 0 or b[1] is None:
        return None, None
    return 0, min(b[1] - 1, a[1]) if a[1] is not None else b[1] - 1


_INTERVALS: dict[str, Callable[[e.Bounds, e.Bounds], e.Bounds]] = {
    "add": lambda a, b: (_plus(a[0], b[0]), _plus(a[1], b[1])),
    "sub": lambda a, b: (_minus(a[0], b[1]), _minus(a[1], b[0])),
    "mul": _product,
    "div": _quotient,
    "rem": _remainder,
    "min": lambda a, b: (
        _least(a[0], b[0]),
        min((v for v in (a[1], b[1]) if v is not None), default=None),
    ),
    "max": lambda a, b: (
        max((v for v in (a[0], b[0]) if v is not None), default=None),
        _greatest(a[1], b[1]),
    ),
}


# -- rules: the simpler expression, or None -----------------------------------------------------


def _add(a: Expr, b: Expr) -> Expr | None:
    if a.dtype.is_float:
        return a if is_number(b, -0.0) else None
    if is_number(b, 0):
        return a
    if isinstance(b, Const) and isinstance(a, e.Binary) and isinstance(a.b, Const):
        if a.op == "add":  # (x + 2) + 3
            return binary("add", a.a, constant(a.b.value + b.value, a.dtype, a.lanes))
        if a.op == "sub":
            return binary("add", a.a, constant(b.value - a.b.value, a.dtype, a.lanes))
    if isinstance(b, e.Binary) and b.op == "add" and isinstance(b.b, Const):  # x + (y + 2)
        return binary("add", binary("add", a, b.a), b.b)
    return None


def _sub(a: Expr, b: Expr) -> Expr | None:
    if is_number(b, 0):
        return a
    if a.dtype.is_float:
        return None
    if a == b:
        return constant(0, a.dtype, a.lanes)
    if isinstance(b, Const):
        return binary("add", a, constant(-b.value, a.dtype, a.lanes))
    if isinstance(a, e.Binary) and a.op == "add":
        if a.a == b:
            return a.b
        if a.b == b:
            return a.a
    return None


def _mul(a: Expr, b: Expr) -> Expr | None:
    if is_number(b, 1):
        return a
    if a.dtype.is_float:
        return None
    if is_number(b, 0):
        return b
    if isinstance(b, Const) and isinstance(a, e.Binary) and isinstance(a.b, Const):
        if a.op == "mul":
            return binary("mul", a.a, constant(a.b.value * b.value, a.dtype, a.lanes))
        if a.op == "add" and a.dtype is INDEX:  # (x + 2) * 3: constants gather at the end
            return binary("add", binary("mul", a.a, b), binary("mul", a.b, b))
    return None


def _divide(a: Expr, b: Expr) -> Expr | None:
    if is_number(b, 1):
        return a
    if a.dtype is not INDEX or not isinstance(b, Const):
        return None
    by = int(b.value)
    whole, rest = _split(a, by)
    low, high = bounds(rest)
    if low is not None and high is not None and low >= 0 and high < by:
        return whole
    if not is_number(whole, 0) and low is not None and low >= 0:
        return binary("add", whole, e.Binary("div", rest, b))
    if isinstance(a, e.Binary) and a.op == "div" and isinstance(a.b, Const):
        return binary("div", a.a, constant(int(a.b.value) * by, INDEX))
    return None


def _modulo(a: Expr, b: Expr) -> Expr | None:
    if a.dtype is not INDEX or not isinstance(b, Const):
        return None
    by = int(b.value)
    if by == 1:
        return constant(0, INDEX, a.lanes)
    whole, rest = _split(a, by)
    low, high = bounds(rest)
    if low is not None and high is not None and low >= 0 and high < by:
        return rest
    if not is_number(whole, 0) and low is not None and low >= 0:
        return binary("rem", rest, b)
    return None


def _split(x: Expr, by: int) -> tuple[Expr, Expr]:
    """`whole` and `rest` with x = whole * by + rest, as much as can be seen in `whole`."""
    zero = constant(0, INDEX, x.lanes)
    if isinstance(x, Const):
        return constant(int(x.value) // by, INDEX, x.lanes), constant(int(x.value) % by, INDEX)
    if isinstance(x, e.Binary):
        if x.op == "mul" and isinstance(x.b, Const) and int(x.b.value) % by == 0:
            return binary("mul", x.a, constant(int(x.b.value) // by, INDEX, x.lanes)), zero
        if x.op == "add":
            (wa, ra), (wb, rb) = _split(x.a, by), _split(x.b, by)
            return binary("add", wa, wb), binary("add", ra, rb)
    return zero, x


def _extreme(op: str) -> Callable[[Expr, Expr], Expr | None]:
    def simplify(a: Expr, b: Expr) -> Expr | None:
        if a == b:
            return a
        if a.dtype is not INDEX:
            return None
        (alo, ahi), (blo, bhi) = bounds(a), bounds(b)
        if ahi is not None and blo is not None and ahi <= blo:
            return a if op == "min" else b
        if alo is not None and bhi is not None and alo >= bhi:
            return b if op == "min" else a
        return None

    return simplify


def _compare(op: str) -> Callable[[Expr, Expr], Expr | None]:
    def simplify(a: Expr, b: Expr) -> Expr | None:
        if a.dtype is not INDEX:
            return None
        (alo, ahi), (blo, bhi) = bounds(a), bounds(b)
        below = ahi is not None and blo is not None and (ahi < blo or (op == "le" and ahi == blo))
        above = alo is not None and bhi is not None and (alo > bhi or (op == "lt" and alo == bhi))
        if below or above:
            return constant(below, bool_, a.lanes)
        return None

    return simplify


def _swapped(op: str) -> Callable[[Expr, Expr], Expr | None]:
    """`a > b` as `b < a`, so that there is one spelling."""
    return lambda a, b: binary(op, b, a)


def _same(value: bool) -> Callable[[Expr, Expr], Expr | None]:
    return lambda a, b: constant(value, bool_, a.lanes) if a == b and not a.dtype.is_float else None


def _and(a: Expr, b: Expr) -> Expr | None:
    if a == b:
        return a
    if a.dtype is bool_ and isinstance(b, Const):
        return a if b.value else b
    return None


def _or(a: Expr, b: Expr) -> Expr | None:
    if a == b:
        return a
    if a.dtype is bool_ and isinstance(b, Const):
        return b if b.value else a
    return None


_COMMUTATIVE = frozenset({"add", "mul", "and", "or", "xor", "eq", "ne"})
_RULES: dict[str, Callable[[Expr, Expr], Expr | None]] = {
    "add": _add,
    "sub": _sub,
    "mul": _mul,
    "div": _divide,
    "rem": _modulo,
    "min": _extreme("min"),
    "max": _extreme("max"),
    "lt": _compare("lt"),
    "le": _compare("le"),
    "gt": _swapped("lt"),
    "ge": _swapped("le"),
    "eq": _same(True),
    "ne": _same(False),
    "and": _and,
    "or": _or,
}
