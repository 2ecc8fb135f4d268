"""Programs with named sizes: compiled again for every combination of sizes that is used."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeAlias

from hodu._tensor import Tensor
from hodu.artifact import ArtifactTensorInfo
from hodu.backends.cpu.interface import input_infos, output_infos
from hodu.devices import CPU, Device
from hodu.ops._table import Array
from hodu.plugins.interfaces import ExecutableModule, TensorLike
from hodu.runtime.arguments import as_array, check_names
from hodu.snapshot.bind_dims import bind_dims
from hodu.snapshot.interp import bind
from hodu.snapshot.ir import Snapshot

CAPACITY = 16
Sizes: TypeAlias = tuple[tuple[str, int], ...]


class StatefulModule(ExecutableModule, Protocol):
    """A module whose states can be read and replaced."""

    @property
    def states(self) -> Mapping[str, Array]:
        """The current states by name."""

    def restore(self, states: Mapping[str, Array]) -> None:
        """Go on from these states."""


class SpecializingModule:
    """A Snapshot with named sizes: `open` makes the module of one whose sizes are numbers.

    The modules of the CAPACITY combinations of sizes that were used last are kept. They share
    their states: a run goes on from what the run before it left.
    """

    def __init__(self, snapshot: Snapshot, open: Callable[[Snapshot], StatefulModule]) -> None:
        self._snapshot = snapshot
        self._open = open
        self._modules: OrderedDict[Sizes, StatefulModule] = OrderedDict()
        self._states: Mapping[str, Array] = dict(snapshot.states)
        self._last: StatefulModule | None = None
        self._lock = threading.Lock()
        self.inputs: Sequence[ArtifactTensorInfo] = input_infos(snapshot)
        self.outputs: Sequence[ArtifactTensorInfo] = output_infos(snapshot)

    @property
    def device(self) -> Device:
        """The host."""
        return CPU

    @property
    def states(self) -> Mapping[str, Array]:
        """The current states by name."""
        return self._states if self._last is None else self._last.states

    def execute(self, inputs: Mapping[str, TensorLike]) -> dict[str, Tensor]:
        """Run once, compiling first if the sizes of the inputs are new."""
        check_names(inputs, self.inputs)
        arrays = {name: as_array(x) for name, x in inputs.items()}
        sizes = self._sizes(arrays)
        if self._snapshot.states:
            with self._lock:
                return self._continue(sizes).execute(arrays)
        with self._lock:
            module = self._module(sizes)
        return module.execute(arrays)

    def at(self, inputs: Mapping[str, TensorLike]) -> StatefulModule:
        """The module for the sizes of these inputs."""
        with self._lock:
            return self._module(self._sizes({n: as_array(x) for n, x in inputs.items()}))

    def _sizes(self, arrays: Mapping[str, Array]) -> Sizes:
        """The sizes by name; raises the interpreter's errors for inputs that do not fit."""
        found: dict[str, int] = {}
        for value in self._snapshot.inputs:
            if value.name not in self._snapshot.states:
                bind(value, arrays[value.name], found)
        return tuple(found.items())

    def _continue(self, sizes: Sizes) -> StatefulModule:
        """The module for some sizes, in the state that the module before it was left in."""
        module = self._module(sizes)
        if module is not self._last:
            module.restore(self.states)
            self._last = module
        return module

    def _module(self, sizes: Sizes) -> StatefulModule:
        """The module for some sizes, compiled if it is not there."""
        if sizes not in self._modules:
            self._modules[sizes] = self._open(bind_dims(self._snapshot, dict(sizes)))
            if len(self._modules) > CAPACITY:
                self._modules.popitem(last=False)
        self._modules.move_to_end(sizes)
        return self._modules[sizes]
