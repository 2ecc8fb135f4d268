"""Random words, the same as eager ones bit for bit."""

from __future__ import annotations

from collections.abc import Sequence

from hodu.dtypes import u32, u64
from hodu.kernel.algebra import constant
from hodu.kernel.builder import KernelBuilder
from hodu.kernel.expr import Expr, index
from hodu.lower.index import product
from hodu.lower.pointwise import is_large
from hodu.lower.rules import kernel
from hodu.lower.stage import Stage

_MASK = 0xFFFFFFFF
_MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
_WEYL = (0x9E3779B9, 0xBB67AE85)


@kernel("philox")
def philox(s: Stage) -> None:
    """Four words for each counter, and the state with the counters drawn added to its second."""
    k = s.k
    seed = k.let(s.read(0, (index(0),)), "seed")
    first = k.let(s.read(0, (index(1),)), "first")
    bits, state = (
        s.param(s.lowering.storage[value].place, "out", name)
        for value, name in zip(s.node.outputs, ("bits", "state"), strict=True)
    )
    extents = s.out_extents()
    count = k.let(product(extents), "count")
    blocks = (count + 3) // 4
    with k.loop(blocks, kind="parallel" if is_large(extents) else "serial") as i:
        counter = k.let(i.cast(u64) + first, "counter")
        zero = constant(0, u64)
        words = philox4x32(
            k, (counter & _MASK, counter >> 32, zero, zero), (seed & _MASK, seed >> 32)
        )
        for j, word in enumerate(words):
            with k.when(i * 4 + j < count):
                k.store(bits, i * 4 + j, word.cast(u32))
    k.store(state, 0, seed)
    k.store(state, 1, first + blocks.cast(u64))


def philox4x32(k: KernelBuilder, counter: Sequence[Expr], key: tuple[Expr, Expr]) -> Sequence[Expr]:
    """Philox4x32-10: four words, held in u64, for a counter of four words.

    Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
    """
    c0, c1, c2, c3 = counter
    k0, k1 = (k.let(half, "key") for half in key)
    for _ in range(10):
        a, b = k.let(c0 * _MULTIPLIERS[0], "a"), k.let(c2 * _MULTIPLIERS[1], "b")
        c0, c1 = k.let((b >> 32) ^ c1 ^ k0, "word"), k.let(b & _MASK, "word")
        c2, c3 = k.let((a >> 32) ^ c3 ^ k1, "word"), k.let(a & _MASK, "word")
        k0 = k.let((k0 + _WEYL[0]) & _MASK, "key")
        k1 = k.let((k1 + _WEYL[1]) & _MASK, "key")
    return c0, c1, c2, c3
