"""What a Snapshot costs, read off its types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hodu
import hodu.nn.functional as nnf
from hodu.snapshot.parse import parse_snapshot
from hodu.snapshot.statistics import (
    data_statistics,
    multiplications,
    ops_histogram,
    parameters,
    peak_bytes,
)

CHAIN = """
snapshot "chain" {
  input %x: f32[N, 4]
  const %w: f32[4, 8] = ...
  const %axes: i64[2] = [0, 1]
  %0: f32[N, 8] = matmul(%x, %w)
  %1: f32[N, 8] = neg(%0)
  %2: f32[N, 8] = neg(%1)
  %3: f32[8, N] = permute(%2) {dims=[1, 0]}
  %4: f32[8, N] = neg(%3)
  output "y" = %4
}
"""


def chain() -> hodu.Snapshot:
    return parse_snapshot(CHAIN, {"w": np.ones((4, 8), np.float32)})


def test_counts() -> None:
    snapshot = chain()
    assert ops_histogram(snapshot) == {"neg": 3, "matmul": 1, "permute": 1}
    assert parameters(snapshot) == 32
    found = data_statistics(snapshot.constants.values())
    assert (found.count, found.bytes) == (2, 144)
    assert found.by_dtype == {"f32": (1, 128), "i64": (1, 16)}


def test_multiplications_may_be_symbolic() -> None:
    assert str(multiplications(chain()).total) == "32*N"
    assert multiplications(chain()).unknown == ()


def test_at_most_two_buffers_live_and_views_cost_nothing() -> None:
    assert peak_bytes(chain(), {"N": 1}) == 2 * 8 * 4
    assert peak_bytes(chain(), {"N": 10}) == 2 * 80 * 4


def test_an_output_lives_to_the_end() -> None:
    snapshot = parse_snapshot(
        """
        snapshot "both" {
          input %x: f32[10]
          %0: f32[10] = neg(%x)
          %1: f32[10] = neg(%0)
          %2: f32[10] = neg(%1)
          output "first" = %0
          output "last" = %2
        }
        """
    )
    assert peak_bytes(snapshot, {}) == 3 * 40


@pytest.mark.parametrize(
    ("function", "shapes", "expected"),
    [
        (nnf.linear, [(5, 3), (7, 3)], 5 * 3 * 7),
        (lambda x, w: nnf.conv2d(x, w, padding=1), [(1, 3, 8, 8), (4, 3, 3, 3)], 4 * 64 * 27),
        (lambda x, w: nnf.conv2d(x, w, groups=4), [(1, 4, 8, 8), (4, 1, 3, 3)], 4 * 36 * 9),
        (nnf.conv_transpose1d, [(2, 3, 5), (3, 4, 2)], 2 * 3 * 5 * 4 * 2),
        (lambda x, y: hodu.einsum("bij,bjk->bik", x, y), [(2, 3, 4), (2, 4, 5)], 2 * 3 * 4 * 5),
        (hodu.maximum, [(5, 3), (5, 3)], 0),
    ],
)
def test_multiplications_by_op(
    function: Callable[..., Any], shapes: list[tuple[int, ...]], expected: int
) -> None:
    with hodu.capture() as board:
        inputs = [board.input(f"x{i}", shape) for i, shape in enumerate(shapes)]
        board.target("y", function(*inputs))
    assert multiplications(board.snapshot).total == expected


BRANCH = """
snapshot "branch" {
  input %p: bool[]
  input %x: f32[4, 4]
  %0: f32[4, 4] = cond(%p, %x) {then_branch=snapshot "then" {
    input %x: f32[4, 4]
    %0: f32[4, 4] = matmul(%x, %x)
    output "y" = %0
  }, else_branch=snapshot "else" {
    input %x: f32[4, 4]
    output "y" = %x
  }}
  output "y" = %0
}
"""


def test_of_a_decision_the_larger_branch_counts() -> None:
    assert multiplications(parse_snapshot(BRANCH)).total == 64
    assert ops_histogram(parse_snapshot(BRANCH)) == {"cond": 1, "matmul": 1}
    assert peak_bytes(parse_snapshot(BRANCH), {}) == 2 * 64
