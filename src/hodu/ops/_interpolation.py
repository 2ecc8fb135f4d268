"""Separable interpolation along an axis: where each output element looks, and with what weights.

The coordinate transforms, roundings and filters are those of ONNX's Resize operator
(https://onnx.ai/onnx/operators/onnx__Resize.html), of which PyTorch's are a part.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from hodu.ops._table import Array


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis to resize: its sizes, its scale (None means out / size) and its part of the crop.

    `precision` is the dtype in which positions are divided by a given scale: f32 decides ties of
    "nearest" as PyTorch and ONNX Runtime do.
    """

    size: int
    out: int
    given_scale: float | None
    start: float
    end: float
    precision: type[np.floating[Any]]

    @property
    def scale(self) -> float:
        """Output elements per input element."""
        return self.out / self.size if self.given_scale is None else self.given_scale

    @property
    def length(self) -> float:
        """The output size before it was rounded to an integer."""
        return self.out if self.given_scale is None else self.given_scale * self.size

    def shrink(self, at: Array) -> Array:
        """Output positions as input positions; exact where the quotient of the sizes is."""
        if self.given_scale is None:
            return at * self.size / self.out
        return at.astype(self.precision) / self.precision(self.given_scale)


def _half_pixel(axis: Axis) -> Array:
    return axis.shrink(np.arange(axis.out) + 0.5) - 0.5


def _half_pixel_symmetric(axis: Axis) -> Array:
    adjustment = axis.out / axis.length
    return axis.size / 2 * (1 - adjustment) + _half_pixel(axis)


def _align_corners(axis: Axis) -> Array:
    return np.arange(axis.out) * (axis.size - 1) / (axis.length - 1 if axis.out > 1 else 1)


def _crop(axis: Axis) -> Array:
    if axis.out == 1:
        return np.asarray([0.5 * (axis.start + axis.end) * (axis.size - 1)])
    inside = np.arange(axis.out) * (axis.end - axis.start) / (axis.length - 1)
    return (axis.start + inside) * (axis.size - 1)


COORDINATES: dict[str, Callable[[Axis], Array]] = {
    "half_pixel": _half_pixel,
    "pytorch_half_pixel": lambda a: _half_pixel(a) if a.out > 1 else np.zeros(a.out),
    "half_pixel_symmetric": _half_pixel_symmetric,
    "asymmetric": lambda a: a.shrink(np.arange(a.out)),
    "align_corners": _align_corners,
    "tf_crop_and_resize": _crop,
}
NEAREST: dict[str, Callable[[Array], Array]] = {
    "round_prefer_floor": lambda x: np.ceil(x - 0.5),
    "round_prefer_ceil": lambda x: np.floor(x + 0.5),
    "floor": np.floor,
    "ceil": np.ceil,
}


def _triangle(x: Array) -> Array:
    return np.maximum(1 - np.abs(x), 0)


def cubic(a: float) -> Callable[[Array], Array]:
    """Keys' cubic convolution kernel (IEEE TASSP 29, 1981) with parameter `a`."""

    def weight(x: Array) -> Array:
        x = np.abs(x)
        near = ((a + 2) * x - (a + 3)) * x * x + 1
        far = ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
        return np.where(x <= 1, near, np.where(x < 2, far, 0))

    return weight


def taps(
    at: Array, axis: Axis, cubic_a: float | None, exclude_outside: bool, antialias: bool
) -> tuple[Array, Array]:
    """The input positions [out, taps] around the coordinates `at` and their weights.

    With `antialias` a shrinking filter is widened by the scale. Positions outside count as those
    at the border, or not at all with `exclude_outside`.
    """
    weight, radius = (_triangle, 1) if cubic_a is None else (cubic(cubic_a), 2)
    squeeze = min(axis.scale, 1.0) if antialias else 1.0
    reach = math.ceil(radius / squeeze)
    base = np.floor(at)
    offsets = np.arange(1 - reach, reach + 1)
    weights = weight((offsets - (at - base)[:, None]) * squeeze)
    positions = base.astype(np.int64)[:, None] + offsets
    if exclude_outside:
        weights = np.where((positions < 0) | (positions >= axis.size), 0, weights)
    total = weights.sum(1, keepdims=True)
    weights = weights / np.where(total == 0, 1, total)
    return np.clip(positions, 0, axis.size - 1), weights


def interpolate_axis(x: Array, axis: int, positions: Array, weights: Array) -> Array:
    """The weighted sum over taps of the elements of `x` at `positions` [out, taps]."""
    weights = weights.astype(x.dtype)
    total = None
    for tap in range(positions.shape[1]):
        column = weights[:, tap].reshape(-1, *(1,) * (x.ndim - 1 - axis))
        if column.any():
            term = np.take(x, positions[:, tap], axis) * column
            total = term if total is None else np.add(total, term, out=total)
    return np.zeros_like(np.take(x, positions[:, 0], axis)) if total is None else total
