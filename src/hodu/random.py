"""Generators of random numbers: counter-based, with a state that is a tensor.

Because the state is a tensor, a captured program takes it as an input and gives it back advanced,
and draws the same numbers as eager code does.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dims import Dim
from hodu.dispatch.attrs import as_int
from hodu.dispatch.base import TensorBase, recorder, type_of, wrap
from hodu.dispatch.inplace import assign
from hodu.dtypes import u64
from hodu.errors import ValueRangeError
from hodu.ops._table import F
from hodu.shapes import TensorType

if TYPE_CHECKING:
    from hodu._tensor import Tensor


class Generator:
    """A source of random numbers, seeded from the operating system if no seed is given.

    `state` is a u64[2] tensor: the seed, and how many blocks of four words have been drawn.
    """

    def __init__(self, seed: int | None = None) -> None:
        self._lock = threading.Lock()
        self._seed = _entropy() if seed is None else as_int(seed, "seed") % 2**64
        self.state: Tensor = wrap(np.array([self._seed, 0], np.uint64))

    def bits(self, size: Sequence[Dim]) -> Tensor:
        """Random u32 words of this shape; advances the state, one thread at a time."""
        with self._lock:
            active = recorder()
            state: Any = self.state
            if active is not None:
                state = active.lift_state(state, "generator", self._lock)
            drawn = F._philox(state, tuple(size))
            assign(state, drawn.state)
            return drawn.bits

    def _state_here(self) -> TensorBase:
        active = recorder()
        return self.state if active is None else active.stand_in(self.state)

    def manual_seed(self, seed: int) -> Generator:
        """Start anew from `seed` (taken modulo 2**64); returns the generator."""
        with self._lock:
            self._seed = as_int(seed, "seed") % 2**64
            assign(self._state_here(), wrap(np.array([self._seed, 0], np.uint64)))
        return self

    def initial_seed(self) -> int:
        """The seed it last started from."""
        return self._seed

    def seed(self) -> int:
        """Start anew from a seed of the operating system, which is returned."""
        self.manual_seed(_entropy())
        return self._seed

    def get_state(self) -> Tensor:
        """A copy of the state."""
        with self._lock:
            return F.clone(self._state_here())

    def set_state(self, new_state: Tensor) -> Generator:
        """Go on from a state that `get_state` gave; returns the generator."""
        given, wanted = type_of(new_state), TensorType((2,), u64)
        if given != wanted:
            raise ValueRangeError(
                f"the state of a generator is {wanted}, not {given}", hint="see get_state()"
            )
        with self._lock:
            assign(self._state_here(), new_state)
            if new_state._data is not None:
                self._seed = int(new_state._data[0])
        return self

    def __reduce__(self) -> tuple[Callable[[int, Tensor], Generator], tuple[int, Tensor]]:
        return _restored, (self._seed, self.get_state())

    def __repr__(self) -> str:
        return f"Generator(seed={self._seed})"


def _restored(seed: int, state: Tensor) -> Generator:
    return Generator(seed).set_state(state)


def _entropy() -> int:
    return int.from_bytes(os.urandom(8), "little")


default_generator = Generator()
"""The generator of every call that is not given one."""


def manual_seed(seed: int) -> Generator:
    """Seed the default generator, and return it."""
    return default_generator.manual_seed(seed)


def seed() -> int:
    """Seed the default generator from the operating system; returns the seed."""
    return default_generator.seed()


def initial_seed() -> int:
    """The seed that the default generator last started from."""
    return default_generator.initial_seed()


def get_rng_state() -> Tensor:
    """A copy of the default generator's state."""
    return default_generator.get_state()


def set_rng_state(new_state: Tensor) -> None:
    """Let the default generator go on from a state that `get_rng_state` gave."""
    default_generator.set_state(new_state)
