"""Meanings of quantization, element by element in Python's exact integers and f64."""

import numpy as np


def _saturated(x, scale, zero, dtype, low=None, high=None):
    info = np.iinfo(dtype.numpy)
    low, high = info.min if low is None else low, info.max if high is None else high
    result = np.empty(x.shape, dtype.numpy)
    zeros = np.broadcast_to(0 if zero is None else zero, x.shape)
    for at in np.ndindex(x.shape):
        # Python rounds halves to even.
        result[at] = min(max(round(float(x[at] * scale[at])) + int(zeros[at]), low), high)
    return result


def quantize_linear(x, scale, zero, dtype):
    return _saturated(x, np.broadcast_to(1 / scale, x.shape), zero, dtype)


def requantize(x, scale, zero, dtype, low=None, high=None):
    return _saturated(x, np.broadcast_to(scale, x.shape), zero, dtype, low, high)


def dequantize_linear(x, scale, zero):
    return (x.astype(np.int64) - (0 if zero is None else zero.astype(np.int64))) * scale


ORACLES = {
    "quantize_linear": quantize_linear,
    "requantize": requantize,
    "dequantize_linear": dequantize_linear,
}
