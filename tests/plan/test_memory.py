"""The memory plan: nothing that is alive together overlaps, and little is lost between."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from hodu.dtypes import f32
from hodu.kernel.ir import Kernel
from hodu.lower.program import Argument, Launch, Place, Program, Slot
from hodu.plan.memory import Plan, plan_memory

Span = tuple[int, int, int]
"""The elements of a slot and the first and the last launch that uses it."""


def planned(spans: Sequence[Span]) -> Plan:
    """The plan of launches that use slots for so long."""
    slots = [Slot(f"s{i}", f32, size, "arena") for i, (size, _, _) in enumerate(spans)]
    steps = []
    for time in range(max(last for _, _, last in spans) + 1):
        used = [
            s for s, (_, first, last) in zip(slots, spans, strict=True) if time in (first, last)
        ]
        arguments = tuple(Argument(Place(slot), "inout") for slot in used)
        steps.append(Launch(Kernel("k", (), ()), arguments, "k"))
    return plan_memory(Program("p", (), (), (), tuple(slots), tuple(steps), ()))


def check(plan: Plan) -> None:
    """No two lives at one time have memory in common, and the arena ends with the last of them."""
    places = [(life, plan.offsets[life.slot]) for life in plan.lives]
    for i, (one, at) in enumerate(places):
        assert at % 64 == 0 and at + one.slot.bytes <= plan.size
        for other, start in places[i + 1 :]:
            if one.first <= other.last and other.first <= one.last:
                assert at + one.slot.bytes <= start or start + other.slot.bytes <= at
    assert plan.size >= plan.bound


@pytest.mark.parametrize("seed", range(20))
def test_what_is_alive_together_does_not_overlap(seed: int) -> None:
    chosen = random.Random(seed)
    starts = [chosen.randrange(20) for _ in range(30)]
    check(planned([(chosen.randrange(1, 900), t, t + chosen.randrange(8)) for t in starts]))


def test_another_order_where_the_largest_first_takes_more() -> None:
    """Four layers, of which the third has the largest result: at the end of the first one's."""
    plan = planned([(448, 0, 3), (320, 2, 4), (288, 4, 6), (608, 5, 7), (144, 7, 9)])
    check(plan)
    assert plan.size == plan.bound == (288 + 608) * 4


def test_nothing_to_plan() -> None:
    plan = plan_memory(Program("p", (), (), (), (), (), ()))
    assert (plan.size, plan.bound) == (0, 0)
