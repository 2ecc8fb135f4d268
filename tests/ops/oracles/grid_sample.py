"""Sampling point by point, in plain Python."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np

from tests.ops.oracles.resize import _filter


def _reflect(at: float, low: float, high: float) -> float:
    if low == high:
        return 0.0
    while not low <= at <= high:
        at = 2 * low - at if at < low else 2 * high - at
    return at


def _brought_inside(at: float, size: int, padding_mode: str, align: bool) -> float:
    if padding_mode == "zeros":
        return at
    if padding_mode == "reflection":
        at = _reflect(at, 0, size - 1) if align else _reflect(at, -0.5, size - 0.5)
    return min(max(at, 0), size - 1)


def _taps(at: float, size: int, mode: str, padding_mode: str, align: bool):
    """Pairs (element, weight) of one coordinate."""
    at = (at + 1) / 2 * (size - 1) if align else ((at + 1) * size - 1) / 2
    if mode == "bicubic":
        base = math.floor(at)
        for p in range(base - 1, base + 3):
            yield (
                int(_brought_inside(p, size, padding_mode, align)),
                _filter(p - at, "cubic", -0.75),
            )
        return
    at = _brought_inside(at, size, padding_mode, align)
    if mode == "nearest":
        yield round(at), 1.0
        return
    for p in (math.floor(at), math.floor(at) + 1):
        yield p, max(0.0, 1 - abs(p - at))


def grid_sample(x, grid, mode="bilinear", padding_mode="zeros", align_corners=None) -> np.ndarray:
    sizes = x.shape[2:]
    out = np.zeros((*x.shape[:2], *grid.shape[1:-1]))
    for i, *at in np.ndindex(x.shape[0], *grid.shape[1:-1]):
        point = grid[(i, *at)][::-1]
        taps = [
            list(_taps(float(p), s, mode, padding_mode, bool(align_corners)))
            for p, s in zip(point, sizes, strict=True)
        ]
        for combination in itertools.product(*taps):
            where = [p for p, _ in combination]
            if all(0 <= p < s for p, s in zip(where, sizes, strict=True)):
                weight = math.prod(w for _, w in combination)
                out[(i, slice(None), *at)] += x[(i, slice(None), *where)] * weight
    return out


def affine_base_grid(size, align_corners, dtype) -> np.ndarray:
    out = np.ones((*size, len(size) + 1))
    for at in np.ndindex(*size):
        for axis, (i, s) in enumerate(zip(reversed(at), reversed(size), strict=True)):
            corner = 2 * i / (s - 1) - 1 if s > 1 else 0
            out[(*at, axis)] = corner if align_corners else (2 * i + 1) / s - 1
    return out


ORACLES: dict[str, Any] = {"grid_sample": grid_sample, "affine_base_grid": affine_base_grid}
