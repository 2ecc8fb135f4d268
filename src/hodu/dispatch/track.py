"""Calls with an input on the tape: what they compute is put on it too."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from hodu.dispatch import views, writes
from hodu.dispatch.base import Attrs, TensorBase, recorder_var, type_of
from hodu.dispatch.compute import compute, run
from hodu.dispatch.explain import explain
from hodu.dispatch.gradients import to_input
from hodu.dispatch.inputs import data_of, flatten
from hodu.dispatch.tape import Edge, Node, attach, grad_enabled, keep, restore
from hodu.dtypes import FROM_NUMPY
from hodu.errors import GradientError, HoduError
from hodu.ops import _autocast
from hodu.ops._gradients import Call, Rule, rule_for
from hodu.ops._table import OpDef
from hodu.shapes import TensorType

_FLOATS = frozenset(n for n, t in FROM_NUMPY.items() if t.is_float)


def tracks(op: OpDef) -> bool:
    """Whether a call of `op` with an input on the tape goes on it."""
    return op.nondiff is None and grad_enabled.get()


def track(
    op: OpDef, tensors: Sequence[Any], attrs: Attrs, arrays: Sequence[Any] | None = None
) -> Any:
    """Call `op` on tensors after promotion and put the results on the tape.

    A composite without a rule of its own is computed by its parts, which have theirs. `arrays`
    are the data of the tensors, where all of them have some.
    """
    if (active := recorder_var.get()) is not None:
        for t in flatten(tensors):
            if t._data is not None:
                active.saw(t)
        arrays = None
    if op.vjp is None and op.compose is not None:
        return _by_parts(op, tensors, attrs)
    result = compute(op, tensors, attrs) if arrays is None else run(op, arrays, attrs)
    results = result if isinstance(result, (tuple, list)) else (result,)
    if True in map(_is_float, results):
        put_on_tape(op, tensors, attrs, results)
        if op.view:
            _link(tensors[0], results)
    return result


def put_on_tape(op: OpDef, tensors: Sequence[Any], attrs: Attrs, results: Sequence[Any]) -> None:
    """Note that `results` were made by this call."""
    node = OpNode(op, tensors, attrs, results)
    for index, t in enumerate(results):
        if _is_float(t):
            attach(t, node, index)


def _link(source: TensorBase, results: Sequence[Any]) -> None:
    """Note which eager results look into the memory of the input; captured ones are noted there."""
    if source._data is not None:
        seen = [t for t in results if np.may_share_memory(t._data, source._data)]
        views.link(source, [t for t in seen if t._node is not None])


def _by_parts(op: OpDef, tensors: Sequence[Any], attrs: Attrs) -> Any:
    assert op.compose is not None
    try:
        return _autocast.call_outside(op.compose, tensors, attrs)
    except (ArithmeticError, LookupError, TypeError, ValueError, HoduError) as error:
        if any(t._data is None for t in flatten(tensors)):
            raise
        raise explain(op, [data_of(t) for t in tensors], attrs, error) from error


def _is_float(tensor: TensorBase) -> bool:
    if tensor._data is not None:
        return tensor._data.dtype in _FLOATS
    return type_of(tensor).dtype.is_float


class OpNode(Node):
    """A call of an op: its gradient is the op's `vjp`."""

    __slots__ = ("attrs", "inputs", "lists", "op", "outputs", "rule", "time", "types")

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
        for t in flat:
            if t is None or t._node is None:
                edges.append(None)
            else:
                if t._origin is not None:
                    views.check_fresh(t)
                edges.append((t._node, t._index))
            self.types.append(None if t is None else _shape_and_dtype(t))
        Node.__init__(self, edges, len(results), depth=3)  # this, put_on_tape and track
        self.op, self.attrs = op, attrs
        needs = tuple([e is not None for e in edges])
        self.rule: Rule | None = rule_for(op, self._by_input(needs))
        self.inputs: dict[int, Any] = {}
        self.outputs: dict[int, Any] = {}
        for i in self.rule.inputs:
            if tensors[i] is not None:
                self.inputs[i] = _keep_nested(tensors[i])
        for i in self.rule.outputs:
            self.outputs[i] = keep(results[i])
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
        needs = self._by_input(wanted)
        found: list[Any] = [None] * len(needs)
        for call in rule.calls:
            if call.joint:
                self._call_joint(call, cts, needs, found)
            elif needs[i := call.inputs[0]]:
                arguments = [self._argument(kind, key, cts, needs) for kind, key in call.arguments]
                found[i] = call.function(*arguments)
        return self._fitted(found)

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


def _shape_and_dtype(tensor: TensorBase) -> tuple[Any, Any]:
    if tensor._data is not None:
        return tensor._data.shape, tensor._data.dtype
    t = type_of(tensor)
    return t.shape, t.dtype.numpy


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
