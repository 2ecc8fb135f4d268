"""The source of all randomness: one counter-based primitive."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from hodu.dims import Dim
from hodu.dtypes import u32, u64
from hodu.errors import ShapeError
from hodu.ops._samples import S, T
from hodu.ops._table import Array, op
from hodu.shapes import TensorType

_MASK = np.uint64(0xFFFFFFFF)
_WORD = np.uint64(32)
_MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_WEYL = (0x9E3779B9, 0xBB67AE85)
_CHUNK = 1 << 14
SEED = T(dtype="u64", values=[0x299F31D0A4093822, 5])
WRAP = T(dtype="u64", values=[2**64 - 1, 2**64 - 2])


def philox4x32(counter: Sequence[Array], key: tuple[int, int]) -> list[Array]:
    """Philox4x32-10: four words (in u64 arrays) for each counter of four words.

    Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
    """
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        a, b = c0 * _MULTIPLIERS[0], c2 * _MULTIPLIERS[1]
        c0, c1 = (b >> _WORD) ^ c1 ^ np.uint64(k0), b & _MASK
        c2, c3 = (a >> _WORD) ^ c3 ^ np.uint64(k1), a & _MASK
        k0, k1 = (k0 + _WEYL[0]) & 0xFFFFFFFF, (k1 + _WEYL[1]) & 0xFFFFFFFF
    return [c0, c1, c2, c3]


def _words(seed: int, offset: Any, blocks: int) -> Array:
    """The words of `blocks` consecutive counters from `offset` on, which wraps around."""
    words = np.empty((blocks, 4), np.uint32)
    key = (seed & 0xFFFFFFFF, seed >> 32)
    for start in range(0, blocks, _CHUNK):
        stop = min(start + _CHUNK, blocks)
        low = np.arange(start, stop, dtype=np.uint64) + offset
        zero = np.zeros_like(low)
        drawn = philox4x32((low & _MASK, low >> _WORD, zero, zero), key)
        for column, word in enumerate(drawn):
            words[start:stop, column] = word
    return words


@op("philox(Tensor state, Dim[] size) -> (Tensor bits, Tensor state)")
class Philox:
    """Random u32 words, and the state after them.

    The state is u64[2]: the seed, and how many blocks of four words have been drawn. Element i,
    in row-major order, is word i % 4 of Philox4x32-10 at counter `state[1] + i // 4`.
    """

    nondiff = "random bits"
    dtypes = frozenset({u64})
    random, public, methods = True, False, False
    samples = [
        S(SEED, size=(7,)),
        S(SEED, size=(2, 3)),
        S(SEED, size=()),
        S(SEED, size=(0, 3)),
        S(WRAP, size=(16,)),
        S(T(dtype="u64", values=[0, 2**32 - 1]), size=(8,)),
    ]

    def infer(state: TensorType, size: tuple[Dim, ...]) -> tuple[TensorType, TensorType]:
        if state.shape != (2,):
            raise ShapeError(f"the state of a generator is u64[2], not {state}")
        return TensorType(size, u32), state

    def eager(state: Array, size: tuple[int, ...]) -> tuple[Array, Array]:
        count = math.prod(size)
        blocks = -(-count // 4)
        words = _words(int(state[0]), state[1], blocks).reshape(-1)[:count]
        return words.reshape(size), state + np.array([0, blocks], np.uint64)
