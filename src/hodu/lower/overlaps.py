"""Kernels of one processor without threads know how inputs and outputs may lie over one another."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from hodu.dtypes import DType
from hodu.kernel.narrow import stored
from hodu.kernel.overlap import find_overlaps
from hodu.lower.program import Branch, Launch, Program, Repeat, Step


def with_overlaps(program: Program) -> Program:
    """The program with `Kernel.overlaps` where an input may lie over what is written."""
    return dataclasses.replace(program, steps=_steps(program.steps))


def _steps(steps: Sequence[Step]) -> tuple[Step, ...]:
    return tuple(map(_step, steps))


def _step(step: Step) -> Step:
    match step:
        case Launch():
            return _launch(step)
        case Branch(then=then, orelse=orelse):
            return dataclasses.replace(step, then=_steps(then), orelse=_steps(orelse))
        case Repeat(test=test, body=body):
            return dataclasses.replace(step, test=_steps(test), body=_steps(body))


def _launch(launch: Launch) -> Launch:
    kernel = launch.kernel
    named = zip(kernel.params, launch.arguments, strict=True)
    known = [(buf, a) for buf, a in named if a.place.slot.kind in ("arena", "output")]
    sources = [buf for buf, a in known if a.role == "in" and a.place.slot.kind == "arena"]
    targets = [buf for buf, a in known if a.role != "in"]
    if not sources or not targets:
        return launch
    overlaps = find_overlaps(kernel, sources, targets)
    kinds = {buf.name: stored(buf.dtype) for buf, _ in known}
    kept = tuple(one for one in overlaps if _may_be_one(kinds[one.source], kinds[one.target]))
    return dataclasses.replace(launch, kernel=dataclasses.replace(kernel, overlaps=kept))


def _may_be_one(one: DType, other: DType) -> bool:
    """Whether C keeps the order of accesses to the same memory as elements of both."""
    return one is other or 1 in (one.itemsize, other.itemsize)
