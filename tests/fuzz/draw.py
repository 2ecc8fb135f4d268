"""Random arguments: arrays of every dtype, layout and size, numbers, dimensions and choices."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import ml_dtypes
import numpy as np

INTEGERS = ("uint8", "int8", "int16", "int32", "int64")
FLOATS = ("float16", "bfloat16", "float32", "float64")
DTYPES = ("bool", *INTEGERS, *FLOATS)
_SPECIAL = (np.nan, np.inf, -np.inf, 0.0, -0.0)
_SIZES = (0, 1, 1, 2, 2, 3, 3, 4, 5)


def as_numpy_dtype(name: str) -> np.dtype[Any]:
    """The NumPy dtype of this name."""
    return np.dtype(ml_dtypes.bfloat16 if name == "bfloat16" else name)


@dataclass(frozen=True)
class Dt:
    """A dtype as an argument."""

    name: str


@dataclass(frozen=True)
class Arr:
    """A tensor as an argument: what it is seen as in memory, and the memory."""

    base: np.ndarray[Any, Any]
    layout: str = "plain"

    def view(self, base: Any) -> Any:
        """The tensor over `base`, its memory in either library."""
        if self.layout == "transposed":
            return base if base.ndim < 2 else base.swapaxes(0, -1)
        if self.layout == "stepped":
            return base[tuple(slice(1, None, 2) for _ in self.base.shape)]
        return base

    @property
    def array(self) -> np.ndarray[Any, Any]:
        """The values."""
        return self.view(self.base)

    def __repr__(self) -> str:
        layout = "" if self.layout == "plain" else f", {self.layout}"
        return f"<{self.array.dtype} {self.array.shape}{layout} {self.array.tolist()}>"


@dataclass
class Call:
    """A call: the function's name (with a dot for a method), and its arguments."""

    name: str
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    slack: float = 0.0  # absolute, in units of the result's epsilon

    def __repr__(self) -> str:
        words = [*map(repr, self.args), *(f"{k}={v!r}" for k, v in self.kwargs.items())]
        return f"{self.name}({', '.join(words)})"


class Draw:
    """A source of random arguments."""

    def __init__(self, seed: list[int]) -> None:
        self.rng = np.random.default_rng(seed)

    def pick(self, *choices: Any) -> Any:
        """One of the choices."""
        return choices[self.rng.integers(len(choices))]

    def chance(self, p: float) -> bool:
        """True with this probability."""
        return bool(self.rng.random() < p)

    def int(self, low: int, high: int) -> int:
        """A number from `low` to `high`, both included."""
        return int(self.rng.integers(low, high + 1))

    def dtype(self, *among: str) -> str:
        """A dtype's name, f32 more often than others."""
        names = among or DTYPES
        return "float32" if "float32" in names and self.chance(0.2) else self.pick(*names)

    def shape(self, low: int = 0, high: int = 4, empty: bool = True) -> tuple[int, ...]:
        """Sizes of a rank between `low` and `high`."""
        sizes = _SIZES if empty and self.chance(0.3) else _SIZES[1:]
        return tuple(self.pick(*sizes) for _ in range(self.int(low, high)))

    def pair(self, high: int = 3) -> list[tuple[int, ...]]:
        """Two shapes that mostly broadcast against each other."""
        full = self.shape(0, high)
        shapes = []
        for _ in range(2):
            kept = full[self.int(0, len(full)) :] if self.chance(0.5) else full
            shapes.append(tuple(1 if self.chance(0.2) else n for n in kept))
        if self.chance(0.05):
            shapes[0] = self.shape(0, high)
        return shapes

    def values(self, shape: tuple[int, ...], dtype: str, special: float) -> np.ndarray[Any, Any]:
        """Small numbers, among them with the probability `special` the ends and NaN."""
        kind = as_numpy_dtype(dtype)
        if dtype == "bool":
            return self.rng.integers(0, 2, shape).astype(bool)
        odd = self.rng.random(shape) < special
        if dtype in INTEGERS:
            ends = np.iinfo(kind)
            low = 0 if dtype[0] == "u" else -4
            x = self.rng.integers(low, 6, shape).astype(kind)
            extremes = np.array([ends.min, ends.max, ends.min + 1, ends.max - 1], kind)
        else:
            x = (self.rng.integers(-24, 25, shape) / 8).astype(kind)
            limits = ml_dtypes.finfo(kind)
            ends = [float(limits.max), float(limits.min), float(limits.tiny)]
            extremes = np.array([*_SPECIAL, *_SPECIAL, *ends], np.float64).astype(kind)
        return np.where(odd, self.rng.choice(extremes, shape), x).astype(kind)

    def tensor(
        self,
        shape: tuple[int, ...] | None = None,
        dtype: str | None = None,
        special: float | None = None,
    ) -> Arr:
        """A tensor, in a third of all cases not contiguous."""
        shape = self.shape() if shape is None else shape
        dtype = dtype or self.dtype()
        if special is None:
            special = self.pick(0, 0, 0.2)
        layout = self.pick("plain", "plain", "plain", "transposed", "stepped")
        if not shape:
            layout = "plain"
        if layout == "transposed":
            shape = (shape[-1], *shape[1:-1], shape[0]) if len(shape) > 1 else shape
        if layout == "stepped":
            shape = tuple(2 * n + 1 for n in shape)
        return Arr(self.values(shape, dtype, special), layout)

    def scalar(self) -> Any:
        """A Python number."""
        return self.pick(
            0, 1, 2, 3, -1, -2, 7, 0.5, 1.0, 2.0, -1.5, 0.0, -0.0, True, False, 127, 200, -129,
            40000, 2**31, -(2**40), 1e10, 1e-5, 1e39, float("inf"), float("nan"),
        )  # fmt: skip

    def operand(self, shape: tuple[int, ...]) -> Any:
        """A tensor or now and then a number."""
        return self.scalar() if self.chance(0.3) else self.tensor(shape)

    def dim(self, rank: int) -> int:
        """A dimension, seldom one out of range."""
        extent = max(rank, 1) + self.chance(0.04)
        return self.int(-extent, extent - 1)

    def dims(self, rank: int) -> Any:
        """One dimension, some, none or all."""
        if self.chance(0.4) or not rank:
            return self.pick(self.dim(rank), self.dim(rank), None)
        some = self.rng.permutation(rank)[: self.int(0, rank)]
        return tuple(int(d) - rank * self.chance(0.3) for d in some)

    def maybe(self, **kwargs: Any) -> dict[str, Any]:
        """Some of the keyword arguments."""
        return {k: v for k, v in kwargs.items() if self.chance(0.5)}

    def index(self, shape: tuple[int, ...], size: int, negative: bool = False) -> Arr:
        """Indices into `size` elements, seldom one beyond."""
        low = -size if negative else 0
        x = self.rng.integers(low, max(size, low + 1), shape)
        if x.size and self.chance(0.03):
            x.reshape(-1)[0] = size
        return Arr(x)
