"""The gradient of a convolution by its weight: every product of an input and an output element."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np


def conv_weight(x, other, kernel_size, stride, padding, dilation, groups) -> np.ndarray:
    n = len(stride)
    inner, outer = x.shape[1] // groups, other.shape[1] // groups
    out = np.zeros((other.shape[1], inner, *kernel_size), x.dtype)
    for oc, c in itertools.product(range(other.shape[1]), range(inner)):
        source, of = x[:, oc // outer * inner + c], other[:, oc]
        for tap in itertools.product(*map(range, kernel_size)):
            for at in itertools.product(*map(range, other.shape[2:])):
                place = tuple(
                    a * s + t * d - b
                    for a, s, t, d, b in zip(at, stride, tap, dilation, padding[:n], strict=True)
                )
                if all(0 <= p < size for p, size in zip(place, x.shape[2:], strict=True)):
                    out[(oc, c, *tap)] += (source[(..., *place)] * of[(..., *at)]).sum()
    return out


ORACLES: dict[str, Any] = {"conv_weight": conv_weight}
