"""Shuffles, element by element."""

from __future__ import annotations

from typing import Any

import numpy as np


def pixel_shuffle(x, upscale_factor) -> np.ndarray:
    r = upscale_factor
    *lead, c, h, w = x.shape
    out = np.empty((*lead, c // (r * r), h * r, w * r), x.dtype)
    for *at, k, i, j in np.ndindex(out.shape):
        out[(*at, k, i, j)] = x[(*at, k * r * r + i % r * r + j % r, i // r, j // r)]
    return out


def pixel_unshuffle(x, downscale_factor) -> np.ndarray:
    r = downscale_factor
    *lead, c, h, w = x.shape
    out = np.empty((*lead, c * r * r, h // r, w // r), x.dtype)
    for *at, k, i, j in np.ndindex(out.shape):
        inner = k % (r * r)
        out[(*at, k, i, j)] = x[(*at, k // (r * r), i * r + inner // r, j * r + inner % r)]
    return out


def channel_shuffle(x, groups) -> np.ndarray:
    size = x.shape[1] // groups
    order = [g * size + i for i in range(size) for g in range(groups)]
    return np.stack([x[:, c] for c in order], 1)


ORACLES: dict[str, Any] = {
    "pixel_shuffle": pixel_shuffle,
    "pixel_unshuffle": pixel_unshuffle,
    "channel_shuffle": channel_shuffle,
}
