"""Initialisers: their distributions and shapes, and how each layer begins."""

from __future__ import annotations

import math

import numpy as np
import pytest

import hodu
from hodu import nn
from hodu.errors import ShapeError, ValueRangeError
from hodu.nn import init

SHAPE = (200, 50, 4)  # fan_in 200, fan_out 800


def std(tensor) -> float:
    return float(tensor.detach().numpy().std())


@pytest.mark.parametrize(
    ("fill", "wanted"),
    [
        (lambda t: init.xavier_uniform_(t, 2.0), 2 * math.sqrt(2 / 1000)),
        (lambda t: init.xavier_normal_(t), math.sqrt(2 / 1000)),
        (lambda t: init.kaiming_uniform_(t, a=1), math.sqrt(1 / 200)),
        (lambda t: init.kaiming_normal_(t, mode="fan_out", nonlinearity="relu"), 0.05),
        (lambda t: init.lecun_uniform_(t), math.sqrt(1 / 200)),
        (lambda t: init.lecun_normal_(t), math.sqrt(1 / 200)),
        (lambda t: init.normal_(t, 0.0, 0.3), 0.3),
        (lambda t: init.uniform_(t, -1.0, 1.0), 1 / math.sqrt(3)),
        (lambda t: init.trunc_normal_(t), 0.8796),
        (lambda t: init.trunc_normal_(t, std=5.0), 1.1382),
    ],
)
def test_spread(fill, wanted):
    hodu.manual_seed(3)
    tensor = hodu.zeros(SHAPE)
    assert fill(tensor) is tensor
    assert std(tensor) == pytest.approx(wanted, rel=0.02)
    assert abs(float(tensor.mean().item())) < 0.02 * wanted


def test_bounds_and_generators():
    drawn = init.trunc_normal_(hodu.zeros(10_000), 1.0, 2.0, 0.5, 3.0)
    assert drawn.min().item() >= 0.5 and drawn.max().item() <= 3
    drawn = init.xavier_uniform_(hodu.zeros(SHAPE))
    assert abs(drawn.numpy()).max() <= math.sqrt(6 / 1000)
    pair = [init.normal_(hodu.zeros(5), generator=hodu.Generator(1)).tolist() for _ in range(2)]
    assert pair[0] == pair[1]
    with pytest.raises(ValueRangeError, match="no number"):
        init.trunc_normal_(hodu.zeros(1), 0.0, 1e-3, 1.0, 2.0)


def test_fixed_contents():
    assert init.eye_(hodu.zeros(2, 3)).tolist() == [[1, 0, 0], [0, 1, 0]]
    assert init.constant_(hodu.zeros(2), 0.5).tolist() == [0.5, 0.5]
    assert init.ones_(hodu.zeros(2)).tolist() == [1, 1] == (1 - init.zeros_(hodu.ones(2))).tolist()
    weight = init.dirac_(hodu.zeros(4, 2, 3, 3), groups=2)
    x = hodu.randn(1, 4, 5, 5)
    same = nn.functional.conv2d(x, weight, padding=1, groups=2)
    assert (same == x).all()
    with pytest.raises(ShapeError, match=r"eye_\(\)"):
        init.eye_(hodu.zeros(2))


@pytest.mark.parametrize("shape", [(4, 6), (6, 4), (3, 2, 4)])
def test_orthogonal(shape):
    rows = init.orthogonal_(hodu.zeros(shape), gain=2.0).numpy().reshape(shape[0], -1)
    product = rows @ rows.T if rows.shape[0] <= rows.shape[1] else rows.T @ rows
    np.testing.assert_allclose(product, 4 * np.eye(len(product)), atol=1e-5)


def test_sparse():
    weight = init.sparse_(hodu.zeros(10, 5), sparsity=0.25)
    assert ((weight.numpy() == 0).sum(0) == 3).all()


def test_gains():
    gains = {"linear": 1, "conv2d": 1, "sigmoid": 1, "tanh": 5 / 3, "relu": 2**0.5, "selu": 0.75}
    assert {name: init.calculate_gain(name) for name in gains} == pytest.approx(gains)
    assert init.calculate_gain("leaky_relu", 1) == 1
    with pytest.raises(ValueRangeError, match="it is one of"):
        init.calculate_gain("step")


@pytest.mark.parametrize(
    ("module", "name", "bound"),
    [
        (nn.Linear(400, 100), "weight", 0.05),
        (nn.Linear(400, 1000), "bias", 0.05),
        (nn.Conv2d(16, 50, 5), "weight", 0.05),
        (nn.ConvTranspose2d(50, 16, 5), "weight", 0.05),
        (nn.Bilinear(400, 5, 6), "weight", 0.05),
        (nn.GRU(30, 100), "weight_ih_l0", 0.1),
        (nn.LSTMCell(30, 100), "weight_hh", 0.1),
        (nn.MultiheadAttention(100, 4), "in_proj_weight", math.sqrt(6 / 400)),
    ],
)
def test_how_layers_begin(module, name, bound):
    numbers = abs(module.get_parameter(name).detach().numpy())
    assert 0.97 * bound < numbers.max() <= bound
    assert numbers.std() == pytest.approx(bound / math.sqrt(12), rel=0.1)


def test_embeddings_begin_normal_and_norms_with_one():
    table = nn.Embedding(1000, 20, padding_idx=3)
    assert std(table.weight) == pytest.approx(1, rel=0.02) and not (table.weight[3] != 0).any()
    assert nn.BatchNorm1d(3).weight.tolist() == [1, 1, 1] == nn.LayerNorm(3).weight.tolist()
    assert nn.GroupNorm(1, 3).bias.tolist() == [0, 0, 0]
