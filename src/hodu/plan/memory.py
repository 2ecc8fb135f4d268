"""Where the slots of the arena lie: one block of memory, shared by what is never alive together.

Slots are placed greedily, the largest first, each at the lowest address that is free for as long
as it lives. (Y. Pisarchyk and J. Lee, "Efficient Memory Management for Deep Neural Net
Inference", 2020, "greedy by size".) Where that takes more than is needed at once, and there are few
slots, other orders are tried: from the peak of memory on to both ends of time, because there is
least choice at the peak; the latest first, which suits chains of kernels whose outputs begin a
little before their inputs; and random ones, in which some slots lie at the upper end.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hodu.kernel.narrow import stored
from hodu.lower.program import Program, Slot
from hodu.plan import placing
from hodu.plan.guests import find_guests
from hodu.plan.lives import Life, Lives, find_lives
from hodu.plan.placing import Placed, Room, top

ALIGNMENT = 64
_FEW, _TRIES = 64, 200
_ORDERS: tuple[Callable[[Life], tuple[int, int]], ...] = (
    lambda life: (-life.slot.bytes, life.first),
    lambda life: (-life.slot.bytes, -life.first),
    lambda life: (-life.first, 0),
    lambda life: (life.first, 0),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """Byte offsets of the slots in the arena; `bound` is the least that the lives need at once.

    The arena begins at, and offsets are, multiples of `alignment`. Slots that are in use at the
    same time may share bytes where one kernel reads the one last and writes the other first.
    `peaks` are the times at which most is needed. `guests` lie in the memory of outputs instead,
    of those that are their `hosts`.
    """

    offsets: Mapping[Slot, int]
    size: int
    lives: tuple[Life, ...]
    bound: int
    alignment: int = ALIGNMENT
    peaks: tuple[int, ...] = ()
    guests: tuple[Life, ...] = ()
    hosts: Mapping[Slot, Slot] = field(default_factory=dict)

    def at_peak(self) -> list[Life]:
        """What is alive when most is, the largest first."""
        lives = Lives(self.lives, {})
        time = max(range(lives.end), key=lives.least_at, default=0)
        return sorted(lives.at(time), key=lambda life: -life.slot.bytes)


def least_alignment(program: Program) -> int:
    """What processors without vectors need: the width of the widest element, 4 bytes at least."""
    return max([4, *(stored(slot.dtype).itemsize for slot in program.slots)])


def aligned(size: int, alignment: int = ALIGNMENT) -> int:
    """The next multiple of the alignment."""
    return placing.aligned(size, alignment)


def plan_memory(program: Program, alignment: int = ALIGNMENT) -> Plan:
    """Offsets for every arena slot and every state; states live from run to run."""
    offsets: dict[Slot, int] = {}
    hosts: dict[Slot, Slot] = {}
    states = 0
    for port in program.states:
        offsets[port.slot] = states
        states += aligned(port.slot.bytes, alignment)
    found = find_guests(find_lives(program), alignment)
    lives, bound = found.rest, found.rest.bound
    placed = _place(lives, alignment, bound)
    for one in placed:
        offsets.update(dict.fromkeys(one.life.slots, states + one.start))
    for host, guests in found.placed.items():
        for one in guests:
            offsets.update(dict.fromkeys(one.life.slots, one.start))
            hosts.update(dict.fromkeys(one.life.slots, host))
    return Plan(
        offsets,
        states + top(placed),
        lives.all,
        bound,
        alignment,
        tuple(lives.peaks),
        tuple(one.life for guests in found.placed.values() for one in guests),
        hosts,
    )


def _place(lives: Lives, alignment: int, bound: int) -> list[Placed]:
    """The smallest placement that is found."""
    room = Room(alignment, lives.meetings)
    by_size, *others = (sorted(lives.all, key=key) for key in _ORDERS)
    others.insert(0, _from_peak(lives))
    best = room.place(by_size)
    if len(by_size) > _FEW:
        return best
    chance = random.Random(0)
    cap = aligned(bound, alignment)
    for number in range(_TRIES):
        if top(best) <= cap:
            break
        if number < len(others):
            found = room.place(others[number])
        else:
            order = sorted(by_size, key=lambda life: -life.slot.bytes * chance.uniform(0.5, 1.0))
            upper = frozenset(life.slot for life in by_size if chance.random() < 0.5)
            found = room.place(order, cap, upper)
        best = min(best, found, key=top)
    return best


def _from_peak(lives: Lives) -> list[Life]:
    """What is in use at the peak, then what is a step before or after it, and so on."""
    peak = next(iter(lives.peaks), 0)

    def key(life: Life) -> tuple[int, int]:
        return max(life.first - peak, peak - life.last, 0), -life.slot.bytes

    return sorted(lives.all, key=key)
