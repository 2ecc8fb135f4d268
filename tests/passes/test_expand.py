"""Composites written out, with the names and places that they had."""

from __future__ import annotations

import numpy as np

import hodu
from hodu.passes.expand import expand
from hodu.snapshot.verify import verify
from tests.passes.programs import check, ops, program


def test_a_composite_is_written_out_under_its_name():
    check(
        lambda s: expand(s, lambda node: False),
        """
        input %x: f32[2]
        %y: f32[2] = silu(%x)
        output "y" = %y
        """,
        """
        input %x: f32[2]
        %sigmoid: f32[2] = sigmoid(%x)
        %y: f32[2] = mul(%x, %sigmoid)
        output "y" = %y
        """,
    )


def test_what_is_kept_stays_inside_what_is_not():
    snapshot = program(
        """
        input %x: f32[2]
        %y: f32[2] = hardswish(%x)
        output "y" = %y
        """
    )
    assert "relu6" in ops(expand(snapshot, lambda node: node.op == "relu6"))
    assert "relu6" not in ops(expand(snapshot, lambda node: False))


def test_places_are_kept_and_bodies_are_reached():
    with hodu.capture() as board:
        x = board.input("x", (3,))
        board.target("y", hodu.cond(x.sum() > 0, lambda: hodu.nn.functional.silu(x), lambda: -x))
        board.target("z", hodu.nn.functional.gelu(x))
    whole = verify(expand(board.snapshot, lambda node: False))
    (branch,) = (node for node in whole.nodes if node.op == "cond")
    assert "silu" not in ops(branch.attrs["then_branch"])
    (gelu,) = (node for node in board.snapshot.nodes if node.op == "gelu")
    assert sum(node.loc == gelu.loc for node in whole.nodes) >= 5
    data = np.float32([1, -2, 3])
    for got, want in zip(whole.run(data), board.snapshot.run(data), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-6)


def test_sizes_that_depend_on_the_data_keep_their_names():
    with hodu.capture() as board:
        x = board.input("x", ("N",))
        picked = hodu.masked_select(x, x > 0)
        board.target("a", picked + picked)
        board.target("b", hodu.masked_select(x, x > 1))
    whole = verify(expand(board.snapshot, lambda node: False))
    assert "masked_select" not in ops(whole)
    data = np.float32([1, 2, -3, 4])
    for got, want in zip(whole.run(data), board.snapshot.run(data), strict=True):
        np.testing.assert_array_equal(got, want)
