"""Convolution as its definition: a sum for every output element."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np


def _pad(x: np.ndarray, padding: tuple[int, ...]) -> np.ndarray:
    n = len(padding) // 2
    for axis, (begin, end) in enumerate(zip(padding[:n], padding[n:], strict=True), x.ndim - n):
        widths = [(0, 0)] * x.ndim
        widths[axis] = (max(begin, 0), max(end, 0))
        x = np.pad(x, widths)
        keep = np.arange(max(-begin, 0), x.shape[axis] - max(-end, 0))
        x = np.take(x, keep, axis)
    return x


def conv(x, w, bias, stride, padding, dilation, groups) -> np.ndarray:
    x = _pad(x, padding)
    oc, ic = w.shape[:2]
    kernel = w.shape[2:]
    sizes = [
        (s - d * (k - 1) - 1) // t + 1
        for s, k, t, d in zip(x.shape[2:], kernel, stride, dilation, strict=True)
    ]
    out = np.zeros((x.shape[0], oc, *sizes), x.dtype)
    for c, *at in itertools.product(range(oc), *map(range, sizes)):
        first = c // (oc // groups) * ic
        window = tuple(
            slice(a * t, a * t + d * (k - 1) + 1, d)
            for a, t, d, k in zip(at, stride, dilation, kernel, strict=True)
        )
        for i in range(x.shape[0]):
            part = x[(i, slice(first, first + ic), *window)]
            out[(i, c, *at)] = (part * w[c]).sum() + (0 if bias is None else bias[c])
    return out


ORACLES: dict[str, Any] = {"conv": conv}
