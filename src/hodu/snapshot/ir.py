"""The Snapshot: an immutable graph of ops over typed values in SSA form.

    Snapshot  name, inputs, outputs, nodes (topological order), constants, aliases, metadata
    Node      one call of an op of the table: inputs, attributes, outputs, where it came from
    Value     a tensor in the graph: a name unique in its Snapshot, and a type

Control flow is a node whose attributes hold Snapshots. State (parameters, generator counters)
enters as an input with an initial value and leaves as an output that is aliased to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeAlias

from hodu.ops._schema import Schema
from hodu.ops._table import REGISTRY, Array, OpDef
from hodu.shapes import TensorType

Attrs: TypeAlias = Mapping[str, Any]
VERSION = 1


@dataclass(slots=True, eq=False, frozen=True)
class Value:
    """A tensor of the graph; `producer` is None for inputs and constants."""

    name: str
    type: TensorType
    producer: Node | None = None

    def __repr__(self) -> str:
        return f"%{self.name}: {self.type}"


@dataclass(slots=True, eq=False, frozen=True)
class Node:
    """One call of an op.

    `inputs` is flat: the elements of a list parameter stand where the list stood, None marks an
    absent optional input. `attrs` has every attribute of the schema, in its order.
    """

    op: str
    inputs: tuple[Value | None, ...]
    attrs: Attrs
    outputs: tuple[Value, ...]
    loc: str | None = None

    @property
    def definition(self) -> OpDef:
        """The op's entry in the table."""
        return REGISTRY[self.op]

    def grouped(self) -> list[Any]:
        """The inputs as the op takes them, with list parameters as lists."""
        return group(self.definition.schema, self.inputs)

    def regions(self) -> Iterator[Snapshot]:
        """The Snapshots in the attributes."""
        return (v for v in self.attrs.values() if isinstance(v, Snapshot))

    def __repr__(self) -> str:
        return f"{list(self.outputs)} = {self.op}({list(self.inputs)})"


@dataclass(slots=True, eq=False, frozen=True)
class Snapshot:
    """A captured program.

    `outputs` maps names to values. `constants` holds the data of constant values by name.
    `aliases` maps an output to the input whose buffer it replaces, and `states` gives such
    inputs their initial data; an executor keeps them between runs. `cache` is for what can be
    worked out again, such as the prepared interpreter.
    """

    name: str
    inputs: tuple[Value, ...]
    outputs: Mapping[str, Value]
    nodes: tuple[Node, ...] = ()
    constants: Mapping[str, Array] = field(default_factory=dict)
    constant_values: tuple[Value, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    states: Mapping[str, Array] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    cache: dict[str, Any] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        for name in ("outputs", "constants", "aliases", "states", "metadata"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def values(self) -> Iterator[Value]:
        """Every value: inputs, constants, then results in order of computation."""
        yield from self.inputs
        yield from self.constant_values
        for node in self.nodes:
            yield from node.outputs

    def find(self, name: str) -> Value | None:
        """The output or value called `name`, or None."""
        if name in self.outputs:
            return self.outputs[name]
        return next((v for v in self.values() if v.name == name), None)

    def run(self, *arrays: Array) -> tuple[Array, ...]:
        """Interpret this Snapshot on arrays, in the order of its inputs and outputs."""
        from hodu.snapshot.interp import interpreter

        return interpreter(self).run(arrays)

    def __str__(self) -> str:
        from hodu.snapshot.text import print_snapshot

        return print_snapshot(self)

    def __repr__(self) -> str:
        return f"<Snapshot {self.name!r}: {len(self.inputs)} inputs, {len(self.nodes)} nodes>"

    def __reduce__(self) -> Any:
        return _rebuild, tuple(
            dict(v) if isinstance(v, MappingProxyType) else v
            for v in (getattr(self, n) for n, f in self.__dataclass_fields__.items() if f.init)
        )


def _rebuild(*fields: Any) -> Snapshot:
    return Snapshot(*fields)


def make_node(
    op: str,
    inputs: Sequence[Value | None],
    attrs: Attrs,
    outputs: Sequence[tuple[str, TensorType]],
    loc: str | None = None,
) -> Node:
    """A node together with its output values, given as names and types."""
    values = tuple(Value(name, type_) for name, type_ in outputs)
    node = Node(op, tuple(inputs), MappingProxyType(dict(attrs)), values, loc)
    for value in values:
        object.__setattr__(value, "producer", node)
    return node


def group(schema: Schema, flat: Sequence[Any]) -> list[Any]:
    """Flat inputs as the schema's parameters: the one list parameter takes what is left over."""
    params = schema.inputs
    extra = len(flat) - len(params) + 1
    grouped: list[Any] = []
    position = 0
    for param in params:
        if param.is_list:
            grouped.append(list(flat[position : position + extra]))
            position += extra
        else:
            grouped.append(flat[position])
            position += 1
    return grouped
