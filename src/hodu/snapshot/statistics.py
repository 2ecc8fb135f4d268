"""What a Snapshot costs: its ops, constants, multiplications and memory, read off its types."""

from __future__ import annotations

import functools
import operator
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hodu.dims import Dim, Symbol, dim_max, evaluate, symbols
from hodu.dtypes import FROM_NUMPY, bool_, i64
from hodu.errors import HoduError
from hodu.ops._table import Array
from hodu.shapes import TensorType, numel
from hodu.snapshot.infer import trace
from hodu.snapshot.ir import Node, Snapshot, Value


@dataclass(frozen=True, slots=True)
class DataStatistics:
    """How much data there is: arrays, bytes, and both by dtype name."""

    count: int
    bytes: int
    by_dtype: Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Multiplications:
    """Multiply-accumulates of matrix products and convolutions.

    `total` may be symbolic. `unknown` names ops of which not all could be counted: loops that run
    until a condition fails (one pass is counted), and composites that could not be traced.
    """

    total: Dim
    unknown: tuple[str, ...]


def ops_histogram(snapshot: Snapshot) -> dict[str, int]:
    """How often each op occurs, bodies of control flow included, most frequent first."""
    counts = Counter(node.op for s in _with_bodies(snapshot) for node in s.nodes)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def data_statistics(arrays: Iterable[Array]) -> DataStatistics:
    """The amount of data in `arrays`."""
    by_dtype: dict[str, tuple[int, int]] = {}
    count = total = 0
    for array in arrays:
        name = FROM_NUMPY[array.dtype].name
        arrays_so_far, bytes_so_far = by_dtype.get(name, (0, 0))
        by_dtype[name] = (arrays_so_far + 1, bytes_so_far + array.nbytes)
        count, total = count + 1, total + array.nbytes
    return DataStatistics(count, total, by_dtype)


def parameters(snapshot: Snapshot) -> int:
    """The number of elements in constants and states, without i64 and bool ones.

    Those hold shapes, indices and masks rather than weights.
    """
    arrays = [*snapshot.constants.values(), *snapshot.states.values()]
    return sum(a.size for a in arrays if FROM_NUMPY[a.dtype] not in (i64, bool_))


def named_dims(snapshot: Snapshot) -> dict[str, Symbol]:
    """The symbolic dimensions of inputs, states and results, by name, bodies included."""
    return symbols(d for s in _with_bodies(snapshot) for v in s.values() for d in v.type.shape)


def _with_bodies(snapshot: Snapshot) -> Iterator[Snapshot]:
    """The Snapshot and the bodies of its control flow, nested ones too."""
    yield snapshot
    for node in snapshot.nodes:
        for region in node.regions():
            yield from _with_bodies(region)


# -- multiply-accumulates ---------------------------------------------------------------------


def _matmul(inputs: list[TensorType], output: TensorType) -> Dim:
    return numel(output.shape) * inputs[0].shape[-1]


def _conv(inputs: list[TensorType], output: TensorType) -> Dim:
    return numel(output.shape) * numel(inputs[1].shape[1:])


def _conv_transpose(inputs: list[TensorType], output: TensorType) -> Dim:
    return numel(inputs[0].shape) * numel(inputs[1].shape[1:])


_RULES: dict[str, Callable[[list[TensorType], TensorType], Dim]] = {
    "matmul": _matmul,
    "integer_matmul": _matmul,
    "conv": _conv,
    "integer_conv": _conv,
    "conv_transpose": _conv_transpose,
}


def multiplications(snapshot: Snapshot) -> Multiplications:
    """The multiply-accumulates of one run.

    Composite ops count by what they are made of, a scan by its length, and of a decision the
    larger branch.
    """
    return multiplications_of(snapshot.nodes)


def multiplications_of(nodes: Iterable[Node]) -> Multiplications:
    """The multiply-accumulates of these nodes; see `multiplications`."""
    counter = _Counter()
    return Multiplications(counter.count(nodes), tuple(counter.unknown))


class _Counter:
    """Counts nodes, equal calls of a composite once."""

    def __init__(self) -> None:
        self.unknown: dict[str, None] = {}
        self._known: dict[Any, Dim] = {}

    def count(self, nodes: Iterable[Node]) -> Dim:
        total: Dim = 0
        for node in nodes:
            total = total + self._node(node)
        return total

    def _node(self, node: Node) -> Dim:
        rule = _RULES.get(node.op)
        if rule is not None:
            return rule([v.type for v in node.inputs if v is not None], node.outputs[0].type)
        regions = list(node.regions())
        if regions:
            return self._control_flow(node, regions)
        return 0 if node.definition.compose is None else self._composite(node)

    def _control_flow(self, node: Node, regions: list[Snapshot]) -> Dim:
        counts = [self.count(region.nodes) for region in regions]
        if node.op == "cond":
            return functools.reduce(dim_max, counts)
        if node.op == "scan":
            scanned = node.inputs[node.attrs["carried"]]
            assert scanned is not None
            return counts[0] * scanned.type.shape[0]
        if any(count != 0 for count in counts):
            self.unknown[node.op] = None
        return functools.reduce(operator.add, counts)

    def _composite(self, node: Node) -> Dim:
        types = tuple(None if v is None else v.type for v in node.inputs)
        key = (node.op, types, repr(node.attrs))
        if key not in self._known:
            try:
                body = trace(node.definition, types, node.attrs)[0].nodes
            except HoduError:
                self.unknown[node.op] = None
                return 0
            self._known[key] = self.count(body)
        return self._known[key]


# -- memory -----------------------------------------------------------------------------------


def peak_bytes(snapshot: Snapshot, dims: Mapping[str, int]) -> int:
    """The most bytes that computed values hold at once when nodes run in their order.

    Buffers live from their node to their last reader, outputs to the end; what an op may view
    costs nothing. Inputs and constants are not counted. `dims` gives every named dimension a size.
    """
    owner = _owners(snapshot)
    last = _last_uses(snapshot, owner)
    sizes = {v: _bytes(v.type, dims) for v in owner if owner[v] is v and v.producer is not None}
    freed: Counter[int] = Counter()
    for value, size in sizes.items():
        freed[last[value]] += size
    live = peak = 0
    for step, node in enumerate(snapshot.nodes):
        live += sum(sizes.get(v, 0) for v in node.outputs)
        inner = max((peak_bytes(region, dims) for region in node.regions()), default=0)
        peak = max(peak, live + inner)
        live -= freed[step]
    return peak


def _owners(snapshot: Snapshot) -> dict[Value, Value]:
    """The value whose buffer each value lies in."""
    owner = {v: v for v in (*snapshot.inputs, *snapshot.constant_values)}
    for node in snapshot.nodes:
        source = node.inputs[0] if node.definition.view and node.inputs else None
        for value in node.outputs:
            owner[value] = value if source is None else owner[source]
    return owner


def _last_uses(snapshot: Snapshot, owner: Mapping[Value, Value]) -> dict[Value, int]:
    last: dict[Value, int] = {}
    for step, node in enumerate(snapshot.nodes):
        for value in (*node.inputs, *node.outputs):
            if value is not None:
                last[owner[value]] = step
    last.update((owner[v], len(snapshot.nodes)) for v in snapshot.outputs.values())
    return last


def _bytes(type_: TensorType, dims: Mapping[str, int]) -> int:
    return evaluate(numel(type_.shape), dims) * type_.dtype.itemsize
