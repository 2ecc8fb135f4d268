"""Transposed convolution as its definition: every input element adds its weighted kernel."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np


def conv_transpose(x, w, bias, stride, padding, output_padding, dilation, groups) -> np.ndarray:
    n, m, kernel = len(stride), w.shape[1], w.shape[2:]
    sizes = [
        (s - 1) * t + d * (k - 1) + 1 + o - b - e
        for s, t, d, k, o, b, e in zip(
            x.shape[2:],
            stride,
            dilation,
            kernel,
            output_padding,
            padding[:n],
            padding[n:],
            strict=True,
        )
    ]
    out = np.zeros((x.shape[0], m * groups, *sizes), x.dtype)
    per_group = max(x.shape[1] // groups, 1)
    for i, c, j in itertools.product(range(x.shape[0]), range(x.shape[1]), range(m)):
        oc = c // per_group * m + j
        for at in itertools.product(*map(range, x.shape[2:])):
            for tap in itertools.product(*map(range, kernel)):
                to = [
                    a * s + t * d - b
                    for a, s, t, d, b in zip(at, stride, tap, dilation, padding[:n], strict=True)
                ]
                if all(0 <= p < size for p, size in zip(to, sizes, strict=True)):
                    out[(i, oc, *to)] += x[(i, c, *at)] * w[(c, j, *tap)]
    return out if bias is None else out + bias.reshape(-1, *(1,) * n)


ORACLES: dict[str, Any] = {"conv_transpose": conv_transpose}
