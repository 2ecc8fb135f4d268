"""Other names for the values of a Snapshot."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from hodu.snapshot.ir import Node, Snapshot, Value
from hodu.snapshot.names import Names
from hodu.snapshot.rebuild import Rebuilder, rebuild


def rename_values(snapshot: Snapshot, names: Mapping[Value, str]) -> Snapshot:
    """The Snapshot with constants and results of nodes renamed; a name that is taken gets a number.

    Inputs keep their names, which are part of the interface.
    """

    def step(node: Node, inputs: list[Value | None], out: Rebuilder) -> tuple[Value, ...]:
        wanted = [names.get(v, v.name) for v in node.outputs]
        return out.copy(node, inputs, wanted)

    constants = _renamed_constants(snapshot, names)
    rebuilt = rebuild(snapshot, step, constants)
    return dataclasses.replace(
        rebuilt,
        constant_values=tuple(constants.values()),
        constants={new.name: snapshot.constants[old.name] for old, new in constants.items()},
    )


def _renamed_constants(snapshot: Snapshot, names: Mapping[Value, str]) -> dict[Value, Value]:
    taken = Names()
    for value in snapshot.inputs:
        taken.fresh(value.name)
    return {v: Value(taken.fresh(names.get(v, v.name)), v.type) for v in snapshot.constant_values}
