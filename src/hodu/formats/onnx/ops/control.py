"""If, Loop and Scan: subgraphs run in the scope of their node.

Eagerly they run in Python. Captured, a decision or a trip count that depends on data becomes one
of Hodu's own control-flow ops; known ones are followed on the spot.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import onnx

import hodu.functional as f
from hodu._tensor import Tensor
from hodu.dispatch.base import recorder
from hodu.errors import CaptureError, ShapeError
from hodu.formats.onnx.dtypes import dtype_of
from hodu.formats.onnx.node import OnnxNode
from hodu.formats.onnx.registry import onnx_op
from hodu.formats.onnx.tensors import NOWHERE

UNROLLED = 10_000
"""How many steps of a loop a capture follows one by one."""


def _is_captured(x: Any) -> bool:
    return isinstance(x, Tensor) and x._data is None


def _only_tensors(node: OnnxNode, values: list[Any]) -> list[Any]:
    if not all(isinstance(v, Tensor) for v in values):
        raise CaptureError(
            "only tensors can leave a decision or a loop that depends on the data",
            where=node.label,
            hint="run the model eagerly, with hodu.formats.onnx.backend.Eager",
        )
    return values


@onnx_op("If")
def if_(node: OnnxNode, condition: Tensor) -> tuple[Any, ...]:
    """The outputs of one of two graphs."""
    branches = node.graph("then_branch"), node.graph("else_branch")
    if not _is_captured(condition):
        return tuple(node.run_graph(branches[0 if condition.item() else 1], []))

    def runner(graph: onnx.GraphProto) -> Callable[[], list[Any]]:
        return lambda: _only_tensors(node, node.run_graph(graph, []))

    return tuple(f.cond(condition, runner(branches[0]), runner(branches[1])))


def _number(x: Tensor) -> Tensor:
    """A tensor of one element without dimensions."""
    return x if x.ndim == 0 else x.reshape(())


class _Loop:
    """A Loop: its body takes the iteration, the condition and what it carries."""

    def __init__(self, node: OnnxNode, trips: Any, condition: Any, carried: list[Any]) -> None:
        self.node, self.body = node, node.graph("body")
        self.trips, self.condition, self.carried = trips, condition, carried
        self.scanned = len(self.body.output) - 1 - len(carried)

    def step(self, i: Any, condition: Any, carried: Sequence[Any]) -> tuple[Any, Any, Any]:
        """The next condition, what is carried on, and what is collected."""
        results = self.node.run_graph(self.body, [i, condition, *carried])
        n = 1 + len(carried)
        return results[0], results[1:n], results[n:]

    def run(self) -> tuple[Any, ...]:
        """Run in Python: the condition and the trip count are known."""
        limit = None if self.trips is None else int(self.trips.item())
        condition = self.condition
        state, rows, i = list(self.carried), [], 0
        while (limit is None or i < limit) and (condition is None or condition.item()):
            given = f.tensor(True) if condition is None else condition
            condition, state, row = self.step(f.tensor(i, dtype="i64"), given, state)
            condition = None if self.condition is None and limit is not None else condition
            rows.append(row)
            i += 1
            if _is_captured(condition):
                raise CaptureError(
                    "the condition of Loop becomes dependent on the data", where=self.node.label
                )
            if i == UNROLLED and recorder() is not None:
                raise CaptureError(
                    f"Loop takes more than {UNROLLED} steps, and cannot be captured as a loop",
                    where=self.node.label,
                    hint="keep the shapes of what it carries; hodu.formats.onnx.backend.Eager runs "
                    "loops of any length",
                )
        return *state, *self._collected(rows)

    def _collected(self, rows: list[Any]) -> list[Any]:
        if rows:
            return [f.stack(list(column)) for column in zip(*rows, strict=True)]
        outputs = self.body.output[1 + len(self.carried) :]
        return [_nothing(info) for info in outputs]

    def captured(self) -> tuple[Any, ...]:
        """Record it as a while loop, or as a scan where results are collected."""
        if self.scanned:
            return self._as_scan()
        start = f.tensor(0, dtype="i64")
        first = f.tensor(True) if self.condition is None else _number(self.condition)
        trips = self.trips

        def goes_on(i: Tensor, condition: Tensor, *state: Any) -> Tensor:
            return condition if trips is None else f.logical_and(condition, i < _number(trips))

        def body(i: Tensor, condition: Tensor, *state: Any) -> tuple[Any, ...]:
            following, carried, _ = self.step(i, condition, state)
            kept = condition if self.condition is None and trips is not None else following
            return i + 1, _number(kept), *carried

        return tuple(f.while_loop(goes_on, body, (start, first, *self.carried))[2:])

    def _as_scan(self) -> tuple[Any, ...]:
        if self.trips is None or _is_captured(self.trips) or not self._never_stops():
            raise CaptureError(
                "Loop collects results, and how many depends on the data",
                where=self.node.label,
                hint="run the model eagerly, with hodu.formats.onnx.backend.Eager",
            )
        going = f.tensor(True)

        def step(state: tuple[Any, ...], i: Tensor) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
            _, carried, row = self.step(i, going, state)
            return tuple(carried), tuple(row)

        state, rows = f.scan(step, tuple(self.carried), f.arange(int(self.trips.item())))
        return *state, *rows

    def _never_stops(self) -> bool:
        """Whether the body hands on the condition that it is given, or a constant true."""
        if self.condition is not None and (
            _is_captured(self.condition) or not self.condition.item()
        ):
            return False
        makers = {o: n for n in self.body.node for o in n.output}
        name = self.body.output[0].name
        while name in makers and makers[name].op_type in ("Identity", "Cast"):
            name = makers[name].input[0]
        if name in makers and makers[name].op_type == "Constant":
            constant = OnnxNode(makers[name], self.node.opsets, NOWHERE)
            value = constant.array("value")
            return value is not None and bool(value.all())
        return name == self.body.input[1].name


def _nothing(info: onnx.ValueInfoProto) -> Any:
    kind = info.type.tensor_type
    shape = [d.dim_value if d.HasField("dim_value") else 0 for d in kind.shape.dim]
    return f.zeros(0, *shape, dtype=dtype_of(kind.elem_type, f"the output {info.name!r}"))


@onnx_op("Loop")
def loop(
    node: OnnxNode, trips: Tensor | None, condition: Tensor | None, *carried: Any
) -> tuple[Any, ...]:
    """A graph repeated up to a trip count for as long as a condition holds."""
    made = _Loop(node, trips, condition, list(carried))
    known = not _is_captured(trips) and not _is_captured(condition)
    if recorder() is None or not all(isinstance(v, Tensor) for v in carried):
        return made.run()
    if known and not any(map(_is_captured, carried)):
        return made.run()
    try:
        return made.captured()
    except ShapeError:
        # What is carried changes its shape: only a known number of steps can be unrolled.
        if not known:
            raise
        return made.run()


@onnx_op("Scan", since=9)
def scan(node: OnnxNode, *inputs: Any) -> tuple[Any, ...]:
    """A graph run over slices of the scanned inputs, with states carried along."""
    body, count = node.graph("body"), node.integer("num_scan_inputs")
    states, over = list(inputs[:-count]), list(inputs[-count:])
    collected = len(body.output) - len(states)
    axes = node.integers("scan_input_axes", [0] * count) or []
    backwards = node.integers("scan_input_directions", [0] * count) or []
    over = [
        _ordered(x.movedim(axis, 0) if axis else x, b)
        for x, axis, b in zip(over, axes, backwards, strict=True)
    ]
    state, rows = _scanned(node, body, states, over)
    axes = node.integers("scan_output_axes", [0] * collected) or []
    backwards = node.integers("scan_output_directions", [0] * collected) or []
    rows = [_ordered(r, b) for r, b in zip(rows, backwards, strict=True)]
    rows = [r.movedim(0, axis) if axis else r for r, axis in zip(rows, axes, strict=True)]
    return *state, *rows


def _ordered(x: Tensor, backwards: int) -> Tensor:
    return f.flip(x, (0,)) if backwards else x


def _scanned(
    node: OnnxNode, body: onnx.GraphProto, states: Sequence[Any], over: Sequence[Any]
) -> tuple[list[Any], list[Any]]:
    n = len(states)

    def step(state: tuple[Any, ...], row: tuple[Any, ...]) -> tuple[Any, Any]:
        results = node.run_graph(body, [*state, *row])
        return tuple(results[:n]), tuple(results[n:])

    state, rows = f.scan(step, tuple(states), tuple(over))
    return list(state), list(rows)


@onnx_op("Scan", since=8)
def scan_8(node: OnnxNode, lengths: Tensor | None, *inputs: Any) -> tuple[Any, ...]:
    """Opset 8: every input has a batch axis first and the scanned axis second."""
    body, count = node.graph("body"), node.integer("num_scan_inputs")
    states, over = inputs[:-count], inputs[-count:]
    backwards = node.integers("directions", [0] * count) or []
    results = []
    for b in range(int(over[0].shape[0])):
        size = int(over[0].shape[1]) if lengths is None else int(lengths[b].item())
        parts = [_ordered(x[b][:size], back) for x, back in zip(over, backwards, strict=True)]
        state, rows = _scanned(node, body, [s[b] for s in states], parts)
        rest = int(over[0].shape[1]) - size
        padded = [f.pad(r, [0, 0] * (r.ndim - 1) + [0, rest]) if rest else r for r in rows]
        results.append([*state, *padded])
    return tuple(f.stack(list(column)) for column in zip(*results, strict=True))
