"""The builder: records op calls into a Snapshot under construction.

Nested builders trace the bodies of control flow; a value of an outer builder that a body uses
becomes an extra input of the body (`captures`); `edges` says where its gradient goes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from hodu.dims import Dim, Sym, symbols
from hodu.dispatch import views
from hodu.dispatch.base import TensorBase, type_of, wrap_value
from hodu.dispatch.tape import Edge, Leaf, edge_of, grad_enabled
from hodu.dtypes import FROM_NUMPY
from hodu.errors import CaptureError, HoduError
from hodu.ops._table import REGISTRY, Array, OpDef
from hodu.shapes import TensorType
from hodu.snapshot.constants import ConstantPool
from hodu.snapshot.infer import infer_types
from hodu.snapshot.ir import Node, Snapshot, Value, make_node
from hodu.snapshot.names import Names, SymbolNames
from hodu.snapshot.prune import prune
from hodu.source import location


@dataclass(frozen=True, slots=True)
class Held:
    """An eager tensor that is a state, and the lock of those who use it, if they have one."""

    tensor: TensorBase
    lock: Lock | None


class Builder:
    """A Snapshot being built; the recorder of a capture."""

    def __init__(self, name: str, parent: Builder | None = None) -> None:
        self.name = name
        self.parent = parent
        self.inputs: list[Value] = []
        self.nodes: list[Node] = []
        self.constant_values: dict[str, Value] = {}
        self.captures: dict[Value, Value] = {}
        self.edges: dict[Value, Edge] = {}
        self.differentiates = False
        self.states: dict[str, tuple[TensorBase, Array]] = {}
        self.held: dict[str, Held] = {}
        self.leaves: dict[int, tuple[TensorBase, Any]] = {}
        self._stand_ins: dict[int, tuple[TensorBase, TensorBase]] = {}
        self.names = Names()
        self._symbols: SymbolNames = SymbolNames(None if parent is None else parent._symbols)
        self._constants = ConstantPool()
        self._owned: set[Value] = set()
        self._rebound: list[tuple[TensorBase, Array]] = []

    # -- values -----------------------------------------------------------------------------

    def _own(self, value: Value) -> Value:
        self._owned.add(value)
        self._symbols.add(value.type.shape)
        return value

    def add_input(self, name: str, type_: TensorType) -> Value:
        """A new input; the name must not be taken."""
        if name in self.names:
            raise CaptureError(f"the name {name!r} is already used in this capture")
        return self._add_input(name, type_)

    def _add_input(self, name: str, type_: TensorType) -> Value:
        """A new input, under another name where this one is taken."""
        value = self._own(Value(self.names.fresh(name), type_))
        self.inputs.append(value)
        return value

    def add_constant(self, array: Array, name: str = "c") -> Value:
        """A constant with these contents, shared with an equal one added before."""
        known = self._constants.find(array)
        if known is not None:
            return self.constant_values[known]
        fresh = self.names.fresh(name)
        kept = self._constants.add(fresh, array)
        value = self._own(Value(fresh, TensorType(kept.shape, FROM_NUMPY[kept.dtype])))
        self.constant_values[fresh] = value
        return value

    def contents(self, value: Value) -> Array | None:
        """The contents of a value that is a constant here, None of any other."""
        is_constant = self.constant_values.get(value.name) is value
        return self._constants.arrays[value.name] if is_constant else None

    def value_of(self, tensor: TensorBase) -> Value:
        """The value that `tensor` stands for here, adding constants and captures as needed."""
        if tensor._data is not None:
            self.saw(tensor)
            if self.parent is None or tensor._node is None:
                return self.add_constant(tensor._data)
            return self._adopt_from(self.parent.value_of(tensor), tensor)
        if tensor._value is None:
            assert tensor._dims is not None
            attrs = {"dims": tuple(tensor._dims.reshape(-1)), "shape": tensor._dims.shape}
            tensor._value = self.record(REGISTRY["dims"], [], attrs)._value
        views.check_fresh(tensor)
        return self._adopt_from(tensor._value, tensor)

    def _adopt_from(self, value: Value, tensor: TensorBase) -> Value:
        """The value here of `tensor`; notes where the gradient of what a body captures goes.

        The same value may be captured on the tape and detached from it.
        """
        found = self._adopt(value)
        if value not in self.captures:
            return found
        if tensor._node is not None:
            self.edges.setdefault(value, edge_of(tensor))
        elif self.differentiates:
            return self._detached(found)
        return found

    def _adopt(self, value: Value) -> Value:
        if value in self._owned:
            return value
        if value in self.captures:
            return self.captures[value]
        if self.parent is None:
            raise CaptureError(
                f"the tensor %{value.name} belongs to another capture",
                where=location(),
                hint="a capture sees its own tensors and eager ones; pass others as inputs",
            )
        self.parent._adopt(value)
        return self.capture(value)

    def capture(self, value: Value) -> Value:
        """The input of this body that stands for a value of an outer builder."""
        if value in self.captures:
            return self.captures[value]
        inner = self._own(Value(self.names.fresh(value.name), value.type))
        self.captures[value] = inner
        return inner

    # -- the recorder -----------------------------------------------------------------------

    def record(self, op: OpDef, inputs: Sequence[Any], attrs: Mapping[str, Any]) -> Any:
        """Add a node for a call of `op` on tensors; returns tensors as the op does."""
        flat = [None if t is None else self.value_of(t) for t in _flat(inputs)]
        values = self.add_node(op, flat, attrs, self._infer(op, inputs, attrs))
        if self.differentiates and not grad_enabled.get():
            values = tuple(map(self._detached, values))
        tensors = [wrap_value(v) for v in values]
        if op.view and inputs and inputs[0]._data is None:
            views.link(inputs[0], tensors)
        if op.schema.results is None:
            return tensors
        return tensors[0] if len(op.schema.results) == 1 else tuple(tensors)

    def _detached(self, value: Value) -> Value:
        """What a body computed without gradients, which must not get any from outside."""
        if not value.type.dtype.is_float:
            return value
        return self.add_node(REGISTRY["detach"], [value], {}, [value.type])[0]

    def _infer(
        self, op: OpDef, inputs: Sequence[Any], attrs: Mapping[str, Any]
    ) -> list[TensorType]:
        types = [[_type(e) for e in x] if isinstance(x, list) else _type(x) for x in inputs]
        try:
            inferred = infer_types(op, types, attrs)
        except HoduError as error:
            error.where = error.where or location()
            raise
        if not any(isinstance(d, Sym) for t in inferred for d in t.shape):
            return inferred
        known = set(symbols(d for t in _flat(types) if t is not None for d in t.shape))
        known |= set(symbols(d for name in op.dim_attrs for d in _dims(attrs.get(name))))
        return self._symbols.distinguish(inferred, known)

    def add_node(
        self,
        op: OpDef,
        inputs: Sequence[Value | None],
        attrs: Mapping[str, Any],
        types: Sequence[TensorType],
    ) -> tuple[Value, ...]:
        """Append a node on values of this builder; returns its outputs."""
        ordered = {p.name: attrs.get(p.name, p.default) for p in op.schema.attrs}
        outputs = [(self.names.fresh(), t) for t in types]
        node = make_node(op.name, inputs, ordered, outputs, location())
        self.nodes.append(node)
        return tuple(self._own(v) for v in node.outputs)

    # -- writes and state -------------------------------------------------------------------

    def rebind(self, target: TensorBase, result: TensorBase) -> None:
        """An in-place write: `target` stands for `result` from here on.

        An eager target gets its data back when the capture ends (`restore`); a view writes to
        the tensor that it looks into.
        """
        value = self.value_of(result)
        if target._data is not None:
            views.check_owner(target._data)
            self._rebound.append((target, target._data))
            _detach(target)
        elif target._origin is not None:
            views.write_through(target, result)
        target._value, target._dims = value, None
        target._version = views.next_version(target)

    def lift_state(self, tensor: TensorBase, name: str, lock: Lock | None = None) -> TensorBase:
        """What stands for an eager tensor that is a state: an input aliased to its final value.

        The tensor itself is left alone: other threads may use it, those that hold `lock`.
        """
        if self.parent is not None:
            return self.parent.lift_state(tensor, name, lock)
        if tensor._data is None or id(tensor) in self._stand_ins:
            return self.stand_in(tensor)
        value = self._add_input(name, type_of(tensor))
        lifted: TensorBase = wrap_value(value)
        self.states[value.name] = (lifted, tensor._data)
        self.held[value.name] = Held(tensor, lock)
        self._stand_ins[id(tensor)] = (tensor, lifted)  # kept alive, so that the id stays its own
        return lifted

    def saw(self, tensor: TensorBase) -> None:
        """Note an eager tensor that is used and collects a gradient, with what it has by then."""
        if isinstance(tensor._node, Leaf):
            if self.parent is not None:
                self.parent.saw(tensor)
            gradient = getattr(tensor, "_grad", None)
            is_own = gradient is None or gradient._data is None  # set by what is being captured
            self.leaves.setdefault(id(tensor), (tensor, None if is_own else gradient))

    def hold(self, tensor: TensorBase, name: str = "state") -> None:
        """Make an eager tensor a state that stands for itself until `restore`."""
        assert tensor._data is not None
        value = self._add_input(name, type_of(tensor))
        self.states[value.name] = (tensor, tensor._data)
        self.held[value.name] = Held(tensor, None)
        self._rebound.append((tensor, tensor._data))
        _detach(tensor)
        tensor._value = value

    def written(self) -> list[TensorBase]:
        """The eager tensors, states or not, that were written."""
        unchanged = {id(held.tensor): name for name, held in self.held.items()}
        return [t for t, _ in self._rebound if t._value.name != unchanged.get(id(t))]

    def stand_in(self, tensor: TensorBase) -> TensorBase:
        """What stands for a state that was lifted; any other tensor itself."""
        if self.parent is not None:
            return self.parent.stand_in(tensor)
        return self._stand_ins.get(id(tensor), (tensor, tensor))[1]

    def restore(self) -> None:
        """Give eager tensors that were written their data back."""
        for tensor, data in reversed(self._rebound):
            tensor._data = data

    # -- the end ----------------------------------------------------------------------------

    def finish(
        self, outputs: Mapping[str, Value], metadata: Mapping[str, str] | None = None
    ) -> Snapshot:
        """The Snapshot with these outputs, without the nodes that they do not need."""
        next_states = {f"{n}.next": self.value_of(t) for n, (t, _) in self.states.items()}
        whole = Snapshot(
            name=self.name,
            inputs=(*self.inputs, *self.captures.values()),
            outputs={**outputs, **next_states},
            nodes=tuple(self.nodes),
            constants=self._constants.arrays,
            constant_values=tuple(self.constant_values.values()),
            aliases={f"{name}.next": name for name in self.states},
            states={name: data.copy() for name, (_, data) in self.states.items()},
            metadata=metadata or {},
        )
        return prune(whole)


def _detach(tensor: TensorBase) -> None:
    tensor._data = tensor._dims = tensor._origin = tensor._place = None
    tensor._version = 0


def _flat(items: Sequence[Any]) -> list[Any]:
    return [e for x in items for e in (x if isinstance(x, list) else (x,))]


def _type(tensor: TensorBase | None) -> TensorType | None:
    return None if tensor is None else type_of(tensor)


def _dims(value: Any) -> tuple[Dim, ...]:
    return value if isinstance(value, tuple) else () if value is None else (value,)
