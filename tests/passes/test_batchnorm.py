"""Scales and shifts by channel in the weights beside them."""

from __future__ import annotations

import numpy as np
import pytest

import hodu
import hodu.nn.functional as F
from hodu.passes import optimize
from hodu.passes.batchnorm import batchnorm
from hodu.passes.fold import fold
from hodu.snapshot.verify import verify
from tests.passes.programs import check, ops


def constant(*shape, low=-1.0, high=1.0):
    """Numbers that differ."""
    count = int(np.prod(shape))
    values = np.random.default_rng(count).uniform(low, high, count)
    return hodu.tensor(values.astype(np.float32).reshape(shape))


def normalized(x, channels=4):
    """Batch normalisation with constants."""
    mean, weight, bias = (constant(channels, low=a) for a in (-2.0, -1.5, 0.1))
    return F.batch_norm(x, mean, constant(channels, low=0.5, high=2.0), weight, bias)


def folded(function, shape):
    """The ops after the pass, whose meaning is checked."""
    with hodu.capture() as board:
        board.target("y", function(board.input("x", shape)))
    after = verify(fold(batchnorm(fold(board.snapshot))))
    x = np.random.default_rng(3).standard_normal(shape).astype(np.float32)
    want, got = board.snapshot.run(x)[0], after.run(x)[0]
    np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-5)
    return ops(after)


def test_text():
    check(
        batchnorm,
        """
        input %x: f32[1, 1, 2]
        const %w: f32[2, 1, 1] = [[[1.0]], [[2.0]]]
        const %b: f32[2] = [1.0, 1.0]
        const %m: f32[2, 1] = [[2.0], [3.0]]
        %c: f32[1, 2, 2] = conv(%x, %w, %b) {stride=[1], padding=[0, 0], dilation=[1], groups=1}
        %y: f32[1, 2, 2] = mul(%c, %m)
        output "y" = %y
        """,
        """
        input %x: f32[1, 1, 2]
        const %w_1: f32[2, 1, 1] = [[[2.0]], [[6.0]]]
        const %b_1: f32[2] = [2.0, 3.0]
        %y: f32[1, 2, 2] = conv(%x, %w_1, %b_1) {stride=[1], padding=[0, 0], dilation=[1], groups=1}
        output "y" = %y
        """,
    )


@pytest.mark.parametrize("bias", [None, constant(4)])
def test_convolutions(bias):
    wide, grouped = constant(4, 2, 3, 3), constant(4, 1, 3, 3)
    transposed, half = constant(2, 4, 3, 3), constant(2, 2, 3, 3)
    shape = (2, 2, 5, 5)
    assert folded(lambda x: normalized(F.conv2d(x, wide, bias)), shape) == ["conv"]
    assert folded(lambda x: normalized(F.conv2d(x, grouped, bias, groups=2)), shape) == ["conv"]
    for weight, groups in ((transposed, 1), (half, 2)):
        assert folded(
            lambda x, w=weight, g=groups: normalized(F.conv_transpose2d(x, w, bias, groups=g)),
            shape,
        ) == ["conv_transpose"]


def test_products():
    w, square = constant(4, 3), constant(3, 4)
    assert folded(lambda x: normalized(F.linear(x, w)), (2, 3)) == ["linear"]
    assert folded(lambda x: normalized(x @ square), (2, 3)) == ["linear"]
    assert folded(lambda x: (x @ square) * constant(4) / 3, (2, 5, 3)) == ["matmul"]
    assert folded(lambda x: F.linear(x * 0.5, w, constant(4)) - constant(4), (3,)) == ["linear"]


def test_what_does_not_fit_stays():
    wide = constant(4, 2, 3, 3)
    rows = lambda x: F.conv2d(x, wide) * constant(3, 1)  # noqa: E731
    assert folded(rows, (1, 2, 5, 5)) == ["conv", "mul"]

    def twice(x):
        y = F.conv2d(x, wide)
        return normalized(y) + y

    assert folded(twice, (1, 2, 5, 5)) == ["conv", "batch_norm_inference", "add"]


def test_exact_programs_keep_theirs():
    with hodu.capture() as board:
        x = board.input("x", (1, 2, 5, 5))
        board.target("y", normalized(F.conv2d(x, constant(4, 2, 3, 3))))
    assert "batch_norm_inference" in ops(optimize(board.snapshot, 3, exact=True))
    assert ops(optimize(board.snapshot, 3)) == ["conv"]
