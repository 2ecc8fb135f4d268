"""Programs of which the compiler cannot take every node: the rest is interpreted."""

from __future__ import annotations

import threading
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence

from hodu._tensor import Tensor
from hodu.artifact import ArtifactTensorInfo
from hodu.backends.cpu.interface import input_infos, output_infos
from hodu.backends.cpu.partition import Part, partition
from hodu.backends.cpu.prepare import has_kernel
from hodu.backends.cpu.stored import stored_program
from hodu.devices import CPU, Device
from hodu.dispatch.base import wrap
from hodu.errors import UnsupportedError
from hodu.lower.lowering import unsupported_nodes
from hodu.ops._table import Array
from hodu.passes import optimize
from hodu.plan.target import Target
from hodu.plugins.interfaces import CompileOptions, TensorLike
from hodu.runtime.arguments import as_array, check_names, keep_updates
from hodu.runtime.library import Library
from hodu.runtime.module import NativeModule
from hodu.snapshot.interp import bind, interpreter
from hodu.snapshot.ir import Node, Snapshot


class HybridModule:
    """Runs a Snapshot in parts, of which some are native and some are interpreted.

    Raises UnsupportedError if a part that should be native is not.
    """

    def __init__(
        self, snapshot: Snapshot, parts: Sequence[Part], target: Target, options: CompileOptions
    ) -> None:
        self._snapshot = snapshot
        self._parts = [(part, _native(part, target, options)) for part in parts]
        self._states = {name: data.copy() for name, data in snapshot.states.items()}
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
        return self._states

    def restore(self, states: Mapping[str, Array]) -> None:
        """Go on from these states."""
        self._states = {name: array.copy() for name, array in states.items()}

    def execute(self, inputs: Mapping[str, TensorLike]) -> dict[str, Tensor]:
        """Run once; see `ExecutableModule.execute`. Results share no memory with anything."""
        check_names(inputs, self.inputs)
        arrays = {name: as_array(x) for name, x in inputs.items()}
        if not self._states:
            return self._run(arrays)
        with self._lock:
            return self._run(arrays)

    def _run(self, arrays: Mapping[str, Array]) -> dict[str, Tensor]:
        values = {**self._snapshot.constants, **self._states, **arrays}
        sizes: dict[str, int] = {}
        for value in self._snapshot.inputs:
            bind(value, values[value.name], sizes)
        for part, native in self._parts:
            taken = {v.name: values[v.name] for v in part.snapshot.inputs}
            if native is None:
                computed = interpreter(part.snapshot).run(list(taken.values()))
                values.update(zip(part.snapshot.outputs, computed, strict=True))
            else:
                values.update((n, t.numpy()) for n, t in native.execute(taken).items())
        results = {n: values[v.name].copy() for n, v in self._snapshot.outputs.items()}
        keep_updates(self._snapshot.aliases, self._states, arrays, results)
        return {name: wrap(array) for name, array in results.items()}


def _native(part: Part, target: Target, options: CompileOptions) -> NativeModule | None:
    if not part.native:
        return None
    program = stored_program(part.snapshot, target, options)
    return NativeModule(Library(program.library), program.weights, options.threads)


def open_hybrid(
    snapshot: Snapshot, target: Target, options: CompileOptions, reason: UnsupportedError
) -> HybridModule:
    """The module of a Snapshot that the compiler refused for `reason`; a warning says what of it
    is interpreted."""
    optimized = optimize(snapshot, options.opt, exact=options.exact, keep=has_kernel)
    missing = Counter(node.op for node in unsupported_nodes(optimized))
    parts = partition(optimized, _is_native) if missing else None
    if parts is not None:
        try:
            module = HybridModule(optimized, parts, target, options)
        except UnsupportedError as error:
            reason = error
        else:
            _notice(f"it has no code for {_listed(missing)}, which the interpreter runs")
            return module
    _notice(f"{reason.message}; the interpreter runs all of {snapshot.name!r}")
    return HybridModule(snapshot, [Part(snapshot, native=False)], target, options)


def _is_native(node: Node) -> bool:
    return has_kernel(node) and not any(unsupported_nodes(region) for region in node.regions())


def _listed(ops: Mapping[str, int]) -> str:
    return ", ".join(f"{op} ({count} nodes)" if count > 1 else op for op, count in ops.items())


def _notice(text: str) -> None:
    warnings.warn(f"the cpu compiler does not take the whole model: {text}", stacklevel=2)
