"""Quantization as PyTorch's arithmetic; its quantized tensors have no 16-bit zero points."""

import torch

_LIMITS = {torch.uint16: (0, 65535)}


def _saturated(real, zero, dtype, low, high):
    first, last = _LIMITS.get(dtype) or (torch.iinfo(dtype).min, torch.iinfo(dtype).max)
    moved = torch.round(real) + (0 if zero is None else zero.double())
    limited = torch.clamp(moved, first if low is None else low, last if high is None else high)
    return limited.to(dtype)


def quantize_linear(x, scale, zero, dtype):
    return _saturated((x / scale).double(), zero, dtype, None, None)


def requantize(x, scale, zero, dtype, low=None, high=None):
    return _saturated((x.float() * scale).double(), zero, dtype, low, high)


def dequantize_linear(x, scale, zero):
    return (x.int() - (0 if zero is None else zero.int())).float() * scale


TORCH = {
    "quantize_linear": quantize_linear,
    "requantize": requantize,
    "dequantize_linear": dequantize_linear,
}
