"""Where the slots of the arena lie."""

from __future__ import annotations

import dataclasses
import itertools

import pytest

from hodu.dtypes import f32, f64
from hodu.kernel.builder import KernelBuilder
from hodu.kernel.ir import Overlap
from hodu.lower.program import Argument, Launch, Place, Program, Slot
from hodu.plan import memory
from hodu.plan.memory import least_alignment, plan_memory
from hodu.plan.order import in_best_order


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


def expanding(*sizes: int, meetings: dict[int, tuple[int, tuple[int, ...]]]) -> Program:
    """A chain, in which kernels by number say how their input may lie after their output."""
    program = chain(*sizes)
    steps = list(program.steps)
    for number, (least, exact) in meetings.items():
        launch = steps[number]
        assert isinstance(launch, Launch)
        kernel = dataclasses.replace(launch.kernel, overlaps=(Overlap("x", "y", least, exact),))
        steps[number] = dataclasses.replace(launch, kernel=kernel)
    return dataclasses.replace(program, steps=tuple(steps))


@pytest.mark.parametrize(
    ("meeting", "size", "start"),
    [
        ((4 * 40, ()), 4 * 140, 4 * 40),  # the input is 40 floats behind
        ((-8, ()), 4 * 101, 0),
        ((4 * 90, (0,)), 4 * 101, 0),  # not a byte further
        ((4 * 50, (10,)), 4 * 150, 4 * 50),  # at no place that is not aligned
    ],
)
def test_an_input_over_the_output(meeting: tuple[int, tuple[int, ...]], size: int, start: int):
    program = expanding(1, 100, 100, 1, meetings={1: meeting})
    plan = plan_memory(program, 4)
    source, target = program.slots[1:3]
    assert plan.offsets[source] - plan.offsets[target] == start
    assert plan.size == size >= plan.bound


def test_from_the_peak_on(monkeypatch: pytest.MonkeyPatch):
    """Where what is at the peak may lie in one way alone, the first order has to be that one."""
    meetings = {1: (96, ()), 2: (400, ()), 3: (18436, ()), 4: (0, ()), 5: (9228, ()), 6: (800, ())}
    sizes = (4, 27648, 18432, 18432, 36864, 9216, 18432, 18432, 4)
    program = expanding(*(size // 4 for size in sizes), meetings=meetings)
    monkeypatch.setattr(memory, "_TRIES", 1)
    plan = plan_memory(program, 4)
    assert plan.size == plan.bound == 18436 + 18432


def test_what_is_wanted_later_is_not_overwritten():
    program = expanding(100, 100, 10, meetings={0: (0, (0,))})
    again = Launch(program.steps[0].kernel, program.steps[0].arguments, "again")
    program = dataclasses.replace(program, steps=(*program.steps, again))
    assert plan_memory(program, 4).size == 4 * 210


def test_branches_run_one_after_the_other():
    """Each way makes much of little and little of much: one at a time takes half."""
    given, wide, narrow = Slot("x", f32, 4, "input"), [], []
    steps: list[Launch] = []
    for number in range(3):
        wide.append(Slot(f"wide{number}", f32, 100, "arena"))
        steps.append(kernel_from([given], wide[-1]))
    for number in range(3):
        narrow.append(Slot(f"narrow{number}", f32, 4, "arena"))
        steps.append(kernel_from([wide[number]], narrow[-1]))
    steps.append(kernel_from(narrow, Slot("y", f32, 4, "output")))
    slots = tuple(dict.fromkeys(a.place.slot for step in steps for a in step.arguments))
    program = Program("ways", (), (), (), slots, tuple(steps), ())
    assert plan_memory(program, 4).size == 4 * 304
    ordered = in_best_order(program)
    assert plan_memory(ordered, 4).size == 4 * 112
    assert in_best_order(ordered) is ordered
    done: set[Slot] = {given}
    for step in ordered.launches():
        assert {a.place.slot for a in step.arguments if a.role == "in"} <= done
        done |= {a.place.slot for a in step.arguments}


def kernel_from(sources: list[Slot], target: Slot) -> Launch:
    k = KernelBuilder("join")
    for source in sources:
        k.param("x", f32, source.size, "in")
    k.param("y", f32, target.size, "out")
    arguments = [*(Argument(Place(s), "in") for s in sources), Argument(Place(target), "out")]
    return Launch(k.finish(), tuple(arguments), "join")
