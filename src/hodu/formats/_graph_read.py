"""From the records of a `.hdss` file back to a Snapshot.

The records may come from a hostile file: whatever does not fit raises FormatError, and what the
ops say of it is left to the verifier.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from hodu.dims import Symbol, dim_name
from hodu.dtypes import ALL, FROM_NUMPY, DType
from hodu.errors import FormatError
from hodu.formats._graph_dims import read_dim
from hodu.formats._records import GraphRecord, NodeRecord, SymbolRecord, ValueRecord
from hodu.ops._table import Array
from hodu.shapes import TensorType
from hodu.snapshot.ir import Node, Snapshot, Value, make_node

_DEPTH = 32
_DTYPES = {dtype.name: dtype for dtype in ALL}
_FLOATS = ("nan", "inf", "-inf")


class GraphReader:
    """Makes a Snapshot of a record and the tensors of the file."""

    def __init__(self, record: GraphRecord, tensors: Mapping[str, Array], depth: int = 0) -> None:
        if depth > _DEPTH:
            raise FormatError(f"Snapshots are nested more than {_DEPTH} deep")
        self.record = record
        self.tensors = tensors
        self.depth = depth
        self.symbols = {s.name: _symbol(s) for s in record.symbols}
        self.values: list[Value] = []

    def snapshot(self) -> Snapshot:
        """The Snapshot, not yet verified."""
        r = self.record
        inputs = [self._define(Value(v.name, self._type(v))) for v in r.inputs]
        constants = {name: self._tensor(tensor) for name, tensor in r.constants}
        constant_values = [
            self._define(Value(name, TensorType(array.shape, FROM_NUMPY[array.dtype])))
            for name, array in constants.items()
        ]
        _require_unique("constants", r.constants)
        _require_unique("outputs", r.outputs)
        nodes = [self._node(node) for node in r.nodes]
        return Snapshot(
            name=r.name,
            inputs=tuple(inputs),
            outputs={name: self._used(number) for name, number in r.outputs},
            nodes=tuple(nodes),
            constants=constants,
            constant_values=tuple(constant_values),
            aliases=r.aliases,
            states={name: self._tensor(tensor) for name, tensor in r.states.items()},
            metadata=r.metadata,
        )

    def _define(self, value: Value) -> Value:
        self.values.append(value)
        return value

    def _used(self, number: int) -> Value:
        if not 0 <= number < len(self.values):
            raise FormatError(f"a use of value {number}, of which only {len(self.values)} exist")
        return self.values[number]

    def _tensor(self, name: str) -> Array:
        if name not in self.tensors:
            raise FormatError(f"the tensor {name[:80]!r} is missing from the file")
        return self.tensors[name]

    def _type(self, record: ValueRecord) -> TensorType:
        shape = tuple(read_dim(d, self.symbols) for d in record.shape)
        if any(isinstance(d, int) and d < 0 for d in shape):
            raise FormatError(f"%{record.name} has a negative size")
        return TensorType(shape, _dtype(record.dtype))

    def _node(self, record: NodeRecord) -> Node:
        inputs = [None if i is None else self._used(i) for i in record.inputs]
        attrs = {name: self._attr(value) for name, value in record.attrs.items()}
        outputs = [(v.name, self._type(v)) for v in record.outputs]
        node = make_node(record.op, inputs, attrs, outputs, record.loc)
        self.values.extend(node.outputs)
        return node

    def _attr(self, value: Any, depth: int = 0) -> Any:
        if isinstance(value, list) and depth < _DEPTH:
            return tuple([self._attr(v, depth + 1) for v in value])
        if isinstance(value, dict) and len(value) == 1:
            [(kind, content)] = value.items()
            return self._special(kind, content)
        if isinstance(value, (list, dict)):
            raise FormatError(f"{str(value)[:80]} is not an attribute")
        return value

    def _special(self, kind: str, content: Any) -> Any:
        read = _SPECIAL.get(kind)
        if read is None:
            raise FormatError(f"an attribute of the unknown kind {kind[:80]!r}")
        return read(self, content)

    def _region(self, content: Any) -> Snapshot:
        try:
            record = msgspec.convert(content, GraphRecord)
        except (ValueError, RecursionError) as error:
            raise FormatError(f"the body of a node is damaged: {error}") from error
        return GraphReader(record, self.tensors, self.depth + 1).snapshot()


def _symbol(record: SymbolRecord) -> Symbol:
    if dim_name(record.name) != record.name:
        raise FormatError(f"{record.name[:80]!r} is not the name of a dimension")
    if record.low < 0 or (record.high is not None and record.high < record.low):
        raise FormatError(
            f"the dimension {record.name!r} has the bounds {record.low} and {record.high}"
        )
    return Symbol(record.name, record.low, record.high)


def _dtype(name: Any) -> DType:
    found = _DTYPES.get(name) if isinstance(name, str) else None
    if found is None:
        raise FormatError(f"{str(name)[:80]!r} is not a dtype of this version of Hodu")
    return found


def _float(content: Any) -> float:
    if content not in _FLOATS:
        raise FormatError(f"{str(content)[:80]!r} is not one of {', '.join(_FLOATS)}")
    return float(content)


def _require_unique(what: str, pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) != len(pairs):
        raise FormatError(f"two {what} have the same name")


_SPECIAL: dict[str, Callable[[GraphReader, Any], Any]] = {
    "float": lambda reader, content: _float(content),
    "dtype": lambda reader, content: _dtype(content),
    "dim": lambda reader, content: read_dim(content, reader.symbols),
    "snapshot": GraphReader._region,
}
