"""Which pieces of a concatenation of channels are computed in their place, so that none is copied.

The joined value has to be there from its first piece on. So a piece that is early, as what skips
the inner layers of a U-Net, is left alone where memory would be needed beyond that of other times.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from hodu.lower.blocks.layout import Blocked
from hodu.lower.blocks.rules import BLOCKED, is_planar
from hodu.lower.groups import Group
from hodu.lower.rules import SCALAR
from hodu.shapes import static_shape
from hodu.snapshot.ir import Node, Snapshot, Value

if TYPE_CHECKING:
    from hodu.lower.lowering import Lowering


def place_pieces(lowering: Lowering, snapshot: Snapshot, groups: Sequence[Group]) -> None:
    """Plan to compute pieces of joins of channels where they lie in the result.

    Those of a join get the border that any of them should have.
    """
    forms = lowering.forms
    stored = [value for group in groups for value in group.root.outputs]
    computed = {g.root.outputs[0] for g in groups if g.node.op in BLOCKED or g.node.op in SCALAR}
    memory = _Memory(lowering, snapshot, stored)
    for node in (g.node for g in groups if g.node.op == "cat"):
        values = [v for v in node.inputs if v is not None]
        if not computed.issuperset(values) or not _is_one_run(lowering, node, values):
            continue
        placed, result = memory.place(node, values), node.outputs[0]
        wanted = [forms.borders[v] for v in (*placed, result) if v in forms.borders]
        start = 0
        for value in values:
            if value in placed:
                forms.pieces[value] = result, start
            start += value.type.shape[1].__index__()
        if wanted:
            border = functools.reduce(Blocked.joined, wanted)
            forms.borders |= dict.fromkeys((*placed, result), border)


def _is_one_run(lowering: Lowering, node: Node, values: Sequence[Value]) -> bool:
    """Whether each piece is a run of blocks, and for no other join."""
    result, lanes = node.outputs[0], lowering.target.lanes(32)
    if lanes == 1 or node.attrs["dim"] % result.type.rank != 1:
        return False
    planar = all(is_planar(v) and v.type.shape[1].__index__() % lanes == 0 for v in values)
    once = len(set(values)) == len(values) and not any(v in lowering.forms.pieces for v in values)
    return planar and once and is_planar(result) and result.type.shape[0] == 1


class _Memory:
    """About how many bytes are needed at each node of a Snapshot, borders left aside."""

    def __init__(self, lowering: Lowering, snapshot: Snapshot, stored: Sequence[Value]) -> None:
        self._times = {node: time for time, node in enumerate(snapshot.nodes)}
        self._users = lowering.users
        self._bytes = np.zeros(len(self._times), np.int64)
        for value in stored:
            self._bytes[self._birth(value) : self._death(value)] += _size(value)
        self._most = self._bytes.max(initial=0)

    def place(self, node: Node, values: Sequence[Value]) -> set[Value]:
        """The pieces to compute in the result of `node`: as many as need no more than the most."""
        result, start = node.outputs[0], self._times[node]
        placed = set[Value]()
        for value in sorted(values, key=self._birth, reverse=True):
            birth, needed = self._birth(value), self._bytes.copy()
            needed[birth:start] += _size(result)
            needed[birth : self._death(value)] -= _size(value)
            if needed.max() <= self._most:
                self._bytes, start = needed, min(start, birth)
                placed.add(value)
        return placed

    def _birth(self, value: Value) -> int:
        assert value.producer is not None
        return self._times[value.producer]

    def _death(self, value: Value) -> int:
        """After the last node that is known to read a value."""
        last = len(self._times) - 1
        return 1 + max((self._times.get(u, last) for u in self._users.get(value, ())), default=last)


def _size(value: Value) -> int:
    """The bytes of a value; none where its shape is not known."""
    shape = static_shape(value.type.shape)
    return 0 if shape is None else int(np.prod(shape)) * value.type.dtype.itemsize
