"""A function run once under capture: what it computes, reads from outside, and leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hodu import tree
from hodu.dispatch.base import TensorBase
from hodu.dispatch.eager_writes import EagerWrites, noting
from hodu.dispatch.inplace import assign
from hodu.dispatch.tape import Leaf, grad_enabled
from hodu.errors import CaptureError
from hodu.jit.names import argument_names
from hodu.snapshot.builder import Held
from hodu.snapshot.capture import CaptureBoard
from hodu.snapshot.ir import Snapshot


@dataclass(frozen=True, slots=True)
class Trace:
    """What one capture of a function showed.

    `arguments` are the names of the tensors of the call in their order, `written` those that it
    writes; `held` the states by name. Of eager
    tensors that were not held, `outer` were written, `leaves` used, and `collecting` are the
    leaves that had no gradient before and have one after. `cleared` had one and have none. `eager`
    are tensors that were written with values known by then.
    """

    snapshot: Snapshot
    result: Any
    arguments: Sequence[str]
    written: Sequence[str]
    held: Mapping[str, Held]
    outer: Sequence[Any]
    leaves: Sequence[Any]
    collecting: Sequence[Any]
    cleared: Sequence[Any]
    eager: EagerWrites


def trace(
    function: Callable[..., Any],
    arguments: Sequence[Any],
    structure: Any,
    states: Mapping[str, TensorBase],
) -> Trace:
    """Capture a call, with `states` as inputs that the program updates.

    A gradient that a state has collected must be among the states too.
    """
    name = getattr(function, "__name__", "function")
    names = argument_names(function, structure, states)
    board = CaptureBoard(name)
    gradients = _Gradients(t for t in states.values() if isinstance(t._node, Leaf))
    try:
        with board, noting() as eager:
            inputs = _declare(board, dict(zip(names, arguments, strict=True)), states)
            given = {name: x._value for name, x in inputs.items()}
            args, kwargs = tree.unflatten(structure, list(inputs.values()))
            outputs, result = tree.flatten(function(*args, **kwargs))
            gradients.finish(board.leaves)
            written = {n: x for n, x in inputs.items() if x._value is not given[n]}
            _name_targets(board, outputs, written, gradients.collecting)
            if not (outputs or written or board.held or board.written or gradients.collecting):
                _refuse_idle(name, eager)
    finally:
        gradients.restore()
    known = {id(t) for t in states.values()}
    aliases = {**board.snapshot.aliases, **{f"{n}.next": n for n in written}}
    return Trace(
        replace(board.snapshot, aliases=aliases),
        result,
        names,
        list(written),
        dict(board.held),
        [t for t in board.written if id(t) not in known],
        [t for t, _ in board.leaves if id(t) not in known],
        gradients.collecting,
        gradients.cleared,
        eager,
    )


def _declare(
    board: CaptureBoard, arguments: Mapping[str, Any], states: Mapping[str, TensorBase]
) -> dict[str, Any]:
    """The arguments as inputs; the states become states."""
    inputs = {name: board.input(name, x.shape, x.dtype) for name, x in arguments.items()}
    for label, tensor in states.items():
        board.hold(tensor, label)  # type: ignore[arg-type]
    return inputs


def _name_targets(
    board: CaptureBoard,
    outputs: Sequence[Any],
    written: Mapping[str, Any],
    collecting: Sequence[Any],
) -> None:
    """The results, the arguments that were written, and the gradients that were left."""
    for i, tensor in enumerate(outputs):
        board.target(f"out{i}", tensor)
    for name, tensor in written.items():
        board.target(f"{name}.next", tensor)
    for i, leaf in enumerate(collecting):
        board.target(f"grad{i}", leaf.grad)


def _refuse_idle(name: str, eager: EagerWrites) -> None:
    """Raise CaptureError, unless what was written may turn out to be a state."""
    if not eager:
        raise CaptureError(
            f"{name}() neither returns nor writes a tensor",
            hint="compile functions that compute tensors",
        )


class _Gradients:
    """The gradients of leaves, which a capture changes and which get their old ones back."""

    def __init__(self, leaves: Any) -> None:
        self._before = {id(t): (t, t.grad) for t in leaves}
        self._held = set(self._before)
        self.collecting: list[Any] = []
        self.cleared: list[Any] = []

    def finish(self, others: Sequence[tuple[Any, Any]]) -> None:
        """At the end of the function: write new gradients to the old ones, note the rest.

        `others` are leaves that are no states yet, with the gradients that they had.
        """
        for tensor, before in others:
            self._before.setdefault(id(tensor), (tensor, before))
        token = grad_enabled.set(False)
        try:
            for tensor, before in self._before.values():
                self._finish(tensor, before)
        finally:
            grad_enabled.reset(token)

    def _finish(self, tensor: Any, before: Any) -> None:
        after = tensor.grad
        if after is None and before is not None:
            self.cleared.append(tensor)
        elif after is not None and before is None:
            self.collecting.append(tensor)
        elif after is not before and id(tensor) in self._held:
            assign(before, after)

    def restore(self) -> None:
        """Give the leaves the gradients that they had."""
        for tensor, before in self._before.values():
            tensor._grad = before
