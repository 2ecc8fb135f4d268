"""Resizing as a dense matrix for every axis, from the formulas of ONNX's Resize."""

from __future__ import annotations

import math
from typing import Any

import numpy as np


def _coordinate(kind: str, i: int, size: int, out: int, scale: float | None, start, end) -> float:
    s = out / size if scale is None else scale
    length = out if scale is None else s * size
    if kind == "asymmetric":
        return i * size / out if scale is None else i / s
    if kind == "align_corners":
        return i * (size - 1) / (length - 1) if out > 1 else 0
    if kind == "tf_crop_and_resize":
        if out == 1:
            return 0.5 * (start + end) * (size - 1)
        return start * (size - 1) + i * (end - start) * (size - 1) / (length - 1)
    if kind == "pytorch_half_pixel" and out == 1:
        return 0
    x = (i + 0.5) * size / out - 0.5 if scale is None else (i + 0.5) / s - 0.5
    if kind == "half_pixel_symmetric":
        x += size / 2 * (1 - out / (s * size))
    return x


def _round(x: float, how: str) -> int:
    if how == "floor":
        return math.floor(x)
    if how == "ceil":
        return math.ceil(x)
    if x % 1 == 0.5:
        return math.floor(x) if how == "round_prefer_floor" else math.ceil(x)
    return round(x)


def _filter(x: float, mode: str, a: float) -> float:
    x = abs(x)
    if mode == "linear":
        return max(0.0, 1 - x)
    if x <= 1:
        return (a + 2) * x**3 - (a + 3) * x**2 + 1
    return a * x**3 - 5 * a * x**2 + 8 * a * x - 4 * a if x < 2 else 0.0


def resize(
    x,
    axes,
    size,
    scales=None,
    mode="linear",
    coordinates="half_pixel",
    nearest="round_prefer_floor",
    cubic_a=-0.75,
    exclude_outside=False,
    antialias=False,
    roi=None,
    extrapolation=0.0,
) -> np.ndarray:
    dtype, y = x.dtype, x.astype(np.float64)
    roi = roi or (0,) * len(axes) + (1,) * len(axes)
    outside = np.zeros([1] * x.ndim, bool)
    for k, axis in enumerate(axes):
        axis %= x.ndim
        n, out = x.shape[axis], size[k]
        scale = scales[k] if scales else None
        matrix, missed = np.zeros((out, n)), np.zeros(out, bool)
        for i in range(out):
            at = _coordinate(coordinates, i, n, out, scale, roi[k], roi[len(axes) + k])
            missed[i] = at < 0 or at > n - 1
            if mode == "nearest":
                matrix[i, min(max(_round(at, nearest), 0), n - 1)] = 1
                continue
            squeeze = min(1, scale or out / n) if antialias else 1
            for p in range(-50, n + 50):
                if not exclude_outside or 0 <= p < n:
                    weight = _filter((p - at) * squeeze, mode, cubic_a)
                    matrix[i, min(max(p, 0), n - 1)] += weight
            matrix[i] /= matrix[i].sum() or 1
        y = np.moveaxis(np.tensordot(matrix, y, (1, axis)), 0, axis)
        outside = outside | missed.reshape([-1 if d == axis else 1 for d in range(x.ndim)])
    if coordinates == "tf_crop_and_resize":
        y = np.where(outside, extrapolation, y)
    if dtype.kind != "f":
        info = np.iinfo(dtype)
        y = np.clip(np.floor(y + 0.5), info.min, info.max)
    return y


ORACLES: dict[str, Any] = {"resize": resize}
