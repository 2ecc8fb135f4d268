"""An executable module that interprets a Snapshot."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

import numpy as np

from hodu._tensor import Tensor
from hodu.artifact import ArtifactTensorInfo
from hodu.devices import CPU, Device
from hodu.dispatch.base import wrap
from hodu.ops._table import Array
from hodu.plugins.interfaces import TensorLike
from hodu.runtime.arguments import as_array, check_names, keep_updates
from hodu.snapshot.interp import Observer, interpreter
from hodu.snapshot.ir import Snapshot


class InterpModule:
    """Runs a Snapshot; states keep their values between calls, one call at a time."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._interpreter = interpreter(snapshot)
        self._states = {name: data.copy() for name, data in snapshot.states.items()}
        self._lock = threading.Lock()

    @property
    def inputs(self) -> Sequence[ArtifactTensorInfo]:
        """The inputs that are not states."""
        return [
            ArtifactTensorInfo.of(v.name, v.type)
            for v in self.snapshot.inputs
            if v.name not in self._states
        ]

    @property
    def outputs(self) -> Sequence[ArtifactTensorInfo]:
        """The outputs that are not states."""
        return [
            ArtifactTensorInfo.of(name, v.type)
            for name, v in self.snapshot.outputs.items()
            if name not in self.snapshot.aliases
        ]

    @property
    def device(self) -> Device:
        """The host."""
        return CPU

    @property
    def states(self) -> Mapping[str, Array]:
        """The current state by name."""
        return self._states

    def execute(
        self, inputs: Mapping[str, TensorLike], observe: Observer | None = None
    ) -> dict[str, Tensor]:
        """Run once; see `ExecutableModule.execute`. Results share no memory with the inputs."""
        check_names(inputs, self.inputs)
        with self._lock:
            given = {name: as_array(x) for name, x in inputs.items()}
            values = {**self._states, **given}
            arrays = [values[v.name] for v in self.snapshot.inputs]
            computed = self._interpreter.run(arrays, observe)
            owners = {id(_owner(a)) for a in arrays}
            fresh = [_unshared(array, owners) for array in computed]
            results = dict(zip(self.snapshot.outputs, fresh, strict=True))
            keep_updates(self.snapshot.aliases, self._states, given, results)
        return {name: wrap(array) for name, array in results.items()}


def _owner(array: Array) -> Array:
    """The array that owns the memory of a view."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def _unshared(array: Array, owners: set[int]) -> Array:
    """A result that is neither a view of an input nor read-only memory of a constant."""
    shared = id(_owner(array)) in owners or not array.flags.writeable
    return array.copy() if shared else array
