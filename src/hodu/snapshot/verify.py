"""The rules that every Snapshot keeps, checked."""

from __future__ import annotations

from hodu.dims import provably_different
from hodu.dtypes import FROM_NUMPY
from hodu.errors import HoduError, VerifyError
from hodu.ops._table import REGISTRY, OpDef
from hodu.shapes import TensorType
from hodu.snapshot.attr_types import attr_problems
from hodu.snapshot.infer import check_dtypes, infer_types
from hodu.snapshot.ir import Node, Snapshot, Value, group


def verify(snapshot: Snapshot) -> Snapshot:
    """Return `snapshot` if it is well formed; raise VerifyError listing all that is wrong.

    One that has been found well formed is not looked at again.
    """
    if "verified" in snapshot.cache:
        return snapshot
    problems = _Checker(snapshot).problems()
    if problems:
        listed = "\n".join(f"  - {p}" for p in problems)
        raise VerifyError(f"Snapshot {snapshot.name!r} is not well formed:\n{listed}")
    snapshot.cache["verified"] = True
    return snapshot


class _Checker:
    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.found: list[str] = []
        self.defined: set[Value] = set()
        self.names: set[str] = set()

    def problems(self) -> list[str]:
        """Everything that is wrong."""
        for value in (*self.snapshot.inputs, *self.snapshot.constant_values):
            self._define(value)
        self._check_constants()
        for node in self.snapshot.nodes:
            self._check_node(node)
        self._check_interface()
        return self.found

    def _define(self, value: Value) -> None:
        if value in self.defined or value.name in self.names:
            self.found.append(f"%{value.name} is defined twice")
        self.defined.add(value)
        self.names.add(value.name)

    def _check_constants(self) -> None:
        values = {v.name: v for v in self.snapshot.constant_values}
        if values.keys() != self.snapshot.constants.keys():
            self.found.append("constant values and constant data have different names")
            return
        for name, array in self.snapshot.constants.items():
            actual = TensorType(array.shape, FROM_NUMPY[array.dtype])
            if actual != values[name].type:
                self.found.append(f"constant %{name} is {actual}, declared {values[name].type}")

    def _check_node(self, node: Node) -> None:
        shown = f"node {node.op} -> {', '.join('%' + v.name for v in node.outputs)}"
        for value in node.inputs:
            if value is not None and value not in self.defined:
                self.found.append(f"{shown}: uses %{value.name} before its definition")
        for problem in _node_problems(node):
            self.found.append(f"{shown}: {problem}")
        for value in node.outputs:
            self._define(value)

    def _check_interface(self) -> None:
        s = self.snapshot
        for name, value in s.outputs.items():
            if value not in self.defined:
                self.found.append(f"output {name!r} is %{value.name}, which is not defined")
        inputs = {v.name: v for v in s.inputs}
        for output, name in s.aliases.items():
            if output not in s.outputs or name not in inputs:
                self.found.append(f"alias {output!r} -> {name!r} names no output or no input")
            elif s.outputs[output].type != inputs[name].type:
                self.found.append(f"alias {output!r} -> {name!r} joins different types")
        for name, array in s.states.items():
            if name not in inputs:
                self.found.append(f"state {name!r} is not an input")
            elif TensorType(array.shape, FROM_NUMPY[array.dtype]) != inputs[name].type:
                self.found.append(f"the data of state {name!r} is not {inputs[name].type}")


def unknown_op(name: str) -> str:
    """What to say of an op that is not in the table; those with a domain are of users."""
    told = "; register it with hodu.formats.onnx.op before it is loaded" if "." in name else ""
    return f"unknown op {name!r}{told}"


def _node_problems(node: Node) -> list[str]:
    op = REGISTRY.get(node.op)
    if op is None:
        return [unknown_op(node.op)]
    names = {p.name for p in op.schema.attrs}
    if names != node.attrs.keys():
        return [f"attributes {sorted(node.attrs)}, the op has {sorted(names)}"]
    minimum = sum(not p.is_list for p in op.schema.inputs)
    variadic = any(p.is_list for p in op.schema.inputs)
    if len(node.inputs) < minimum or (len(node.inputs) > minimum and not variadic):
        return [f"{len(node.inputs)} inputs, the op takes {minimum}"]
    problems = [*_absent_inputs(op, node), *attr_problems(op.schema, node.attrs)]
    problems += [p for region in node.regions() for p in _Checker(region).problems()]
    return problems or _type_problems(op, node)


def _absent_inputs(op: OpDef, node: Node) -> list[str]:
    return [
        f"the input {param.name!r} is none"
        for param, value in zip(op.schema.inputs, group(op.schema, node.inputs), strict=True)
        if not param.optional and (None in value if param.type == "Tensor[]" else value is None)
    ]


def _type_problems(op: OpDef, node: Node) -> list[str]:
    """What the op's own rule says; a rule may fail in any way on a graph that makes no sense."""
    declared = [v.type for v in node.outputs]
    try:
        check_dtypes(op, node.inputs)
        types = [None if v is None else v.type for v in node.inputs]
        inferred = infer_types(op, group(op.schema, types), node.attrs)
        if len(inferred) == len(declared) and all(map(compatible, inferred, declared)):
            return []
    except HoduError as error:
        return [error.message]
    except Exception as error:
        return [f"{type(error).__name__}: {error}"]
    shown = ", ".join(map(str, inferred))
    return [f"declared {', '.join(map(str, declared))}, the op yields {shown}"]


def compatible(inferred: TensorType, declared: TensorType) -> bool:
    """Whether the types can describe the same tensor: equal where both are known."""
    return (
        inferred.dtype is declared.dtype
        and len(inferred.shape) == len(declared.shape)
        and not any(map(provably_different, inferred.shape, declared.shape))
    )
