"""What the steps of a random program draw from: numbers, constants, the values so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import hodu


class RandomSource:
    """`pool` are the floats of a program so far, `exact` those that rounding cannot change.

    Whatever jumps (sorting, rounding, comparing) takes exact values alone: two right programs
    may otherwise differ by more than any tolerance.
    """

    def __init__(self, seed: int, dtype: hodu.DType) -> None:
        self.rng = np.random.default_rng(seed)
        self.float = dtype
        self.pool: list[Any] = []
        self.exact: list[Any] = []
        self.integers: list[Any] = []

    def pick(self, items: Sequence[Any]) -> Any:
        """One of some items."""
        return items[int(self.rng.integers(len(items)))]

    def chance(self, probability: float) -> bool:
        """Whether something happens."""
        return bool(self.rng.random() < probability)

    def constant(self, *shape: int, scale: float = 1.0) -> Any:
        """A constant of normal numbers."""
        return hodu.tensor((self.rng.standard_normal(shape) * scale).astype(self.float.numpy))

    def positive(self, *shape: int) -> Any:
        """A constant of numbers between 0.5 and 2."""
        return hodu.tensor(self.rng.uniform(0.5, 2, shape).astype(self.float.numpy))
