"""Projections of one tensor joined in one product."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import hodu
import hodu.nn.functional as F
from hodu.backends.cpu.prepare import prepare
from hodu.passes.projections import projections
from hodu.plan.target import host
from hodu.snapshot.ir import Snapshot
from hodu.snapshot.verify import verify
from tests.passes.programs import check, ops


def constant(*shape: int) -> hodu.Tensor:
    """Numbers that differ."""
    rng = np.random.default_rng(list(shape))
    return hodu.tensor(rng.standard_normal(shape).astype(np.float32))


def captured(function: Callable[[hodu.Tensor], object], *shape: int) -> Snapshot:
    """The Snapshot of a function with one or more results."""
    with hodu.capture() as board:
        found = function(board.input("x", shape))
        for i, y in enumerate(found if isinstance(found, tuple) else (found,)):
            board.target(f"y{i}", y)
    return board.snapshot


def joined(snapshot: Snapshot, *shape: int) -> Snapshot:
    """The Snapshot after the pass, whose meaning is checked."""
    after = verify(projections(snapshot))
    x = np.random.default_rng(3).standard_normal(shape).astype(np.float32)
    for want, got in zip(snapshot.run(x), after.run(x), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-5)
    return after


def attention(x: hodu.Tensor, heads: int = 4, groups: int = 4, width: int = 4) -> hodu.Tensor:
    """Query, key and value of [batch, row, feature]; `groups` heads of key and value."""

    def part(count: int, seed: int) -> hodu.Tensor:
        weight = constant(count * width, int(x.shape[-1])) * seed
        y = F.linear(x, weight, constant(count * width))
        return y.reshape(*x.shape[:-1], count, width).permute(0, 2, 1, 3)

    q, k, v = part(heads, 1), part(groups, 2), part(groups, 3)
    return F.scaled_dot_product_attention(q, k, v, enable_gqa=heads != groups)


def test_text() -> None:
    check(
        projections,
        """
        input %x: f32[1, 2]
        const %v: f32[2, 1] = [[1.0], [2.0]]
        const %w: f32[2, 2] = [[3.0, 4.0], [5.0, 6.0]]
        %a: f32[1, 1] = matmul(%x, %v)
        %b: f32[1, 2] = matmul(%x, %w)
        %c: f32[1, 2] = matmul(%a, %b)
        output "y" = %c
        """,
        """
        input %x: f32[1, 2]
        const %projections: f32[2, 3] = [[1.0, 3.0, 4.0], [2.0, 5.0, 6.0]]
        %projections_1: f32[1, 3] = matmul(%x, %projections)
        %a: f32[1, 1] = slice(%projections_1) {start=[0, 0], size=[1, 1], step=[1, 1]}
        %b: f32[1, 2] = slice(%projections_1) {start=[0, 1], size=[1, 2], step=[1, 1]}
        %c: f32[1, 2] = matmul(%a, %b)
        output "y" = %c
        """,
    )


@pytest.mark.parametrize(("groups", "rows"), [(4, 1), (4, 5), (2, 1), (2, 5)])
def test_query_key_and_value_are_one_product(groups: int, rows: int) -> None:
    def f(x: hodu.Tensor) -> hodu.Tensor:
        return attention(x, groups=groups)

    snapshot = captured(f, 2, rows, 12)
    assert ops(joined(snapshot, 2, rows, 12)).count("linear") == 1
    labels = [x.label for x in prepare(snapshot, host(), level=2).program.launches()]
    assert labels.count("linear") == 1
    assert not set(labels) & {"slice", "copy", "permute", "reshape"}


def test_what_the_loops_of_a_product_finish_stays_apart() -> None:
    def gated(x: hodu.Tensor) -> hodu.Tensor:
        return F.silu(x @ constant(6, 8)) * (x @ (constant(6, 8) * 2))

    for rows in (1, 4):
        snapshot = captured(gated, rows, 6)
        assert ops(joined(snapshot, rows, 6)).count("matmul") == 2


def test_results_outputs_and_weights_used_twice_stay_apart() -> None:
    shared, other = constant(6, 6), constant(6, 6) * 2

    def outputs(x: hodu.Tensor) -> tuple[hodu.Tensor, ...]:
        return x @ shared, x @ other

    def twice(x: hodu.Tensor) -> hodu.Tensor:
        return ((x @ shared) @ shared) @ (x @ other)

    for function, count in ((outputs, 2), (twice, 4)):
        snapshot = captured(function, 6, 6)
        assert ops(joined(snapshot, 6, 6)).count("matmul") == count


def test_products_with_and_without_a_bias_stay_apart() -> None:
    def f(x: hodu.Tensor) -> hodu.Tensor:
        return F.linear(x, constant(6, 5)) @ F.linear(x, constant(7, 5), constant(7)).mT[:6].mT.mT

    assert ops(joined(captured(f, 6, 5), 6, 5)).count("linear") == 2
