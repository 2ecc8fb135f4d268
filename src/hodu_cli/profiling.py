"""The time of each step of a run: nodes of the interpreter, kernels of native code."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hodu.errors import UnsupportedError
from hodu.ops._table import Array
from hodu.plugins.interfaces import ExecutableModule
from hodu.snapshot.ir import Node

if TYPE_CHECKING:
    from hodu.backends.cpu.limits import Limits

_RUNS = 5


@dataclass(slots=True)
class StepTime:
    """One step: how often it ran, its seconds, and its operations and bytes (0: unknown).

    `least` are the seconds that the machine needs at least for the operations, and for the bytes.
    """

    name: str
    seconds: float
    calls: int = 1
    operations: int = 0
    bytes: int = 0
    least: tuple[float, float] = (0.0, 0.0)

    def add(self, other: StepTime) -> None:
        """Count another step of the name."""
        self.seconds += other.seconds
        self.calls += other.calls
        self.operations += other.operations
        self.bytes += other.bytes
        self.least = (self.least[0] + other.least[0], self.least[1] + other.least[1])

    def bounded(self, limits: Limits, threads: int) -> StepTime:
        """The same with its least seconds: bytes are read at the rate of the level that holds them.

        Threads share them out; each has the nearer levels for itself.
        """
        reading = self.bytes / limits.level_of(self.bytes / threads).read
        return replace(self, least=(self.operations / limits.operations, reading))


def profile(module: ExecutableModule, inputs: Mapping[str, Array]) -> list[StepTime]:
    """The steps of one run in order, after runs to warm up.

    Raises UnsupportedError for a module that cannot look inside a run.
    """
    chosen = concrete(module, inputs)
    if hasattr(chosen, "step_times"):
        return _native(chosen, inputs)
    if "observe" in inspect.signature(chosen.execute).parameters:
        return _interpreted(chosen, inputs)
    raise UnsupportedError(
        "this runtime cannot tell the time of single steps",
        hint="--compiler interp can; --benchmark N measures whole runs",
    )


def concrete(module: ExecutableModule, inputs: Mapping[str, Array]) -> Any:
    """The module that runs these inputs: one with named sizes has a module for each size."""
    return module.at(inputs) if hasattr(module, "at") else module


def _native(module: Any, inputs: Mapping[str, Array]) -> list[StepTime]:
    """The least time of each kernel in some runs, because other programs only ever add to it."""
    runs = [module.step_times(inputs) for _ in range(_RUNS)]
    steps = [
        StepTime(name, min(run[i] for run in runs) / 1e9)
        for i, name in enumerate(module.library.kernels)
    ]
    for step, notes in zip(steps, module.notes.get("kernels", ()), strict=False):
        step.operations, step.bytes = notes["operations"], notes["bytes"]
    return steps


def _interpreted(module: Any, inputs: Mapping[str, Array]) -> list[StepTime]:
    module.execute(inputs)
    steps: list[StepTime] = []

    def observe(node: Node, results: tuple[Array, ...], seconds: float) -> None:
        steps.append(StepTime(node.op, seconds))

    module.execute(inputs, observe=observe)
    return steps


def by_name(steps: list[StepTime]) -> list[StepTime]:
    """Steps of one name added up, the slowest first."""
    found: dict[str, StepTime] = {}
    for step in steps:
        if step.name in found:
            found[step.name].add(step)
        else:
            found[step.name] = replace(step)
    return sorted(found.values(), key=lambda step: -step.seconds)


def write_trace(steps: list[StepTime], path: Path) -> None:
    """Write the steps, laid end to end, as a trace for chrome://tracing and ui.perfetto.dev."""
    events, at = [], 0.0
    for step in steps:
        events.append(
            {
                "name": step.name,
                "ph": "X",
                "ts": at * 1e6,
                "dur": step.seconds * 1e6,
                "pid": 1,
                "tid": 1,
                "args": {"operations": step.operations, "bytes": step.bytes},
            }
        )
        at += step.seconds
    path.write_text(json.dumps({"traceEvents": events, "displayTimeUnit": "ms"}), "utf-8")
