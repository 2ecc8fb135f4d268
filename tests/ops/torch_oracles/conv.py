"""PyTorch's convolutions behind the rank-generic op; uneven padding is applied first."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as tf

from tests.ops.torch_oracles._windows import pad_spatial


def conv(x, w, bias, stride, padding, dilation, groups) -> torch.Tensor:
    call = (tf.conv1d, tf.conv2d, tf.conv3d)[len(stride) - 1]
    return call(pad_spatial(x, padding), w, bias, stride, 0, dilation, groups)


def conv_transpose(x, w, bias, stride, padding, output_padding, dilation, groups) -> torch.Tensor:
    call = (tf.conv_transpose1d, tf.conv_transpose2d, tf.conv_transpose3d)[len(stride) - 1]
    n = len(stride)
    wide = torch.float32 if x.dtype == torch.float16 else x.dtype  # it accumulates in f16
    y = call(x.to(wide), w.to(wide), None, stride, 0, 0, groups, dilation)
    crop = (
        *(-p for p in padding[:n]),
        *(o - p for o, p in zip(output_padding, padding[n:], strict=True)),
    )
    y = pad_spatial(y, crop)
    return (y if bias is None else y + bias.reshape(-1, *(1,) * n)).to(x.dtype)


def conv_weight(x, other, kernel_size, stride, padding, dilation, groups) -> torch.Tensor:
    if not len(x):
        return x.new_zeros((other.shape[1], x.shape[1] // groups, *kernel_size))
    parts = zip(x.chunk(groups, 1), other.chunk(groups, 1), strict=True)
    found = [
        conv(a.transpose(0, 1), b.transpose(0, 1), None, dilation, padding, stride, 1)
        for a, b in parts
    ]
    whole = torch.cat([f.transpose(0, 1) for f in found])
    return whole[(..., *(slice(k) for k in kernel_size))]


TORCH: dict[str, Any] = {
    "conv": conv,
    "conv_transpose": conv_transpose,
    "conv_weight": conv_weight,
}
