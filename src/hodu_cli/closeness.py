"""How far two arrays are from one another: absolutely, relatively, in units in the last place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hodu.dtypes import FROM_NUMPY, DType
from hodu.ops._table import Array

_TOLERANCES = {"f64": 1e-9, "f32": 1e-4, "f16": 1e-2, "bf16": 5e-2}
_SMALL_FLOATS = 0.25


@dataclass(frozen=True, slots=True)
class Distance:
    """The greatest errors, how many elements are beyond the tolerance, and the worst of them.

    `ulp` is None for integers and for different dtypes. What is NaN or infinite in one array alone
    is infinitely far; NaN and NaN agree.
    """

    absolute: float
    relative: float
    ulp: int | None
    beyond: int
    place: tuple[int, ...]
    values: tuple[Any, Any]


def tolerance_of(dtype: DType, given: float | None) -> float:
    """The tolerance, else what sums of a network may differ by; integers must be equal."""
    if given is not None:
        return given
    return _TOLERANCES.get(dtype.name, _SMALL_FLOATS) if dtype.is_float else 0.0


def distance(a: Array, b: Array, tolerance: float) -> Distance:
    """The distance of `a` from `b`, which have one shape.

    An element is within the tolerance t if |a - b| <= t + t |b|, of integers if |a - b| <= t.
    """
    if not a.size:
        return Distance(0.0, 0.0, None, 0, (), (None, None))
    is_float = FROM_NUMPY[a.dtype].is_float
    x, y = a.astype(np.float64), b.astype(np.float64)
    with np.errstate(all="ignore"):
        error = np.where((x == y) | (np.isnan(x) & np.isnan(y)), 0.0, np.abs(x - y))
        error = np.where(np.isnan(error), np.inf, error)
        # Beyond 2**53 integers that differ can be one number in f64.
        error = error if is_float else np.where((a != b) & (error == 0), 1.0, error)
        size = np.where(np.isfinite(y), np.abs(y), 0.0)
        relative = np.where(error == 0, 0.0, error / size)
        beyond = ~(error <= tolerance + (tolerance * size if is_float else 0.0))
    excess = np.where(beyond, relative if is_float else error, -1.0) if beyond.any() else error
    place = np.unravel_index(int(np.argmax(excess)), a.shape)
    ulp = int(_steps(a, b)[error > 0].max(initial=0)) if is_float and a.dtype == b.dtype else None
    return Distance(
        float(error.max()),
        float(relative.max()),
        ulp,
        int(np.count_nonzero(beyond)),
        tuple(int(i) for i in place),
        (a[place].item(), b[place].item()),
    )


def _steps(a: Array, b: Array) -> Array:
    """How many floats of their dtype lie between two arrays."""
    (x, is_x_negative), (y, is_y_negative) = _numbered(a), _numbered(b)
    apart = np.maximum(x, y) - np.minimum(x, y)
    return np.where(is_x_negative == is_y_negative, apart, x + y)


def _numbered(x: Array) -> tuple[Array, Array]:
    """The place of the size of each float in their order, and which of them are negative."""
    bits = 8 * x.dtype.itemsize
    code = np.ascontiguousarray(x).view(f"u{x.dtype.itemsize}").astype(np.uint64)
    return code & np.uint64((1 << (bits - 1)) - 1), code >> np.uint64(bits - 1) == 1
