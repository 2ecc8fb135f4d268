"""Random steps that jump or move elements: sorting, gathering, comparing, rounding to integers.

What they yield from exact values is exact, so they read nothing else.
"""

from __future__ import annotations

from typing import Any

import hodu
from hodu import dtypes
from tests.compiled.random_source import RandomSource

F = hodu.nn.functional


def order(p: RandomSource) -> Any:
    """The greatest elements, sorted ones, or where they were."""
    x, dim = _axis(p)
    k = p.pick(range(1, x.shape[dim] + 1))
    number = p.pick([0, 1])
    return p.pick([
        lambda: hodu.sort(x, dim, stable=True)[number],
        lambda: hodu.sort(x, dim, True, stable=True)[number],
        lambda: hodu.topk(x, k, dim, p.chance(0.5))[0],
        lambda: hodu.argmax(x, dim, keepdim=True),
        lambda: hodu.argmin(x, dim),
        lambda: hodu.cummax(x, dim)[number],
    ])()  # fmt: skip


def gather(p: RandomSource) -> Any:
    """Elements chosen or replaced by indices."""
    x, dim = _axis(p)
    index = hodu.tensor(p.rng.integers(0, x.shape[dim], x.shape))
    row = hodu.tensor(p.rng.permutation(x.shape[dim]))
    return p.pick([
        lambda: hodu.gather(x, dim, index),
        lambda: hodu.gather(x, dim, hodu.argsort(x, dim, stable=True)),
        lambda: hodu.scatter(x, dim, hodu.argsort(x, dim, stable=True), hodu.neg(x)),
        lambda: hodu.index_select(x, dim, row),
        lambda: hodu.take_along_dim(x, index, dim),
    ])()  # fmt: skip


def move(p: RandomSource) -> Any:
    """Elements in other places."""
    x, dim = _axis(p)
    axes = [int(i) for i in p.rng.permutation(x.ndim)]
    return p.pick([
        lambda: x.permute(*axes).reshape(x.shape),
        lambda: x.permute(*axes).reshape(-1, x.shape[axes[-1]]),
        lambda: hodu.cat([hodu.flip(x, [dim]), x, x.roll(1, dim)], dim),
        lambda: hodu.stack([x, hodu.neg(x)], dim),
        lambda: hodu.split(x, -(-x.shape[dim] // 2), dim)[-1],
        lambda: hodu.cat([hodu.relu(y) for y in hodu.split(x, 1, dim)], dim),
        lambda: hodu.tril(x) if x.ndim > 1 else x,
        lambda: F.pad(x, (1, 0), value=3.0),
        lambda: hodu.repeat_interleave(x, 2, dim) if x.ndim else x,
    ])()  # fmt: skip


def compare(p: RandomSource) -> Any:
    """What depends on comparisons."""
    x, dim = _axis(p)
    other = p.pick([y for y in p.exact if y.shape == x.shape])
    row = x[..., :1]
    return p.pick([
        lambda: hodu.where(x > other, hodu.relu(x), hodu.neg(x)),
        lambda: hodu.where(x < row, x, row),
        lambda: hodu.masked_fill(x, x < 0.0, -1.0),
        lambda: hodu.any(x > row, dim),
        lambda: hodu.all(x >= other, dim, keepdim=True),
        lambda: hodu.count_nonzero(x > 0.5, dim),
        lambda: (x > row) & ~(x > other),
        lambda: hodu.floor(x), lambda: hodu.round(x), lambda: hodu.sign(x),
    ])()  # fmt: skip


def convert(p: RandomSource) -> Any:
    """Numbers of other dtypes."""
    kinds = [dtypes.f32, dtypes.f64, dtypes.f16, dtypes.bf16, dtypes.i32, dtypes.i64, dtypes.i8]
    if p.chance(0.5):
        small = hodu.clamp(p.pick(p.exact), -100.0, 100.0)
        return small.to(p.pick(kinds)).to(p.float)
    return p.pick(p.integers).to(p.pick([dtypes.i32, dtypes.i16, dtypes.u8, dtypes.i64]))


def count(p: RandomSource) -> Any:
    """Integers reduced, sorted and compared."""
    x = p.pick(p.integers)
    if not x.ndim:
        return x.reshape(1)
    dim = p.pick(range(x.ndim))
    return p.pick([
        lambda: hodu.sum(x, dim),
        lambda: hodu.cumsum(x, dim),
        lambda: hodu.sort(x, dim)[0],
        lambda: hodu.argsort(x, dim, stable=True),
        lambda: x.permute(*range(x.ndim - 1, -1, -1)),
        lambda: (x > 3).to(dtypes.i32) * 2 + 1,
        lambda: hodu.prod(x, dim),
    ])()  # fmt: skip


STEPS = [order, gather, move, move, compare, compare, convert, count]


def _axis(p: RandomSource) -> tuple[Any, int]:
    """An exact tensor and an axis of it."""
    x = p.pick(p.exact)
    x = x if x.ndim else x.reshape(1)
    return x, p.pick(range(x.ndim))
