"""A captured function with its compiled module: one run updates states in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import numpy as np

from hodu import functional, tree
from hodu.dispatch.inplace import check_writable
from hodu.dispatch.writes import wrote
from hodu.errors import ValueRangeError
from hodu.jit.capture import Captured
from hodu.jit.memory import Bounds
from hodu.ops._table import Array
from hodu.plugins.interfaces import ExecutableModule
from hodu.snapshot.ir import Snapshot
from hodu.source import location


class Program:
    """One kind of call of a compiled function."""

    def __init__(self, module: ExecutableModule, captured: Captured) -> None:
        self.captured = captured
        self._module = module
        aliased = set(captured.snapshot.aliases.values())
        self._updated = [name for name in captured.held if name in aliased]
        self._bounds = Bounds()
        self._locks = {id(h.lock): h.lock for h in captured.held.values() if h.lock is not None}

    def run(self, arguments: Sequence[Any]) -> Any:
        """What the function returns; the states and the arguments that it writes are updated."""
        names = self.captured.arguments
        arrays = {name: x._data for name, x in zip(names, arguments, strict=True)}
        with ExitStack() as stack:
            for _, lock in sorted(self._locks.items()):  # always in one order: no two threads wait
                stack.enter_context(lock)
            arrays.update((name, self._state(name)._data) for name in self.captured.held)
            outputs = self._execute(arrays)
        for leaf in self.captured.cleared:
            leaf.grad = None
        return tree.unflatten(self.captured.result, outputs)

    def _state(self, name: str) -> Any:
        leaf = self.captured.gradients.get(name)
        if leaf is None:
            return self.captured.held[name].tensor
        if leaf.grad is None:
            leaf.grad = functional.zeros_like(leaf, requires_grad=False)
        return leaf.grad

    def _execute(self, arrays: Mapping[str, Array]) -> list[Any]:
        names = [*self.captured.written, *self._updated]
        if not names:
            return list(self._module.execute(arrays).values())
        written = {name: arrays[name] for name in names}
        for array in written.values():
            check_writable(array)
        read = {name: array for name, array in arrays.items() if name not in written}
        shared = self._bounds.overlapping(written, read)
        if shared:
            _check_apart(written)
        copies = {name: arrays[name].copy() for name in shared}
        outputs = list(self._module.execute({**arrays, **copies}).values())
        for name, copy in copies.items():
            np.copyto(arrays[name], copy)
        wrote(*written.values())
        return outputs

    def snapshot(self) -> Snapshot:
        """The program with its states in their present contents, to be saved or built."""
        states = {name: self._state(name)._data.copy() for name in self.captured.held}
        return replace(self.captured.snapshot, states=states)


def _check_apart(written: Mapping[str, Array]) -> None:
    """Raise ValueRangeError if two of the arrays that a run writes share memory."""
    wrong = Bounds().overlapping(written, {})
    if wrong:
        names = ", ".join(name for name in written if name in wrong)
        raise ValueRangeError(
            f"a compiled function writes {names}, which share memory: what one becomes "
            "would be lost in the other",
            where=location(),
            hint="write to the whole tensor only, or to copies",
        )
