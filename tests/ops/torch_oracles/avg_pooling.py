"""PyTorch's average poolings behind the rank-generic ops; uneven padding is applied first."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as tf

from tests.ops.torch_oracles._windows import (
    back,
    ceil_padding,
    is_even,
    pad_spatial,
    planes,
    windows,
)

POOL = (tf.avg_pool1d, tf.avg_pool2d, tf.avg_pool3d)


def avg_pool(
    x,
    kernel_size,
    stride,
    padding,
    dilation,
    ceil_mode=False,
    count_include_pad=True,
    divisor_override=None,
) -> torch.Tensor:
    n = len(kernel_size)
    if count_include_pad and not ceil_mode:
        x, padding = pad_spatial(x, padding), (0,) * 2 * n
    if set(dilation) != {1} or not is_even(padding):
        window = (kernel_size, stride, padding, dilation)
        return _spread(x, *window, ceil_mode, count_include_pad)
    attrs = (kernel_size, stride, padding[:n], ceil_mode, count_include_pad)
    extra = () if n == 1 else (divisor_override,)
    return back(POOL[n - 1](planes(x, n), *attrs, *extra), x, n)


def _spread(x, kernel, stride, padding, dilation, ceil_mode, count_include_pad) -> torch.Tensor:
    """The average of windows that PyTorch's own average poolings do not have."""
    full = ceil_padding(x.shape, kernel, stride, padding, dilation) if ceil_mode else padding
    beyond = tuple(f - p for f, p in zip(full, padding, strict=True))
    counted = pad_spatial(torch.ones_like(x), padding, count_include_pad)
    total = windows(pad_spatial(x, full), kernel, stride, dilation).sum(-1)
    counts = windows(pad_spatial(counted, beyond), kernel, stride, dilation).sum(-1)
    return (total / counts).to(x.dtype)


def lp_pool(x, norm_type, kernel_size, stride, padding, dilation, ceil_mode=False):
    if x.dtype.itemsize < 4:  # PyTorch rounds every step
        return lp_pool(x.float(), norm_type, kernel_size, stride, padding, dilation, ceil_mode).to(
            x.dtype
        )
    mean = avg_pool(x.pow(norm_type), kernel_size, stride, padding, dilation, ceil_mode)
    return mean.mul(torch.Size(kernel_size).numel()).pow(1 / norm_type)


def _adaptive(x, output_size):
    calls = (tf.adaptive_avg_pool1d, tf.adaptive_avg_pool2d, tf.adaptive_avg_pool3d)
    n = len(output_size)
    return back(calls[n - 1](planes(x, n), output_size), x, n)


TORCH: dict[str, Any] = {
    "avg_pool": avg_pool,
    "lp_pool": lp_pool,
    "adaptive_avg_pool": _adaptive,
}
