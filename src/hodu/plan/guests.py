"""Slots in the memory of outputs: until an output is written, that is room which the caller lends.

What most memory is needed for goes there, the largest first, as long as the arena becomes smaller.
An output is aligned to its elements alone, so that only those of wide ones have room.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from hodu.kernel.narrow import stored
from hodu.lower.program import Slot
from hodu.plan.lives import Life, Lives
from hodu.plan.placing import Placed, Room, top


@dataclass(frozen=True, slots=True)
class Guests:
    """What lies in each output's memory; `rest` is what the arena has to hold."""

    rest: Lives
    placed: Mapping[Slot, tuple[Placed, ...]] = field(default_factory=dict)


def find_guests(lives: Lives, alignment: int) -> Guests:
    """The guests of outputs with which the arena needs least at once, if there are any."""
    own = {
        life.slot: Placed(0, life.slot.bytes, life)
        for life in lives.outputs
        if stored(life.slot.dtype).itemsize >= alignment
    }
    found = Guests(lives)
    if not own:
        return found
    hosts = _Hosts(Room(alignment, lives.meetings), own)
    needs = [lives.least_at(time) for time in range(lives.end)]
    least = max(needs, default=0)
    while life := hosts.take_in(lives, needs):
        lives = replace(lives, all=tuple(one for one in lives.all if one is not life))
        for time in range(life.first, life.last + 1):
            needs[time] = lives.least_at(time)
        if max(needs) < least:
            least, found = max(needs), Guests(lives, dict(hosts.guests))
    return found


class _Hosts:
    def __init__(self, room: Room, own: Mapping[Slot, Placed]) -> None:
        self.room, self.own = room, own
        self.guests: dict[Slot, tuple[Placed, ...]] = {}

    def take_in(self, lives: Lives, needs: list[int]) -> Life | None:
        """Make room for one of those that are in use when most is; None where there is no more."""
        if not lives.all:
            return None
        at_peak = lives.at(needs.index(max(needs)))
        for life in sorted(at_peak, key=lambda life: -life.slot.bytes):
            if any(self._has_room(host, life) for host in self.own):
                return life
        return None

    def _has_room(self, host: Slot, life: Life) -> bool:
        known = [one.life for one in self.guests.get(host, ())]
        by_size = sorted([*known, life], key=lambda life: -life.slot.bytes)
        own, *guests = self.room.place(by_size, beside=[self.own[host]])
        if top([own, *guests]) > host.bytes:
            return False
        self.guests[host] = tuple(guests)
        return True
