"""Names, sizes and programs that nobody would choose, compiled."""

from __future__ import annotations

import numpy as np
import pytest

import hodu
from hodu import dtypes
from tests.compiled.run import check, load

NAMES = [
    "int", "é", "日本", "😀", "q\"uo'te", "back\\slash", "a??/", "%s", "*/", "new\nline", "\x01",
    "\x7f", "\u0085", "self", "a b", "a_b", "",
]  # fmt: skip
F = hodu.nn.functional


def normal(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).standard_normal(shape).astype(np.float32)


def test_any_text_is_a_name():
    with hodu.capture("??/😀\x01") as board:
        for name in NAMES:
            x = board.input(name, (3,), dtypes.f32)
            board.target(f"y{name}", x + 1.0)
    arrays = {name: np.full(3, i, np.float32) for i, name in enumerate(NAMES)}
    module = load(board.snapshot)
    assert [info.name for info in module.inputs] == NAMES
    for i, (name, result) in enumerate(module.execute(arrays).items()):
        assert name == f"y{NAMES[i]}"
        np.testing.assert_array_equal(result.numpy(), i + 1)


def test_a_chain_of_many_ops():
    def chain(x: hodu.Tensor) -> hodu.Tensor:
        for i in range(250):
            x = hodu.sin(x) if i % 20 == 7 else hodu.tanh(x) * 1.01 if i % 3 else hodu.sqrt(x.abs())
            x = x.permute(1, 0) + x[0, 0] if i % 16 == 0 else x + 0.001 * i
        return x

    check(chain, [normal(7, 9)])


def test_an_op_with_a_hundred_inputs():
    def join(*xs: hodu.Tensor) -> list[hodu.Tensor]:
        total = xs[0]
        for x in xs[1:]:
            total = total + x
        return [hodu.cat(list(xs), 0), hodu.cat(list(xs), 1), hodu.stack(list(xs), -1), total]

    check(join, [normal(2, 3) + i for i in range(100)])


@pytest.mark.parametrize("shape", [(0,), (0, 3), (2, 0, 3), (), (1, 1, 1, 1, 1, 1, 1)])
def test_sizes_of_zero_and_one_and_no_axes(shape):
    def function(x: hodu.Tensor) -> list[hodu.Tensor]:
        found = [hodu.relu(x) + 1.0, x.reshape(-1), hodu.sum(x), hodu.where(x > 0, x, -x)]
        found += [hodu.any(x > 0), hodu.all(x > 0), x.expand(2, *x.shape)]
        if x.ndim:
            found += [hodu.sum(x, 0), hodu.softmax(x, -1), hodu.cumsum(x, 0), hodu.flip(x, [0])]
            found += [*hodu.sort(x, -1), hodu.cat([x, x], 0), F.pad(x, (1, 2))]
        return found

    check(function, [normal(*shape)])


@pytest.mark.parametrize("sizes", [(0, 3, 4), (3, 0, 4), (3, 4, 0), (0, 0, 0), (1, 1, 1)])
def test_products_of_nothing(sizes):
    m, k, n = sizes
    check(lambda x, y: [x @ y, hodu.relu(x @ y + 1.0)], [normal(m, k), normal(k, n)])


def test_eight_axes():
    x = normal(2, 2, 2, 3, 1, 2, 2, 2)
    check(lambda x: [x.permute(*range(7, -1, -1)).reshape(-1), hodu.sum(x, (1, 3, 5))], [x])


def test_an_atan2_of_a_scalar_and_vectors():
    x, y = normal(8, 17).astype(np.float64), np.array([2.0])
    check(lambda x, y: [hodu.atan2(x, y), hodu.atan2(y, x)], [x, y])


def test_a_value_is_several_outputs():
    check(lambda x: [x, x, x.reshape(-1), x.reshape(-1)], [normal(2, 3)])
