"""Loops run on threads only when that is worth it."""

from __future__ import annotations

import pytest

from hodu.dtypes import f32
from hodu.kernel.builder import KernelBuilder
from hodu.kernel.ir import For, Kernel
from hodu.kernel.walk import statements
from hodu.lower.threads import WORTH_HANDING, WORTH_WAKING, choose_threads


def scaling(parts: int, each: int, again: int = 1) -> Kernel:
    """A kernel that runs a parallel loop `again` times: `each` elements times two in each part."""
    k = KernelBuilder("scale")
    x, y = k.param("x", f32, parts * each, "in"), k.param("y", f32, parts * each, "out")
    with k.loop(again), k.loop(parts, kind="parallel") as part, k.loop(each) as i:
        at = part * each + i
        k.store(y, at, k.load(x, at) * 2.0)
    return k.finish()


def is_parallel(kernel: Kernel) -> bool:
    loops = [s for s in statements(choose_threads(kernel).body) if isinstance(s, For)]
    return any(loop.kind == "parallel" for loop in loops)


@pytest.mark.parametrize(
    ("parts", "each", "again", "expected"),
    [
        (8, WORTH_WAKING // 8, 1, True),
        (8, WORTH_WAKING // 64, 1, False),
        (1, WORTH_WAKING, 1, False),  # nothing to divide
        (8, WORTH_HANDING // 8, 64, True),  # the threads stay awake from turn to turn
        (8, WORTH_HANDING // 64, 1024, False),
    ],
)
def test_small_loops_stay_on_one_thread(parts: int, each: int, again: int, expected: bool) -> None:
    kernel = scaling(parts, each, again)
    assert is_parallel(kernel) is expected
    assert choose_threads(kernel).params == kernel.params
