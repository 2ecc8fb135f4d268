"""Random steps of arithmetic: elementwise, reductions, products, normalization, attention."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import hodu
from tests.compiled.random_source import RandomSource

F = hodu.nn.functional
UNARY: list[Callable[[Any], Any]] = [
    hodu.neg, hodu.abs, hodu.relu, hodu.tanh, hodu.sigmoid, hodu.square, hodu.floor, hodu.sign,
    lambda x: hodu.exp(hodu.clamp(x, -4.0, 4.0)), lambda x: hodu.sqrt(hodu.abs(x)),
    lambda x: F.gelu(x), lambda x: F.silu(x), lambda x: hodu.erf(x), lambda x: x * 0.5 + 1.0,
    lambda x: hodu.log1p(hodu.abs(x)), lambda x: hodu.clamp(x, -1.0, 1.5),
    lambda x: F.hardswish(x), lambda x: F.leaky_relu(x, 0.1), lambda x: hodu.sin(x),
]  # fmt: skip
BINARY: list[Callable[[Any, Any], Any]] = [
    hodu.add, hodu.sub, hodu.mul, hodu.maximum, hodu.minimum,
    lambda x, y: x / (hodu.abs(y) + 1.0), lambda x, y: hodu.where(x > y, x, y * 0.5),
    lambda x, y: hodu.atan2(x, hodu.abs(y) + 1.0),
]  # fmt: skip
INTEGERS: list[Callable[[Any, Any], Any]] = [
    hodu.add, hodu.sub, hodu.mul, hodu.maximum, hodu.minimum, hodu.bitwise_and, hodu.bitwise_xor,
    lambda x, y: hodu.floor_divide(x, hodu.abs(y) % 7 + 1),
    lambda x, y: hodu.remainder(x, hodu.abs(y) % 5 + 1),
    lambda x, y: hodu.where(x < y, x, y),
]  # fmt: skip
REDUCTIONS = ["sum", "mean", "amax", "amin", "var", "logsumexp", "softmax", "norm", "cumsum"]


def unary(p: RandomSource) -> Any:
    """A function of each element."""
    return p.pick(UNARY)(p.pick(p.pool))


def binary(p: RandomSource) -> Any:
    """Two tensors together, one of them broadcast."""
    x = p.pick(p.pool)
    return p.pick(BINARY)(x, p.pick([y for y in p.pool if _broadcast(x.shape, y.shape)]))


def integer(p: RandomSource) -> Any:
    """The same of integers."""
    x = p.pick(p.integers)
    same = [y for y in p.integers if _broadcast(x.shape, y.shape) and y.dtype is x.dtype]
    return p.pick(INTEGERS)(x, p.pick(same))


def chain(p: RandomSource) -> Any:
    """Elementwise ops one after the other, each the only reader of the one before."""
    x = p.pick(p.pool)
    for _ in range(p.pick([3, 8])):
        x = p.pick(UNARY)(x)
    return x + p.pick([y for y in p.pool if y.shape == x.shape] or [1.0])


def reduce(p: RandomSource) -> Any:
    """Something about each row along an axis."""
    x = p.pick(p.pool)
    name = p.pick(REDUCTIONS)
    dim = p.pick(range(x.ndim)) if x.ndim else 0
    if name in ("softmax", "cumsum"):
        return getattr(hodu, name)(x, dim)
    if name == "norm":
        return hodu.linalg.norm(x) if x.ndim == 1 else hodu.sqrt(hodu.sum(x * x, dim))
    if name == "var" and x.ndim and x.shape[dim] == 1:
        return None
    return getattr(hodu, name)(x, dim, keepdim=p.chance(0.5))


def move(p: RandomSource) -> Any:
    """Elements in other places."""
    x = p.pick(p.pool)
    if x.ndim == 0:
        return x.reshape(1)
    dim = p.pick(range(x.ndim))
    return p.pick([
        lambda: x.permute(*(int(i) for i in p.rng.permutation(x.ndim))),
        lambda: x.reshape(-1),
        lambda: x.flip(dim),
        lambda: x.unsqueeze(dim).expand(*x.shape[:dim], 2, *x.shape[dim:]),
        lambda: x[..., :: p.pick([1, 2])],
        lambda: F.pad(x, (1, 2)),
        lambda: x.roll(1, dim),
    ])()  # fmt: skip


def matmul(p: RandomSource) -> Any:
    """A product with a constant matrix, or of a tensor with itself."""
    x = p.pick(p.pool)
    if x.ndim not in (2, 3):
        return None
    k = x.shape[-1]
    if p.chance(0.2):
        return hodu.tanh(x) @ hodu.tanh(x).mT / float(np.sqrt(k))
    y = x @ p.constant(k, p.pick([1, 3, 16, 20, 64]), scale=1 / np.sqrt(k))
    return F.relu(y + 0.5) if p.chance(0.3) else y


def attention(p: RandomSource) -> Any:
    """Attention of a sequence to itself."""
    x = p.pick(p.pool)
    if x.ndim not in (3, 4):
        return None
    q = hodu.tanh(x)
    return F.scaled_dot_product_attention(q, q, x, is_causal=p.chance(0.5))


def join(p: RandomSource) -> Any:
    """Tensors one after the other."""
    x = p.pick(p.pool)
    if not x.ndim:
        return None
    dim = p.pick(range(x.ndim))
    same = [y for y in p.pool if y.ndim == x.ndim and _joins(x.shape, y.shape, dim)]
    return hodu.cat([x, *(p.pick(same) for _ in range(p.pick([1, 1, 9]))), x], dim)


def select(p: RandomSource) -> Any:
    """Rows chosen by constant indices."""
    x = p.pick(p.pool)
    if not x.ndim:
        return None
    dim = p.pick(range(x.ndim))
    return hodu.index_select(x, dim, hodu.tensor(p.rng.integers(0, x.shape[dim], p.pick([1, 4]))))


def normalize(p: RandomSource) -> Any:
    """A layer norm of the last axis."""
    x = p.pick(p.pool)
    if not x.ndim or x.shape[-1] < 3:
        return None
    return F.layer_norm(x, (x.shape[-1],), p.constant(x.shape[-1]))


STEPS = [unary, unary, binary, binary, chain, reduce, move, matmul, attention, join, integer]
STEPS += [select, normalize]


def _broadcast(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    return all(x == y or 1 in (x, y) for x, y in zip(a[::-1], b[::-1], strict=False))


def _joins(a: tuple[int, ...], b: tuple[int, ...], dim: int) -> bool:
    return a[:dim] == b[:dim] and a[dim + 1 :] == b[dim + 1 :]
