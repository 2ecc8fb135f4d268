"""Products split by Strassen's method: where, and what they mean."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import hodu
import hodu.nn.functional as F
from hodu.backends.cpu.prepare import prepare
from hodu.passes import optimize
from hodu.passes.strassen import Machine, strassen
from hodu.plan.target import named
from hodu.render.c_program import Options
from hodu.snapshot.verify import verify
from tests.compiled.interpret import interpret
from tests.passes.programs import ops

MACHINE = Machine(vector_bits=512, constant_bytes=8 << 20)
BEFORE = """\
snapshot "main" {
  input %x: f32[64, 512]
  const %c: f32[512, 512] = ...
  %0: f32[64, 512] = matmul(%x, %c)
  output "y" = %0
}
"""
AFTER = """\
snapshot "main" {
  input %x: f32[64, 512]
  const %c_1: f32[256, 256] = ...
  const %c_2: f32[256, 256] = ...
  const %c_3: f32[256, 256] = ...
  const %c_4: f32[256, 256] = ...
  const %c_5: f32[256, 256] = ...
  const %c_6: f32[256, 256] = ...
  const %c_7: f32[256, 256] = ...
  %reshape: f32[64, 512] = reshape(%x) {shape=[64, 512]}
  %slice: f32[32, 256] = slice(%reshape) {start=[0, 0], size=[32, 256], step=[1, 1]}
  %slice_1: f32[32, 256] = slice(%reshape) {start=[0, 256], size=[32, 256], step=[1, 1]}
  %slice_2: f32[32, 256] = slice(%reshape) {start=[32, 0], size=[32, 256], step=[1, 1]}
  %slice_3: f32[32, 256] = slice(%reshape) {start=[32, 256], size=[32, 256], step=[1, 1]}
  %add: f32[32, 256] = add(%slice_2, %slice_3)
  %sub: f32[32, 256] = sub(%add, %slice)
  %sub_1: f32[32, 256] = sub(%slice_1, %sub)
  %sub_2: f32[32, 256] = sub(%slice, %slice_2)
  %matmul: f32[32, 256] = matmul(%slice, %c_1)
  %matmul_1: f32[32, 256] = matmul(%slice_1, %c_2)
  %matmul_2: f32[32, 256] = matmul(%sub_1, %c_3)
  %matmul_3: f32[32, 256] = matmul(%slice_3, %c_4)
  %matmul_4: f32[32, 256] = matmul(%add, %c_5)
  %matmul_5: f32[32, 256] = matmul(%sub, %c_6)
  %matmul_6: f32[32, 256] = matmul(%sub_2, %c_7)
  %add_1: f32[32, 256] = add(%matmul, %matmul_5)
  %add_2: f32[32, 256] = add(%add_1, %matmul_6)
  %add_3: f32[32, 256] = add(%add_1, %matmul_4)
  %add_4: f32[32, 256] = add(%matmul, %matmul_1)
  %add_5: f32[32, 256] = add(%add_3, %matmul_2)
  %cat: f32[32, 512] = cat(%add_4, %add_5) {dim=1}
  %sub_3: f32[32, 256] = sub(%add_2, %matmul_3)
  %add_6: f32[32, 256] = add(%add_2, %matmul_4)
  %cat_1: f32[32, 512] = cat(%sub_3, %add_6) {dim=1}
  %cat_2: f32[64, 512] = cat(%cat, %cat_1) {dim=0}
  %0: f32[64, 512] = reshape(%cat_2) {shape=[64, 512]}
  output "y" = %0
}
"""


def captured(shape, columns=512, dtype="f32", *, bias=True):
    """A layer with constant weights, its input, and its result in f64."""
    random = np.random.default_rng(7)
    x, w, b = (random.standard_normal(s) for s in (shape, (columns, shape[-1]), columns))
    with hodu.capture() as board:
        given = board.input("x", shape, dtype)
        weight = hodu.tensor(w, dtype=dtype)
        if bias:
            board.target("y", F.relu(F.linear(given, weight, hodu.tensor(b, dtype=dtype))))
        else:
            board.target("y", given @ hodu.tensor(w.T, dtype=dtype))
    want = np.maximum(x @ w.T + b, 0) if bias else x @ w.T
    return board.snapshot, x, want


def test_text():
    snapshot, _, _ = captured((64, 512), bias=False)
    assert str(snapshot) == BEFORE
    assert str(strassen(snapshot, MACHINE)) == AFTER


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(("shape", "dtype"), [((64, 512), "f32"), ((2, 32, 512), "f64")])
def test_meaning(shape, dtype, bias):
    snapshot, x, want = captured(shape, dtype=dtype, bias=bias)
    after = verify(strassen(snapshot, MACHINE))
    assert ops(after).count("matmul") == 7
    (got,) = after.run(x.astype("float32" if dtype == "f32" else "float64"))
    bound = 1e-5 if dtype == "f32" else 1e-13
    assert np.abs(got - want).max() < bound * np.abs(want).max()


@pytest.mark.parametrize(
    ("shape", "columns"),
    [((63, 512), 512), ((64, 511), 512), ((64, 512), 511), ((16, 512), 512), ((64, 128), 128)],
)
def test_odd_and_small_products_stay(shape, columns):
    snapshot, _, _ = captured(shape, columns)
    assert str(strassen(snapshot, MACHINE)) == str(snapshot)


def test_products_without_a_size_or_constant_weights_stay():
    with hodu.capture() as board:
        x = board.input("x", ("n", 512))
        y = board.input("y", (512, 512))
        board.target("z", (x @ hodu.ones((512, 512))) + (hodu.ones((64, 512)) @ y)[0])
    assert str(strassen(board.snapshot, MACHINE)) == str(board.snapshot)


def test_weights_must_fit_and_vectors_decide():
    snapshot, _, _ = captured((64, 512))
    for machine in (Machine(512, 1 << 20), Machine(0, 8 << 20)):
        assert str(strassen(snapshot, machine)) == str(snapshot)


def test_pipeline(monkeypatch):
    snapshot, _, _ = captured((64, 1024), 1024)

    def products(level=3, exact=False):
        found = ops(optimize(snapshot, level, exact=exact, machine=MACHINE))
        return found.count("matmul") + found.count("linear")

    assert products() == 7  # the halves, large enough to gain, stay whole
    assert products(exact=True) == 1
    assert products(level=1) == 1
    monkeypatch.setenv("HODU_PASSES", "-strassen")
    assert products() == 1


def test_kernels_in_the_interpreter_and_compiled(monkeypatch):
    """They multiply seven eighths of what the product whole does."""
    monkeypatch.setattr("hodu.passes.strassen._STARTED", 0)
    snapshot, x, want = captured((32, 128), 128)
    cpu = replace(named("x86-64-v3"), l3_bytes=8 << 20)
    exact, ready = (prepare(snapshot, cpu, Options(), exact=e) for e in (True, False))
    work = [sum(x.kernel.work for x in r.program.launches()) for r in (exact, ready)]
    assert work[1] == work[0] * 7 / 8
    x, bound = x.astype(np.float32), 1e-5 * np.abs(want).max()
    (got,) = interpret(ready, [x])
    assert np.abs(got - want).max() < bound
    module = hodu.compile(captured((64, 512))[0])
    _, x, want = captured((64, 512))
    got = module.execute({"x": x.astype(np.float32)})["y"].numpy()
    assert np.abs(got - want).max() < bound
