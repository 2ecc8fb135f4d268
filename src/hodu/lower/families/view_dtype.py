"""The bytes of a tensor read as another dtype, little-endian."""

from __future__ import annotations

from hodu.kernel.buffer import Buf
from hodu.kernel.builder import WORDS, KernelBuilder
from hodu.kernel.expr import Expr
from hodu.lower.index import product
from hodu.lower.rules import kernel
from hodu.lower.stage import Stage


@kernel("view_dtype", views=False)
def view_dtype(s: Stage) -> None:
    """The same bytes; elements are taken apart or put together where the widths differ."""
    storage, source = s.lowering.storage, s.node.inputs[0]
    assert source is not None
    given = s.param(storage[source].place, "in", "given")
    target = s.param(storage[s.node.outputs[0]].place, "out", "seen")
    with s.k.loop(product(s.out_extents())) as i:
        s.k.store_bits(target, i, _bits(s.k, given, i, target.dtype.bits))


def _bits(k: KernelBuilder, given: Buf, i: Expr, width: int) -> Expr:
    """Element `i` of the memory seen as elements of this width."""
    word, have = WORDS[width], given.dtype.bits
    if width <= have:
        count = have // width
        shift = (i % count * width).cast(WORDS[have])
        return (k.load_bits(given, i // count) >> shift).cast(word)
    count = width // have
    bits = k.load_bits(given, i * count).cast(word)
    for j in range(1, count):
        bits = bits | (k.load_bits(given, i * count + j).cast(word) << (j * have))
    return bits
