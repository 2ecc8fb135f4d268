"""What the scalar operators of the loop IR mean, in NumPy: for folding and for the interpreter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hodu.dtypes import DType, bool_
from hodu.kernel.expr import COMPARISONS, Const

COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "eq": np.equal,
    "ne": np.not_equal,
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
}


def _div(a: Any, b: Any) -> Any:
    if a.dtype.kind == "f":
        return np.divide(a, b)
    if not np.all(b):
        raise ZeroDivisionError("integer division by zero in a kernel")
    quotient = np.floor_divide(a, b)
    return quotient + ((np.remainder(a, b) != 0) & ((a < 0) != (b < 0))).astype(a.dtype)


def _shift(a: Any, b: Any, op: Callable[[Any, Any], Any]) -> Any:
    if np.any(b < 0) or np.any(b >= a.dtype.itemsize * 8):
        raise ArithmeticError(f"a shift by {b} of {a.dtype.itemsize * 8} bits in a kernel")
    return op(a, b)


ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": _div,
    "rem": lambda a, b: a - _div(a, b) * b,
    "min": lambda a, b: np.where(a < b, a, b),
    "max": lambda a, b: np.where(a > b, a, b),
    "and": np.bitwise_and,
    "or": np.bitwise_or,
    "xor": np.bitwise_xor,
    "shl": lambda a, b: _shift(a, b, np.left_shift),
    "shr": lambda a, b: _shift(a, b, np.right_shift),
}
BINARY = COMPARE | ARITHMETIC
UNARY: dict[str, Callable[[Any], Any]] = {
    "neg": np.negative,
    "abs": np.abs,
    "not": lambda a: np.logical_not(a) if a.dtype == np.bool_ else np.invert(a),
    "sqrt": np.sqrt,
    "floor": np.floor,
    "ceil": np.ceil,
    "trunc": np.trunc,
    "rint": np.rint,
}


def evaluate_binary(op: str, a: Const, b: Const) -> Any:
    """The value of an operator on constants, None where it has none (a division by zero)."""
    if op in ("min", "max") and a.dtype.is_float:
        return None
    with np.errstate(all="ignore"):
        x, y = _as_numpy(a), _as_numpy(b)
        try:
            result = BINARY[op](x, y)
        except ArithmeticError:
            return None
    return bool(result) if op in COMPARISONS or a.dtype is bool_ else result.item()


def evaluate_unary(op: str, a: Const) -> Any:
    """The value of an operator on a constant."""
    if op not in UNARY:
        return None
    with np.errstate(all="ignore"):
        return UNARY[op](_as_numpy(a)).item()


def evaluate_cast(value: Any, dtype: DType) -> Any:
    """A number in another dtype, as C converts it."""
    if dtype.is_integer and isinstance(value, float):
        return int(value) if np.isfinite(value) else 0
    return value


def _as_numpy(x: Const) -> Any:
    return np.array(x.value).astype(x.dtype.numpy)
