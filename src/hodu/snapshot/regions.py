"""Tracing the bodies of control flow into Snapshots."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from hodu.autograd.function import FunctionNode
from hodu.dispatch.base import TensorBase, recorder_var, type_of, wrap_value
from hodu.dispatch.tape import Edge, Node, attach, edge_of, grad_enabled, next_number
from hodu.errors import CaptureError, GradientError
from hodu.snapshot.builder import Builder
from hodu.snapshot.ir import Snapshot, Value
from hodu.source import location


@dataclass(frozen=True, slots=True)
class Traced:
    """Bodies that take the same operands: the given ones, then outer values that any body uses.

    `results` are what the functions returned, for their form.
    """

    regions: list[Snapshot]
    operands: list[Any]
    results: list[Any]


def trace(
    functions: Sequence[Callable[..., Any]], operands: Sequence[Any], names: Sequence[str]
) -> Traced:
    """Trace each function on stand-ins for the operands, in the capture under way."""
    outer = recorder_var.get()
    if not isinstance(outer, Builder):
        raise CaptureError("control flow is captured inside a capture only", where=location())
    tensors = [_tensor(x) for x in operands]
    start = next_number()
    traces = [_trace(f, tensors, name, outer) for f, name in zip(functions, names, strict=True)]
    captured = list(dict.fromkeys(v for builder, _, _ in traces for v in builder.captures))
    regions = [_close(builder, values, captured) for builder, values, _ in traces]
    edges = {v: edge for builder, _, _ in traces for v, edge in builder.edges.items()}
    outer_tensors = [_outer(v, edges.get(v)) for v in captured]
    results = [result for _, _, result in traces]
    given = [*tensors, *outer_tensors]
    own = _own_gradient(results, start)
    return Traced(regions, given if own is None else _refused(given, own), results)


def _outer(value: Value, edge: Edge) -> Any:
    """A tensor for a captured value, on the tape where the one that the body used was."""
    tensor = wrap_value(value)
    return tensor if edge is None else attach(tensor, *edge)


def _tensor(x: Any) -> Any:
    if isinstance(x, TensorBase):
        return x
    from hodu import functional

    return functional.tensor(x)


def _trace(
    function: Callable[..., Any], tensors: Sequence[Any], name: str, outer: Builder
) -> tuple[Builder, list[Value], Any]:
    builder = Builder(name, parent=outer)
    inputs = [wrap_value(builder.add_input(f"x{i}", type_of(t))) for i, t in enumerate(tensors)]
    if grad_enabled.get():
        builder.differentiates = True
        _put_on_tape(inputs)
    token = recorder_var.set(builder)
    try:
        result = function(*inputs)
        values = [builder.value_of(_tensor(t)) for t in _flat(result)]
    finally:
        recorder_var.reset(token)
        builder.restore()
    return builder, values, result


class _Operands(Node):
    """What a body is given, to which the gradients in the body go."""

    def name(self) -> str:
        return "operands"


def _put_on_tape(inputs: Sequence[Any]) -> None:
    node = _Operands((), len(inputs))
    for i, t in enumerate(inputs):
        if type_of(t).dtype.is_float:
            attach(t, node, i)


class _Refused(Node):
    """Operands of bodies with gradients that calling the bodies again does not give."""

    __slots__ = ("own",)
    own: str

    def name(self) -> str:
        return "control flow"

    def backward(self, cts: Sequence[Any], wanted: Sequence[bool]) -> Sequence[Any]:
        raise GradientError(
            f"a body of captured control flow has a gradient of its own, by {self.own}",
            where=None if self.place is None else str(self.place),
            hint="use it outside of the loop or branch, or run that eagerly",
        )


def _refused(operands: Sequence[Any], own: str) -> list[Any]:
    node = _Refused([edge_of(t) for t in operands], len(operands))
    node.own = own
    return [
        t if t._node is None else attach(wrap_value(t._value), node, i)
        for i, t in enumerate(operands)
    ]


def _own_gradient(results: Any, start: int) -> str | None:
    """The first custom function or hook among what was put on the tape since `start`."""
    stack = [t._node for result in results for t in _flat(result) if isinstance(t, TensorBase)]
    seen: set[Node] = set()
    while stack:
        node = stack.pop()
        if node is None or node in seen or node.number < start:
            continue
        seen.add(node)
        if isinstance(node, FunctionNode):
            return f"{node.name()}.backward()"
        if node.hooks:
            return f"a hook of the result of {node.name()}()"
        stack += [e[0] for e in node.edges if e is not None]
    return None


def _flat(result: Any) -> Sequence[Any]:
    return result if isinstance(result, (tuple, list)) else (result,)


def _close(builder: Builder, values: Sequence[Value], captured: Sequence[Value]) -> Snapshot:
    """The body with an input for every captured value, in the common order."""
    for value in captured:
        builder.capture(value)
    builder.captures = {v: builder.captures[v] for v in captured}
    return builder.finish({f"y{i}": value for i, value in enumerate(values)})
