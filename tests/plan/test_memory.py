"""Where the slots of the arena lie."""

from __future__ import annotations

import itertools

from hodu.dtypes import f32, f64
from hodu.kernel.builder import KernelBuilder
from hodu.lower.program import Argument, Launch, Place, Program, Slot
from hodu.plan.memory import least_alignment, plan_memory


def chain(*sizes: int) -> Program:
    """Kernels that each read one slot and write the next, of these numbers of floats."""
    slots = [Slot(f"s{i}", f32, size, "arena") for i, size in enumerate(sizes)]
    steps = []
    for source, target in itertools.pairwise(slots):
        k = KernelBuilder("copy")
        k.param("x", f32, source.size, "in"), k.param("y", f32, target.size, "out")
        arguments = (Argument(Place(source), "in"), Argument(Place(target), "out"))
        steps.append(Launch(k.finish(), arguments, "copy"))
    return Program("chain", (), (), (), tuple(slots), tuple(steps), ())


def test_a_bottleneck_takes_no_room_of_its_own():
    """Greedy by size puts the two layers around it at different ends, and it beside them."""
    plan = plan_memory(chain(128, 128, 128, 128, 8, 128, 128, 128, 128), 4)
    assert plan.size == plan.bound == 1024


def test_what_is_alive_together_does_not_overlap():
    program = chain(50, 7, 30, 90, 8, 44, 128, 3, 60, 61, 2)
    plan = plan_memory(program, 4)
    for one, other in itertools.pairwise(program.slots):
        start, end = plan.offsets[one], plan.offsets[one] + one.bytes
        assert end <= plan.offsets[other] or plan.offsets[other] + other.bytes <= start
    assert plan.size <= 1.1 * plan.bound


def test_alignment():
    assert least_alignment(chain(1, 2)) == 4
    slots = (Slot("x", f64, 1, "arena"),)
    assert least_alignment(Program("one", (), (), (), slots, (), ())) == 8
    assert set(plan_memory(chain(1, 1, 1), 4).offsets.values()) == {0, 4}
