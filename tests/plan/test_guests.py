"""What lies in the memory of outputs until these are written."""

from __future__ import annotations

import dataclasses
import itertools

import pytest

from hodu.dtypes import DType, f32, i8
from hodu.kernel.builder import KernelBuilder
from hodu.kernel.ir import Overlap
from hodu.lower.program import Argument, Launch, Place, Program, Repeat, Slot, Step
from hodu.plan.memory import Plan, plan_memory


def slot(name: str, size: int, kind: str = "arena", dtype: DType = f32) -> Slot:
    return Slot(name, dtype, size, kind)  # type: ignore[arg-type]


def launch(sources: list[Slot], targets: list[Slot], overlaps: tuple[Overlap, ...] = ()) -> Launch:
    k = KernelBuilder("k")
    for source in sources:
        k.param(source.name, source.dtype, source.size, "in")
    for target in targets:
        k.param(target.name, target.dtype, target.size, "out")
    arguments = [*(Argument(Place(s), "in") for s in sources)]
    arguments += [Argument(Place(s), "out") for s in targets]
    return Launch(dataclasses.replace(k.finish(), overlaps=overlaps), tuple(arguments), "k")


def chain(*slots: Slot, last: tuple[Overlap, ...] = ()) -> list[Step]:
    *pairs, (source, target) = itertools.pairwise(slots)
    return [*(launch([a], [b]) for a, b in pairs), launch([source], [target], last)]


def planned(steps: list[Step], *slots: Slot) -> Plan:
    return plan_memory(Program("p", (), (), (), slots, tuple(steps), ()), 4)


def places(plan: Plan) -> dict[str, tuple[str, int]]:
    """Guests by name: in which output and from which byte on."""
    return {guest.name: (host.name, plan.offsets[guest]) for guest, host in plan.hosts.items()}


def test_only_what_is_read_last_is_in_the_arena():
    """An autoencoder: the largest tensors are at both ends."""
    x, y = slot("x", 100, "input"), slot("y", 100, "output")
    inner = [slot(f"t{i}", size) for i, size in enumerate((60, 20, 10, 21))]
    plan = planned(chain(x, *inner, y), *inner)
    assert places(plan) == {"t0": ("y", 0), "t2": ("y", 0)}
    assert plan.size == plan.bound == 4 * 21
    assert [life.slot.name for life in plan.lives] == ["t1", "t3"]


def test_what_the_last_kernel_reads_may_lie_over_its_output():
    """Bytes at the end of the floats that are made of them."""
    t, y = slot("t", 64, dtype=i8), slot("y", 64, "output")
    known = (Overlap("t", "y", 3 * 63 + 1),)
    plan = planned(chain(slot("x", 64, "input"), t, y, last=known), t)
    assert places(plan) == {"t": ("y", 192)}
    assert plan.size == 0
    tight = (Overlap("t", "y", 3 * 64 + 1),)
    assert planned(chain(slot("x", 64, "input"), t, y, last=tight), t).size == 64


@pytest.mark.parametrize("dtype", [i8, f32])
def test_an_output_is_aligned_to_its_elements(dtype: DType):
    inner = [slot("t0", 16), slot("t1", 4)]
    y = slot("y", 64, "output", dtype)
    plan = planned(chain(slot("x", 16, "input"), *inner, y), *inner)
    assert bool(plan.hosts) == (dtype is f32)


def test_nothing_moves_where_the_arena_stays_as_large():
    """What is at the peak does not fit the output."""
    inner = [slot("t0", 100), slot("t1", 60), slot("t2", 4)]
    plan = planned(chain(slot("x", 4, "input"), *inner, slot("y", 50, "output")), *inner)
    assert not plan.hosts
    assert plan.size == 4 * 160


def test_an_output_that_is_written_early_is_no_room():
    x, y, z = slot("x", 8, "input"), slot("y", 90, "output"), slot("z", 9, "output")
    inner = [slot(f"t{i}", 10) for i in range(3)]
    steps = [launch([x], [inner[0], y]), *chain(*inner, z)]
    plan = planned(steps, *inner)
    assert not plan.hosts


def test_an_output_that_a_loop_writes_is_in_use_through_the_loop():
    x, y, going = slot("x", 8, "input"), slot("y", 90, "output"), slot("going", 1)
    before, first, second = (slot(name, 20) for name in ("before", "first", "second"))
    body = (launch([x], [first]), launch([first], [second]), launch([second], [y, going]))
    steps = [*chain(x, before, going), Repeat((), Place(going), body)]
    plan = planned(steps, before, first, second, going)
    assert not plan.hosts  # what needs most is in the loop
    assert plan.size == 4 * 41
    plan = planned([*steps[:2], *body], before, first, second, going)
    assert places(plan) == {"first": ("y", 0)}
    assert plan.size == 4 * 21


def test_the_outputs_of_two_kernels_hold_what_one_has_no_room_for():
    inner = [slot("a", 40), slot("b", 30)]
    y, z = slot("y", 45, "output"), slot("z", 35, "output")
    c = slot("c", 2)
    steps = [*chain(slot("x", 4, "input"), *inner, c), launch([c], [y, z])]
    plan = planned(steps, *inner, c)
    assert places(plan) == {"a": ("y", 0), "b": ("z", 0)}
    assert plan.size == 4 * 2
