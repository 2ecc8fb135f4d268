"""PyTorch's spellings of the ops that rearrange, join, pad and make tensors."""

from __future__ import annotations

from typing import Any

import torch


def _dtype(dtype: Any) -> torch.dtype:
    return getattr(torch, dtype.alias) if hasattr(dtype, "alias") else dtype


def pad(x, before, after, mode="constant", value=0):
    amounts = [n for pair in zip(reversed(before), reversed(after), strict=True) for n in pair]
    if mode == "constant":
        return torch.nn.functional.pad(x, amounts, value=value)
    for axis, amount in enumerate(zip(before, after, strict=True)):
        # PyTorch pads at most three dimensions like this; one at a time gives the same.
        lines = x.movedim(axis, -1)
        padded = torch.nn.functional.pad(lines.reshape(-1, 1, lines.shape[-1]), amount, mode)
        x = padded.reshape(*lines.shape[:-1], -1).movedim(-1, axis)
    return x


def full(size, fill_value, dtype):
    return torch.full(size, fill_value, dtype=_dtype(dtype))


def arange(start, size, step, dtype):
    dtype = _dtype(dtype)
    if isinstance(start, float) or isinstance(step, float):
        return (start + torch.arange(size, dtype=torch.float64) * step).to(dtype)
    if dtype == torch.uint64:  # no kernel, and more than the wider dtypes can count
        return torch.tensor([start + i * step for i in range(size)], dtype=dtype)
    return torch.arange(start, start + size * step, step, dtype=dtype)


def repeat_interleave(x, repeats, dim, output_size=None):
    return torch.repeat_interleave(x, repeats.long(), dim, output_size=output_size)


def one_hot(x, num_classes):
    return torch.nn.functional.one_hot(x.long(), num_classes)


def _pairs(attrs):
    return {name: (value[0], value[-1]) for name, value in attrs.items()}


TORCH = {
    "reshape": lambda x, shape: x.reshape(shape),
    "view_dtype": lambda x, dtype: x.clone(memory_format=torch.contiguous_format).view(
        _dtype(dtype)
    ),
    "expand": lambda x, size: x.expand(size),
    "repeat": lambda x, repeats: x.repeat(repeats),
    "split": lambda x, sizes, dim=0: torch.split(x, list(sizes), dim),
    "roll": lambda x, shifts, dims: torch.roll(x, shifts, dims),
    "repeat_interleave": repeat_interleave,
    "pad": pad,
    "full": full,
    "arange": arange,
    "linspace": lambda start, end, steps, dtype: torch.linspace(
        start, end, steps, dtype=_dtype(dtype)
    ),
    "eye": lambda n, m, dtype: torch.eye(n, m, dtype=_dtype(dtype)),
    "one_hot": one_hot,
    "unfold": lambda x, dimension, size, step: x.unfold(dimension, size, step),
    "as_strided": lambda x, size, stride, storage_offset=0: torch.as_strided(
        x, size, stride, storage_offset
    ),
    "im2col": lambda x, **attrs: torch.nn.functional.unfold(x, **_pairs(attrs)),
    "col2im": lambda x, **attrs: torch.nn.functional.fold(x, **_pairs(attrs)),
}
