"""PyTorch's max poolings behind the rank-generic ops; uneven padding is applied first."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as tf

from tests.ops.torch_oracles._lacking import Lacking
from tests.ops.torch_oracles._windows import (
    Ints,
    back,
    ceil_padding,
    is_even,
    pad_spatial,
    planes,
    smallest,
)

POOL = (tf.max_pool1d, tf.max_pool2d, tf.max_pool3d)
UNPOOL = (tf.max_unpool1d, tf.max_unpool2d, tf.max_unpool3d)


def max_pool(x, kernel_size, stride, padding, dilation, ceil_mode=False) -> torch.Tensor:
    return max_pool_with_indices(x, kernel_size, stride, padding, dilation, ceil_mode)[0]


def max_pool_with_indices(x, kernel_size, stride, padding, dilation, ceil_mode=False) -> Any:
    n, own, offset = len(kernel_size), x, (0,) * len(kernel_size)
    if not is_even(padding):
        x = x if x.dtype.is_signed else x.long()  # for something smaller to pad with
        if ceil_mode:
            padding = ceil_padding(x.shape, kernel_size, stride, padding, dilation)
        x = pad_spatial(x, padding, smallest(x.dtype))
        offset, padding, ceil_mode = padding[:n], (0,) * 2 * n, False
    attrs = (kernel_size, stride, padding[:n], dilation, ceil_mode, True)
    values, indices = (back(y, x, n) for y in POOL[n - 1](planes(x, n), *attrs))
    return values.to(own.dtype), _unpadded(indices, x.shape[-n:], own.shape[-n:], offset)


def max_pool_gradient(
    gradient, x, kernel_size, stride, padding, dilation, ceil_mode=False
) -> torch.Tensor:
    given = x.to(gradient.dtype).requires_grad_()
    if not x.numel():
        return torch.zeros_like(given)
    y = max_pool(given, kernel_size, stride, padding, dilation, ceil_mode)
    return torch.autograd.grad(y, given, gradient, create_graph=gradient.requires_grad)[0]


def _unpadded(indices: torch.Tensor, padded: Ints, own: Ints, offset: Ints) -> torch.Tensor:
    """Flat positions in axes of size `padded` as those in the axes of size `own` inside."""
    flat = torch.zeros_like(indices)
    for at, begin, size in zip(torch.unravel_index(indices, padded), offset, own, strict=True):
        flat = flat * size + at - begin
    return flat


def max_unpool(x, indices, output_size) -> torch.Tensor:
    """With a window for which PyTorch takes this output size: it only checks that it fits."""
    n = len(output_size)
    sizes = list(zip(x.shape[-n:], output_size, strict=True))
    stride = [max(1, out // size) for size, out in sizes]
    kernel = [out - (size - 1) * s for (size, out), s in zip(sizes, stride, strict=True)]
    return back(
        UNPOOL[n - 1](planes(x, n), planes(indices, n), kernel, stride, 0, output_size), x, n
    )


def adaptive_max_pool(x, output_size):
    calls = (tf.adaptive_max_pool1d, tf.adaptive_max_pool2d, tf.adaptive_max_pool3d)
    n = len(output_size)
    return [back(y, x, n) for y in calls[n - 1](planes(x, n), output_size, True)]


def fractional_max_pool(x, random_samples, kernel_size, output_size):
    if not x.numel():
        raise Lacking("fractional pooling of an empty batch")
    # PyTorch computes the windows in the dtype of the samples.
    wide = torch.float32 if x.dtype.itemsize < 4 else x.dtype
    call = tf.fractional_max_pool2d if len(kernel_size) == 2 else tf.fractional_max_pool3d
    where = (kernel_size, output_size, None, True, random_samples.detach().to(wide))
    values, indices = call(x.to(wide), *where)
    return values.to(x.dtype), indices


TORCH: dict[str, Any] = {
    "adaptive_max_pool": adaptive_max_pool,
    "fractional_max_pool": fractional_max_pool,
    "max_pool": max_pool,
    "max_pool_gradient": max_pool_gradient,
    "max_pool_with_indices": max_pool_with_indices,
    "max_unpool": max_unpool,
}
