"""A Snapshot as a program: memory for its values, a kernel for each group of nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from hodu.errors import UnsupportedError
from hodu.kernel.expr import Expr, index
from hodu.lower import families
from hodu.lower.blocks import families as families_in_blocks  # noqa: F401
from hodu.lower.blocks.chained import find_chains, lower_chain
from hodu.lower.blocks.forms import Forms, copy_form
from hodu.lower.blocks.pieces import place_pieces
from hodu.lower.blocks.rules import BORDERS, leaves_of, lower_in_blocks
from hodu.lower.choices import Choices
from hodu.lower.control import lower_control
from hodu.lower.copies import without_copies
from hodu.lower.groups import Group, make_groups
from hodu.lower.last import families as families_last  # noqa: F401
from hodu.lower.memory import Memory, count_of
from hodu.lower.moving.joins import join_places
from hodu.lower.moving.movement import find_in_memory, lower_movement
from hodu.lower.pointwise import lower_pointwise
from hodu.lower.program import Launch, Place, Port, Program, Slot, SlotKind, Step, slots_of
from hodu.lower.rules import ALIAS, CONTROL, KERNEL, has_rule
from hodu.lower.sizes import Sizes
from hodu.lower.stage import Stage
from hodu.lower.storage import Storage
from hodu.lower.threads import choose_threads
from hodu.lower.updates import join_updates
from hodu.ops._table import Array
from hodu.plan.target import Target
from hodu.snapshot.ir import Node, Snapshot, Value
from hodu.spill import release

if TYPE_CHECKING:
    from hodu.lower.streams.layer import Stream


def lower(
    snapshot: Snapshot,
    target: Target,
    *,
    fuse: bool = True,
    exact: bool = False,
    choices: Choices | None = None,
    streams: Sequence[Stream] = (),
) -> Program:
    """The program of a Snapshot all of whose inputs have known sizes.

    Without `fuse` every node has a kernel of its own and its result has memory. With `exact` sums
    are only cut into blocks: no algorithm is taken that computes other products. `choices` says
    what measurements found, `streams` which groups are computed row by row. Raises
    UnsupportedError that lists every node for which there is no rule.
    """
    missing = unsupported_nodes(snapshot)
    if missing:
        listed = "\n".join(f"  {n.op}{f' at {n.loc}' if n.loc else ''}" for n in missing)
        raise UnsupportedError(f"the CPU compiler has no code for:\n{listed}")
    made = Lowering(target, fuse=fuse, exact=exact, choices=choices, streams=streams)
    return made.program(snapshot)


def unsupported_nodes(snapshot: Snapshot) -> list[Node]:
    """The nodes for which there is no rule, also those inside loops and branches."""
    found = [n for n in snapshot.nodes if not has_rule(n.op)]
    for node in snapshot.nodes:
        for region in node.regions():
            found += unsupported_nodes(region)
    return found


def groups_of(snapshot: Snapshot, *, fuse: bool = True) -> list[Group]:
    """The groups in which a Snapshot is lowered."""
    _load_rules(snapshot)
    return make_groups(snapshot, fuse=fuse)


def _load_rules(snapshot: Snapshot) -> None:
    families.load({"cast", *_ops_of(snapshot)})  # rules of others round their results


class Lowering(Memory):
    """The state of lowering one Snapshot and the ones inside its nodes."""

    def __init__(
        self,
        target: Target,
        *,
        fuse: bool = True,
        exact: bool = False,
        choices: Choices | None = None,
        streams: Sequence[Stream] = (),
    ) -> None:
        super().__init__()
        self.target = target
        self.exact = exact
        self.choices = choices or Choices()
        self._fuse = fuse
        self._streams = {root: stream for stream in streams for root in stream.roots}
        self.sizes = Sizes(self)
        self.forms = Forms(self)
        self.users: dict[Value, list[Node]] = {}
        self.updates: set[Value] = set()
        self.parts: dict[Slot, int] = {}
        self.first_rows: dict[Node, Callable[[Stage], Expr]] = {}
        self._sites: dict[str, int] = {}
        self._steps: list[list[Step]] = [[]]

    # -- the whole ------------------------------------------------------------------------------

    def program(self, snapshot: Snapshot) -> Program:
        """Lower everything."""
        _load_rules(snapshot)
        updated = set(snapshot.aliases.values())
        inputs = [
            self._port(v.name, v, "updated" if v.name in updated else "input")
            for v in snapshot.inputs
            if not _is_state(v, snapshot)
        ]
        states = [
            self._port(v.name, v, "state", snapshot.states[v.name])
            for v in snapshot.inputs
            if _is_state(v, snapshot)
        ]
        self.sizes.declare_block(snapshot)
        results = {n: v for n, v in snapshot.outputs.items() if n not in snapshot.aliases}
        if not (self.target.is_bare or self.target.compact):  # there all kernels of a form are one
            self.updates = {snapshot.outputs[name] for name in snapshot.aliases}
        places = {name: Place(self._output_slot(name, v)) for name, v in results.items()}
        self._block(snapshot, _first_places(results, places))
        for name, value in results.items():
            self.copy_into(places[name], value)
        self._update(snapshot, {port.name: port for port in (*inputs, *states)})
        outputs = tuple(
            Port(name, v.type, places[name].slot, self.sizes.capacity(v.type.shape))
            for name, v in results.items()
        )
        self.sizes.store_shapes([port.type.shape for port in outputs])
        steps = choose_threads(join_updates(self, without_copies(self._steps[0])))
        ports = {port.slot for port in (*inputs, *outputs, *states)}
        return Program(
            snapshot.name,
            tuple(inputs),
            outputs,
            tuple(states),
            _used(self.slots, steps, ports),
            steps,
            tuple(self._sites),
            snapshot.metadata,
        )

    def _port(self, name: str, value: Value, kind: SlotKind, data: Array | None = None) -> Port:
        shape = self.sizes.capacity(value.type.shape)
        slot = self.new_slot(name, value.type.dtype, count_of(shape), kind, data)
        self.storage[value] = Storage(Place(slot), value.type.shape)
        return Port(name, value.type, slot, shape)

    def _output_slot(self, name: str, value: Value) -> Slot:
        size = count_of(self.sizes.capacity(value.type.shape))
        return self.new_slot(name, value.type.dtype, size, "output")

    def _update(self, snapshot: Snapshot, ports: Mapping[str, Port]) -> None:
        """Store what states and updated inputs become, when nothing reads what they were any more.

        One that becomes another's old value goes through memory of its own.
        """
        held = {ports[name].slot for name in snapshot.aliases.values()}
        moved: list[tuple[Place, Value]] = []
        for output, name in snapshot.aliases.items():
            value = snapshot.outputs[output]
            target = Place(ports[name].slot)
            if self.storage[value].place.slot in held and self.storage[value].place != target:
                value = self._copied(value)
            moved.append((target, value))
        for place, value in moved:
            self.copy_into(place, value)

    def _copied(self, value: Value) -> Value:
        copy = Value(f"{value.name}_copy", value.type)
        storage = self.give_memory(copy)
        self.copy_into(storage.place, value)
        return copy

    # -- blocks ---------------------------------------------------------------------------------

    def steps_of(
        self,
        snapshot: Snapshot,
        operands: Sequence[Value],
        places: Sequence[Place],
        finish: Callable[[], None] | None = None,
    ) -> tuple[Step, ...]:
        """The steps of a body on operands that have storage; its results go to `places`.

        `finish` adds steps at its end.
        """
        scope = self.sizes.enter(snapshot, operands)
        for inner, outer in zip(snapshot.inputs, operands, strict=True):
            self.storage[inner] = self.storage[outer]
            if outer in self.constants:
                self.constants[inner] = self.constants[outer]
        self._steps.append([])
        named = dict(zip(snapshot.outputs, places, strict=False))
        self._block(snapshot, _first_places(snapshot.outputs, named))
        for name, place in named.items():
            self.copy_into(place, snapshot.outputs[name])
        if finish is not None:
            finish()
        self.sizes.leave(scope)
        return tuple(self._steps.pop())

    def collect(self) -> None:
        """Begin a list of steps that `collected` ends."""
        self._steps.append([])

    def collected(self) -> tuple[Step, ...]:
        """The steps since `collect`."""
        return tuple(self._steps.pop())

    def add(self, step: Step) -> None:
        """Append a step."""
        self._steps[-1].append(step)

    def _block(self, snapshot: Snapshot, places: Mapping[Value, Place]) -> None:
        for value in snapshot.constant_values:
            self.give_constant(value, snapshot.constants[value.name])
        self._look_ahead(snapshot)
        groups = make_groups(snapshot, fuse=self._fuse, few=self.target.is_bare)
        places = join_places(self, groups, places)
        place_pieces(self, snapshot, groups)
        chains = find_chains(self, groups, set(snapshot.outputs.values()))
        waiting = set(chains.values())
        for group in (g for g in groups if g not in waiting):
            if group.root in self._streams:
                self._stream(group, places)
                continue
            before = [chains[group.node]] if group.node in chains else []
            if not before or not lower_chain(self, before[0], group):
                for each in (*before, group):
                    self.lower_group(each, places)
            for each in (*before, group):
                self._release(each)

    def _stream(self, group: Group, places: Mapping[Value, Place]) -> None:
        """All groups of a stream, in the place of its last one."""
        from hodu.lower.streams.stream import lower_stream  # firmware alone has streams

        stream = self._streams[group.root]
        if group.root is stream.roots[-1]:
            lower_stream(self, stream, places)
            for layer in stream.layers:
                self._release(layer.group)

    def lower_group(self, group: Group, places: Mapping[Value, Place]) -> None:
        """Add the steps of a group; `places` says where results have to lie."""
        if group.others:
            self._joined((*group.others, replace(group, others=())), places)
        elif group.first is not None:
            self._with_first(group, group.first, places)
        elif not lower_in_blocks(self, group):
            self._group(group, places)

    def _release(self, group: Group) -> None:
        """Let go of the constants that a group has packed."""
        for other in (*group.others, *([] if group.first is None else [group.first])):
            self._release(other)
        for node in (group.node, *group.epilogue):
            for value in node.inputs:
                if value in self.constants:
                    release(self.constants[value])

    def _look_ahead(self, snapshot: Snapshot) -> None:
        """Note who reads values, and with which border convolutions want them."""
        for node in snapshot.nodes:
            for value in node.inputs:
                if value is not None:
                    self.users.setdefault(value, []).append(node)
            if node.op in BORDERS and (border := BORDERS[node.op](self, node)) is not None:
                value = node.inputs[0]
                assert value is not None
                known = self.forms.borders.get(value, border)
                self.forms.borders[value] = border.joined(known)

    def _joined(self, groups: Sequence[Group], places: Mapping[Value, Place]) -> None:
        """Groups that share loops, apart where the first of them computes in blocks."""
        if lower_in_blocks(self, groups[0]):
            for group in groups[1:]:
                self.lower_group(group, places)
            return
        self._use_dense([group.node for group in groups])
        values = [group.node.outputs[group.number] for group in groups]
        for value in values:
            self.give_memory(value, places.get(value))
        lower_pointwise(self, *values)

    def _with_first(self, group: Group, first: Group, places: Mapping[Value, Place]) -> None:
        """A group that makes its first input, apart where that is computed in blocks."""
        if lower_in_blocks(self, first):
            self.lower_group(replace(group, first=None), places)
            return
        (value,) = first.node.outputs
        self._use_dense((first.node, group.node, *group.epilogue))
        storage = self.give_memory(value, places.get(value))
        # In the loops it is an input that has to be computed.
        del self.storage[value]
        self._kernel(group, places, storage)
        self.storage[value] = storage

    def _use_dense(self, nodes: Sequence[Node]) -> None:
        for value in tuple(leaves_of(self, nodes)):
            if value in self.storage:
                self.forms.use_dense(value)

    def _group(self, group: Group, places: Mapping[Value, Place]) -> None:
        node = group.node
        self._use_dense((node, *group.epilogue))
        if node.op in ALIAS:
            self._alias(node)
        elif node.op in CONTROL:
            lower_control(self, node)
        elif node.op in KERNEL:
            self._kernel(group, places)
        else:
            self._stored(node, group.number, places.get(node.outputs[group.number]))

    def _kernel(
        self, group: Group, places: Mapping[Value, Place], first: Storage | None = None
    ) -> None:
        """A group whose node has loops of its own; `first` is memory for its first input."""
        for value in group.root.outputs:
            self.give_memory(value, places.get(value))
        stage = Stage(self, group.node, group.epilogue, first=first)
        KERNEL[group.node.op].rule(stage)
        stage.finish()

    def _stored(self, node: Node, number: int, place: Place | None) -> None:
        """Store a result of a scalar or reading node."""
        value = node.outputs[number]
        lies = find_in_memory(self, value) if place is None else None
        self.give_memory(value, place or lies)
        if lies is None and not lower_movement(self, value):
            lower_pointwise(self, value)

    def _alias(self, node: Node) -> None:
        source, result = node.inputs[0], node.outputs[0]
        assert source is not None
        self.storage[result] = Storage(self.storage[source].place, result.type.shape)
        if source in self.constants:
            shape = self.sizes.capacity(result.type.shape)
            self.constants[result] = self.constants[source].reshape(shape)

    # -- copies -----------------------------------------------------------------------------------

    def copy_into(self, place: Place, value: Value) -> None:
        """Copy a value to a place where it does not lie yet."""
        storage = self.storage[value]
        if storage.place == place or place.slot.size == 0:
            return
        if storage.layout is not None:
            copy_form(self, storage, Storage(place, value.type.shape))
            return
        stage = self.bare_stage("copy")
        source = stage.param(storage.place, "in")
        target = stage.param(place, "out")
        count: Expr = index(1)
        for extent in stage.extents(value.type.shape):
            count = count * extent
        stage.k.copy(target, 0, source, 0, count)
        stage.finish()

    def bare_stage(self, name: str) -> Stage:
        """A kernel that belongs to no node."""
        return Stage(self, Node(name, (), {}, (), None))

    # -- kernels --------------------------------------------------------------------------------

    def mark(self) -> Callable[[], None]:
        """What takes back all that is done from now on to steps and to the memory of values."""
        count, storage, restore = len(self._steps[-1]), dict(self.storage), self.forms.mark()

        def rewind() -> None:
            del self._steps[-1][count:]
            self.storage = storage
            restore()

        return rewind

    def launch(self, launch: Launch, question: str | None = None) -> None:
        """Append a call of a kernel; `question` is what it asked of `choices`."""
        if question is not None:
            self.choices.note(question, launch)
        self.add(launch)

    def site(self, message: str, hint: str, node: Node) -> int:
        """The number of the text of an error: message, hint and the node's place."""
        text = "\x1f".join([message, hint, node.loc or ""])
        return self._sites.setdefault(text, len(self._sites))


def _used(slots: Sequence[Slot], steps: Sequence[Step], kept: set[Slot]) -> tuple[Slot, ...]:
    """The slots that steps touch or that belong to the interface, in order."""
    touched = kept | set(slots_of(steps))
    return tuple(slot for slot in slots if slot in touched)


def _ops_of(snapshot: Snapshot) -> Iterator[str]:
    """The ops of all nodes, also those inside loops and branches."""
    for node in snapshot.nodes:
        yield node.op
        for region in node.regions():
            yield from _ops_of(region)


def _is_state(value: Value, snapshot: Snapshot) -> bool:
    return value.name in snapshot.states


def _first_places(results: Mapping[str, Value], places: Mapping[str, Place]) -> dict[Value, Place]:
    """Where to compute results at once; those that are named twice are copied afterwards.

    What is only another shape of a value is computed as that value.
    """
    found: dict[Value, Place] = {}
    for name, place in places.items():
        value = results[name]
        while value.producer is not None and value.producer.op in ALIAS:
            source = value.producer.inputs[0]
            assert source is not None
            value = source
        if value.producer is not None and value.producer.op not in CONTROL:
            found.setdefault(value, place)
    return found
