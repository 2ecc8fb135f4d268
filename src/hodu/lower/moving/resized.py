"""Where the elements of resized axes look, worked out by the functions of eager code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hodu.dtypes import DType
from hodu.ops._interpolation import COORDINATES, NEAREST, Axis, taps
from hodu.ops._table import Array


@dataclass(frozen=True, slots=True)
class Line:
    """How one axis is resized.

    `positions` [out, taps] are elements of the input and `weights` of the same shape their
    factors, None for an axis whose elements are picked or stay as they are; `outside` [out] says
    which elements lie outside of the input.
    """

    axis: int
    positions: Array
    weights: Array | None
    outside: Array


def resized_axes(attrs: Mapping[str, Any], shape: Sequence[int], size: Sequence[int]) -> list[Line]:
    """The axes of a `resize` with these attributes, in the order in which they are resized."""
    count = len(size)
    crop = attrs["roi"] or (0.0,) * count + (1.0,) * count
    precision = np.float32 if attrs["mode"] == "nearest" else np.float64
    lines = []
    for i, (dim, out) in enumerate(zip(attrs["axes"], size, strict=True)):
        axis = dim % len(shape)
        scale = attrs["scales"][i] if attrs["scales"] else None
        line = Axis(shape[axis], out, scale, crop[i], crop[count + i], precision)
        lines.append(_line(attrs, axis, line))
    return lines


def _line(attrs: Mapping[str, Any], axis: int, line: Axis) -> Line:
    at = COORDINATES[attrs["coordinates"]](line)
    outside = (at < 0) | (at > line.size - 1)
    if attrs["mode"] == "nearest":
        picked = np.clip(NEAREST[attrs["nearest"]](at).astype(np.int64), 0, line.size - 1)
        return Line(axis, picked[:, None], None, outside)
    if np.array_equal(at, np.arange(line.size)):
        return Line(axis, np.arange(line.size)[:, None], None, outside)
    cubic = attrs["cubic_a"] if attrs["mode"] == "cubic" else None
    positions, weights = taps(at, line, cubic, attrs["exclude_outside"], attrs["antialias"])
    return Line(axis, positions, weights, outside)


def saturation(dtype: DType) -> tuple[float, float]:
    """The least and the greatest f64 that an integer dtype holds."""
    info = np.iinfo(dtype.numpy)  # type: ignore[type-var]
    top = float(info.max)
    return float(info.min), top if int(top) <= info.max else float(np.nextafter(top, 0))
