"""Broadcasts that elementwise ops and products do by themselves."""

from __future__ import annotations

from hodu.passes.broadcast import broadcast
from tests.passes.programs import check


def test_operands_lose_their_expansion():
    check(
        broadcast,
        """
        input %x: f32[2, 3]
        input %b: f32[3]
        %0: f32[2, 3] = expand(%b) {size=[2, 3]}
        %1: f32[2, 3] = add(%x, %0)
        %2: f32[2, 3] = full() {size=[2, 3], fill_value=2.0, dtype=f32}
        %3: f32[2, 3] = mul(%1, %2)
        output "y" = %3
        """,
        """
        input %x: f32[2, 3]
        input %b: f32[3]
        const %c: f32[1, 1] = [[2.0]]
        %1: f32[2, 3] = add(%x, %b)
        %3: f32[2, 3] = mul(%1, %c)
        output "y" = %3
        """,
    )


def test_functions_come_before_the_expansion():
    check(
        broadcast,
        """
        input %x: f32[3]
        %0: f32[2, 3] = expand(%x) {size=[2, 3]}
        %1: f32[2, 3] = exp(%0)
        %2: f32[2, 3] = neg(%1)
        output "y" = %2
        """,
        """
        input %x: f32[3]
        %exp: f32[3] = exp(%x)
        %neg: f32[3] = neg(%exp)
        %2: f32[2, 3] = expand(%neg) {size=[2, 3]}
        output "y" = %2
        """,
    )


def test_an_expansion_that_gives_the_shape_stays():
    text = """
        input %x: f32[1, 3]
        input %z: f32[3]
        %0: f32[2, 3] = expand(%x) {size=[2, 3]}
        %1: f32[2, 3] = add(%0, %z)
        output "y" = %1
        """
    check(broadcast, text, text)


def test_products_broadcast_their_batches():
    check(
        broadcast,
        """
        input %x: f32[4, 2, 3]
        input %w: f32[3, 5]
        %0: f32[4, 3, 5] = expand(%w) {size=[4, 3, 5]}
        %1: f32[4, 2, 5] = matmul(%x, %0)
        output "y" = %1
        """,
        """
        input %x: f32[4, 2, 3]
        input %w: f32[3, 5]
        %1: f32[4, 2, 5] = matmul(%x, %w)
        output "y" = %1
        """,
    )
