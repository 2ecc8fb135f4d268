"""Meanings of the ops in hodu.ops.shape, order, join, split, repeat: element by element."""

from __future__ import annotations

import itertools
import math

import numpy as np

from hodu import dtypes


def elementwise(shape, dtype, source):
    """An array whose element at `index` is `source(index)`."""
    out = np.empty(shape, dtype)
    for index in np.ndindex(*shape):
        out[index] = source(index)
    return out


def flat_index(index, shape):
    place = 0
    for i, n in zip(index, shape, strict=True):
        place = place * n + i
    return place


def reshape(x, shape):
    values = [x[i] for i in np.ndindex(*x.shape)]
    if -1 in shape:
        rest = math.prod(d for d in shape if d != -1)
        shape = tuple(len(values) // rest if d == -1 else d for d in shape)
    return elementwise(shape, x.dtype, lambda i: values[flat_index(i, shape)])


def view_dtype(x, dtype):
    if x.dtype == np.float64:
        x = x.astype(np.float32)  # the samples are of f32
    raw = np.frombuffer(x.tobytes(), dtype.numpy)
    size = x.shape[-1] * x.itemsize // dtype.itemsize if x.shape else 1
    return raw.reshape((*x.shape[:-1], size) if x.shape else ())


def squeeze(x, dim):
    gone = {d % x.ndim for d in dim}
    return x.reshape([n for i, n in enumerate(x.shape) if i not in gone])


def unsqueeze(x, dim):
    place = dim if dim >= 0 else dim + x.ndim + 1
    return x.reshape([*x.shape[:place], 1, *x.shape[place:]])


def permute(x, dims):
    dims = [d % x.ndim for d in dims]
    shape = tuple(x.shape[d] for d in dims)
    return elementwise(shape, x.dtype, lambda i: x[tuple(i[dims.index(d)] for d in range(x.ndim))])


def flip(x, dims):
    axes = {d % x.ndim for d in dims if x.ndim}
    return elementwise(
        x.shape,
        x.dtype,
        lambda i: x[tuple(x.shape[a] - 1 - p if a in axes else p for a, p in enumerate(i))],
    )


def roll(x, shifts, dims):
    total = [0] * x.ndim
    for shift, dim in zip(shifts, dims, strict=True):
        total[dim] += shift
    return elementwise(
        x.shape,
        x.dtype,
        lambda i: x[tuple((p - total[a]) % x.shape[a] for a, p in enumerate(i))],
    )


def cat(tensors, dim=0):
    joined = [t for t in tensors if t.shape != (0,)] or tensors[:1]
    axis = dim % joined[0].ndim
    own = [dtypes.FROM_NUMPY[t.dtype] for t in tensors]
    common = dtypes.result_type(tuple((t, 2) for t in own)).numpy
    slices = [s for t in joined for s in np.moveaxis(t.astype(common), axis, 0)]
    if not slices:
        return joined[0].astype(common)
    return np.moveaxis(np.array(slices, common), 0, axis)


def stack(tensors, dim=0):
    own = [dtypes.FROM_NUMPY[t.dtype] for t in tensors]
    common = dtypes.result_type(tuple((t, 2) for t in own)).numpy
    return np.moveaxis(np.array([t.astype(common) for t in tensors], common), 0, dim)


def split(x, sizes, dim=0):
    axis, starts = dim % x.ndim, itertools.accumulate(sizes, initial=0)
    return [np.take(x, range(s, s + n), axis) for s, n in zip(starts, sizes, strict=False)]


def expand(x, size):
    added = len(size) - x.ndim
    shape = tuple(x.shape[i - added] if s == -1 else s for i, s in enumerate(size))
    return elementwise(
        shape,
        x.dtype,
        lambda i: x[tuple(p if n > 1 else 0 for p, n in zip(i[added:], x.shape, strict=True))],
    )


def repeat(x, repeats):
    full = x.reshape((1,) * (len(repeats) - x.ndim) + x.shape)
    shape = tuple(n * r for n, r in zip(full.shape, repeats, strict=True))
    return elementwise(
        shape, x.dtype, lambda i: full[tuple(p % n for p, n in zip(i, full.shape, strict=True))]
    )


def repeat_interleave(x, repeats, dim, output_size=None):
    size = x.shape[dim]
    counts = repeats.reshape(-1).tolist() * (size if repeats.size == 1 else 1)
    return np.take(x, [i for i in range(size) for _ in range(counts[i])], dim)


ORACLES = {
    "reshape": reshape,
    "view_dtype": view_dtype,
    "squeeze": squeeze,
    "unsqueeze": unsqueeze,
    "permute": permute,
    "flip": flip,
    "roll": roll,
    "cat": cat,
    "stack": stack,
    "split": split,
    "expand": expand,
    "repeat": repeat,
    "repeat_interleave": repeat_interleave,
}
