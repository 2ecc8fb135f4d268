"""Binding symbolic dimensions of a Snapshot."""

from __future__ import annotations

import numpy as np
import pytest

import hodu
from hodu.errors import ArgumentError, ShapeError, ValueRangeError
from hodu.shapes import TensorType
from hodu.snapshot.bind_dims import bind_dims
from hodu.snapshot.parse import parse_snapshot
from hodu.snapshot.prune import prune
from hodu.snapshot.text import print_snapshot
from hodu.snapshot.verify import verify

MODEL = parse_snapshot("""
snapshot "m" {
  symbol N in [1, 8]
  input %x: f32[N, M]
  input %y: f32[M, 2*N + 1]
  input %p: bool[]
  const %k: f32[] = 2.0
  %0: f32[N, 2*N + 1] = matmul(%x, %y)
  %1: i64[2] = dims() {dims=[<N>, <M>], shape=[2]}
  %2: f32[N, M] = cond(%p, %x, %k) {then_branch=snapshot "then" {
    input %a: f32[N, M]
    input %b: f32[]
    %0: f32[N, M] = add(%a, %b)
    output "y" = %0
  }, else_branch=snapshot "else" {
    input %a: f32[N, M]
    input %b: f32[]
    output "y" = %a
  }}
  output "r" = %0
  output "d" = %1
  output "c" = %2
  metadata "k" = "v"
}
""")


def test_all_dimensions() -> None:
    bound = verify(bind_dims(MODEL, {"N": 2, "M": 3}))
    assert "N" not in print_snapshot(bound) and "M" not in print_snapshot(bound)
    assert bound.outputs["r"].type == TensorType((2, 5), hodu.f32)
    arrays = (np.ones((2, 3), np.float32), np.ones((3, 5), np.float32), np.array(True))
    for name in ("r", "d"):
        one, other = (prune(s, {name: s.outputs[name]}).run(*arrays)[0] for s in (bound, MODEL))
        assert np.array_equal(one, other)


def test_some_dimensions() -> None:
    bound = verify(bind_dims(MODEL, {"N": 2}))
    assert str(bound.inputs[0].type) == "f32[2, M]" and str(bound.inputs[1].type) == "f32[M, 5]"
    assert bound.metadata == {"k": "v"} and [v.name for v in bound.values()] == [
        v.name for v in MODEL.values()
    ]


def test_unknown_names_and_sizes_out_of_bounds() -> None:
    with pytest.raises(ArgumentError, match=r"no dimension 'B', 'n'\n.*its dimensions are N, M"):
        bind_dims(MODEL, {"B": 1, "N": 1, "n": 2})
    with pytest.raises(ValueRangeError, match="'N' cannot be 9: it is at least 1 and at most 8"):
        bind_dims(MODEL, {"N": 9})
    with pytest.raises(ArgumentError, match="all its sizes are known"):
        bind_dims(bind_dims(MODEL, {"N": 2, "M": 3}), {"N": 2})


def test_sizes_that_do_not_fit_each_other() -> None:
    model = parse_snapshot("""
    snapshot "m" {
      input %x: f32[A, 3]
      input %y: f32[B, 3]
      %0: f32[max(A, B), 3] = add(%x, %y) @ "model.py:7"
      output "z" = %0
    }
    """)
    assert bind_dims(model, {"A": 4, "B": 1}).outputs["z"].type.shape == (4, 3)
    with pytest.raises(ShapeError, match=r"broadcast[\s\S]*model\.py:7"):
        bind_dims(model, {"A": 4, "B": 5})
