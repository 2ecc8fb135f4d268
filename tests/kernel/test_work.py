"""Counts of what kernels do."""

from __future__ import annotations

from hodu.dtypes import f32, f64
from hodu.kernel.builder import KernelBuilder
from hodu.kernel.expr import index
from hodu.kernel.work import loads, moved, stores


def test_moved_counts_every_access_to_memory_and_none_to_local() -> None:
    k = KernelBuilder("halve")
    x, y = k.param("x", f32, 64, "in"), k.param("y", f64, 64, "out")
    held = k.local("held", f32, 16)
    with k.loop(64, step=16) as i:
        k.store(held, 0, k.load(x, i, 16))
        with k.loop(16) as j:
            k.store(y, i + j, k.load(held, j).cast(f64))
    k.copy(y, 0, y, 32, index(8))
    assert moved(k.finish()) == 64 * 4 + 64 * 8 + 2 * 8 * 8


def test_moved_is_unknown_where_a_length_is() -> None:
    k = KernelBuilder("part")
    n, y = k.param("n", f32, 1, "in"), k.param("y", f32, 8, "out")
    with k.loop(k.load(n, 0).cast(index(0).dtype)) as i:
        k.store(y, i, 0.0)
    assert moved(k.finish()) is None


def test_loads_are_known_where_others_are_not() -> None:
    k = KernelBuilder("rows")
    x, n = k.param("x", f32, 8, "in"), k.param("n", f32, 8, "in")
    y = k.param("y", f32, 8, "out")
    with k.loop(8) as i:
        total = k.local("total", f32, init=0.0)
        with k.loop(k.load(n, i).cast(index(0).dtype)) as j:
            k.store(total, 0, k.load(total) + k.load(x, j))
        k.store(y, i, k.load(total))
    kernel = k.finish()
    assert loads(kernel, n) == stores(kernel) == 8
    assert loads(kernel, x) is None
