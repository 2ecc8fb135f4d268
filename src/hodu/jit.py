"""Functions that are captured on their first call and run compiled after that."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hodu import tree
from hodu.dispatch.base import TensorBase, recorder, type_of, wrap
from hodu.dispatch.inplace import assign
from hodu.errors import ArgumentError, CaptureError
from hodu.plugins.interfaces import ExecutableModule
from hodu.runtime.arguments import as_array
from hodu.snapshot.builder import Held
from hodu.snapshot.capture import CaptureBoard
from hodu.snapshot.ir import Snapshot
from hodu.source import location


@dataclass(frozen=True, slots=True)
class _Captured:
    """A function as a Snapshot: what it returns, which arguments it writes, and its states.

    The outputs are first the results, then the new contents of `written`, then of `held`.
    """

    snapshot: Snapshot
    result: Any
    written: Sequence[int]
    held: Mapping[str, Held]


class CompiledFunction:
    """A function over tensors with one compiled program for each kind of call.

    Calls are told apart by the structure of the arguments, the shapes and dtypes of the tensors
    in them and the values of everything else, which must be hashable.

    A call does what a call of the function would: it draws from the generators that the function
    draws from, and writes the tensors that it writes. Other tensors that are no arguments are
    constants from the first call on. Any number of threads may call at once.
    """

    def __init__(
        self, function: Callable[..., Any], build: Callable[[Snapshot], ExecutableModule]
    ) -> None:
        functools.update_wrapper(self, function)
        self._function = function
        self._build = build
        self._programs: dict[Any, tuple[ExecutableModule, _Captured]] = {}
        self._capturing = threading.Lock()
        self._running = threading.Lock()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run; captures and compiles when this kind of call is new."""
        if recorder() is not None:
            return self._function(*args, **kwargs)
        leaves, structure = tree.flatten(_tensors((args, kwargs)))
        module, captured = self._program(leaves, structure)
        inputs = {f"arg{i}": leaf for i, leaf in enumerate(leaves)}
        if captured.held:
            outputs = self._run_with_states(module, captured, inputs)
        else:
            outputs = list(module.execute(inputs).values())
        count = len(outputs) - len(captured.written)
        for number, output in zip(captured.written, outputs[count:], strict=True):
            assign(leaves[number], output)
        return tree.unflatten(captured.result, outputs[:count])

    def _run_with_states(
        self, module: ExecutableModule, captured: _Captured, inputs: Mapping[str, Any]
    ) -> list[Any]:
        """The outputs before those of the states, which are read and written while locked."""
        held = captured.held
        locks = {id(h.lock): h.lock for h in held.values() if h.lock is not None}
        with self._running, ExitStack() as stack:
            for _, lock in sorted(locks.items()):  # always in one order: no two threads wait
                stack.enter_context(lock)
            # off the tape: a parameter is read and written as what it is in memory
            states: dict[str, Any] = {n: _detached(h.tensor) for n, h in held.items()}
            outputs = list(module.execute({**inputs, **states}).values())
            for tensor, output in zip(states.values(), outputs[-len(states) :], strict=True):
                assign(tensor, output)
        return outputs[: -len(states)]

    def snapshot(self, *args: Any, **kwargs: Any) -> Snapshot:
        """The Snapshot that a call with these arguments runs; states are inputs and outputs."""
        leaves, structure = tree.flatten(_tensors((args, kwargs)))
        return self._program(leaves, structure)[1].snapshot

    def _program(self, leaves: list[Any], structure: Any) -> tuple[ExecutableModule, _Captured]:
        key = (_key(structure), tuple(type_of(leaf) for leaf in leaves))
        found = self._programs.get(key)
        if found is None:
            with self._capturing:
                found = self._programs.get(key)
                if found is None:
                    captured = self._capture(leaves, structure)
                    found = self._programs[key] = (self._build(captured.snapshot), captured)
        return found

    def _capture(self, leaves: list[Any], structure: Any) -> _Captured:
        """The function captured once, or again with the tensors that it writes as states.

        Those that it made itself are not written when it is captured again.
        """
        captured, written = self._capture_with((), leaves, structure)
        if not written:
            return captured
        again, written_again = self._capture_with(written, leaves, structure)
        held = [t for t in written if any(t is other for other in written_again)]
        if len(held) == len(written):
            return again
        return self._capture_with(held, leaves, structure)[0] if held else captured

    def _capture_with(
        self, held: Sequence[TensorBase], leaves: list[Any], structure: Any
    ) -> tuple[_Captured, list[TensorBase]]:
        """With these tensors held as states; also all eager tensors that were written."""
        name = getattr(self._function, "__name__", "function")
        board = CaptureBoard(name)
        with board:
            inputs: list[Any] = [
                board.input(f"arg{i}", leaf.shape, leaf.dtype) for i, leaf in enumerate(leaves)
            ]
            given = [x._value for x in inputs]
            for tensor in held:
                board.hold(tensor)  # type: ignore[arg-type]
            args, kwargs = tree.unflatten(structure, inputs)
            outputs, result = tree.flatten(self._function(*args, **kwargs))
            written = [i for i, x in enumerate(inputs) if x._value is not given[i]]
            for i, tensor in enumerate(outputs):
                board.target(f"out{i}", tensor)
            for i in written:
                board.target(f"arg{i}.next", inputs[i])
            if not outputs and not written and not board.held and not board.written:
                raise CaptureError(
                    f"{name}() neither returns nor writes a tensor",
                    hint="compile functions that compute tensors",
                )
        snapshot = replace(board.snapshot, states={}, aliases={})
        captured = _Captured(snapshot, result, written, dict(board.held))
        return captured, board.written


def _detached(tensor: Any) -> Any:
    return tensor.detach()


def _tensors(node: Any) -> Any:
    """The arguments with NumPy arrays as tensors."""
    return (
        wrap(as_array(node)) if isinstance(node, np.ndarray) else tree.with_children(node, _tensors)
    )


def _key(structure: Any) -> Any:
    try:
        return tree.key_of(structure)
    except TypeError as error:
        raise ArgumentError(
            f"a compiled function needs hashable arguments besides tensors: {error}",
            where=location(),
            hint="close over the object instead of passing it",
        ) from None
