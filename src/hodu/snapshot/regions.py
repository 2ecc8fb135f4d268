"""Tracing the bodies of control flow into Snapshots."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from hodu.dispatch.base import TensorBase, recorder_var, type_of, wrap_value
from hodu.errors import CaptureError
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
    traces = [_trace(f, tensors, name, outer) for f, name in zip(functions, names, strict=True)]
    captured = list(dict.fromkeys(v for builder, _, _ in traces for v in builder.captures))
    regions = [_close(builder, values, captured) for builder, values, _ in traces]
    outer_tensors = [wrap_value(outer.value_of(wrap_value(v))) for v in captured]
    return Traced(regions, [*tensors, *outer_tensors], [result for _, _, result in traces])


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
    token = recorder_var.set(builder)
    try:
        result = function(*inputs)
        flat = result if isinstance(result, (tuple, list)) else (result,)
        values = [builder.value_of(_tensor(t)) for t in flat]
    finally:
        recorder_var.reset(token)
        builder.restore()
    return builder, values, result


def _close(builder: Builder, values: Sequence[Value], captured: Sequence[Value]) -> Snapshot:
    """The body with an input for every captured value, in the common order."""
    for value in captured:
        builder.capture(value)
    builder.captures = {v: builder.captures[v] for v in captured}
    return builder.finish({f"y{i}": value for i, value in enumerate(values)})
