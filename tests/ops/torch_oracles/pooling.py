"""PyTorch's poolings behind the rank-generic ops; uneven padding is applied first.

Where PyTorch cannot say it (uneven padding that does not count, a dilated average) the case is
skipped as "not supported", and left to the NumPy oracle.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as tf

from tests.ops.torch_oracles.conv import pad_spatial

MAX = (tf.max_pool1d, tf.max_pool2d, tf.max_pool3d)
AVG = (tf.avg_pool1d, tf.avg_pool2d, tf.avg_pool3d)
UNPOOL = (tf.max_unpool1d, tf.max_unpool2d, tf.max_unpool3d)
ADAPTIVE_AVG = (tf.adaptive_avg_pool1d, tf.adaptive_avg_pool2d, tf.adaptive_avg_pool3d)
ADAPTIVE_MAX = (tf.adaptive_max_pool1d, tf.adaptive_max_pool2d, tf.adaptive_max_pool3d)


def _even(padding: tuple[int, ...]) -> tuple[int, ...]:
    n = len(padding) // 2
    if padding[:n] != padding[n:]:
        raise NotImplementedError("uneven padding is not supported")
    return padding[:n]


def _planes(x: torch.Tensor, n: int) -> torch.Tensor:
    """With exactly the two leading axes that every pooling takes."""
    return x.reshape(x.shape[: x.ndim - n].numel(), 1, *x.shape[x.ndim - n :])


def _back(y: torch.Tensor, x: torch.Tensor, n: int) -> torch.Tensor:
    return y.reshape(*x.shape[: x.ndim - n], *y.shape[y.ndim - n :])


def _big(dtype: torch.dtype) -> float:
    """More than any sample; `pad` takes its value through a double."""
    if not dtype.is_floating_point:
        return min(torch.iinfo(dtype).max, 1 << 50)
    return torch.finfo(dtype).max


def _small(dtype: torch.dtype) -> float:
    return -_big(dtype) if dtype.is_signed else 0


def max_pool_with_indices(x, kernel_size, stride, padding, dilation, ceil_mode=False):
    n = len(kernel_size)
    attrs = (kernel_size, stride, _even(padding), dilation, ceil_mode, True)
    return [_back(y, x, n) for y in MAX[n - 1](_planes(x, n), *attrs)]


def max_pool(x, kernel_size, stride, padding, dilation, ceil_mode=False) -> torch.Tensor:
    n = len(kernel_size)
    if not ceil_mode:
        x, padding = pad_spatial(x, padding, _small(x.dtype)), (0,) * 2 * n
    attrs = (kernel_size, stride, _even(padding), dilation, ceil_mode)
    return _back(MAX[n - 1](_planes(x, n), *attrs), x, n)


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
    if set(dilation) != {1}:
        raise NotImplementedError("a dilated average is not supported")
    if count_include_pad and not ceil_mode:
        x, padding = pad_spatial(x, padding), (0,) * 2 * n
    attrs = (kernel_size, stride, _even(padding), ceil_mode, count_include_pad)
    extra = () if n == 1 else (divisor_override,)
    return _back(AVG[n - 1](_planes(x, n), *attrs, *extra), x, n)


def lp_pool(x, norm_type, kernel_size, stride, padding, dilation, ceil_mode=False):
    if x.dtype.itemsize < 4:
        raise NotImplementedError("rounding once is not supported")
    mean = avg_pool(x.pow(norm_type), kernel_size, stride, padding, dilation, ceil_mode)
    return mean.mul(torch.Size(kernel_size).numel()).pow(1 / norm_type)


def reduce_window(x, window_shape, stride, padding, dilation, reduce) -> torch.Tensor:
    big = _big(x.dtype) if reduce in ("max", "min") else 0
    x = pad_spatial(x, padding, {"sum": 0, "prod": 1, "max": _small(x.dtype), "min": big}[reduce])
    for axis, (k, s, d) in enumerate(
        zip(window_shape, stride, dilation, strict=True), x.ndim - len(window_shape)
    ):
        windows = x.unfold(axis, d * (k - 1) + 1, s)[..., ::d]
        same = {"dtype": x.dtype} if reduce in ("sum", "prod") else {}
        name = {"max": "amax", "min": "amin"}.get(reduce, reduce)
        x = getattr(torch, name)(windows, dim=-1, **same)
    return x


def max_unpool(x, indices, output_size) -> torch.Tensor:
    n = len(output_size)
    y = UNPOOL[n - 1](_planes(x, n), _planes(indices, n), 2, 2, 0, _loose(x, output_size))
    return _back(y, x, n)


def _loose(x, output_size):
    n = len(output_size)
    if any(not 2 * s - 2 < o < 2 * s + 2 for s, o in zip(x.shape[-n:], output_size, strict=True)):
        raise NotImplementedError("this output size is not supported")
    return output_size


def adaptive_avg_pool(x, output_size) -> torch.Tensor:
    n = len(output_size)
    if not x.dtype.is_floating_point:
        raise NotImplementedError("the mean of integers is not supported")
    return _back(ADAPTIVE_AVG[n - 1](_planes(x, n), output_size), x, n)


def adaptive_max_pool(x, output_size):
    n = len(output_size)
    return [_back(y, x, n) for y in ADAPTIVE_MAX[n - 1](_planes(x, n), output_size, True)]


def fractional_max_pool(x, random_samples, kernel_size, output_size):
    call = tf.fractional_max_pool2d if len(kernel_size) == 2 else tf.fractional_max_pool3d
    if not x.numel() or x.dtype.itemsize < 4:
        raise NotImplementedError("an empty batch is not supported, samples are rounded to f16")
    return list(call(x, kernel_size, output_size, None, True, random_samples))


TORCH: dict[str, Any] = {
    call.__name__: call
    for call in (
        max_pool,
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
