"""The step of a tape that calls an op: what it keeps, and the op's rule run on it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from hodu.dispatch import views, writes
from hodu.dispatch.base import Attrs, quiet, recorder_var, type_of, wrap
from hodu.dispatch.gradients import array_to_input, to_input
from hodu.dispatch.tape import Edge, Node, grad_enabled, keep, restore
from hodu.dtypes import FROM_NUMPY
from hodu.errors import GradientError
from hodu.ops._gradients import Call, Rule, rule_for
from hodu.ops._table import OpDef
from hodu.shapes import TensorType


class OpNode(Node):
    """A call of an op: its gradient is the op's `vjp`.

    `is_plain` says that the call was one of arrays: none captured, none in lists.
    """

    __slots__ = ("attrs", "inputs", "is_plain", "lists", "op", "outputs", "rule", "time", "types")

    def __init__(
        self, op: OpDef, tensors: Sequence[Any], attrs: Attrs, results: Sequence[Any]
    ) -> None:
        flat: Sequence[Any] = tensors
        self.lists: list[int | None] | None = None
        if list in map(type, tensors):
            flat = [e for t in tensors for e in (t if isinstance(t, list) else (t,))]
            self.lists = [len(t) if isinstance(t, list) else None for t in tensors]
        edges: list[Edge] = []
        self.types: list[Any] = []
        self.is_plain = self.lists is None and results[0]._data is not None
        for t in flat:
            if t is None:
                edges.append(None)
                self.types.append(None)
                continue
            if t._data is not None:
                self.types.append((t._data.shape, t._data.dtype))
            else:
                self.types.append((type_of(t).shape, type_of(t).dtype.numpy))
                self.is_plain = False
            edges.append(None if t._node is None else _edge(t))
        Node.__init__(self, edges, len(results), depth=3)  # this, put_on_tape and track
        self.op, self.attrs = op, attrs
        rule = rule_for(op, self._by_input(self.needs))
        self.rule: Rule | None = rule
        self.inputs: dict[int, Any] = {}
        for i in rule.inputs:
            if (t := tensors[i]) is not None:
                self.inputs[i] = t._data if self.is_plain else _keep_nested(t)
        self.outputs: dict[int, Any] = {i: keep(results[i]) for i in rule.outputs}
        self.time = writes.now()

    def name(self) -> str:
        return self.op.name

    def _by_input(self, flags: tuple[bool, ...]) -> tuple[bool, ...]:
        """One flag for each input of the schema, from those of its tensors."""
        if self.lists is None:
            return flags
        rest = iter(flags)
        return tuple(
            next(rest) if n is None else any(list(itertools.islice(rest, n))) for n in self.lists
        )

    def backward(self, cts: Sequence[Any], wanted: tuple[bool, ...]) -> Sequence[Any]:
        rule = self._checked()
        if rule.eager and self.is_plain and _is_plain(cts):
            return quiet.run(self._on_arrays, rule, cts, wanted)
        needs = self._by_input(wanted)
        found: list[Any] = [None] * len(needs)
        for call in rule.calls:
            if call.joint:
                self._call_joint(call, cts, needs, found)
            elif needs[i := call.inputs[0]]:
                arguments = [self._argument(kind, key, cts, needs) for kind, key in call.arguments]
                found[i] = call.function(*arguments)
        return self._fitted(found)

    def _on_arrays(self, rule: Rule, cts: Sequence[Any], wanted: tuple[bool, ...]) -> list[Any]:
        """`backward` by the rule's functions on arrays: nothing is dispatched."""
        found: list[Any] = [None] * len(wanted)
        for call in rule.eager:
            i = call.inputs[0]
            if wanted[i]:
                arguments = [self._array(kind, key, cts) for kind, key in call.arguments]
                gradient = call.function(*arguments)
                shape, dtype = self.types[i]
                if gradient.dtype != dtype or gradient.shape != shape:
                    gradient = array_to_input(self.op.name, gradient, shape, dtype)
                found[i] = wrap(gradient)
        return found

    def _array(self, kind: str, key: Any, cts: Sequence[Any]) -> Any:
        if kind == "ct":
            return cts[key]._data
        if kind == "input":
            return self.inputs.get(key)
        if kind == "out":
            return self.outputs[key]
        return self.attrs.get(*key) if kind == "attr" else self._type(kind, key)

    def _call_joint(
        self, call: Call, cts: Sequence[Any], needs: tuple[bool, ...], found: list[Any]
    ) -> None:
        """Add what a rule for several inputs gives of the gradients that are needed."""
        if not any(map(needs.__getitem__, call.inputs)):
            return
        given = call.function(*[self._argument(*a, cts, needs) for a in call.arguments])
        for i, gradient in zip(call.inputs, given, strict=True):
            if needs[i]:
                found[i] = gradient() if callable(gradient) else gradient

    def _checked(self) -> Rule:
        if self.rule is not None and self.time == writes.now() and self.op.vjp is not None:
            return self.rule
        if self.rule is None:
            raise GradientError(
                f"the values kept for the gradient of {self.op.name}() are gone: a backward pass "
                "went through it before",
                where=None if self.place is None else str(self.place),
                hint="give retain_graph=True to the first of them",
            )
        if self.op.vjp is None:
            raise GradientError(
                f"{self.op.name}() has no gradient",
                where=None if self.place is None else str(self.place),
                hint="call .detach() on its input if none is meant to flow through it",
            )
        kept = (*self.inputs.values(), *self.outputs.values())
        write = writes.written_since(self.time, [a for k in kept for a in _arrays(k)])
        if write is not None:
            raise GradientError(
                f"a tensor that the gradient of {self.op.name}() needs was written in place since: "
                f"by {write.call}() at {write}",
                where=None if self.place is None else str(self.place),
                hint="write to a .clone() of it, or after the backward pass",
            )
        return self.rule

    def _argument(self, kind: str, key: Any, cts: Sequence[Any], needs: Sequence[bool]) -> Any:
        if kind == "ct":
            return tuple(cts) if key is None else cts[key]
        if kind == "input":
            return self._restored(key)
        if kind == "out":
            if key is None:
                return tuple(self._result(i) for i in range(self.count))
            return self._result(key)
        if kind == "attr":
            return self.attrs.get(*key)
        return tuple(needs) if kind == "needs" else self._type(kind, key)

    def _result(self, index: int) -> Any:
        return restore(self.outputs[index], (self, index))

    def _restored(self, position: int) -> Any:
        kept = self.inputs.get(position)
        start = self._start(position)
        if isinstance(kept, list):
            edges = self.edges[start : start + len(kept)]
            return [None if k is None else restore(k, e) for k, e in zip(kept, edges, strict=True)]
        return None if kept is None else restore(kept, self.edges[start])

    def _start(self, position: int) -> int:
        if self.lists is None:
            return position
        return sum(1 if n is None else n for n in self.lists[:position])

    def _type(self, kind: str, position: int) -> Any:
        if kind == "out_type":
            raise AssertionError("the rule of an op asks for the type of its result")
        start = self._start(position)
        count = None if self.lists is None else self.lists[position]
        if count is None:
            return _type(self.types[start])
        return [_type(t) for t in self.types[start : start + count]]

    def _fitted(self, found: list[Any]) -> Sequence[Any]:
        """The gradients one for each edge, in the shapes and dtypes of the inputs."""
        if self.lists is not None:
            found = self._flattened(found)
        for i, gradient in enumerate(found):
            kind = self.types[i]
            if gradient is None or kind is None:
                found[i] = None
            elif gradient._data is None or (gradient._data.shape, gradient._data.dtype) != kind:
                found[i] = to_input(self.op.name, gradient, *kind)
        return found

    def _flattened(self, found: Sequence[Any]) -> list[Any]:
        flat: list[Any] = []
        assert self.lists is not None
        for count, gradient in zip(self.lists, found, strict=True):
            if count is None:
                flat.append(gradient)
            else:
                flat += [None] * count if gradient is None else gradient
        return flat

    def preserve(self, memory: Any) -> None:
        for i, kept in self.inputs.items():
            if isinstance(kept, np.ndarray) and np.may_share_memory(kept, memory):
                self.inputs[i] = kept.copy()

    def release(self) -> None:
        self.rule, self.inputs, self.outputs = None, {}, {}


def _edge(tensor: Any) -> Edge:
    """The place that made a tensor on the tape, which must not be an outdated view."""
    if tensor._origin is not None:
        views.check_fresh(tensor)
    return tensor._node, tensor._index


def _is_plain(cts: Sequence[Any]) -> bool:
    """Whether what a rule makes of these gradients is wanted as data, and nothing else."""
    if grad_enabled.get() or recorder_var.get() is not None:
        return False
    return all(ct is not None and ct._data is not None for ct in cts)


def _type(entry: tuple[Any, Any] | None) -> TensorType | None:
    return None if entry is None else TensorType(entry[0], FROM_NUMPY[entry[1]])


def _keep_nested(tensor: Any) -> Any:
    if isinstance(tensor, list):
        return [None if t is None else keep(t) for t in tensor]
    return keep(tensor)


def _arrays(kept: Any) -> list[Any]:
    if isinstance(kept, list):
        return [a for k in kept for a in _arrays(k)]
    return [kept] if isinstance(kept, np.ndarray) else []
