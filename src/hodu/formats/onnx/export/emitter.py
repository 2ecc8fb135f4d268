"""The emitter: ONNX nodes of one graph, under construction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import helper

from hodu.dims import Dim, bare_symbol
from hodu.dtypes import FROM_NUMPY, DType, i64
from hodu.errors import UnsupportedError
from hodu.formats.onnx.export.registry import export_of
from hodu.formats.onnx.export.sizes import shape_of
from hodu.formats.onnx.export.widening import (
    computed_in,
    fixed_type,
    named_type,
    schema_of,
    variable_of,
)
from hodu.ops._table import Array
from hodu.snapshot.ir import Node, Snapshot, Value, group
from hodu.snapshot.names import Names

_SHARED_BYTES = 256


class Emitter:
    """The nodes of a graph; a body of control flow is a `child`, which sees the names around it.

    Constants of the whole model are initializers of the outermost graph. What cannot go out is
    collected in `problems`, so that all of it is told at once, and the versions of operators of
    other domains in `operators`.
    """

    def __init__(self, opset: int, parent: Emitter | None = None) -> None:
        self.opset = opset
        self.parent = parent
        self.nodes: list[onnx.NodeProto] = []
        self.names: Names = Names() if parent is None else parent.names
        self.constants: dict[str, Array] = {} if parent is None else parent.constants
        self.operators: dict[tuple[str, str], int] = {} if parent is None else parent.operators
        self.problems: list[str] = [] if parent is None else parent.problems
        self._types: dict[str, DType] = {}
        self._places: dict[str, tuple[str, int]] = {}
        self._shared: dict[Any, str] = {} if parent is None else parent._shared

    # -- what is known of a name --------------------------------------------------------------

    def declare(self, name: str, value: Value) -> str:
        """Note that `name` stands for a value of this type."""
        self._types[name] = value.type.dtype
        for axis, dim in enumerate(value.type.shape):
            sym = bare_symbol(dim)
            if sym is not None:
                self._places.setdefault(sym.name, (name, axis))
        return name

    def type_of(self, name: str) -> DType:
        """The dtype of a name."""
        found = self._types.get(name)
        if found is not None:
            return found
        if self.parent is None:
            raise KeyError(name)
        return self.parent.type_of(name)

    def place_of(self, symbol: str) -> tuple[str, int] | None:
        """A tensor and its axis of the size that is called `symbol`."""
        found = self._places.get(symbol)
        return found or (None if self.parent is None else self.parent.place_of(symbol))

    # -- constants ----------------------------------------------------------------------------

    def const(self, array: Any, hint: str = "c") -> str:
        """An initializer with these contents; small ones are shared."""
        array = np.asarray(array)
        key = (array.dtype, array.shape, array.tobytes()) if array.nbytes <= _SHARED_BYTES else None
        if key is not None and key in self._shared:
            return self._shared[key]
        name = self.names.fresh(hint)
        self.add_constant(name, array)
        if key is not None:
            self._shared[key] = name
        return name

    def add_constant(self, name: str, array: Array) -> None:
        """An initializer under a name of its own."""
        root = self
        while root.parent is not None:
            root = root.parent
        root.constants[name] = array
        root._types[name] = FROM_NUMPY[array.dtype]

    def known(self, name: str) -> Array | None:
        """The contents of a constant, None for what is worked out in the model."""
        return self.constants.get(name)

    def ints(self, values: Sequence[int]) -> str:
        """A vector of i64."""
        return self.const(np.array(values, i64.numpy))

    def number(self, value: float, like: str) -> str:
        """A scalar of the type of another name."""
        return self.const(np.array(value).astype(self.type_of(like).numpy))

    def shape(self, dims: Sequence[Dim]) -> str:
        """A vector of i64 with these sizes, worked out in the model where they are symbolic."""
        return shape_of(self, dims)

    # -- nodes --------------------------------------------------------------------------------

    def op(self, kind: str, *inputs: str | None, result: DType | None = None, **attrs: Any) -> str:
        """Add a node with one result; returns its name."""
        return self.multi(kind, inputs, 1, result, **attrs)[0]

    def multi(
        self,
        kind: str,
        inputs: Sequence[str | None],
        outputs: int,
        result: DType | None = None,
        **attrs: Any,
    ) -> list[str]:
        """Add a node with several results; inputs of types that it does not take are cast.

        `result` is the type of a result that no input decides.
        """
        schema = schema_of(kind, self.opset)
        own: dict[str, DType] = {}
        used: dict[str, DType] = {}
        given = []
        for i, name in enumerate(inputs):
            variable = variable_of(schema.inputs, i)
            if name is None:
                given.append("")
                continue
            fixed = named_type(variable)
            if fixed is None:
                own.setdefault(variable, self.type_of(name))
                wide = computed_in(kind, self.opset, variable, self.type_of(name))
                used.setdefault(variable, wide)
            given.append(self.cast(name, used[variable] if fixed is None else fixed))
        while given and not given[-1]:
            given.pop()
        names = [self.names.fresh(kind) for _ in range(outputs)]
        self._add(kind, given, names, attrs)
        results = []
        for i, name in enumerate(names):
            variable = variable_of(schema.outputs, i)
            dtype = used.get(variable) or fixed_type(kind, self.opset, variable) or result
            assert dtype is not None, f"{kind} has a result of an unknown type"
            self._types[name] = dtype
            results.append(self.cast(name, own.get(variable, dtype)))
        return results

    def raw(
        self, kind: str, inputs: Sequence[str], results: Sequence[Value], **attrs: Any
    ) -> list[str]:
        """Add a node whose results have the types of values, such as one with bodies."""
        return self.foreign("", kind, inputs, results, attrs)

    def foreign(
        self,
        domain: str,
        kind: str,
        inputs: Sequence[str],
        results: Sequence[Value],
        attrs: Mapping[str, Any],
    ) -> list[str]:
        """Add a node of another domain, of which nothing is known but its results."""
        names = [self.names.fresh(kind) for _ in results]
        self._types.update(zip(names, (v.type.dtype for v in results), strict=True))
        self._add(kind, inputs, names, attrs, domain)
        return names

    def cast(self, name: str, dtype: DType) -> str:
        """The name cast to a dtype, or itself where it has it."""
        if self.type_of(name) is dtype:
            return name
        attrs = {"saturate": 0} if dtype.is_float and dtype.bits == 8 and self.opset > 18 else {}
        cast = self.names.fresh("Cast")
        self._types[cast] = dtype
        self._add("Cast", [name], [cast], {"to": dtype.onnx} | attrs)
        return cast

    def _add(
        self,
        kind: str,
        inputs: Sequence[str],
        names: Sequence[str],
        attrs: Mapping[str, Any],
        domain: str = "",
    ) -> None:
        node = helper.make_node(kind, inputs, names, names[0], domain=domain or None)
        kept = sorted((k, v) for k, v in attrs.items() if v is not None)
        node.attribute.extend(helper.make_attribute(k, v) for k, v in kept)
        self.nodes.append(node)

    # -- Snapshots ----------------------------------------------------------------------------

    def reserve(self, name: str) -> str:
        """The name of an output, which must be free."""
        fresh = self.names.fresh(name)
        if fresh != name:
            raise UnsupportedError(f"the output {name!r} has the name of an input")
        return name

    def output(self, result: str, name: str) -> str:
        """A result under the name of an output: a copy where it has another one."""
        if result != name:
            self.nodes.append(helper.make_node("Identity", [result], [self.reserve(name)], name))
        return name

    def child(self) -> Emitter:
        """The emitter of a body."""
        return Emitter(self.opset, self)

    def inline(
        self, region: Snapshot, given: Sequence[str], wanted: Mapping[Value, str] | None = None
    ) -> list[str]:
        """Add the nodes of a Snapshot on the named inputs; returns the names of its outputs.

        `wanted` are the names that some values shall have; others keep theirs where it is free.
        """
        scope = dict(zip(region.inputs, given, strict=True))
        for value in region.constant_values:
            name = (wanted or {}).get(value) or self.names.fresh(value.name)
            self.add_constant(name, region.constants[value.name])
            scope[value] = self.declare(name, value)
        for node in region.nodes:
            start = len(self.nodes)
            results = self._export(node, scope)
            names = [(wanted or {}).get(v) or self.names.fresh(v.name) for v in node.outputs]
            for value, name in zip(node.outputs, names, strict=True):
                scope[value] = self.declare(name, value)
            self._settle(start, results, names)
        return [scope[v] for v in region.outputs.values()]

    def _export(self, node: Node, scope: Mapping[Value, str]) -> list[str]:
        """The names of the results of a node; dummies for one that cannot go out."""
        try:
            export = export_of(node, self.opset)
            if export is None:
                raise UnsupportedError("no ONNX operator does this")
            names = [None if v is None else scope[v] for v in node.inputs]
            results = export.emit(self, node, *group(node.definition.schema, names))
        except UnsupportedError as error:
            place = f" at {node.loc}" if node.loc else ""
            self.problems.append(f"%{node.outputs[0].name} = {node.op}: {error.message}{place}")
            return [self.declare(self.names.fresh("lost"), v) for v in node.outputs]
        return [results] if isinstance(results, str) else list(results)

    def _settle(self, start: int, results: Sequence[str], names: Sequence[str]) -> None:
        """Give results their names: those that were made for it are renamed, others copied."""
        made = {name for node in self.nodes[start:] for name in node.output}
        new: dict[str, str] = {}
        copies = []
        for result, name in zip(results, names, strict=True):
            if result in made and result not in new:
                new[result] = name
            else:
                copies.append((result, name))
        for node in self.nodes[start:]:
            _rename(node, new)
        for result, name in copies:
            self.nodes.append(helper.make_node("Identity", [new.get(result, result)], [name], name))


def _rename(node: onnx.NodeProto, new: Mapping[str, str]) -> None:
    for names in (node.input, node.output):
        for i, name in enumerate(names):
            names[i] = new.get(name, name)
    node.name = new.get(node.name, node.name)
