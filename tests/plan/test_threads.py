"""Loops run on threads only when that is worth it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hodu.dtypes import bool_, f32
from hodu.kernel.builder import KernelBuilder
from hodu.kernel.ir import For
from hodu.kernel.walk import statements
from hodu.lower.program import Branch, Launch, Place, Repeat, Slot, Step, launches_of
from hodu.lower.threads import WORTH_HANDING, WORTH_WAKING, choose_threads

CONDITION = Place(Slot("holds", bool_, 1, "arena"))


def scaling(parts: int, each: int, again: int = 1) -> Launch:
    """A kernel that runs a parallel loop `again` times: `each` elements times two in each part."""
    k = KernelBuilder("scale")
    x, y = k.param("x", f32, parts * each, "in"), k.param("y", f32, parts * each, "out")
    with k.loop(again), k.loop(parts, kind="parallel") as part, k.loop(each) as i:
        at = part * each + i
        k.store(y, at, k.load(x, at) * 2.0)
    return Launch(k.finish(), (), "scale")


def kinds(*steps: Step) -> Iterator[bool]:
    """Whether the kernels of steps have a parallel loop."""
    for launch in launches_of(choose_threads(steps)):
        loops = [s for s in statements(launch.kernel.body) if isinstance(s, For)]
        yield any(loop.kind == "parallel" for loop in loops)


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
    assert list(kinds(scaling(parts, each, again))) == [expected]


def test_the_loops_of_a_program_pay_for_waking_together() -> None:
    small, tiny = scaling(8, WORTH_HANDING // 8), scaling(8, WORTH_HANDING // 64)
    few, many = WORTH_WAKING // WORTH_HANDING // 8, WORTH_WAKING // WORTH_HANDING
    assert not any(kinds(*[small] * few, tiny))
    assert list(kinds(*[small] * many, tiny)) == [True] * many + [False]


def test_loops_of_the_program_count_again_and_again() -> None:
    body = (scaling(8, WORTH_HANDING // 8),)
    assert not any(kinds(Branch(CONDITION, body, ())))
    assert all(kinds(Repeat((), CONDITION, body)))
