"""Turns of a loop side by side: the text that this gives, and that what is computed stays."""

from __future__ import annotations

import numpy as np
import pytest

from hodu.dtypes import f32
from hodu.kernel.builder import KernelBuilder
from hodu.kernel.interp import run_kernel
from hodu.kernel.ir import Kernel
from hodu.kernel.text import print_kernel
from hodu.kernel.verify import verify_kernel


def weighted_sums(rows: int, abreast: int) -> Kernel:
    """y[i] = the sum of x[i, j] * w[j]."""
    k = KernelBuilder("rows")
    x, w = k.param("x", f32, rows * 3, "in"), k.param("w", f32, 3, "in")
    y = k.param("y", f32, rows, "out")
    with k.loop(rows, name="i", abreast=abreast) as i:
        total = k.local("total", f32, init=0.0)
        with k.loop(3, name="j") as j:
            weight = k.let(k.load(w, j), "weight")
            k.store(total, 0, k.load(total) + k.load(x, i * 3 + j) * weight)
        k.store(y, i, k.load(total))
    return verify_kernel(k.finish())


def test_loops_of_the_turns_become_one_and_what_they_share_is_done_once():
    assert (
        print_kernel(weighted_sums(4, 2)).partition("\n")[2]
        == """\
  for i in 0..4 by 2
    total: f32[1] = local
    total[0] = 0.0
    total_turn1: f32[1] = local
    total_turn1[0] = 0.0
    for j in 0..3
      weight: f32 = w[j]
      total[0] = (total[0] + (x[((i * 3) + j)] * weight))
      total_turn1[0] = (total_turn1[0] + (x[(((i * 3) + 3) + j)] * weight))
    y[i] = total[0]
    y[(i + 1)] = total_turn1[0]
"""
    )


@pytest.mark.parametrize("rows", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("abreast", [2, 3])
def test_every_turn_is_done(rows: int, abreast: int):
    rng = np.random.default_rng(3)
    x, w = (rng.standard_normal(n).astype(np.float32) for n in (rows * 3, 3))
    y = np.zeros(rows, np.float32)
    run_kernel(weighted_sums(rows, abreast), [x, w, y])
    np.testing.assert_allclose(y, x.reshape(rows, 3) @ w, rtol=1e-5, atol=1e-6)


def test_loops_over_positions_of_their_own_stay_apart():
    k = KernelBuilder("triangle")
    y = k.param("y", f32, 16, "inout")
    with k.loop(4, name="i", abreast=2) as i, k.loop(i + 1, name="j") as j:
        k.store(y, i * 4 + j, 1.0)
    kernel = verify_kernel(k.finish())
    y = np.zeros(16, np.float32)
    run_kernel(kernel, [y])
    np.testing.assert_array_equal(y.reshape(4, 4), np.tri(4))
    assert print_kernel(kernel).count("for j") == 2


def test_what_is_left_over_of_a_loop_in_steps_is_done_in_steps():
    k = KernelBuilder("steps")
    y = k.param("y", f32, 20, "inout")
    with k.loop(20, 2, step=3, abreast=2) as i:
        k.store(y, i, 1.0)
    y = np.zeros(20, np.float32)
    run_kernel(verify_kernel(k.finish()), [y])
    assert np.flatnonzero(y).tolist() == [2, 5, 8, 11, 14, 17]
