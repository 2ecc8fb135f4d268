"""Programs run in the kernel interpreter, on memory laid out as the plan says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hodu import dtypes
from hodu.backends.cpu.prepare import Prepared
from hodu.kernel.interp import run_kernel
from hodu.kernel.narrow import stored
from hodu.lower.program import Branch, Launch, Place, Repeat, Slot, Step


def interpret(ready: Prepared, arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The outputs of a program for inputs in order; raises for whatever a kernel may not do."""
    return Interpreted(ready).execute(arrays)


class Interpreted:
    """A program with its memory, in which states stay from run to run."""

    def __init__(self, ready: Prepared) -> None:
        self.ready = ready
        self.arena = np.full(ready.plan.size, 0xAB, np.uint8)
        self.own: dict[Slot, np.ndarray] = {}
        for slot in ready.program.slots:
            dtype = stored(slot.dtype).numpy
            if slot.kind in ("output", "shapes"):
                self.own[slot] = np.full(slot.bytes, 0xCD, np.uint8).view(dtype)
            elif slot.kind == "constant":
                self.own[slot] = _raw(slot.data, slot)
            elif slot.kind == "state":
                self._view(slot)[:] = _raw(slot.data, slot)

    def execute(self, arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Run once for inputs in order; copies of the outputs."""
        for port, array in zip(self.ready.program.inputs, arrays, strict=True):
            self.own[port.slot] = _raw(array, port.slot)
        self.run(self.ready.program.steps)
        return self.outputs()

    @property
    def updated(self) -> dict[str, np.ndarray]:
        """Copies of the inputs that the last run left with new contents, by name."""
        return {
            port.name: self.own[port.slot].view(port.type.dtype.numpy).reshape(port.capacity).copy()
            for port in self.ready.program.inputs
            if port.slot.kind == "updated"
        }

    @property
    def states(self) -> dict[str, np.ndarray]:
        """Copies of the states by name."""
        return {
            port.name: self._view(port.slot)
            .view(port.type.dtype.numpy)
            .reshape(port.capacity)
            .copy()
            for port in self.ready.program.states
        }

    def _view(self, slot: Slot) -> np.ndarray:
        if slot in self.own:
            return self.own[slot]
        plan, memory = self.ready.plan, self.arena
        if slot in plan.hosts:
            memory = self.own[plan.hosts[slot]].view(np.uint8)
        start = plan.offsets[slot]
        return memory[start : start + slot.bytes].view(stored(slot.dtype).numpy)

    def _at(self, place: Place) -> np.ndarray:
        return self._view(place.slot)[place.offset :]

    def run(self, steps: Sequence[Step]) -> None:
        for step in steps:
            match step:
                case Launch():
                    for call in step.calls:
                        run_kernel(call.kernel, [self._at(a.place) for a in call.arguments])
                case Branch(condition=condition, then=then, orelse=orelse):
                    self.run(then if self._at(condition)[0] else orelse)
                case Repeat(test=test, condition=condition, body=body):
                    self.run(test)
                    while self._at(condition)[0]:
                        self.run(body)
                        self.run(test)

    def outputs(self) -> list[np.ndarray]:
        shapes = next((self.own[s] for s in self.own if s.kind == "shapes"), None)
        start, results = 0, []
        for port in self.ready.program.outputs:
            rank = len(port.capacity)
            shape: Any = port.capacity
            if shapes is not None:
                shape = tuple(int(n) for n in shapes[start : start + rank])
            start += rank
            flat = self.own[port.slot][: int(np.prod(shape))]
            results.append(flat.view(port.type.dtype.numpy).reshape(shape).copy())
        return results


def _raw(array: Any, slot: Slot) -> np.ndarray:
    flat = np.ascontiguousarray(array).reshape(-1)
    assert dtypes.FROM_NUMPY[flat.dtype] is slot.dtype
    return flat.view(stored(slot.dtype).numpy).copy()
