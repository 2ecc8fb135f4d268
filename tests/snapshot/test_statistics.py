"""What a Snapshot costs, read off its types."""

from __future__ import annotations

import numpy as np

import hodu
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
