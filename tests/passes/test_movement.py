"""Moves that cancel: transposes, reshapes, slices, pieces, casts and pads."""

from __future__ import annotations

import numpy as np
import pytest

import hodu
import hodu.nn.functional as F
from hodu.dtypes import ALL, bf16, bool_, f16, f32, f64, i8, i32, i64, u8
from hodu.passes.movement import holds, movement
from hodu.snapshot.verify import verify
from tests.passes.programs import check, ops


def moved(function, shape, dtype="f32"):
    """The ops after the pass, whose meaning is checked to the bit."""
    with hodu.capture() as board:
        board.target("y", function(board.input("x", shape, dtype)))
    after = verify(movement(movement(board.snapshot)))
    x = np.random.default_rng(3).integers(-9, 9, shape).astype(getattr(hodu, dtype).numpy)
    np.testing.assert_array_equal(after.run(x)[0], board.snapshot.run(x)[0])
    return ops(after)


def test_transposes_meet_below_elementwise_ops():
    check(
        movement,
        """
        input %x: f32[2, 3, 4]
        const %b: f32[2] = [1.0, 2.0]
        %0: f32[3, 4, 2] = permute(%x) {dims=[1, 2, 0]}
        %1: f32[3, 4, 2] = add(%0, %b)
        %2: f32[3, 4, 2] = relu(%1)
        %3: f32[2, 3, 4] = permute(%2) {dims=[2, 0, 1]}
        output "y" = %3
        """,
        """
        input %x: f32[2, 3, 4]
        const %c: f32[2, 1, 1] = [[[1.0]], [[2.0]]]
        %add: f32[2, 3, 4] = add(%x, %c)
        %relu: f32[2, 3, 4] = relu(%add)
        output "y" = %relu
        """,
    )


@pytest.mark.parametrize(
    ("function", "shape", "left"),
    [
        (lambda x: x.permute(1, 0, 2).reshape(3, 2, 2, 2).reshape(3, 2, 4), (2, 3, 4), ["permute"]),
        (lambda x: x.permute(0, 2, 1), (1, 1, 4), ["reshape"]),
        (lambda x: x.unsqueeze(0).squeeze(0), (2, 3), []),
        (lambda x: x.unsqueeze(0).reshape(3, 2), (2, 3), ["reshape"]),
        (
            lambda x: x.reshape(6, 4, 5).permute(0, 2, 1).reshape(2, 3, 5, 4),
            (2, 3, 4, 5),
            ["permute"],
        ),
        (lambda x: x.permute(1, 0) + x.T, (2, 3), ["add", "permute"]),
        (lambda x: x[1:8:2][::-1], (9,), ["slice"]),
        (lambda x: x[0:3], (3, 2), []),
        (lambda x: hodu.cat([x]), (3,), []),
        (lambda x: hodu.cat([hodu.cat([x, x], 1), x], -1), (2, 3), ["cat"]),
        (lambda x: hodu.cat(hodu.split(x, [1, 2, 2]), 0), (5, 2), []),
        (lambda x: hodu.stack([x], 1).squeeze(1), (2, 3), []),
        (lambda x: hodu.flip(hodu.flip(x, [0]), [0]), (3, 2), []),
        (lambda x: x.repeat(1, 1), (2, 3), []),
        (lambda x: x.to("f64").to("f32"), (4,), []),
        (lambda x: F.pad(x, (0, 0)), (4,), []),
    ],
)
def test_what_cancels(function, shape, left):
    assert moved(function, shape) == left


def test_what_does_not_cancel():
    assert moved(lambda x: hodu.cat(hodu.split(x, [1, 2, 2])[::-1], 0), (5, 2)) == ["split", "cat"]
    assert moved(lambda x: x.to("bf16").to("f32"), (4,)) == ["cast", "cast"]
    assert moved(lambda x: F.pad(x, (1, -1)), (4,)) == ["pad"]
    assert moved(lambda x: x.permute(1, 0) @ x, (2, 3)) == ["permute", "matmul"]


def test_products_pad_for_themselves():
    w = hodu.tensor(np.arange(9, dtype=np.float32).reshape(1, 1, 3, 3))
    conv = lambda x: F.conv2d(F.pad(x, (1, 2, 0, 1)), w, padding=1)  # noqa: E731
    assert moved(conv, (1, 1, 4, 5)) == ["conv"]
    assert moved(lambda x: F.conv2d(F.pad(x, (1, 1), value=2.0), w), (1, 1, 4, 5)) == [
        "pad",
        "conv",
    ]
    pool = lambda x: F.max_pool2d(F.pad(x, (1, 1, 1, 1), value=-np.inf), 3)  # noqa: E731
    assert moved(pool, (1, 1, 6, 6)) == ["max_pool"]


@pytest.mark.parametrize("narrow", ALL)
@pytest.mark.parametrize("wide", ALL)
def test_what_holds_another_dtype_gives_it_back(narrow, wide):
    if narrow is wide or not holds(wide, narrow):
        return
    bits = min(narrow.bits, 16)
    codes = np.arange(2**bits, dtype=f"u{bits // 8}")
    values = codes.view(narrow.numpy) if narrow.bits <= 16 and narrow is not bool_ else None
    if values is None:
        limits = np.array([0, 1]) if narrow is bool_ or narrow.is_float else np.iinfo(narrow.numpy)
        ends = limits if isinstance(limits, np.ndarray) else np.array([limits.min, limits.max])
        values = ends.astype(narrow.numpy)
    with np.errstate(all="ignore"):
        back = values.astype(wide.numpy).astype(narrow.numpy)
        numbers = values == values
    np.testing.assert_array_equal(back[numbers], values[numbers])


def test_dtypes_that_hold_others():
    assert all(holds(*p) for p in ((f32, bf16), (f64, f32), (f64, i32), (i64, u8), (i8, bool_)))
    assert not any(holds(*p) for p in ((bf16, f16), (f32, i32), (u8, i8), (f16, bf16), (f64, i64)))
