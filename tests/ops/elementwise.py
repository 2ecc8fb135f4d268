"""Oracles from functions of Python numbers: exact on integers, C's math on floats."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

INF, NAN = float("inf"), float("nan")


def wrapped(value: int, dtype: np.dtype) -> int:
    """`value` modulo the range of an integer dtype."""
    limits = np.iinfo(dtype)
    return (value - int(limits.min)) % (1 << limits.bits) + int(limits.min)


def _number(value: Any, dtype: np.dtype) -> Any:
    return wrapped(int(value), dtype) if dtype.kind in "iu" else value


def each(function: Callable[..., Any], dtype: Any = None) -> Callable[..., np.ndarray]:
    """`function` of Python numbers for every element of broadcast arrays.

    The result has the given dtype, else that of the first array (integers wrap around).
    """

    def oracle(*arrays: np.ndarray, **attrs: Any) -> np.ndarray:
        out = np.dtype(dtype) if dtype else arrays[0].dtype
        spread = np.broadcast_arrays(*arrays)
        rows = zip(*(a.reshape(-1).tolist() for a in spread), strict=True)
        values = [_number(function(*row, **attrs), out) for row in rows]
        return np.array(values, dtype=out).reshape(spread[0].shape)

    return oracle


def real(function: Callable[..., Any]) -> Callable[..., np.ndarray]:
    """`each` for a function whose result is a float; overflow is infinite, a bad domain NaN."""

    def guarded(*row: Any, **attrs: Any) -> float:
        try:
            return function(*map(float, row), **attrs)
        except OverflowError:
            return INF
        except ValueError:
            return NAN

    return each(guarded, np.float64)
