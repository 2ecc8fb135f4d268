"""The six transforms: the text that they give, and that what is computed stays the same."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from hodu.dtypes import f32
from hodu.kernel.builder import KernelBuilder
from hodu.kernel.expr import INDEX, Const
from hodu.kernel.interp import run_kernel
from hodu.kernel.ir import Kernel
from hodu.kernel.text import print_kernel
from hodu.kernel.transform import TransformError, bind, reorder, split, stage, unroll, vectorize
from hodu.kernel.verify import verify_kernel

ROWS, COLUMNS = 5, 10


def scaled_rows() -> Kernel:
    """y[i, j] = x[i, j] * s[i] + 1."""
    k = KernelBuilder("rows")
    x = k.param("x", f32, ROWS * COLUMNS, "in")
    s = k.param("s", f32, ROWS, "in")
    y = k.param("y", f32, ROWS * COLUMNS, "out")
    with k.loop(ROWS, name="i") as i, k.loop(COLUMNS, name="j") as j:
        product = k.let(k.load(x, i * COLUMNS + j) * k.load(s, i), "product")
        k.store(y, i * COLUMNS + j, product + 1.0)
    return k.finish()


def body(kernel: Kernel) -> str:
    """The text of a kernel without its first line."""
    return print_kernel(kernel).partition("\n")[2]


CASES: dict[str, tuple[Callable[[Kernel], Kernel], str]] = {
    "split": (
        lambda k: split(k, "j", 4),
        """\
  for i in 0..5
    for j_block in 0..10 by 4
      for j in j_block..min((j_block + 4), 10)
        product: f32 = (x[((i * 10) + j)] * s[i])
        y[((i * 10) + j)] = (product + 1.0)
""",
    ),
    "reorder": (
        lambda k: reorder(k, "i", "j"),
        """\
  for j in 0..10
    for i in 0..5
      product: f32 = (x[((i * 10) + j)] * s[i])
      y[((i * 10) + j)] = (product + 1.0)
""",
    ),
    "unroll": (
        lambda k: unroll(split(k, "i", 5), "i_block"),
        """\
  for i_0 in 0..5
    for j_0 in 0..10
      product_0: f32 = (x[((i_0 * 10) + j_0)] * s[i_0])
      y[((i_0 * 10) + j_0)] = (product_0 + 1.0)
""",
    ),
    "vectorize": (
        lambda k: vectorize(k, "j", 4),
        """\
  for i in 0..5
    for j in 0..8 by 4
      product: f32x4 = (x[((i * 10) + j) .. +4] * all4(s[i]))
      y[((i * 10) + j) .. +4] = (product + 1.0)
    for j in 8..10
      product_rest: f32 = (x[((i * 10) + j)] * s[i])
      y[((i * 10) + j)] = (product_rest + 1.0)
""",
    ),
    "stage": (
        lambda k: stage(k, "i", "s", Const(0, INDEX), ROWS),
        """\
  for i in 0..5
    s_local: f32[5] = local
    copy s_local[0 ...] = s[0 ...] * 5
    for j in 0..10
      product: f32 = (x[((i * 10) + j)] * s_local[i])
      y[((i * 10) + j)] = (product + 1.0)
""",
    ),
    "bind": (
        lambda k: bind(k, "i", "parallel"),
        """\
  parallel i in 0..5
    for j in 0..10
      product: f32 = (x[((i * 10) + j)] * s[i])
      y[((i * 10) + j)] = (product + 1.0)
""",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_transform(name):
    change, text = CASES[name]
    changed = verify_kernel(change(scaled_rows()))
    assert body(changed) == text
    rng = np.random.default_rng(3)
    x = rng.standard_normal(ROWS * COLUMNS).astype(np.float32)
    s = rng.standard_normal(ROWS).astype(np.float32)
    y = np.zeros_like(x)
    run_kernel(changed, [x, s, y])
    expected = x.reshape(ROWS, COLUMNS) * s[:, None] + np.float32(1)
    np.testing.assert_array_equal(y.reshape(ROWS, COLUMNS), expected)


def test_unroll_writes_every_turn():
    unrolled = verify_kernel(unroll(scaled_rows(), "i"))
    assert body(unrolled).count("for ") == ROWS


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda k: split(k, "k", 4), "0 loops called 'k'"),
        (lambda k: split(k, "j", 0), "split by 0"),
        (lambda k: reorder(k, "j", "i"), "holds more than a loop"),
        (lambda k: vectorize(k, "i", 4), "no vector form"),
        (lambda k: stage(k, "i", "y", Const(0, INDEX), 4), "not an input"),
    ],
)
def test_what_does_not_apply_is_an_error(change, problem):
    with pytest.raises(TransformError, match=problem):
        change(scaled_rows())


def test_a_strided_access_has_no_vector_form():
    k = KernelBuilder("column")
    x, y = k.param("x", f32, 16, "in"), k.param("y", f32, 4, "out")
    with k.loop(4, name="i") as i:
        k.store(y, i, k.load(x, i * 4))
    with pytest.raises(TransformError, match="not consecutive"):
        vectorize(k.finish(), "i", 4)
