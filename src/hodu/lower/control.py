"""Decisions and loops: the steps of a node that owns Snapshots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from hodu.dims import Dim
from hodu.dtypes import bool_, i64
from hodu.kernel.expr import INDEX, Const, Expr, index
from hodu.lower.index import product
from hodu.lower.limits import beyond_limit
from hodu.lower.program import Branch, Place, Repeat, Step
from hodu.shapes import TensorType
from hodu.snapshot.ir import Node, Snapshot, Value

if TYPE_CHECKING:
    from hodu.lower.lowering import Lowering


def lower_control(lowering: Lowering, node: Node) -> None:
    """Add the steps of a `cond`, `while_loop` or `scan`."""
    _RULES[node.op](lowering, node)


def _values(node: Node) -> list[Value]:
    return [v for v in node.inputs if v is not None]


def _cond(lowering: Lowering, node: Node) -> None:
    condition, *operands = _values(node)
    places = [lowering.give_memory(v).place for v in node.outputs]
    joined = lowering.sizes.found_by(node)

    def branch(body: Snapshot) -> tuple[Step, ...]:
        return lowering.steps_of(
            body, operands, places, lambda: _store_joined(lowering, node, body, joined)
        )

    then, orelse = branch(node.attrs["then_branch"]), branch(node.attrs["else_branch"])
    lowering.add(Branch(lowering.storage[condition].place, then, orelse))


def _store_joined(
    lowering: Lowering, node: Node, body: Snapshot, joined: Mapping[Dim, Place]
) -> None:
    """Store the sizes in which the branches differ, at the end of one of them."""
    if not joined:
        return
    stage = lowering.bare_stage("sizes")
    for result, value in zip(node.outputs, body.outputs.values(), strict=True):
        for dim, size in zip(result.type.shape, value.type.shape, strict=True):
            if dim in joined:
                place = stage.param(joined[dim], "out")
                stage.k.store(place, 0, stage.extent(size).cast(i64))
    stage.finish()


def _while_loop(lowering: Lowering, node: Node) -> None:
    operands = _values(node)
    carried = _carry(lowering, node, operands[: node.attrs["carried"]])
    outer = operands[node.attrs["carried"] :]
    held = Place(lowering.new_slot("holds", bool_, 1, "arena"))
    test = lowering.steps_of(node.attrs["cond"], [*carried, *outer], [held])
    body = _body(lowering, node.attrs["body"], carried, [*carried, *outer])
    lowering.add(Repeat(test, held, body))


def _scan(lowering: Lowering, node: Node) -> None:
    operands = _values(node)
    count, scanned = node.attrs["carried"], node.attrs["scanned"]
    carried = _carry(lowering, node, operands[:count])
    over, outer = operands[count : count + scanned], operands[count + scanned :]
    turn = _Turn(lowering, over[0], reverse=node.attrs["reverse"])
    body: Snapshot = node.attrs["body"]
    rows = [_row(lowering, v) for v in over]
    results = [_fresh(lowering, v) for v in list(body.outputs.values())[count:]]
    stacked = list(node.outputs[count:])
    for value in stacked:
        lowering.give_memory(value)
    test, held = turn.test()
    lowering.collect()
    for row, source in zip(rows, over, strict=True):
        turn.take(row, source)
    for step in _body(lowering, body, carried, [*carried, *rows, *outer], results):
        lowering.add(step)
    for result, whole in zip(results, stacked, strict=True):
        turn.put(whole, result)
    turn.advance()
    lowering.add(Repeat(test, held, lowering.collected()))


def _carry(lowering: Lowering, node: Node, initial: Sequence[Value]) -> list[Value]:
    """The carried results of a loop, holding the initial values."""
    results = list(node.outputs[: len(initial)])
    for result, value in zip(results, initial, strict=True):
        if result.type.shape != value.type.shape:
            raise beyond_limit(node, f"it carries {value.type} and leaves {result.type}")
        storage = lowering.give_memory(result)
        lowering.copy_into(storage.place, value)
    return results


def _fresh(lowering: Lowering, value: Value) -> Value:
    fresh = Value(value.name, value.type)
    lowering.give_memory(fresh)
    return fresh


def _row(lowering: Lowering, value: Value) -> Value:
    """Memory for a part of a value along its first axis."""
    row = Value(f"{value.name}_row", TensorType(value.type.shape[1:], value.type.dtype))
    lowering.give_memory(row)
    return row


def _body(
    lowering: Lowering,
    body: Snapshot,
    carried: Sequence[Value],
    operands: Sequence[Value],
    results: Sequence[Value] = (),
) -> tuple[Step, ...]:
    """The steps of one turn: what is carried is replaced when the whole turn is done."""
    after = [_fresh(lowering, v) for v in carried]
    places = [lowering.storage[v].place for v in (*after, *results)]
    lowering.collect()
    for step in lowering.steps_of(body, operands, places):
        lowering.add(step)
    for old, new in zip(carried, after, strict=True):
        lowering.copy_into(lowering.storage[old].place, new)
    return lowering.collected()


class _Turn:
    """The counter of a scan, and the rows that it points to."""

    def __init__(self, lowering: Lowering, over: Value, reverse: bool) -> None:
        self.lowering = lowering
        self.length = over.type.shape[0]
        self.reverse = reverse
        self.counter = Place(lowering.new_slot("turn", i64, 1, "arena"))
        stage = lowering.bare_stage("begin")
        stage.k.store(stage.param(self.counter, "out", "turn"), 0, 0)
        stage.finish()

    def test(self) -> tuple[tuple[Step, ...], Place]:
        """The steps that find out whether there is another turn, and where they say it."""
        held = Place(self.lowering.new_slot("holds", bool_, 1, "arena"))
        self.lowering.collect()
        stage = self.lowering.bare_stage("more")
        (length,) = stage.extents((self.length,))
        turn = stage.k.load(stage.param(self.counter, "in", "turn"))
        stage.k.store(stage.param(held, "out", "holds"), 0, turn.cast(INDEX) < length)
        stage.finish()
        return self.lowering.collected(), held

    def take(self, row: Value, source: Value) -> None:
        """Copy the row of this turn out of what is scanned."""
        self._move(row, row, source, into=False)

    def put(self, whole: Value, row: Value) -> None:
        """Copy a result of this turn to its row of what is stacked."""
        self._move(row, whole, row, into=True)

    def _move(self, row: Value, target: Value, source: Value, *, into: bool) -> None:
        stage = self.lowering.bare_stage("row")
        count = product(stage.extents(row.type.shape))
        (length,) = stage.extents((self.length,))
        turn = stage.k.load(stage.param(self.counter, "in", "turn")).cast(INDEX)
        number: Expr = length - 1 - turn if self.reverse else turn
        at, zero = number * count, Const(0, INDEX)
        to = stage.param(self.lowering.storage[target].place, "out")
        given = stage.param(self.lowering.storage[source].place, "in")
        stage.k.copy(to, at if into else zero, given, zero if into else at, count)
        stage.finish()

    def advance(self) -> None:
        """Go to the next turn."""
        stage = self.lowering.bare_stage("next")
        turn = stage.param(self.counter, "inout", "turn")
        stage.k.store(turn, index(0), stage.k.load(turn) + 1)
        stage.finish()


_RULES = {"cond": _cond, "while_loop": _while_loop, "scan": _scan}
