"""Kernels of one processor without threads know how inputs and outputs may lie over one another."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from hodu.kernel.overlap import find_overlaps
from hodu.lower.program import Branch, Launch, Program, Repeat, Step


def with_overlaps(program: Program) -> Program:
    """The program with `Kernel.overlaps` where an input and an output lie in the arena."""
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
    arena = [(buf, a.role) for buf, a in named if a.place.slot.kind == "arena"]
    sources = [buf for buf, role in arena if role == "in"]
    targets = [buf for buf, role in arena if role != "in"]
    if not sources or not targets:
        return launch
    overlaps = find_overlaps(kernel, sources, targets)
    return dataclasses.replace(launch, kernel=dataclasses.replace(kernel, overlaps=overlaps))
