"""No level changes what an op of the table computes, also where composites are written out."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest

import hodu
from hodu.ops._table import REGISTRY
from hodu.passes import optimize
from hodu.passes.expand import expand
from hodu.snapshot.ir import Node, Snapshot
from hodu.snapshot.verify import verify
from tests.ops.cases import Case, assert_close, for_each, leaves, nested, samples, upcast

GROUPS = [g for g in samples() if not g.values[0][0].op.random and g.values[0][0].op.schema.inputs]
DTYPES = {"f32", "bf16", "i32", "bool"}


def captured(case: Case, inputs: list[Any]) -> Snapshot:
    """A call of the op that is recorded, with its attributes brought to their normal form."""
    family = importlib.import_module(f"hodu.functional._generated.{case.op.family}")
    function = getattr(family, case.op.name if case.op.public else f"_{case.op.name}")
    names = [p.name for p in case.op.schema.inputs]
    numbers = iter(range(100))
    with hodu.capture("case") as board:

        def declare(array: Any) -> Any:
            return board.input(
                f"x{next(numbers)}", array.shape, hodu.dtypes.FROM_NUMPY[array.dtype]
            )

        given = [nested(declare, x) for x in inputs]
        result = function(**dict(zip(names, given, strict=False)), **case.sample.attrs)
        for i, tensor in enumerate(leaves(result)):
            board.target(f"y{i}", tensor)
    return board.snapshot


def is_kept(node: Node) -> bool:
    """Composites with a kernel of their own, for the test."""
    return node.op in {"softmax", "layer_norm", "gelu", "linear", "scaled_dot_product_attention"}


def check(case: Case) -> None:
    """What was captured, at every level, against the interpreter."""
    inputs = case.inputs()
    snapshot, arrays = captured(case, inputs), leaves(inputs)
    expected = snapshot.run(*arrays)
    plain = verify(expand(snapshot, lambda node: False))
    assert all(node.definition.compose is None for node in plain.nodes)
    found = [plain, optimize(snapshot, 3, keep=is_kept)]
    if [node.op for node in plain.nodes] != [node.op for node in snapshot.nodes]:
        found.append(optimize(plain, 3))
    for got in found:
        for a, b in zip(verify(got).run(*arrays), expected, strict=True):
            assert_close(a, b, case)
    exact = verify(optimize(snapshot, 3, exact=True))
    for a, b in zip(exact.run(*arrays), expected, strict=True):
        np.testing.assert_array_equal(upcast(a), upcast(b))


@pytest.mark.parametrize("group", GROUPS)
def test_levels_keep_the_meaning(group):
    for_each([c for c in group if c.dtype.name in DTYPES], check)


def test_every_composite_is_written_out():
    composites = {n for n, op in REGISTRY.items() if op.compose is not None and op.inputs}
    assert composites <= {g.values[0][0].op.name for g in GROUPS}
