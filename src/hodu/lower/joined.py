"""Groups that share one loop: updates of states that read the same memory.

The step of an optimizer makes several tensors of one shape out of each other and of the same
gradient, as Adam makes two means and a parameter. In one loop each of them is read and written
once, in its place. Single numbers share a kernel for being so little work.

Only results that have memory of their own in any case are joined, so that none lives longer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hodu.lower.rules import SCALAR
from hodu.shapes import Shape
from hodu.snapshot.ir import Node, Value

if TYPE_CHECKING:
    from hodu.lower.groups import Group

_MOST_NODES = 96  # in one kernel, so that it stays readable
_MOST_RESULTS = 8  # streams that are written at once, where they are more than numbers


def join_groups(
    groups: Sequence[Group], kept: Collection[Value], outputs: Collection[Value]
) -> list[Group]:
    """The groups with those joined that can share loops, each after those it reads.

    `kept` are the values with memory, `outputs` those of the whole computation.
    """
    joining = _Joining(kept, outputs)
    for group in groups:
        joining.add(group)
    return [entry.joined() for entry in sorted(joining.entries, key=lambda e: e.time)]


def leaves_of(group: Group, kept: Collection[Value], inside: set[Node]) -> Iterator[Value]:
    """The values in memory that a group reads; `inside` collects what is computed on the way."""
    for part in (*group.others, group):
        yield from _leaves((part.node, *part.epilogue), kept, inside)


def _leaves(nodes: Sequence[Node], kept: Collection[Value], inside: set[Node]) -> Iterator[Value]:
    for node in nodes:
        inside.add(node)
        for value in node.inputs:
            if value is None:
                continue
            if value in kept or value.producer is None:
                yield value
            elif value.producer not in inside:
                yield from _leaves((value.producer,), kept, inside)


@dataclass(eq=False)
class _Entry:
    """Groups that share loops; `time` orders it among the others."""

    groups: list[Group]
    time: int
    leaves: set[Value]
    nodes: int

    def joined(self) -> Group:
        *others, last = self.groups
        return replace(last, others=tuple(others)) if others else last


class _Joining:
    def __init__(self, kept: Collection[Value], outputs: Collection[Value]) -> None:
        self.kept, self.outputs = kept, outputs
        self.entries: list[_Entry] = []
        self.hosts: dict[tuple[Shape, int], list[_Entry]] = {}
        self.makers: dict[Value, _Entry] = {}
        self.last_read: dict[Value, int] = {}
        self.now = 0

    def add(self, group: Group) -> None:
        """Put a group into an entry that can host it, or into a new one."""
        self.now += 1
        inside: set[Node] = set()
        leaves = set(leaves_of(group, self.kept, inside))
        mine = _Entry([group], self.now, leaves, len(inside))
        entry = self._joined(mine) if self._can_join(group, inside) else mine
        if entry is mine:
            self.entries.append(mine)
        for value in entry.leaves:
            self.last_read[value] = max(entry.time, self.last_read.get(value, 0))
        self.makers.update((value, entry) for value in group.root.outputs)

    def _can_join(self, group: Group, inside: set[Node]) -> bool:
        """Whether a group is a result of elementwise ops that has its memory in any case."""
        value = group.root.outputs[0]
        is_kept = value in self.outputs or value.type.shape == ()
        return is_kept and not group.epilogue and all(node.op in SCALAR for node in inside)

    def _joined(self, mine: _Entry) -> _Entry:
        """The entry of another group that took this one in; itself if there is none."""
        value = mine.groups[0].root.outputs[0]
        shape = value.type.shape
        hosts = self.hosts.setdefault((shape, 0 if shape == () else value.type.dtype.bits), [])
        for host in reversed(hosts):
            if self._suits(host, mine, shape) and self._moved_together(host, mine):
                host.groups += mine.groups
                host.leaves |= mine.leaves
                host.nodes += mine.nodes
                return host
        hosts.append(mine)
        return mine

    def _suits(self, host: _Entry, mine: _Entry, shape: Shape) -> bool:
        """Whether one loop for both saves reads and is no longer than is sensible."""
        if host.nodes + mine.nodes > _MOST_NODES:
            return False
        if shape == ():
            return True
        made = {v for group in host.groups for v in group.root.outputs}
        shared = mine.leaves & (host.leaves | made)
        return len(host.groups) < _MOST_RESULTS and any(v.type.shape == shape for v in shared)

    def _moved_together(self, host: _Entry, mine: _Entry) -> bool:
        """Move the later group to the earlier one, or that to it, past nothing that it needs."""
        makers = (self.makers[v] for v in mine.leaves if v in self.makers)
        if all(maker.time <= host.time for maker in makers):
            return True
        made = (v for group in host.groups for v in group.root.outputs)
        if any(self.last_read.get(v, 0) > host.time for v in made):
            return False
        host.time = mine.time
        return True
