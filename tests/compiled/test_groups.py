"""Which ops share a kernel: the labels of a program's launches, with and without fusion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import hodu
from hodu.backends.cpu.prepare import prepare
from hodu.plan.target import host

F = hodu.nn.functional


def launches(function: Callable[..., Any], *shapes: tuple[int, ...], level: int = 2) -> list[str]:
    """The labels of the kernels of a function over f32 inputs."""
    with hodu.capture("groups") as board:
        inputs = [board.input(f"x{i}", shape) for i, shape in enumerate(shapes)]
        results = function(*inputs)
        for i, result in enumerate(results if isinstance(results, tuple) else (results,)):
            board.target(f"y{i}", result)
    program = prepare(board.snapshot, host(), level=level).program
    return [launch.label for launch in program.launches()]


def test_a_chain_is_one_kernel():
    assert launches(lambda x, y: hodu.tanh(x * y + 1.0) - y, (4, 5), (5,)) == ["sub"]


def test_what_is_read_twice_is_computed_once():
    def shared(x):
        y = hodu.exp(x)
        return y.sum(0), y.sum(1)

    assert launches(shared, (20, 30)) == ["exp", "sum", "sum"]


def test_what_is_broadcast_is_computed_once():
    assert launches(lambda x, y: hodu.exp(x) * y, (1, 30), (20, 30)) == ["exp", "mul"]


def test_producers_and_epilogues_of_a_reduction():
    assert launches(lambda x, y: hodu.sqrt((x * y).sum(1)) + 1.0, (20, 30), (20, 30)) == [
        "sum+sqrt+add"
    ]


def test_a_product_takes_in_what_follows():
    weight, bias = hodu.rand(8, 16), hodu.rand(8)
    found = launches(lambda x, y: hodu.relu(F.linear(x, weight, bias)) + y, (4, 16), (4, 8))
    assert found == ["linear+relu+add"]


def test_the_later_of_two_products_takes_in_their_sum():
    a, b = hodu.rand(16, 8), hodu.rand(16, 8)
    assert launches(lambda x, y: x @ a + y @ b, (4, 16), (4, 16)) == ["matmul", "matmul+add"]


def test_views_cost_nothing():
    assert launches(lambda x: hodu.relu(x.permute(1, 0)[1:].reshape(-1)), (4, 6)) in (
        ["relu"],
        ["slice", "relu"],
    )


def test_an_output_in_the_middle_stays():
    assert launches(lambda x: ((y := hodu.exp(x)), y + 1.0), (4, 5)) == ["exp+add"]


def test_results_of_one_shape_share_a_loop_past_what_they_do_not_need():
    def updates(g, m, v):
        m = m + (g - m) * 0.1
        scale = hodu.full((), 2.0) * g.sum()
        v = v * 0.9 + g * g
        return m, v, g - m / (hodu.sqrt(v) * scale)

    assert launches(updates, (4, 5), (4, 5), (4, 5)) == ["sum+mul", "add+add+sub"]


def test_results_apart_in_time_or_in_memory_do_not_share_a_loop():
    def through_a_sum(x):
        y = x * 2.0
        return y, x * y.sum()

    def transposed(x):
        return x * 2.0, x.permute(1, 0) + 1.0

    def unlike(x, y):
        return x + 1.0, y + 1.0

    assert launches(through_a_sum, (4, 5)) == ["mul", "sum", "mul"]
    assert launches(transposed, (5, 5)) == ["mul", "permute"]
    assert launches(unlike, (4, 5), (4, 5)) == ["add", "add"]


def test_a_sum_that_goes_on_is_made_where_it_is_normalised():
    def residual(x, y):
        total = x + y
        return F.layer_norm(total, (32,)), total

    def read_before(x, y):
        total = x + y
        return F.layer_norm(total, (32,), total.sum(0)), total

    def read_after(x, y):
        total = x + y
        return F.rms_norm(total, (32,)) + total, total

    assert launches(residual, (20, 32), (32,)) == ["add+layer_norm"]
    assert launches(read_before, (20, 32), (20, 32)) == ["add", "sum", "layer_norm"]
    assert launches(read_after, (20, 32), (20, 32)) == ["add", "rms_norm+add"]


def test_nothing_is_joined_at_level_0():
    assert launches(lambda x, y: hodu.tanh(x * y + 1.0), (4, 5), (4, 5), level=0) == [
        "mul",
        "add",
        "tanh",
    ]


def test_fusion_can_be_left_out(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HODU_PASSES", "-fuse")
    assert len(launches(lambda x, y: hodu.tanh(x * y + 1.0), (4, 5), (4, 5))) == 3
