"""What a Snapshot costs: its ops, constants, multiplications and memory, read off its types."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hodu.dims import Dim, Symbol, evaluate, symbols
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

    `total` may be symbolic; `unknown` names ops whose composition could not be traced.
    """

    total: Dim
    unknown: tuple[str, ...]


def ops_histogram(snapshot: Snapshot) -> dict[str, int]:
    """How often each op occurs, bodies of control flow included, most frequent first."""
    counts = Counter(node.op for node in _all_nodes(snapshot))
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
    """The symbolic dimensions of inputs, states and results, by name."""
    return symbols(d for v in snapshot.values() for d in v.type.shape)


def _all_nodes(snapshot: Snapshot) -> Iterable[Node]:
    for node in snapshot.nodes:
        yield node
        for region in node.regions():
            yield from _all_nodes(region)


# -- multiply-accumulates ---------------------------------------------------------------------


def _matmul(inputs: list[TensorType], output: TensorType) -> Dim:
    return numel(output.shape) * inputs[0].shape[-1]


def _conv(inputs: list[TensorType], output: TensorType) -> Dim:
    return numel(output.shape) * numel(inputs[1].shape[1:])


def _conv_transpose(inputs: list[TensorType], output: TensorType) -> Dim:
    return numel(inputs[0].shape) * numel(inputs[1].shape[1:])


_RULES: dict[str, Callable[[list[TensorType], TensorType], Dim]] = {
    "matmul": _matmul,
    "conv": _conv,
    "conv_transpose": _conv_transpose,
}


def multiplications(snapshot: Snapshot) -> Multiplications:
    """The multiply-accumulates of one run; composite ops count by what they are made of."""
    unknown: dict[str, None] = {}
    total = _macs(_all_nodes(snapshot), unknown, {})
    return Multiplications(total, tuple(unknown))


def _macs(nodes: Iterable[Node], unknown: dict[str, None], memo: dict[Any, Dim]) -> Dim:
    total: Dim = 0
    for node in nodes:
        total = total + _node_macs(node, unknown, memo)
    return total


def _node_macs(node: Node, unknown: dict[str, None], memo: dict[Any, Dim]) -> Dim:
    rule = _RULES.get(node.op)
    if rule is not None:
        return rule([v.type for v in node.inputs if v is not None], node.outputs[0].type)
    if node.definition.compose is None or any(True for _ in node.regions()):
        return 0
    types = tuple(None if v is None else v.type for v in node.inputs)
    key = (node.op, types, repr(node.attrs))
    if key not in memo:
        try:
            body = trace(node.definition, types, node.attrs)[0].nodes
        except HoduError:
            unknown[node.op] = None
            return 0
        memo[key] = _macs(body, unknown, memo)
    return memo[key]


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
