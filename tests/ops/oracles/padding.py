"""Meanings of the ops in hodu.ops.pad, strided and fold: element by element."""

from __future__ import annotations

import numpy as np

from tests.ops.oracles.shape import elementwise


def _mirrored(place, n):
    while not 0 <= place < n:
        place = -place if place < 0 else 2 * (n - 1) - place
    return place


SOURCE = {
    "reflect": _mirrored,
    "replicate": lambda place, n: min(max(place, 0), n - 1),
}


def pad(x, before, after, mode="constant", value=0):
    pads = list(zip(x.shape, before, after, strict=True))
    shape = tuple(n + b + a for n, b, a in pads)

    def element(index):
        place = tuple(i - b for i, b in zip(index, before, strict=True))
        if mode == "circular":
            kept = [range(n)[max(-b, 0) : n - max(-a, 0)] for n, b, a in pads]
            return x[tuple(k[(p - k[0]) % len(k)] for p, k in zip(place, kept, strict=True))]
        if mode != "constant":
            return x[tuple(SOURCE[mode](p, n) for p, n in zip(place, x.shape, strict=True))]
        inside = all(0 <= p < n for p, n in zip(place, x.shape, strict=True))
        return x[place] if inside else x.dtype.type(value)

    return elementwise(shape, x.dtype, element)


def unfold(x, dimension, size, step):
    line = np.moveaxis(x.reshape(x.shape or (1,)), dimension, -1)
    starts = range(0, line.shape[-1] - size + 1, step)
    parts = [line[..., s : s + size] for s in starts]
    if not x.shape:
        return parts[0]
    return np.moveaxis(np.stack(parts, -2), -2, dimension % x.ndim)


def as_strided(x, size, stride, storage_offset=0):
    flat = x.ravel()
    return elementwise(size, x.dtype, lambda i: flat[storage_offset + int(np.dot(i, stride))])


def _patches(height, width, kernel, dilation, padding, stride):
    """For each patch and each element of the kernel: its row and column in the image."""
    (kh, kw), (dh, dw), (ph, pw), (sh, sw) = (
        (v[0], v[-1]) for v in (kernel, dilation, padding, stride)
    )
    tops = range(-ph, height + ph - dh * (kh - 1), sh)
    lefts = range(-pw, width + pw - dw * (kw - 1), sw)
    return [
        [(top + i * dh, left + j * dw) for i in range(kh) for j in range(kw)]
        for top in tops
        for left in lefts
    ]


def im2col(x, kernel_size, dilation=(1,), padding=(0,), stride=(1,)):
    *front, channels, height, width = x.shape
    patches = _patches(height, width, kernel_size, dilation, padding, stride)
    out = np.zeros((*front, channels, len(patches[0]), len(patches)), x.dtype)
    for p, patch in enumerate(patches):
        for k, (i, j) in enumerate(patch):
            if 0 <= i < height and 0 <= j < width:
                out[..., k, p] = x[..., i, j]
    return out.reshape(*front, channels * len(patches[0]), len(patches))


def col2im(x, output_size, kernel_size, dilation=(1,), padding=(0,), stride=(1,)):
    height, width = output_size
    patches = _patches(height, width, kernel_size, dilation, padding, stride)
    *front, rows, _ = x.shape
    columns = x.reshape(*front, rows // len(patches[0]), len(patches[0]), len(patches))
    out = np.zeros((*columns.shape[:-2], height, width), x.dtype)
    for p, patch in enumerate(patches):
        for k, (i, j) in enumerate(patch):
            if 0 <= i < height and 0 <= j < width:
                out[..., i, j] += columns[..., k, p]
    return out


ORACLES = {
    "pad": pad,
    "unfold": unfold,
    "as_strided": as_strided,
    "im2col": im2col,
    "col2im": col2im,
}
