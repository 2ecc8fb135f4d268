"""From a Snapshot to the records of a `.hdss` file and the tensors beside them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from hodu.dims import Dim, Sym, symbols
from hodu.dtypes import DType
from hodu.errors import FormatError
from hodu.formats._graph_dims import dim_record
from hodu.formats._header import METADATA
from hodu.formats._records import GraphRecord, NodeRecord, SymbolRecord, ValueRecord
from hodu.ops._table import Array
from hodu.snapshot.ir import Node, Snapshot, Value
from hodu.snapshot.names import Names


class GraphWriter:
    """Makes records of Snapshots and collects their `tensors`, each under a name of its own.

    The tensors of the outermost Snapshot keep their names; those of bodies get the body's path.
    """

    def __init__(self) -> None:
        self.tensors: dict[str, Array] = {}
        self._names = Names()
        self._names.fresh(METADATA)

    def graph(self, snapshot: Snapshot, path: str = "") -> GraphRecord:
        """The record of a Snapshot."""
        numbers = {value: i for i, value in enumerate(snapshot.values())}
        return GraphRecord(
            name=snapshot.name,
            symbols=[SymbolRecord(s.name, s.lo, s.hi) for s in symbols(_dims(snapshot)).values()],
            inputs=[_value(v) for v in snapshot.inputs],
            constants=[
                (v.name, self._tensor(path + v.name, snapshot.constants[v.name]))
                for v in snapshot.constant_values
            ],
            states={n: self._tensor(path + n, array) for n, array in snapshot.states.items()},
            nodes=[self._node(node, numbers, path) for node in snapshot.nodes],
            outputs=[(name, numbers[v]) for name, v in snapshot.outputs.items()],
            aliases=dict(snapshot.aliases),
            metadata=dict(snapshot.metadata),
        )

    def _tensor(self, name: str, array: Array) -> str:
        name = self._names.fresh(name)
        self.tensors[name] = array
        return name

    def _node(self, node: Node, numbers: dict[Value, int], path: str) -> NodeRecord:
        inside = f"{path}{node.outputs[0].name if node.outputs else node.op}."
        return NodeRecord(
            op=node.op,
            inputs=[None if v is None else numbers[v] for v in node.inputs],
            outputs=[_value(v) for v in node.outputs],
            attrs={n: self._attr(v, f"{inside}{n}.") for n, v in node.attrs.items()},
            loc=node.loc,
        )

    def _attr(self, value: Any, path: str) -> Any:
        if value is None or isinstance(value, (bool, str)):
            return value
        if isinstance(value, int):
            return int(value)
        if isinstance(value, float):
            return float(value) if math.isfinite(value) else {"float": str(float(value))}
        if isinstance(value, DType):
            return {"dtype": value.name}
        if isinstance(value, Sym):
            return {"dim": dim_record(value)}
        if isinstance(value, (tuple, list)):
            return [self._attr(v, path) for v in value]
        if isinstance(value, Snapshot):
            return {"snapshot": self.graph(value, path)}
        raise FormatError(f"an attribute {value!r} ({type(value).__name__}) cannot be written")


def _value(value: Value) -> ValueRecord:
    return ValueRecord(value.name, value.type.dtype.name, [dim_record(d) for d in value.type.shape])


def _dims(snapshot: Snapshot) -> Iterator[Dim]:
    for value in snapshot.values():
        yield from value.type.shape
    for node in snapshot.nodes:
        for attr in node.attrs.values():
            yield from _syms(attr)


def _syms(value: Any) -> Iterator[Dim]:
    if isinstance(value, Sym):
        yield value
    elif isinstance(value, (tuple, list)):
        for element in value:
            yield from _syms(element)
