"""What memory a Snapshot is likely to take when compiled, without lowering it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from hodu.passes.strips import ELEMENTWISE
from hodu.snapshot.ir import Node, Snapshot, Value


@dataclass(frozen=True, slots=True)
class Estimate:
    """Bytes at the peak, the nodes that run then, and the tensor in whose memory each value is."""

    size: int
    at_peak: frozenset[Node]
    owners: Mapping[Value, Value]


def estimate(snapshot: Snapshot) -> Estimate:
    """The memory of results between nodes of known sizes.

    Element-wise ops are computed where their input is made, `slice_put` writes where its input
    lies, and convolutions that read the pixels that they write do so over their input.
    """
    owners = _owners(snapshot)
    outside = {*snapshot.inputs, *snapshot.constant_values, *snapshot.outputs.values()}
    first: dict[Value, int] = {}
    last: dict[Value, int] = {}
    for time, node in enumerate(snapshot.nodes):
        used = {owners.get(v, v) for v in (*node.inputs, *node.outputs) if v is not None}
        for value in used - outside:
            first.setdefault(value, time)
            last[value] = time
    changes = [0] * (len(snapshot.nodes) + 1)
    for value, time in first.items():
        changes[time] += _bytes(value)
        changes[last[value] + 1] -= _bytes(value)
    sizes, alive = [], 0
    for time, node in enumerate(snapshot.nodes):
        alive += changes[time]
        shared = 0
        if _is_by_pixel(node):
            ends = [owners.get(v, v) for v in (*node.inputs[:1], *node.outputs) if v is not None]
            if last.get(ends[0]) == time and ends[1] in first:
                shared = min(map(_bytes, ends))
        sizes.append(alive - shared)
    size = max(sizes, default=0)
    at_peak = (n for n, needed in zip(snapshot.nodes, sizes, strict=True) if needed == size)
    return Estimate(size, frozenset(at_peak), owners)


def _owners(snapshot: Snapshot) -> dict[Value, Value]:
    """The tensors in whose memory values are that have none of their own."""
    uses = Counter(v for node in snapshot.nodes for v in node.inputs if v is not None)
    uses.update(snapshot.outputs.values())
    made = {v for node in snapshot.nodes for v in node.outputs}
    owners: dict[Value, Value] = {}
    for node in reversed(snapshot.nodes):
        count = len(node.inputs) if node.op in ELEMENTWISE else int(node.op == "slice_put")
        for value in node.inputs[:count]:
            if value is not None and value in made and uses[value] == 1:
                owners[value] = owners.get(node.outputs[0], node.outputs[0])
    return owners


def _is_by_pixel(node: Node) -> bool:
    """Whether a convolution has a kernel of one pixel, or channels apart, and no strides."""
    if node.op not in ("conv", "integer_conv") or set(node.attrs["stride"]) != {1}:
        return False
    weight = node.inputs[1]
    assert weight is not None
    return set(weight.type.shape[2:]) == {1} or weight.type.shape[1] == 1


def _bytes(value: Value) -> int:
    return math.prod(d for d in value.type.shape if isinstance(d, int)) * value.type.dtype.itemsize
