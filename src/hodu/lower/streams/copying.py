"""Copies in words, a few at a time: the memcpy of small C libraries copies byte by byte.

Compilers would make memmove of such loops, which a firmware may not have, so that positions are
worked out anew in each turn.
"""

from __future__ import annotations

from hodu.dtypes import bool_
from hodu.kernel.buffer import Buf
from hodu.kernel.builder import KernelBuilder
from hodu.kernel.expr import Expr
from hodu.kernel.intrinsics import anew
from hodu.kernel.narrow import computed

_WORD = 4  # bytes


def copy_forward(
    k: KernelBuilder, target: Buf, to: Expr, source: Buf, at: Expr, count: int
) -> None:
    """Write a copy of elements, which may lie over one another if they move to lower addresses."""
    if source.dtype is bool_ or computed(source.dtype) is not source.dtype:
        _copy_bits(k, target, to, source, at, count)
        return
    lanes = max(1, _WORD * 8 // source.dtype.bits)
    step = 4 if lanes == 1 else 2 * lanes  # rows of bytes have few words
    whole = count // step * step
    with k.loop(whole, step=step, name="i", kept=True) as i:
        here = k.let(anew(i), "here")
        words = [k.let(k.load(source, at + here + n, lanes), "x") for n in range(0, step, lanes)]
        for n, word in enumerate(words):
            k.store(target, to + here + n * lanes, word)
    with k.loop(count, whole, name="i", kept=True) as i:
        here = k.let(anew(i), "here")
        k.store(target, to + here, k.load(source, at + here))


def _copy_bits(k: KernelBuilder, target: Buf, to: Expr, source: Buf, at: Expr, count: int) -> None:
    """The same for elements that are computed as others."""
    with k.loop(count, name="i", kept=True) as i:
        here = k.let(anew(i), "here")
        k.store_bits(target, to + here, k.load_bits(source, at + here))
