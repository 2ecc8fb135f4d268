"""Philox4x32-10 in Python integers."""

from __future__ import annotations

import math

import numpy as np


def philox4x32(counter, key):
    """The four words of one counter of four words, under a key of two."""
    c, (k0, k1) = list(counter), key
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(b >> 32) ^ c[1] ^ k0, b % 2**32, (a >> 32) ^ c[3] ^ k1, a % 2**32]
        k0, k1 = (k0 + 0x9E3779B9) % 2**32, (k1 + 0xBB67AE85) % 2**32
    return c


def _philox(state, size):
    seed, offset = map(int, state)
    count, words = math.prod(size), []
    while len(words) < count:
        n = (offset + len(words) // 4) % 2**64
        words += philox4x32((n % 2**32, n >> 32, 0, 0), (seed % 2**32, seed >> 32))
    after = (offset + len(words) // 4) % 2**64
    return np.array(words[:count], np.uint32).reshape(size), np.array([seed, after], np.uint64)


ORACLES = {"philox": _philox}
