"""What memory a program is likely to take, without lowering it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hodu.lower.groups import Group
from hodu.lower.streams.find import Grouped
from hodu.lower.streams.layer import Stream
from hodu.lower.streams.scheduling import schedule_soon
from hodu.snapshot.ir import Node, Value


@dataclass(frozen=True, slots=True)
class _Step:
    """A group, or a stream that takes `own` bytes besides what it reads and makes."""

    read: frozenset[Value]
    made: tuple[Value, ...]
    own: int = 0
    by_pixel: bool = False


def estimate(graph: Grouped, streams: Sequence[Stream] = ()) -> int:
    """The most bytes in use at once; convolutions write over their input where they can."""
    steps = list(_steps(graph, streams))
    outside = {*graph.inputs, *graph.outputs}
    first = {v: time for time, step in enumerate(steps) for v in step.made if v not in outside}
    last = dict(first)
    for time, step in enumerate(steps):
        last.update((v, time) for v in step.read if v in first)
    changes = [0] * (len(steps) + 1)
    for value, start in first.items():
        changes[start] += _bytes(value)
        changes[last[value] + 1] -= _bytes(value)
    sizes = [0]
    for time, (step, alive) in enumerate(zip(steps, itertools.accumulate(changes), strict=False)):
        shared = 0
        if step.by_pixel:
            ending = [_bytes(v) for v in step.read if last.get(v) == time]
            shared = min(max(ending, default=0), sum(map(_bytes, step.made)))
        sizes.append(alive + step.own - shared)
    return max(sizes)


def _steps(graph: Grouped, streams: Sequence[Stream]) -> Iterator[_Step]:
    of = {root: stream for stream in streams for root in stream.roots}
    for group in graph.groups:
        stream = of.get(group.root)
        if stream is None:
            yield _Step(graph.reads[group.root], group.root.outputs, 0, _is_by_pixel(group))
        elif group.root is stream.roots[-1]:
            plan = schedule_soon(stream)
            assert plan is not None
            own = plan.bytes_of(stream)
            yield _Step(frozenset({stream.source}), (stream.result,), own)


def _is_by_pixel(group: Group) -> bool:
    """Whether a convolution has a kernel of one pixel, or channels apart, and no strides."""
    node: Node = group.node
    if node.op not in ("conv", "integer_conv") or set(node.attrs["stride"]) != {1}:
        return False
    weight = node.inputs[1]
    assert weight is not None
    return set(weight.type.shape[2:]) == {1} or weight.type.shape[1] == 1


def _bytes(value: Value) -> int:
    return math.prod(d for d in value.type.shape if isinstance(d, int)) * value.type.dtype.itemsize
