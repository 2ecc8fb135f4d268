"""Loops that carry no more than they need.

A loop of ONNX counts its steps, and is given its condition before the first and at the end of each.
Where the condition is a function of what else is carried, the loop asks it as one; what nothing
reads is not carried.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from hodu.ops._table import Array
from hodu.passes._recomputed import Recomputed, values_read
from hodu.snapshot.ir import Node, Snapshot, Value
from hodu.snapshot.names import Names
from hodu.snapshot.prune import prune
from hodu.snapshot.rebuild import Rebuilder, rebuild
from hodu.snapshot.rename import rename_values


def loops(snapshot: Snapshot) -> Snapshot:
    """The Snapshot with each `while_loop`, also in bodies, as small as it can be."""
    if not any(node.definition.has_regions for node in snapshot.nodes):
        return snapshot
    snapshot = prune(snapshot)
    read = values_read(snapshot)
    constants = {v: snapshot.constants[v.name] for v in snapshot.constant_values}

    def step(node: Node, inputs: list[Value | None], out: Rebuilder) -> Sequence[Value]:
        if node.op == "while_loop":
            operands = [v for v in inputs if v is not None]
            return _Loop(node, operands, constants | out.constants, read).rebuilt(out)
        attrs = {k: loops(v) if isinstance(v, Snapshot) else v for k, v in node.attrs.items()}
        return out.call(node.op, inputs, attrs, node, [v.type for v in node.outputs])

    return prune(rebuild(snapshot, step))


class _Loop:
    """One loop: `kept` numbers what it still carries, and `asked` is its condition as a number."""

    def __init__(
        self,
        node: Node,
        operands: Sequence[Value],
        constants: Mapping[Value, Array],
        read: Collection[Value],
    ) -> None:
        self.node, self.operands, self.constants = node, operands, constants
        self.cond: Snapshot = node.attrs["cond"]
        self.body: Snapshot = node.attrs["body"]
        self.carried: int = node.attrs["carried"]
        self.wanted = {i for i, v in enumerate(node.outputs) if v in read}
        self.asked: int | None = None

    def rebuilt(self, out: Rebuilder) -> Sequence[Value]:
        """The new values of the results; any value stands for one that nothing reads."""
        self._ask()
        kept = self._kept()
        if not kept:  # It ends at once, or never.
            return out.copy(self.node, self.operands)
        outer = self._outer(kept)
        order = [*kept, *outer]
        cond = self._region(self.cond, order, [*self.cond.outputs.values()])
        results = [*self.body.outputs.values()]
        body = self._region(self.body, order, [results[i] for i in kept])
        attrs = {"carried": len(kept), "cond": cond, "body": body}
        found = out.call(
            "while_loop", [self.operands[i] for i in order], attrs, self.node,
            [v.type for v in body.outputs.values()], [self.node.outputs[i].name for i in kept],
        )  # fmt: skip
        values = dict(zip(kept, found, strict=True))
        if self.asked in self.wanted:
            values[self.asked] = out.constant(self._flag(False), "c")
        return [values.get(i, self.operands[i]) for i in range(self.carried)]

    # -- the condition --------------------------------------------------------------------------

    def _ask(self) -> None:
        """Where the condition is a carried bool, work it out of what else is carried."""
        (asked,) = self.cond.outputs.values()
        if asked not in self.cond.inputs[: self.carried]:
            return
        number = self.cond.inputs.index(asked)
        condition = self._condition(number)
        if condition is None:
            return
        given = dict(zip(condition.inputs, self.operands, strict=True))
        if not Recomputed(condition, given, self.constants).holds(self.operands[number]):
            return
        self.cond, self.asked = condition, number
        # In the body it is known to hold.
        flag = self.body.inputs[number]
        self.body = dataclasses.replace(
            self.body,
            constant_values=(*self.body.constant_values, flag),
            constants={**self.body.constants, flag.name: self._flag(True)},
        )

    def _flag(self, value: bool) -> Array:
        (asked,) = self.cond.outputs.values()
        return np.full(tuple(map(int, asked.type.shape)), value)

    def _condition(self, number: int) -> Snapshot | None:
        """What the body computes for a carried value, of its other results; None if of more."""
        results = [*self.body.outputs.values()]
        taken: dict[Value, Value] = {}
        inputs = list(self.body.inputs)
        fixed = {*self.body.constant_values, *self.body.inputs[self.carried :]}
        for i, value in enumerate(results):
            if i != number and value not in taken and value not in fixed:
                inputs[i] = taken[value] = Value(f"following{i}", value.type)

        def step(node: Node, given: list[Value | None], out: Rebuilder) -> Sequence[Value]:
            new = out.copy(node, given)
            return [taken.get(v, n) for v, n in zip(node.outputs, new, strict=True)]

        body = dataclasses.replace(self.body, outputs={"y0": results[number]})
        held = {v: w for v, w in taken.items() if v in self.body.inputs}
        found = prune(rebuild(body, step, held))
        own = set(self.body.inputs[: self.carried])
        if own & values_read(found):
            return None
        return dataclasses.replace(found, name=self.cond.name, inputs=tuple(inputs))

    # -- what is needed -------------------------------------------------------------------------

    def _kept(self) -> list[int]:
        """The numbers of the carried values that the condition or a wanted result needs."""
        needed = self._uses(self.cond, self.cond.outputs) | self.wanted
        while True:
            needed -= {self.asked}
            outputs = {k: v for i, (k, v) in enumerate(self.body.outputs.items()) if i in needed}
            more = needed | self._uses(self.body, outputs) - {self.asked}
            if more == needed:
                return sorted(needed)
            needed = more

    def _uses(self, region: Snapshot, outputs: Mapping[str, Value]) -> set[int]:
        read = values_read(prune(region, outputs))
        return {i for i, v in enumerate(region.inputs[: self.carried]) if v in read}

    def _outer(self, kept: Sequence[int]) -> list[int]:
        """The numbers of the operands that bodies use besides, in the order of their use."""
        results = [*self.body.outputs.values()]
        ends = {f"y{i}": results[i] for i in kept}
        found: dict[int, None] = {}
        for region in (prune(self.cond), prune(self.body, ends)):
            numbers = {v: i for i, v in enumerate(region.inputs) if i >= self.carried}
            used = [v for node in region.nodes for v in node.inputs if v is not None]
            found.update(
                (numbers[v], None) for v in (*used, *region.outputs.values()) if v in numbers
            )
        return [*found]

    def _region(self, region: Snapshot, order: Sequence[int], results: Sequence[Value]) -> Snapshot:
        """A body with these inputs and results; its values are numbered."""
        region = prune(region, {f"y{i}": v for i, v in enumerate(results)})
        names = [
            f"x{k}" if i < self.carried else self.operands[i].name for k, i in enumerate(order)
        ]
        old = [region.inputs[i] for i in order]
        new = [Value(n, v.type) for n, v in zip(_distinct(names), old, strict=True)]
        swapped = dict(zip(old, new, strict=True))
        rest = dataclasses.replace(region, inputs=tuple(old))
        rebuilt = rebuild(rest, lambda node, given, out: out.copy(node, given), swapped)
        made = [v for node in rebuilt.nodes for v in node.outputs]
        called = {v: str(i) for i, v in enumerate(made)} | dict.fromkeys(
            rebuilt.constant_values, "c"
        )
        return loops(rename_values(rebuilt, called))


def _distinct(names: Sequence[str]) -> list[str]:
    """The names, with numbers where an outer value is called as a carried one."""
    taken = Names()
    return [taken.fresh(name) for name in names]
