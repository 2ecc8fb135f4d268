"""Checkpoints: compute a part again in the backward pass rather than keep what it computed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from hodu import tree
from hodu.autograd.engine import Pass
from hodu.dispatch import writes
from hodu.dispatch.base import TensorBase, wrap, wrap_value
from hodu.dispatch.tape import (
    Edge,
    Node,
    attach,
    edge_of,
    grad_enabled,
    keep,
    next_number,
    restore,
)
from hodu.errors import GradientError
from hodu.ops._autocast import Region, inside, region_var
from hodu.ops._table import F
from hodu.random import default_generator


def checkpoint(
    function: Callable[..., Any], *args: Any, preserve_rng_state: bool = True, **kwargs: Any
) -> Any:
    """`function(*args, **kwargs)`, of which only the arguments are kept for the backward pass.

    There it runs again, drawing the same random numbers unless `preserve_rng_state` is False. It
    returns tensors, alone or in tuples, lists and dicts; those that it uses without being given
    them have their gradients too.
    """
    if not grad_enabled.get():
        return function(*args, **kwargs)
    state = default_generator.get_state() if preserve_rng_state else None
    start = next_number()
    outputs, form = tree.flatten(function(*args, **kwargs))
    edges = _outside(outputs, start)
    if not edges:
        return tree.unflatten(form, outputs)
    inputs, structure = tree.flatten((args, kwargs))

    def again(tensors: Sequence[Any]) -> list[Any]:
        args, kwargs = tree.unflatten(structure, tensors)
        with _replaying(state):
            return tree.flatten(function(*args, **kwargs))[0]

    node = _Checkpoint(again, inputs, edges, outputs)
    return tree.unflatten(form, [_placed(node, i, t) for i, t in enumerate(outputs)])


def _outside(outputs: Iterable[Any], start: int) -> list[tuple[Node, int]]:
    """The places made before `start` from which the outputs were computed."""
    found: dict[tuple[Node, int], None] = {}
    stack = [e for t in outputs if (e := edge_of(t)) is not None]
    seen = set(stack)
    while stack:
        edge = stack.pop()
        if edge[0].number < start:
            found[edge] = None
            continue
        below = [e for e in edge[0].edges if e is not None and e not in seen]
        seen.update(below)
        stack += below
    return sorted(found, key=lambda e: (e[0].number, e[1]))


def _apart(tensor: Any) -> Any:
    """A captured argument as a value of its own, so that what follows is not merged away."""
    return tensor if tensor._data is not None else F._barrier(tensor)


def _placed(node: Node, index: int, output: Any) -> Any:
    """An output made by the checkpoint instead of by what ran inside it."""
    if output._node is None:
        return output
    same = wrap(output._data) if output._data is not None else wrap_value(output._value)
    return attach(same, node, index)


@contextlib.contextmanager
def _running_again(region: Region | None) -> Iterator[None]:
    """Run a function again as in its first run: on the tape, in the region of autocast."""
    token = grad_enabled.set(True)
    try:
        with inside(region):
            yield
    finally:
        grad_enabled.reset(token)


@contextlib.contextmanager
def _replaying(state: Any) -> Iterator[None]:
    """Let the default generator draw from `state` on, and go on as before afterwards."""
    if state is None:
        yield
        return
    later = default_generator.get_state()
    default_generator.set_state(state)
    try:
        yield
    finally:
        default_generator.set_state(later)


class _Checkpoint(Node):
    """A part of a computation that is run again for its gradient."""

    __slots__ = ("_again", "_inputs", "_kept", "_region", "time")

    def __init__(
        self,
        again: Callable[[Sequence[Any]], list[Any]],
        inputs: Sequence[TensorBase],
        edges: Sequence[Edge],
        outputs: Sequence[TensorBase],
    ) -> None:
        super().__init__(edges, len(outputs))
        self._again: Callable[[Sequence[Any]], list[Any]] | None = again
        self._inputs: Sequence[Edge] = [edge_of(t) for t in inputs]
        self._kept: Sequence[Any] = [keep(t) for t in inputs]
        self._region = region_var.get()
        self.time = writes.now()

    def name(self) -> str:
        return "checkpoint"

    def backward(self, cts: Sequence[Any], wanted: Sequence[bool]) -> Sequence[Any]:
        again = self._checked()
        create = grad_enabled.get()
        start = next_number()
        with _running_again(self._region):
            pairs = zip(self._kept, self._inputs, strict=True)
            outputs = again([_apart(restore(k, e)) for k, e in pairs])
        targets = [e for e, w in zip(self.edges, wanted, strict=True) if w]
        roots = [(edge_of(o), ct) for o, ct in zip(outputs, cts, strict=True)]
        inner = Pass(targets=targets, floor=start, retain=create, create=create)
        found = inner.run(roots)
        return [None if e is None else found.get(e) for e in self.edges]

    def _checked(self) -> Callable[[Sequence[Any]], list[Any]]:
        if self._again is None:
            raise GradientError(
                "the arguments of a checkpoint are gone: a backward pass went through it before",
                where=None if self.place is None else str(self.place),
                hint="give retain_graph=True to the first of them",
            )
        write = writes.written_since(
            self.time, [k for k in self._kept if isinstance(k, writes.ARRAY)]
        )
        if write is not None:
            raise GradientError(
                "an argument of a checkpoint was written in place since: by "
                f"{write.call}() at {write}",
                where=None if self.place is None else str(self.place),
            )
        return self._again

    def release(self) -> None:
        self._again, self._kept = None, ()
