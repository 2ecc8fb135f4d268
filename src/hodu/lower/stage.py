"""One kernel being written for one group of nodes: reading inputs, writing results.

A value of the Snapshot that has memory is loaded; one that has none is computed where it is read,
by the rule of the op that yields it. What is computed after the kernel's own op, the epilogue, is
computed the same way from the element that the op is about to store.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from hodu.dims import Dim
from hodu.dtypes import DType
from hodu.kernel.algebra import broadcast, constant
from hodu.kernel.buffer import Buf, Role
from hodu.kernel.builder import KernelBuilder
from hodu.kernel.expr import Expr, Operand, Ramp, index
from hodu.kernel.narrow import computed, round_to
from hodu.lower.collapse import Collapse
from hodu.lower.index import Extents, Index, broadcast_index
from hodu.lower.point import Point
from hodu.lower.program import Argument, Launch, Place
from hodu.lower.rules import READING, SCALAR
from hodu.lower.storage import Storage
from hodu.lower.touched import Touched
from hodu.shapes import Shape, TensorType
from hodu.snapshot.ir import Node, Value

if TYPE_CHECKING:
    from hodu.lower.lowering import Lowering

T = TypeVar("T")

Keep = Callable[[Index, Expr], None]
"""(position, element or a vector of them): takes a result that is not stored in memory."""


class Stage:
    """The kernel of a group: `node` is the op whose loops it has, `others` make use of them too."""

    def __init__(
        self,
        lowering: Lowering,
        node: Node,
        epilogue: Sequence[Node] = (),
        others: Sequence[Node] = (),
        first: Storage | None = None,
    ) -> None:
        """`first` is memory for the first input, which the kernel is to compute and store."""
        self.lowering = lowering
        self.node = node
        self.epilogue = tuple(epilogue)
        self.others = tuple(others)
        self.first = first
        self.k = KernelBuilder(node.op)
        self.collapse: Collapse | None = None
        self._params: dict[tuple[Place, Role], Buf] = {}
        self._touched = Touched()
        self._question: str | None = None
        self._joined: list[Stage] = []
        self._keep: Keep | None = None

    # -- what rules ask -------------------------------------------------------------------------

    @property
    def attrs(self) -> Mapping[str, Any]:
        """The attributes of the node."""
        return self.node.attrs

    @property
    def target(self) -> Any:
        """The CPU for which the kernel is."""
        return self.lowering.target

    def choose(self, question: str, candidates: Sequence[T]) -> T:
        """One of the candidates for this kernel, the best first; see `hodu.lower.choices`."""
        if len(candidates) == 1:
            return candidates[0]
        self._question = f"{self.label}: {question}"
        return self.lowering.choices.pick(self._question, candidates)

    def type(self, number: int = 0) -> TensorType:
        """The type of an input."""
        return self._input(number).type

    def out_type(self, number: int = 0) -> TensorType:
        """The type of a result."""
        return self.node.outputs[number].type

    def has(self, number: int) -> bool:
        """Whether an optional input is there."""
        return number < len(self.node.inputs) and self.node.inputs[number] is not None

    def _input(self, number: int) -> Value:
        value = self.node.inputs[number]
        assert value is not None
        return value

    def extents(self, shape: Shape) -> Extents:
        """Sizes as expressions; those known only at run time are loaded once."""
        return tuple(self.lowering.sizes.extent(self, dim) for dim in shape)

    def extent(self, dim: Dim) -> Expr:
        """A size as an expression."""
        return self.lowering.sizes.extent(self, dim)

    def shape_of(self, value: Value) -> Shape:
        """The shape of a value in the loops of this kernel, which may join axes."""
        return value.type.shape if self.collapse is None else self.collapse(value.type.shape)

    def in_extents(self, number: int = 0) -> Extents:
        """The sizes of an input."""
        return self.extents(self.type(number).shape)

    def out_extents(self, number: int = 0) -> Extents:
        """The sizes of a result."""
        return self.extents(self.out_type(number).shape)

    # -- memory ---------------------------------------------------------------------------------

    def param(self, place: Place, role: Role, name: str | None = None) -> Buf:
        """The parameter through which the kernel sees a place, read and written anyhow."""
        self._touched.anywhere.add(place)
        return self._param(place, role, name)

    def _param(self, place: Place, role: Role, name: str | None = None) -> Buf:
        key = (place, role)
        if key not in self._params:
            slot = place.slot
            hint = name or f"{'xyt'[('in', 'out', 'inout').index(role)]}{len(self._params)}"
            size = slot.size - place.offset
            self._params[key] = self.k.param(hint, slot.dtype, size, role)
        return self._params[key]

    def place_of(self, buf: Buf) -> Place:
        """What the kernel sees through a parameter."""
        return next(place for (place, _), found in self._params.items() if found is buf)

    def scratch(self, dtype: DType, size: int, name: str = "scratch") -> Buf:
        """Memory of the arena for this kernel alone."""
        place = Place(self.lowering.new_slot(name, dtype, size, "arena"))
        return self.param(place, "inout", name)

    def table(self, array: Any, name: str = "table") -> Buf:
        """A constant array, flat, as a parameter."""
        return self.param(self.lowering.new_constant(name, array), "in", name)

    def memory(self, number: int = 0) -> Buf:
        """The memory of a result, for loops that read what they wrote or write it twice."""
        return self.param(self.lowering.storage[self.node.outputs[number]].place, "inout")

    def stored(self, number: int) -> Buf | None:
        """The memory of an input in row-major order, None where it is not there so."""
        storage = self.lowering.storage.get(self._input(number))
        if storage is None or storage.strides is not None:
            return None
        return self.param(storage.place, "in")

    def data(self, number: int) -> Any:
        """The contents of an input that is a constant, None of another."""
        return self.lowering.constant_data(self._input(number))

    # -- reading --------------------------------------------------------------------------------

    def read(self, number: int, position: Index) -> Expr:
        """An element of an input, narrow floats as f32."""
        return self.value(self._input(number), position)

    def value(self, value: Value, position: Index) -> Expr:
        """An element of any value: loaded where it has memory, else computed here."""
        key = (value, position, self.collapse)
        known = self.k.recall(key)
        if known is None:
            known = self.k.let(self._compute(value, position), "v")
            self.k.remember(key, known)
        return known

    def _compute(self, value: Value, position: Index) -> Expr:
        data = self.lowering.constant_data(value)
        if data is not None and data.size == 1:
            return constant(data.reshape(-1)[0].item(), computed(value.type.dtype))
        storage = self.lowering.storage.get(value)
        if storage is not None:
            return self.load(storage, position, self.extents(self.shape_of(value)))
        reading = None if value.producer is None else READING.get(value.producer.op)
        if reading is not None and reading.view:
            return self.unrounded(value, position)
        return self.result(value, position)

    def load(self, storage: Storage, position: Index, extents: Extents) -> Expr:
        """An element of memory, or consecutive ones when the last index is a Ramp."""
        buf = self._param(storage.place, "in", storage.place.slot.name)
        at = storage.position(position, extents)
        self._touched.read(storage.place, at)
        return self.k.load(buf, *_span(at))

    def result(self, value: Value, position: Index) -> Expr:
        """An element of a value computed from the inputs of its op, memory or not."""
        return round_to(self.unrounded(value, position), value.type.dtype)

    def unrounded(self, value: Value, position: Index) -> Expr:
        """The same in f32 where it will be stored as a narrow float, which rounds it."""
        node = value.producer
        assert node is not None, f"%{value.name} has no memory and no producer"
        point = Point(self, node, node.outputs.index(value))
        if node.op in SCALAR:
            operands = [
                None if v is None else self.value(v, broadcast_index(position, self.shape_of(v)))
                for v in node.inputs
            ]
            return SCALAR[node.op](point, *operands)
        return READING[node.op].rule(point, position)

    def made(self, value: Value, position: Index) -> Expr:
        """The same, and known to what reads it there later in this kernel."""
        element = self.k.let(self.result(value, position), "v")
        self.k.remember((value, position, self.collapse), element)
        return element

    # -- writing --------------------------------------------------------------------------------

    def write(self, position: Index, value: Expr, number: int = 0) -> None:
        """Store an element of a result (the only time), after the epilogue is applied to it."""
        result = self.node.outputs[number]
        if not self.epilogue:
            self.store(result, position, value)
            return
        rounded = round_to(value, result.type.dtype)
        at = broadcast_index(position, self.shape_of(result))
        self.k.remember((result, at, self.collapse), self.k.let(rounded, "v"))
        root = self.epilogue[-1].outputs[0]
        self.store(root, position, self.unrounded(root, position))

    def store(self, value: Value, position: Index, element: Expr) -> None:
        """Store an element in the memory of a value."""
        if self._keep is not None:
            self._keep(position, element)
            return
        self.put(self.lowering.storage[value], position, element)

    @property
    def result_keeps(self) -> Storage | None:
        """The memory of the result, where what is stored there can be read again as it was."""
        is_wide = computed(self.out_type().dtype) is self.out_type().dtype
        if self.epilogue or self._keep is not None or not is_wide:
            return None
        return self.lowering.storage[self.node.outputs[0]]

    def put(self, storage: Storage, position: Index, element: Expr) -> None:
        """Store an element of a tensor of the shape of the loops that this kernel writes."""
        buf, at = self._written(storage, position)
        self._touched.write(storage.place, at)
        self.k.store(buf, _span(at)[0], broadcast(element, _span(at)[1]))

    def taken(self, storage: Storage, position: Index) -> Expr:
        """What `put` has stored."""
        buf, at = self._written(storage, position)
        return self.k.load(buf, *_span(at))

    def _written(self, storage: Storage, position: Index) -> tuple[Buf, Expr]:
        shape = storage.shape if self.collapse is None else self.collapse(storage.shape)
        buf = self._param(storage.place, "out", storage.place.slot.name)
        return buf, storage.position(position, self.extents(shape))

    def store_size(self, dim: Dim, count: Expr, hint: str = "") -> None:
        """Store the size that depends on the data; an error where it must be another one.

        `hint` says how to make room for more than there is memory for.
        """
        self.lowering.sizes.store(self, dim, count, hint)

    def fail(
        self,
        condition: Expr,
        status: int,
        message: str,
        *values: Operand,
        hint: str = "",
        node: Node | None = None,
    ) -> None:
        """Leave with an error where `condition` holds; {0} to {3} in the message are `values`."""
        site = self.lowering.site(message, hint, node or self.node)
        given = [index(v) for v in values]
        self.k.fail(condition, status, site, *given)

    # -- the end --------------------------------------------------------------------------------

    def joined(self, node: Node, epilogue: Sequence[Node], keep: Keep) -> Stage:
        """A stage for a node that is computed in this kernel too; `keep` takes its result."""
        other = Stage(self.lowering, node, epilogue)
        other.k, other._params, other._touched = self.k, self._params, self._touched
        other._keep = keep
        self._joined.append(other)
        return other

    def attempt(self) -> Callable[[], None]:
        """What takes back all that is written of the kernel from here on."""
        k, params, touched = self.k.fork(), dict(self._params), self._touched.copy()

        def restart() -> None:
            self.k, self._params, self._touched = k, params, touched

        return restart

    def split(self, name: str) -> None:
        """End the kernel here and go on in another one that runs after it."""
        self.finish()
        self.k = KernelBuilder(name)
        self._params = {}
        self._touched = Touched()
        self._question = None

    def finish(self) -> None:
        """Add the kernel to the program."""
        if not self.k.is_empty:
            names = {place: buf.name for (place, role), buf in self._params.items() if role == "in"}
            in_place = frozenset(names[place] for place in self._touched.in_place() & names.keys())
            kernel = dataclasses.replace(self.k.finish(), in_place=in_place)
            arguments = tuple(Argument(place, role) for place, role in self._params)
            launch = Launch(kernel, arguments, self.label, self.node.loc, tuple(self._nodes()))
            self.lowering.launch(launch, self._question)

    @property
    def label(self) -> str:
        """The ops that the kernel computes, for profiles."""
        return "+".join(node.op for node in self._nodes())

    def _nodes(self) -> Iterator[Node]:
        for stage in self._joined:
            yield from stage._nodes()
        first = None if self.first is None else self._input(0).producer
        nodes = (*self.others, first, self.node, *self.epilogue)
        yield from (node for node in nodes if node is not None)


def _span(at: Expr) -> tuple[Expr, int]:
    """A position and how many elements from there on."""
    return (at.base, at.lanes) if isinstance(at, Ramp) else (at, 1)
