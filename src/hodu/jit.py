"""Functions that are captured on their first call and run compiled after that."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from hodu import tree
from hodu.dispatch.base import recorder, type_of, wrap
from hodu.errors import ArgumentError
from hodu.plugins.interfaces import ExecutableModule
from hodu.snapshot.capture import CaptureBoard
from hodu.snapshot.ir import Snapshot
from hodu.source import location


class CompiledFunction:
    """A function over tensors with one compiled program for each kind of call.

    Calls are told apart by the structure of the arguments, the shapes and dtypes of the tensors
    in them and the values of everything else, which must be hashable.
    """

    def __init__(
        self, function: Callable[..., Any], build: Callable[[Snapshot], ExecutableModule]
    ) -> None:
        functools.update_wrapper(self, function)
        self._function = function
        self._build = build
        self._programs: dict[Any, tuple[ExecutableModule, Any, Snapshot]] = {}

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run; captures and compiles when this kind of call is new."""
        if recorder() is not None:
            return self._function(*args, **kwargs)
        leaves, structure = tree.flatten(_tensors((args, kwargs)))
        module, result, _ = self._program(leaves, structure)
        outputs = module.execute({f"arg{i}": leaf for i, leaf in enumerate(leaves)})
        return tree.unflatten(result, list(outputs.values()))

    def snapshot(self, *args: Any, **kwargs: Any) -> Snapshot:
        """The Snapshot that a call with these arguments runs."""
        leaves, structure = tree.flatten(_tensors((args, kwargs)))
        return self._program(leaves, structure)[2]

    def _program(self, leaves: list[Any], structure: Any) -> tuple[ExecutableModule, Any, Snapshot]:
        key = (_key(structure), tuple(type_of(leaf) for leaf in leaves))
        if key not in self._programs:
            snapshot, result = self._capture(leaves, structure)
            self._programs[key] = (self._build(snapshot), result, snapshot)
        return self._programs[key]

    def _capture(self, leaves: list[Any], structure: Any) -> tuple[Snapshot, Any]:
        board = CaptureBoard(getattr(self._function, "__name__", "function"))
        with board:
            inputs = [
                board.input(f"arg{i}", leaf.shape, leaf.dtype) for i, leaf in enumerate(leaves)
            ]
            args, kwargs = tree.unflatten(structure, inputs)
            outputs, result = tree.flatten(self._function(*args, **kwargs))
            for i, tensor in enumerate(outputs):
                board.target(f"out{i}", tensor)
        return board.snapshot, result


def _tensors(node: Any) -> Any:
    """The arguments with NumPy arrays as tensors."""
    if isinstance(node, np.ndarray):
        return wrap(node)
    if isinstance(node, dict):
        return {k: _tensors(v) for k, v in node.items()}
    if isinstance(node, (tuple, list)) and not hasattr(node, "_fields"):
        return type(node)(map(_tensors, node))
    return node


def _key(structure: Any) -> Any:
    try:
        return tree.key_of(structure)
    except TypeError as error:
        raise ArgumentError(
            f"a compiled function needs hashable arguments besides tensors: {error}",
            where=location(),
            hint="close over the object instead of passing it",
        ) from None
