"""Snapshots and tensors that the tests of formats write and read."""

from __future__ import annotations

import math

import numpy as np

import hodu
from hodu.dispatch.base import wrap
from hodu.dtypes import ALL, DType
from hodu.snapshot.parse import parse_snapshot
from hodu.snapshot.text import print_snapshot


def text_of(snapshot: hodu.Snapshot) -> str:
    """Everything about a Snapshot as text."""
    return print_snapshot(snapshot, inline=None, locations=True)


def tensor_of(dtype: DType, shape: tuple[int, ...] = (3, 4)) -> hodu.Tensor:
    """A tensor with all kinds of values of a dtype."""
    rng = np.random.default_rng(7)
    if not dtype.is_float:
        top = 2 if dtype.name == "bool" else np.iinfo(dtype.numpy).max
        low = np.iinfo(dtype.numpy).min if dtype.name != "bool" else 0
        values = rng.integers(low, top, shape, dtype.numpy, endpoint=dtype.name != "bool")
        return wrap(np.asarray(values))
    values = np.asarray(rng.normal(0, 3, shape))
    if values.size > 4:
        values.flat[:5] = [math.nan, math.inf, -math.inf, -0.0, 0.1]
    with np.errstate(all="ignore"):
        return wrap(values.astype(dtype.numpy))


def same(a: hodu.Tensor, b: hodu.Tensor) -> bool:
    """Whether two tensors are equal to the last bit, up to what NaNs carry."""
    x, y = a.numpy(), b.numpy()
    if x.dtype != y.dtype or x.shape != y.shape:
        return False
    with np.errstate(all="ignore"):
        nan, other = x != x, y != y
    return bool((nan == other).all()) and x[~nan].tobytes() == y[~nan].tobytes()


def all_tensors() -> dict[str, hodu.Tensor]:
    """One tensor of each dtype, and the odd shapes."""
    tensors = {str(t): tensor_of(t) for t in ALL}
    tensors["scalar"] = tensor_of(hodu.f32, ())
    tensors["nothing"] = tensor_of(hodu.i64, (2, 0, 3))
    tensors["größe/重み.1"] = tensor_of(hodu.bf16, (2, 2))
    tensors["view"] = wrap(tensor_of(hodu.f64, (6, 5)).numpy()[::2, ::-1].T)
    return tensors


def affine() -> hodu.Snapshot:
    """A captured model with a symbolic dimension."""
    with hodu.capture("affine") as board:
        x = board.input("x", ("N", 3))
        w = hodu.tensor(np.arange(6, dtype=np.float32).reshape(3, 2))
        board.target("y", x @ w + 1.5)
        board.metadata({"author": "Ünï"})
    return board.snapshot


RICH = """
snapshot "rich model" {
  symbol N in [1, 64]
  symbol M in [0, inf]
  input %x: f32[N, 3]
  input %"odd name": bf16[2*N + -1, max(M, N), (M)//(2)]
  input %p: bool[]
  input %q: f32[N, 3]
  state %s: f32[2] = [nan, -inf]
  const %w: f8e4m3[2, 2] = [[1.0, 2.0], [0.5, -0.0]]
  const %b: bool[3] = [true, false, true]
  const %k: f32[] = 2.0
  %0: f32[3, N] = permute(%x) {dims=[1, -2]} @ "model.py:3"
  %1: f64[3, N] = cast(%0) {dtype=f64}
  %2: i64[2] = dims() {dims=[<N>, <2*N + 3>], shape=[2]}
  %3: f32[N, 3], %4: f32[] = cond(%p, %x, %k) {then_branch=snapshot "then" {
    input %a: f32[N, 3]
    input %b: f32[]
    const %w: f32[3] = [1.0, 2.0, 3.0]
    %0: f32[N, 3] = mul(%a, %w)
    output "y0" = %0
    output "y1" = %b
  }, else_branch=snapshot "else" {
    input %a: f32[N, 3]
    input %b: f32[]
    const %w: f32[3] = [3.0, 2.0, 1.0]
    %0: f32[N, 3] = mul(%a, %w)
    output "y0" = %0
    output "y1" = %b
  }} @ "model.py:9"
  %5: f32[2] = add(%s, %s)
  output "y" = %1
  output "sizes" = %2
  output "z" = %3
  output "s.next" = %5
  alias "s.next" -> "s"
  metadata "key" = "a text"
}
"""


def rich() -> hodu.Snapshot:
    """A hand-written Snapshot that uses all that the IR has."""
    return parse_snapshot(RICH)
