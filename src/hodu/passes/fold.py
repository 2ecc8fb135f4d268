"""Constant folding: nodes whose inputs are all constants are computed now."""

from __future__ import annotations

from collections.abc import Sequence

from hodu.dims import Dim
from hodu.dispatch.compute import kernel
from hodu.ops._table import Array
from hodu.passes._regions import everywhere
from hodu.shapes import numel
from hodu.snapshot.ir import Node, Snapshot, Value, group
from hodu.snapshot.prune import prune
from hodu.snapshot.rebuild import Rebuilder, rebuild
from hodu.spill import release

BUDGET = 1 << 20
# What only repeats its input costs nothing where it is read, so that it is not stored.
_REPEATING = {"expand": 4096, "full": 4096}


def fold(snapshot: Snapshot) -> Snapshot:
    """The Snapshot with what is known computed, unless the result would take much more room.

    A result may be as large as the constants it is made of, or 1 MiB (4 KiB for `expand` and
    `full`), dequantized constants of any size; barriers and random ops stay.
    """
    return everywhere(snapshot, _fold)


def _fold(snapshot: Snapshot) -> Snapshot:
    constants = {v: snapshot.constants[v.name] for v in snapshot.constant_values}

    def step(node: Node, inputs: list[Value | None], out: Rebuilder) -> Sequence[Value]:
        given = [None if v is None else constants.get(v) for v in inputs]
        known = all(v is None or v in constants for v in inputs)
        if not known or not _is_worth_it(node, given):
            return out.copy(node, inputs)
        values = [
            out.constant(array, v.name)
            for array, v in zip(_compute(node, given), node.outputs, strict=True)
        ]
        constants.update((v, out.constants[v]) for v in values)
        for array in given:
            if array is not None:
                release(array)
        return values

    return prune(rebuild(snapshot, step))


def _is_worth_it(node: Node, given: Sequence[Array | None]) -> bool:
    op = node.definition
    if op.random or op.has_regions or node.op == "barrier":
        return False
    if node.op == "dequantize_linear":  # weights that no product takes as integers
        return True
    taken = sum(a.nbytes for a in given if a is not None)
    made: Dim = 0
    for value in node.outputs:
        made = made + numel(value.type.shape) * value.type.dtype.itemsize
    return isinstance(made, int) and made <= max(_REPEATING.get(node.op, BUDGET), taken)


def _compute(node: Node, given: Sequence[Array | None]) -> tuple[Array, ...]:
    return kernel(node.definition, group(node.definition.schema, given), node.attrs)
