"""Random programs over many ops, shapes and dtypes, for comparing compiled code with eager."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import hodu
from hodu import dtypes
from tests.compiled import random_arithmetic, random_choices, random_images
from tests.compiled.random_source import RandomSource

FLOATS = (dtypes.f32, dtypes.f32, dtypes.f32, dtypes.f64, dtypes.bf16, dtypes.f16)


@dataclass(frozen=True)
class Kind:
    """Programs of `length` of these steps; no value has more than `limit` elements."""

    steps: Sequence[Callable[[RandomSource], Any]]
    length: int
    limit: int
    sizes: tuple[int, ...]
    ranks: tuple[int, ...]
    floats: Sequence[hodu.DType] = FLOATS


_SIZES = (1, 2, 3, 4, 5, 8, 17, 33)
_ALL = (*random_arithmetic.STEPS, *random_choices.STEPS)
_IMAGES = (*random_images.STEPS, random_arithmetic.unary, random_arithmetic.binary)
KINDS = (
    Kind(_ALL, 20, 20000, _SIZES, (1, 2, 3, 4)),
    Kind(_IMAGES, 14, 60000, (1, 3, 4, 7, 8, 16, 17, 32), (4,)),
    Kind((*_ALL, *random_images.STEPS), 8, 300000, (5, 16, 40, 65), (3,)),
    Kind(random_images.LAYERS, 10, 60000, (16, 17, 24, 32), (4,), (dtypes.f32,)),
)


class RandomProgram(RandomSource):
    """A Snapshot of random steps from a seed, with input arrays for it."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed, FLOATS[0])
        self.kind = KINDS[seed % len(KINDS)]
        self.float = self.pick(self.kind.floats)
        self.arrays: dict[str, np.ndarray] = {}
        self.masks: list[Any] = []
        with hodu.capture(f"random {seed}") as board:
            self.board = board
            self.pool = [self._input(i) for i in range(3)]
            self.exact = list(self.pool)
            self.integers = [self._integer_input()]
            for _ in range(self.kind.length):
                self._step()
            shown = [*self.pool[-4:], self.exact[-1], self.integers[-1], *self.masks[-1:]]
            for i, tensor in enumerate(shown):
                board.target(f"y{i}", tensor)
        self.snapshot = board.snapshot

    def _shape(self) -> tuple[int, ...]:
        """A shape at random; for programs of images, of an image."""
        shape = tuple(self.pick(self.kind.sizes) for _ in range(self.pick(self.kind.ranks)))
        return (self.pick([1, 2]), *shape[1:]) if self.kind.ranks == (4,) else shape

    def _input(self, number: int) -> Any:
        shape = self._shape()
        data = self.rng.standard_normal(shape).astype(self.float.numpy)
        self.arrays[f"x{number}"] = data
        return self.board.input(f"x{number}", shape, self.float)

    def _integer_input(self) -> Any:
        kind = self.pick([dtypes.i32, dtypes.i64, dtypes.u8, dtypes.i8])
        shape = self._shape()
        low = 0 if kind is dtypes.u8 else -100
        self.arrays["n"] = self.rng.integers(low, 100, shape).astype(kind.numpy)
        return self.board.input("n", shape, kind)

    def _step(self) -> None:
        step = self.pick(self.kind.steps)
        made = step(self)
        if made is None or not 0 < made.numel() <= self.kind.limit:
            return
        if made.dtype is self.float:
            self.pool.append(made)
            if step in random_choices.STEPS:
                self.exact.append(made)
        elif made.dtype is dtypes.bool_:
            self.masks.append(made)
        else:
            self.integers.append(made)
