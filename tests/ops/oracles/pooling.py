"""Pooling, window by window."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np


def _count(size: int, k: int, s: int, d: int, begin: int, end: int, ceil: bool) -> int:
    """Count the windows as PyTorch says it in words."""
    room = size + begin + end - d * (k - 1) - 1
    count = (math.ceil(room / s) if ceil else math.floor(room / s)) + 1
    while ceil and (count - 1) * s >= size + begin:
        count -= 1
    return count


def _windows(
    sizes, kernel, stride, padding, dilation, ceil
) -> tuple[list[int], Iterator[tuple[tuple[int, ...], list[list[int]]]]]:
    """The output sizes; then for every output position the positions of its taps on each axis."""
    n = len(kernel)
    out = [
        _count(*axis, ceil)
        for axis in zip(sizes, kernel, stride, dilation, padding[:n], padding[n:], strict=True)
    ]

    def each() -> Iterator[tuple[tuple[int, ...], list[list[int]]]]:
        for at in itertools.product(*map(range, out)):
            yield (
                at,
                [
                    [a * s - b + t * d for t in range(k)]
                    for a, s, b, k, d in zip(at, stride, padding[:n], kernel, dilation, strict=True)
                ],
            )

    return out, each()


def _inside(taps: list[list[int]], sizes) -> list[tuple[int, ...]]:
    return [
        p
        for p in itertools.product(*taps)
        if all(0 <= i < s for i, s in zip(p, sizes, strict=True))
    ]


def _reduce(x, kernel, stride, padding, dilation, ceil, call: Callable) -> np.ndarray:
    n = len(kernel)
    lead, sizes = x.shape[: x.ndim - n], x.shape[x.ndim - n :]
    out, windows = _windows(sizes, kernel, stride, padding, dilation, ceil)
    result = np.zeros((*lead, *out), x.dtype)
    for at, taps in windows:
        for where in itertools.product(*map(range, lead)):
            values = [x[(*where, *p)] for p in _inside(taps, sizes)]
            result[(*where, *at)] = call(values, taps)
    return result


def _biggest(values: list[Any]) -> Any:
    """The position of the first maximum, or of the last NaN."""
    best = 0
    for i, v in enumerate(values):
        if v > values[best] or v != v:
            best = i
    return best


def max_pool(x, kernel_size, stride, padding, dilation, ceil_mode=False) -> np.ndarray:
    def biggest(values, taps):
        return values[_biggest(values)]

    return _reduce(x, kernel_size, stride, padding, dilation, ceil_mode, biggest)


def max_pool_with_indices(
    x, kernel_size, stride, padding, dilation, ceil_mode=False
) -> list[np.ndarray]:
    sizes = x.shape[x.ndim - len(kernel_size) :]
    window = (kernel_size, stride, padding, dilation, ceil_mode)

    def where(values, taps):
        return np.ravel_multi_index(_inside(taps, sizes)[_biggest(values)], sizes)

    positions = _reduce(x, *window, where)
    return [max_pool(x, *window), positions.astype(np.int64)]


def max_pool_gradient(
    gradient, x, kernel_size, stride, padding, dilation, ceil_mode=False
) -> np.ndarray:
    n, out = len(kernel_size), np.zeros(x.shape, gradient.dtype)
    indices = max_pool_with_indices(x, kernel_size, stride, padding, dilation, ceil_mode)[1]
    for at in np.ndindex(gradient.shape):
        place = np.unravel_index(indices[at], x.shape[x.ndim - n :])
        out[(*at[: x.ndim - n], *place)] += gradient[at]
    return out


def avg_pool(
    x,
    kernel_size,
    stride,
    padding,
    dilation,
    ceil_mode=False,
    count_include_pad=True,
    divisor_override=None,
) -> np.ndarray:
    n = len(kernel_size)
    ends = [s + e for s, e in zip(x.shape[x.ndim - n :], padding[n:], strict=True)]

    def mean(values, taps):
        counts = [sum(t < end for t in axis) for axis, end in zip(taps, ends, strict=True)]
        divisor = math.prod(counts) if count_include_pad else len(values)
        return _divide(sum(map(_plain, values)), divisor_override or divisor)

    return _reduce(x, kernel_size, stride, padding, dilation, ceil_mode, mean)


def _plain(value: Any) -> Any:
    return value.item()


def _divide(total: Any, divisor: int) -> Any:
    if not divisor:
        return 0
    return total / divisor if isinstance(total, float) else math.trunc(total / divisor)


def lp_pool(x, norm_type, kernel_size, stride, padding, dilation, ceil_mode=False) -> np.ndarray:
    mean = avg_pool(x**norm_type, kernel_size, stride, padding, dilation, ceil_mode)
    return (mean * math.prod(kernel_size)) ** (1 / norm_type)


def reduce_window(x, window_shape, stride, padding, dilation, reduce) -> np.ndarray:
    call = {"sum": sum, "prod": math.prod, "max": max, "min": min}[reduce]

    def combine(values, taps):
        return call([_plain(v) for v in values])

    return _reduce(x, window_shape, stride, padding, dilation, False, combine)


def max_unpool(x, indices, output_size) -> np.ndarray:
    lead = x.shape[: x.ndim - len(output_size)]
    out = np.zeros((*lead, *output_size), x.dtype)
    for at in np.ndindex(x.shape):
        position = np.unravel_index(indices[at], output_size)
        out[(*at[: len(lead)], *position)] = x[at]
    return out


def _adaptive(x, output_size, call: Callable) -> np.ndarray:
    n = len(output_size)
    lead, sizes = x.shape[: x.ndim - n], x.shape[x.ndim - n :]
    out = np.zeros((*lead, *output_size), np.float64 if x.dtype.kind == "f" else np.int64)
    for at in np.ndindex(out.shape):
        spans = [
            range(math.floor(i * s / o), math.ceil((i + 1) * s / o))
            for i, s, o in zip(at[len(lead) :], sizes, output_size, strict=True)
        ]
        taps = list(itertools.product(*spans))
        out[at] = call([x[(*at[: len(lead)], *p)] for p in taps], taps)
    return out


def adaptive_avg_pool(x, output_size) -> np.ndarray:
    def mean(values, taps):
        return _divide(sum(map(_plain, values)), len(values))

    return _adaptive(x, output_size, mean)


def adaptive_max_pool(x, output_size) -> list[np.ndarray]:
    sizes = x.shape[x.ndim - len(output_size) :]

    def biggest(values, taps):
        return values[_biggest(values)]

    def where(values, taps):
        return np.ravel_multi_index(taps[_biggest(values)], sizes)

    return [_adaptive(x, output_size, biggest), _adaptive(x, output_size, where).astype(np.int64)]


def fractional_max_pool(x, random_samples, kernel_size, output_size) -> list[np.ndarray]:
    n = len(kernel_size)
    sizes = x.shape[2:]
    values = np.zeros((*x.shape[:2], *output_size))
    indices = np.zeros(values.shape, np.int64)
    for at in np.ndindex(values.shape):
        u = random_samples[at[:2]]
        u = u[::-1] if n == 2 else u
        taps = []
        for i, o, size, k, r in zip(at[2:], output_size, sizes, kernel_size, u, strict=True):
            start = size - k
            if i < o - 1:
                alpha = np.float32((size - k) / (o - 1)).astype(np.float64)
                start = int((i + r) * alpha) - int(r * alpha)
            taps.append(range(start, start + k))
        positions = list(itertools.product(*taps))
        window = [x[(*at[:2], *p)] for p in positions]
        best = _biggest(window)
        values[at] = window[best]
        indices[at] = np.ravel_multi_index(positions[best], sizes)
    return [values, indices]


ORACLES: dict[str, Any] = {
    call.__name__: call
    for call in (
        max_pool,
        max_pool_gradient,
        max_pool_with_indices,
        avg_pool,
        lp_pool,
        reduce_window,
        max_unpool,
        adaptive_avg_pool,
        adaptive_max_pool,
        fractional_max_pool,
    )
}
