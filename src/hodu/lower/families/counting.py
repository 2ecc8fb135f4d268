"""Counts of numbers."""

from __future__ import annotations

from collections.abc import Callable

from hodu.dtypes import f32, f64, i64
from hodu.kernel.algebra import constant
from hodu.kernel.expr import INDEX
from hodu.lower import status
from hodu.lower.rules import finds_size, kernel
from hodu.lower.stage import Stage
from hodu.shapes import Shape
from hodu.snapshot.ir import Node

MOST_NUMBERS = 1 << 16
"""Up to which number wide integers are counted, unless `minlength` asks for more."""


@finds_size("bincount")
def bincount_capacity(node: Node, capacity: Callable[[Shape], tuple[int, ...]]) -> int:
    """All numbers of a narrow dtype; of a wide one those for which memory is taken."""
    value = node.inputs[0]
    assert value is not None
    dtype = value.type.dtype
    values = 1 << (dtype.bits - (1 if dtype.is_signed else 0))
    return max(min(values, MOST_NUMBERS), node.attrs["minlength"])


@kernel("bincount", views=False)
def bincount(s: Stage) -> None:
    """How often each number from 0 up occurs, or the sum of its weights."""
    k = s.k
    (count,) = s.in_extents()
    size = k.local("size", INDEX, init=s.attrs["minlength"])
    with k.loop(count) as i:
        number = k.let(s.read(0, (i,)).cast(INDEX), "number")
        text = "bincount() of {0}, at index {1}"
        s.fail(number < 0, status.INDEX, text, number, i, hint="it counts numbers from 0 up")
        k.store(size, 0, k.load(size).max(number + 1))
    hint = "a larger minlength makes room for larger numbers"
    s.store_size(s.out_type().shape[0], k.load(size), hint)
    s.split("bincount_counts")
    _count(s)


def _count(s: Stage) -> None:
    """Add up in the result, or in f64 where the result is f32, as eager does."""
    k, out = s.k, s.memory()
    (size,), (count,) = s.out_extents(), s.in_extents()
    sums = s.scratch(f64, out.size, "sums") if out.dtype is f32 else out
    with k.loop(size) as i:
        k.store(sums, i, 0)
    with k.loop(count) as i:
        number = k.let(s.read(0, (i,)).cast(INDEX), "number", (0, None))
        more = constant(1, i64) if not s.has(1) else s.read(1, (i,)).cast(sums.dtype)
        k.store(sums, number, k.load(sums, number) + more)
    if sums is not out:
        with k.loop(size) as i:
            k.store(out, i, k.load(sums, i).cast(out.dtype))
