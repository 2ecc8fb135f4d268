"""A node of an ONNX graph, as the mapping functions see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import onnx
from onnx import AttributeProto

from hodu.errors import UnsupportedError
from hodu.formats.onnx.tensors import Origin, to_array, to_dense
from hodu.ops._table import Array


def _no_graph(graph: onnx.GraphProto, inputs: Sequence[Any]) -> list[Any]:
    raise UnsupportedError(f"the graph {graph.name!r} is outside of any model")


def _no_values(name: str, given: Mapping[str, Any]) -> Any:
    raise UnsupportedError(f"the value {name!r} is outside of any model")


class OnnxNode:
    """Attributes and names of one node.

    `run_graph(graph, inputs)` runs a subgraph in the scope of the node, and `evaluate(name, given)`
    computes a value of the node's own graph anew from other values; `opset` is that of the node's
    domain, `opsets` those of the whole model or function.
    """

    def __init__(
        self,
        proto: onnx.NodeProto,
        opsets: dict[str, int],
        origin: Origin,
        run_graph: Callable[[onnx.GraphProto, Sequence[Any]], list[Any]] = _no_graph,
        evaluate: Callable[[str, Mapping[str, Any]], Any] = _no_values,
    ) -> None:
        self.proto = proto
        self.op_type: str = proto.op_type
        self.domain: str = "" if proto.domain == "ai.onnx" else proto.domain
        self.opsets = opsets
        self.opset = opsets.get(self.domain, 1)
        self.outputs: list[str] = list(proto.output)
        self.run_graph = run_graph
        self.evaluate = evaluate
        self._origin = origin
        self._attrs = {a.name: a for a in proto.attribute}

    @property
    def label(self) -> str:
        """How errors and Snapshots name the node."""
        name = self.proto.name or (self.outputs[0] if self.outputs else "")
        return f"node {name!r} ({self.op_type})"

    def has(self, name: str) -> bool:
        """Whether an attribute is given."""
        return name in self._attrs

    def attr(self, name: str, default: Any = None) -> Any:
        """An attribute as a Python value: number, str, list, array, GraphProto."""
        found = self._attrs.get(name)
        return default if found is None else decode(found, self._origin)

    def integer(self, name: str, default: int | None = None) -> int:
        """An integer attribute; one without a default is required."""
        return int(self._required(name, default))

    def real(self, name: str, default: float | None = None) -> float:
        """A real attribute; one without a default is required."""
        return float(self._required(name, default))

    def text(self, name: str, default: str | None = None) -> str:
        """A text attribute; one without a default is required."""
        return str(self._required(name, default))

    def flag(self, name: str, default: bool = False) -> bool:
        """An integer attribute that means yes or no."""
        return bool(self.attr(name, default))

    def integers(self, name: str, default: Sequence[int] | None = None) -> list[int] | None:
        """A list of integers, or None if it is neither given nor has a default."""
        found = self.attr(name, default)
        return None if found is None else [int(v) for v in found]

    def array(self, name: str) -> Array | None:
        """A tensor attribute, or None."""
        found: Array | None = self.attr(name)
        return found

    def graph(self, name: str) -> onnx.GraphProto:
        """A graph attribute, which is required."""
        found: onnx.GraphProto = self._required(name, None)
        return found

    def tensor(self, name: str) -> Array:
        """A tensor attribute that is required."""
        found: Array = self._required(name, None)
        return found

    def wants(self, index: int) -> bool:
        """Whether output `index` is used by the model."""
        return index < len(self.outputs) and bool(self.outputs[index])

    def _required(self, name: str, default: Any) -> Any:
        found = self.attr(name, default)
        if found is None:
            raise UnsupportedError(f"the attribute {name!r} is missing", where=self.label)
        return found

    def unsupported(self, what: str, hint: str | None = None) -> UnsupportedError:
        """The error for a part of an operator that Hodu does not have."""
        return UnsupportedError(f"{self.op_type}: {what}", where=self.label, hint=hint)


def decode(attribute: AttributeProto, origin: Origin) -> Any:
    """The value of an attribute."""
    kind = attribute.type
    if kind == AttributeProto.TENSOR:
        return to_array(attribute.t, origin)
    if kind == AttributeProto.SPARSE_TENSOR:
        return to_dense(attribute.sparse_tensor, origin)
    if kind == AttributeProto.GRAPH:
        return attribute.g
    if kind == AttributeProto.TENSORS:
        return [to_array(t, origin) for t in attribute.tensors]
    value = onnx.helper.get_attribute_value(attribute)
    if kind == AttributeProto.STRING:
        return value.decode("utf-8", "replace")
    if kind == AttributeProto.STRINGS:
        return [v.decode("utf-8", "replace") for v in value]
    return list(value) if kind in (AttributeProto.INTS, AttributeProto.FLOATS) else value
