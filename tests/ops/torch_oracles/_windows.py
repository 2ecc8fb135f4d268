"""Padding and windows for the rank-generic ops, which take more than PyTorch's."""

from __future__ import annotations

import torch
import torch.nn.functional as tf

Ints = tuple[int, ...]


def pad_spatial(x: torch.Tensor, padding: Ints, value: float = 0) -> torch.Tensor:
    """`x` with its last axes padded by (*begins, *ends)."""
    n = len(padding) // 2
    pairs = zip(reversed(padding[:n]), reversed(padding[n:]), strict=True)
    return tf.pad(x, [p for pair in pairs for p in pair], value=value)


def planes(x: torch.Tensor, n: int) -> torch.Tensor:
    """`x` with exactly the two leading axes that every pooling of n axes takes."""
    return x.reshape(x.shape[: x.ndim - n].numel(), 1, *x.shape[x.ndim - n :])


def back(y: torch.Tensor, x: torch.Tensor, n: int) -> torch.Tensor:
    """A pooling of `planes(x, n)` with the leading axes of `x`."""
    return y.reshape(*x.shape[: x.ndim - n], *y.shape[y.ndim - n :])


def is_even(padding: Ints) -> bool:
    """Whether PyTorch can say this padding: the same on both sides."""
    n = len(padding) // 2
    return padding[:n] == padding[n:]


def ceil_padding(shape: Ints, kernel: Ints, stride: Ints, padding: Ints, dilation: Ints) -> Ints:
    """`padding` with larger ends, so that plain windows are those of PyTorch's `ceil_mode`."""
    n, ends = len(kernel), []
    for axis, (k, s, d) in enumerate(zip(kernel, stride, dilation, strict=True)):
        begin, end, span = padding[axis], padding[n + axis], d * (k - 1) + 1
        inside = shape[len(shape) - n + axis] + begin
        last = -((span - inside - end) // s)  # rounded up
        if last * s >= inside:  # a window must not start in the end padding
            last -= 1
        ends.append(last * s + span - inside)
    return (*padding[:n], *ends)


def biggest(dtype: torch.dtype) -> float:
    """More than any sample; `pad` takes its value through a double."""
    if not dtype.is_floating_point:
        return min(torch.iinfo(dtype).max, 1 << 50)
    return torch.finfo(dtype).max


def smallest(dtype: torch.dtype) -> float:
    """Less than any sample, or the least there is."""
    return -biggest(dtype) if dtype.is_signed else 0


def windows(x: torch.Tensor, kernel: Ints, stride: Ints, dilation: Ints) -> torch.Tensor:
    """The elements of each window of the last axes, in one more axis at the end."""
    n = len(kernel)
    for axis, (k, s, d) in enumerate(zip(kernel, stride, dilation, strict=True), x.ndim - n):
        x = x.unfold(axis, d * (k - 1) + 1, s)[..., ::d]
    return x.flatten(-n)
