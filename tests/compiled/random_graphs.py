"""Random programs over many ops, shapes and dtypes, for comparing compiled code with eager."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import hodu
from hodu import dtypes

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
FLOATS = (dtypes.f32, dtypes.f32, dtypes.f32, dtypes.f64, dtypes.bf16, dtypes.f16)


class RandomProgram:
    """A Snapshot of `length` random steps from a seed, with input arrays for it."""

    def __init__(self, seed: int, length: int = 20) -> None:
        self.rng = np.random.default_rng(seed)
        self.arrays: dict[str, np.ndarray] = {}
        self.float = FLOATS[self.rng.integers(len(FLOATS))]
        with hodu.capture(f"random {seed}") as self.board:
            self.pool = [self._input(i) for i in range(3)]
            self.integers = [self._integer_input()]
            for _ in range(length):
                self._step()
            shown = [*self.pool[-4:], self.integers[-1]]
            for i, tensor in enumerate(shown):
                self.board.target(f"y{i}", tensor)
        self.snapshot = self.board.snapshot

    def _shape(self) -> tuple[int, ...]:
        rank = int(self.rng.integers(1, 5))
        return tuple(int(n) for n in self.rng.choice([1, 2, 3, 4, 5, 8, 17, 33], rank))

    def _input(self, number: int) -> Any:
        shape = self._shape()
        data = self.rng.standard_normal(shape).astype(self.float.numpy)
        self.arrays[f"x{number}"] = data
        return self.board.input(f"x{number}", shape, self.float)

    def _integer_input(self) -> Any:
        kind = [dtypes.i32, dtypes.i64, dtypes.u8, dtypes.i8][self.rng.integers(4)]
        shape = self._shape()
        low = 0 if kind is dtypes.u8 else -100
        self.arrays["n"] = self.rng.integers(low, 100, shape).astype(kind.numpy)
        return self.board.input("n", shape, kind)

    def _pick(self, items: list[Any]) -> Any:
        return items[self.rng.integers(len(items))]

    def _step(self) -> None:
        steps = [self._unary, self._unary, self._binary, self._binary, self._reduce, self._move]
        steps += [self._matmul, self._join, self._integer, self._index, self._normalize]
        made = self._pick(steps)()
        if made is not None and 0 < made.numel() <= 20000:
            (self.pool if made.dtype is self.float else self.integers).append(made)

    def _unary(self) -> Any:
        return self._pick(UNARY)(self._pick(self.pool))

    def _binary(self) -> Any:
        x = self._pick(self.pool)
        same = [y for y in self.pool if _broadcast(x.shape, y.shape)]
        return self._pick(BINARY)(x, self._pick(same))

    def _integer(self) -> Any:
        x = self._pick(self.integers)
        same = [y for y in self.integers if _broadcast(x.shape, y.shape) and y.dtype is x.dtype]
        return self._pick(INTEGERS)(x, self._pick(same))

    def _reduce(self) -> Any:
        x = self._pick(self.pool)
        name = self._pick(REDUCTIONS)
        dim = int(self.rng.integers(x.ndim)) if x.ndim else 0
        if name in ("softmax", "cumsum"):
            return getattr(hodu, name)(x, dim)
        if name == "norm":
            return hodu.linalg.norm(x) if x.ndim == 1 else hodu.sqrt(hodu.sum(x * x, dim))
        if name == "var" and x.ndim and x.shape[dim] == 1:
            return None
        return getattr(hodu, name)(x, dim, keepdim=bool(self.rng.integers(2)))

    def _move(self) -> Any:
        x = self._pick(self.pool)
        kind = self.rng.integers(7)
        if x.ndim == 0:
            return x.reshape(1)
        dim = int(self.rng.integers(x.ndim))
        if kind == 0:
            return x.permute(*(int(i) for i in self.rng.permutation(x.ndim)))
        if kind == 1:
            return x.reshape(-1)
        if kind == 2:
            return x.flip(dim)
        if kind == 3:
            return x.unsqueeze(dim).expand(*x.shape[:dim], 2, *x.shape[dim:])
        if kind == 4:
            return x[..., :: int(self.rng.integers(1, 3))]
        if kind == 5:
            return F.pad(x, (1, 2))
        return x.roll(1, dim)

    def _matmul(self) -> Any:
        x = self._pick(self.pool)
        if x.ndim < 2 or x.ndim > 3:
            return None
        n = int(self.rng.choice([1, 3, 16, 20]))
        data = self.rng.standard_normal((x.shape[-1], n)) / np.sqrt(x.shape[-1])
        return x @ hodu.tensor(data.astype(self.float.numpy))

    def _join(self) -> Any:
        x = self._pick(self.pool)
        if not x.ndim:
            return None
        dim = int(self.rng.integers(x.ndim))
        same = [y for y in self.pool if y.ndim == x.ndim and _joins(x.shape, y.shape, dim)]
        return hodu.cat([x, self._pick(same), x], dim)

    def _index(self) -> Any:
        x = self._pick(self.pool)
        if not x.ndim:
            return None
        dim = int(self.rng.integers(x.ndim))
        chosen = self.rng.integers(0, x.shape[dim], int(self.rng.integers(1, 5)))
        return hodu.index_select(x, dim, hodu.tensor(chosen))

    def _normalize(self) -> Any:
        x = self._pick(self.pool)
        if not x.ndim or x.shape[-1] < 3:
            return None
        weight = hodu.tensor(self.rng.standard_normal(x.shape[-1]).astype(self.float.numpy))
        return F.layer_norm(x, (x.shape[-1],), weight)


def _broadcast(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    return all(x == y or 1 in (x, y) for x, y in zip(a[::-1], b[::-1], strict=False))


def _joins(a: tuple[int, ...], b: tuple[int, ...], dim: int) -> bool:
    return a[:dim] == b[:dim] and a[dim + 1 :] == b[dim + 1 :]
