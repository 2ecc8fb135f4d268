"""A compiled function: captured when a kind of call is new, run as a program after that."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from hodu import tree
from hodu.dispatch.base import recorder, type_of, wrap
from hodu.dispatch.tape import grad_enabled
from hodu.errors import ArgumentError
from hodu.jit.capture import capture
from hodu.jit.program import Program
from hodu.jit.states import named_tensors
from hodu.ops._autocast import region_var
from hodu.plugins.interfaces import ExecutableModule
from hodu.runtime.arguments import as_array
from hodu.snapshot.ir import Snapshot
from hodu.source import location


class CompiledFunction:
    """A function over tensors with one compiled program for each kind of call.

    Calls are told apart by the structure of the arguments, the shapes and dtypes of the tensors
    in them, the values of everything else, which must be hashable, whether gradients are on, and
    the dtype of autocast.

    A call does what a call of the function would: it draws from the generators that the function
    draws from, writes the tensors that it writes, and leaves the gradients that it leaves. Tensors
    of outside that it writes, those that require grad and those in `state` are read anew in each
    call; others that are no arguments are constants from the first call on. What it returns is not
    on the tape. Any number of threads may call at once.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        build: Callable[[Snapshot], ExecutableModule],
        state: Any = None,
    ) -> None:
        functools.update_wrapper(self, function)
        self._function = function
        self._build = build
        self._state = state
        self._programs: dict[Any, list[Program]] = {}
        self._capturing = threading.Lock()
        self._running = threading.Lock()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run; captures and compiles when this kind of call is new."""
        if recorder() is not None:
            return self._function(*args, **kwargs)
        leaves, structure = tree.flatten(_tensors((args, kwargs)))
        program = self._program(leaves, structure)
        if not program.captured.held:
            return program.run(leaves)
        with self._running:
            return program.run(leaves)

    def snapshot(self, *args: Any, **kwargs: Any) -> Snapshot:
        """The Snapshot that a call with these arguments runs, its states with what they hold now.

        Saved, or built ahead of time, it goes on from there by itself.
        """
        leaves, structure = tree.flatten(_tensors((args, kwargs)))
        return self._program(leaves, structure).snapshot()

    def _program(self, leaves: list[Any], structure: Any) -> Program:
        region = region_var.get()
        modes = (grad_enabled.get(), None if region is None else region.dtype)
        key = (_key(structure), tuple([type_of(x) for x in leaves]), modes)
        found = self._fitting(key)
        if found is None:
            with self._capturing:
                found = self._fitting(key)
                if found is None:
                    found = self._capture(leaves, structure)
                    self._programs.setdefault(key, []).append(found)
        return found

    def _fitting(self, key: Any) -> Program | None:
        return next((p for p in self._programs.get(key, ()) if p.captured.fits()), None)

    def _capture(self, leaves: list[Any], structure: Any) -> Program:
        _check_arguments(leaves)
        captured = capture(self._function, leaves, structure, named_tensors(self._state))
        return Program(self._build(replace(captured.snapshot, states={})), captured)


def _check_arguments(leaves: list[Any]) -> None:
    """Raise ArgumentError for arguments to which a gradient would have to go."""
    if grad_enabled.get() and any(x._node is not None for x in leaves):
        raise ArgumentError(
            "an argument of a compiled function requires grad, and no gradient leaves it that way",
            where=location(),
            hint="use it from outside instead of passing it, pass .detach(), or call under "
            "hodu.no_grad()",
        )


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
