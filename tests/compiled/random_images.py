"""Random steps on tensors [n, c, *spatial]: convolutions, pooling, what lies between them."""

from __future__ import annotations

from typing import Any

import numpy as np

import hodu
from tests.compiled.random_source import RandomSource

F = hodu.nn.functional
_CONVOLUTIONS = {3: F.conv1d, 4: F.conv2d}
_MAX = {3: F.max_pool1d, 4: F.max_pool2d}
_AVERAGE = {3: F.avg_pool1d, 4: F.avg_pool2d}


def conv(p: RandomSource) -> Any:
    """A convolution with constant weights, often followed by what is fused into it."""
    x = p.pick(_images(p))
    groups = p.pick([g for g in (1, 1, 2, x.shape[1]) if x.shape[1] % g == 0])
    out = groups * p.pick([1, 2, 4] if groups > 1 else [1, 3, 8, 16, 20])
    kernel = [p.pick([1, 3, 3, 5]) for _ in x.shape[2:]]
    kernel = [min(k, n) for k, n in zip(kernel, x.shape[2:], strict=True)]
    inputs = x.shape[1] // groups
    weight = p.constant(out, inputs, *kernel, scale=1 / np.sqrt(inputs * np.prod(kernel)))
    bias = p.constant(out) if p.chance(0.6) else None
    padding = [p.pick([0, k // 2]) for k in kernel]
    stride = p.pick([1, 1, 2])
    y = _CONVOLUTIONS[x.ndim](x, weight, bias, stride, padding, 1, groups)
    if p.chance(0.3):
        y = F.batch_norm(y, p.constant(out), p.positive(out), p.constant(out), p.constant(out))
    if y.shape == x.shape and p.chance(0.7):
        y = y + x
    return p.pick([F.relu, F.silu, F.hardswish, lambda t: t, lambda t: F.leaky_relu(t, 0.2)])(y)


def block(p: RandomSource) -> Any:
    """A convolution of 3x3 taps with many channels, perhaps around itself."""
    x = p.pick(_images(p))
    out = p.pick([16, 24, 32, x.shape[1]])
    taps = [3] * (x.ndim - 2)
    weight = p.constant(out, x.shape[1], *taps, scale=1 / np.sqrt(x.shape[1] * np.prod(taps)))
    y = F.relu(_CONVOLUTIONS[x.ndim](x, weight, p.constant(out), padding=1))
    return y + x if y.shape == x.shape else y


def separable(p: RandomSource) -> Any:
    """A convolution of each channel, and one that mixes channels, with constant weights."""
    x = p.pick(_images(p))
    channels, out = x.shape[1], p.pick([3, 8, 16, 33])
    kernel = [min(3, n) for n in x.shape[2:]]
    padding = [k // 2 for k in kernel]
    own = p.constant(channels, 1, *kernel, scale=1 / np.sqrt(np.prod(kernel)))
    conv = _CONVOLUTIONS[x.ndim]
    y = p.pick([F.relu, F.relu6])(conv(x, own, p.constant(channels), 1, padding, 1, channels))
    mixing = p.constant(out, channels, *(1 for _ in kernel), scale=1 / np.sqrt(channels))
    z = conv(y, mixing, p.constant(out))
    return z + x if z.shape == x.shape and p.chance(0.5) else z


def pool(p: RandomSource) -> Any:
    """The greatest or the average of windows."""
    x = p.pick(_images(p))
    size = min(p.pick([1, 2, 3]), *x.shape[2:])
    kind = p.pick([_MAX, _AVERAGE])[x.ndim]
    return kind(x, size, p.pick([1, 2]), p.pick([0, size // 2]), ceil_mode=p.chance(0.3))


def pad(p: RandomSource) -> Any:
    """A border of every kind."""
    x = p.pick(_images(p))
    mode = p.pick(["constant", "reflect", "replicate", "circular"])
    most = min(2, min(x.shape[2:]) - 1)
    return F.pad(x, [p.pick(range(most + 1)) for _ in range(2 * (x.ndim - 2))], mode)


def norm(p: RandomSource) -> Any:
    """A normalization of channels or of groups of them."""
    x = p.pick(_images(p))
    channels = x.shape[1]
    scale, shift = p.constant(channels), p.constant(channels)
    if p.chance(0.5):
        return F.batch_norm(x, p.constant(channels), p.positive(channels), scale, shift)
    return F.group_norm(x, p.pick([g for g in (1, 2, 4) if channels % g == 0]), scale, shift, 0.5)


def resize(p: RandomSource) -> Any:
    """An image with twice the pixels each way."""
    return F.interpolate(p.pick(_images(p)), scale_factor=2, mode="nearest")


def merge(p: RandomSource) -> Any:
    """Images joined, added, scaled by channel, cut or turned around."""
    x = p.pick(_images(p))
    alike = [y for y in _images(p) if y.shape == x.shape]
    shape = (1, x.shape[1], *(1,) * (x.ndim - 2))
    return p.pick([
        lambda: hodu.cat([x, p.pick(alike)], 1),
        lambda: hodu.cat([x, p.pick(alike), x], 0),
        lambda: F.relu(x + p.pick(alike)),
        lambda: x * F.sigmoid(hodu.mean(x, tuple(range(2, x.ndim)), keepdim=True)),
        lambda: x * p.constant(*shape) + p.pick(alike),
        lambda: x[:, : max(1, x.shape[1] // 2)],
        lambda: x.permute(0, *range(2, x.ndim), 1).reshape(x.shape),
        lambda: hodu.where(x > 0, x, p.pick(alike)),
        lambda: hodu.split(x, max(1, x.shape[1] // 2), 1)[-1],
    ])()  # fmt: skip


STEPS = [conv, conv, conv, conv, pool, pad, norm, resize, merge, merge, merge]
LAYERS = [block, block, separable, separable, pool, norm, resize, merge, merge]


def _images(p: RandomSource) -> list[Any]:
    return [x for x in p.pool if x.ndim in (3, 4)]
