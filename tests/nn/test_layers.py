"""Layers against their formulas in NumPy, their randomness, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest

import hodu
import hodu.nn.functional as F
from hodu import nn
from hodu.errors import ArgumentError, HoduError, ShapeError, UnsupportedError, ValueRangeError

RANDOM = np.random.default_rng(1)


def plain(tensor):
    """The numbers of a tensor that may require grad."""
    return tensor.detach().numpy()


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


@pytest.mark.parametrize("need_weights", [True, False])
def test_attention_by_hand(need_weights):
    layer = nn.MultiheadAttention(6, 2, batch_first=True).double()
    x = RANDOM.standard_normal((3, 4, 6))
    hidden = np.array([[False] * 4, [False, True, False, False], [False, False, True, True]])
    q, k, v = np.split(x @ plain(layer.in_proj_weight).T + plain(layer.in_proj_bias), 3, -1)
    parts, shares = [], []
    for head in (slice(0, 3), slice(3, 6)):
        scores = q[..., head] @ k[..., head].swapaxes(1, 2) / np.sqrt(3)
        weights = softmax(np.where(hidden[:, None], -np.inf, scores))
        parts.append(weights @ v[..., head])
        shares.append(weights)
    wanted = np.concatenate(parts, -1) @ plain(layer.out_proj.weight).T
    t = hodu.tensor(x)
    found, weights = layer(t, t, t, key_padding_mask=hodu.tensor(hidden), need_weights=need_weights)
    np.testing.assert_allclose(plain(found), wanted, rtol=1e-12)
    assert (weights is None) != need_weights
    if weights is not None:
        np.testing.assert_allclose(plain(weights), np.mean(shares, 0), rtol=1e-12)


def test_projected_lstm_by_hand():
    layer = nn.LSTM(3, 4, proj_size=2, bias=False).double()
    w_ih, w_hh, down = (plain(p) for p in layer.parameters())
    x, h, c = RANDOM.standard_normal((5, 3)), np.zeros(2), np.zeros(4)
    outputs = []
    for step in x:
        i, forget, new, o = np.split(w_ih @ step + w_hh @ h, 4)
        i, forget, o = (1 / (1 + np.exp(-gate)) for gate in (i, forget, o))
        c = forget * c + i * np.tanh(new)
        h = down @ (o * np.tanh(c))
        outputs.append(h)
    found, (last, cell) = layer(hodu.tensor(x))
    np.testing.assert_allclose(plain(found), outputs, rtol=1e-12)
    np.testing.assert_allclose(plain(last)[0], h, rtol=1e-12)
    np.testing.assert_allclose(plain(cell)[0], c, rtol=1e-12)


@pytest.mark.parametrize("mode", ["sum", "mean", "max"])
def test_bags_by_hand(mode):
    bag = nn.EmbeddingBag(6, 2, mode=mode, padding_idx=5)
    weight = plain(bag.weight)
    index, offsets = np.array([0, 5, 3, 5, 1, 1]), np.array([0, 3, 3, 4])
    rows = [[0, 3], [], [], [1, 1]]
    wanted = [getattr(weight[r], mode)(0) if r else np.zeros(2) for r in rows]
    found = bag(hodu.tensor(index), hodu.tensor(offsets))
    np.testing.assert_allclose(plain(found), wanted, rtol=1e-6)


def test_rows_are_held_to_their_norm():
    table = nn.Embedding(4, 3, max_norm=1.0)
    nn.init.constant_(table.weight, 2.0)
    table(hodu.tensor([1, 1, 3]))
    norms = np.linalg.norm(plain(table.weight), axis=1)
    np.testing.assert_allclose(norms, [12**0.5, 1, 12**0.5, 1], rtol=1e-6)


def test_statistics_run():
    norm = nn.BatchNorm1d(2, momentum=None)
    batches = RANDOM.standard_normal((3, 5, 2)).astype(np.float32)
    for batch in batches:
        norm(hodu.tensor(batch))
    np.testing.assert_allclose(norm.running_mean.numpy(), batches.mean((0, 1)), rtol=1e-5)
    np.testing.assert_allclose(norm.running_var.numpy(), batches.var(1, ddof=1).mean(0), rtol=1e-5)
    norm.reset_running_stats()
    assert norm.num_batches_tracked.item() == 0 and norm.running_var.tolist() == [1, 1]


@pytest.mark.parametrize(
    ("layer", "shape", "alone"),
    [
        (nn.Dropout(0.25), (50, 40), ()),
        (nn.Dropout1d(0.25), (40, 50, 3), (2,)),
        (nn.Dropout2d(0.25), (40, 50, 2, 2), (2, 3)),
        (nn.Dropout2d(0.25), (40, 50, 2), (2,)),
        (nn.Dropout3d(0.25), (2000, 1, 2, 2), (1, 2, 3)),
        (nn.AlphaDropout(0.25), (50, 40), ()),
        (nn.FeatureAlphaDropout(0.25), (40, 50, 3), (2,)),
    ],
)
def test_dropout(layer, shape, alone):
    hodu.manual_seed(5)
    x = hodu.ones(shape)
    dropped = layer(x).numpy()
    lowest = dropped.min()
    assert (dropped == lowest).mean() == pytest.approx(0.25, abs=0.03)
    assert len(np.unique(dropped)) == 2
    assert (dropped == dropped.max(alone, keepdims=True)).all(), "whole channels"
    assert layer.eval()(x) is x


def test_alpha_dropout_keeps_mean_and_variance():
    hodu.manual_seed(2)
    x = F.alpha_dropout(hodu.randn(200, 200), 0.3, training=True).numpy()
    assert abs(x.mean()) < 0.02 and x.var() == pytest.approx(1, abs=0.02)


def test_gumbel_softmax_draws_with_the_probabilities():
    hodu.manual_seed(3)
    logits = hodu.tensor([0.2, 0.5, 0.3]).log().expand(5000, 3)
    soft = F.gumbel_softmax(logits)
    np.testing.assert_allclose(soft.sum(-1).numpy(), 1, rtol=1e-5)
    hard = F.gumbel_softmax(logits, hard=True)
    assert set(np.unique(hard.numpy().round(6))) == {0, 1}
    np.testing.assert_allclose(hard.mean(0).numpy(), [0.2, 0.5, 0.3], atol=0.02)


def test_global_pooling():
    x = RANDOM.standard_normal((2, 3, 4, 5)).astype(np.float32)
    mean, top = nn.GlobalAvgPool2d()(hodu.tensor(x)), nn.GlobalMaxPool2d()(hodu.tensor(x))
    np.testing.assert_allclose(mean.numpy(), x.mean((2, 3), keepdims=True), rtol=1e-5)
    assert (top.numpy() == x.max((2, 3), keepdims=True)).all()
    assert nn.GlobalMaxPool1d()(hodu.ones(2, 3, 4)).shape == (2, 3, 1)
    assert nn.GlobalAvgPool3d()(hodu.ones(2, 3, 4, 1, 2)).shape == (2, 3, 1, 1, 1)


def test_fractional_pooling_draws_windows():
    x = hodu.arange(49, dtype="f32").reshape(1, 1, 7, 7)
    pooled, places = nn.FractionalMaxPool2d(2, output_ratio=0.5, return_indices=True)(x)
    assert pooled.shape == (1, 1, 3, 3) and (pooled == places.to("f32")).all()
    assert nn.FractionalMaxPool3d(2, output_size=2)(hodu.ones(2, 4, 4, 4)).shape == (2, 2, 2, 2)


def test_distances_of_all_pairs():
    x = RANDOM.standard_normal((4, 3))
    wanted = [np.linalg.norm(x[i] - x[j]) for i in range(4) for j in range(i + 1, 4)]
    np.testing.assert_allclose(F.pdist(hodu.tensor(x)).numpy(), wanted, rtol=1e-12)


X = hodu.zeros(2, 3, 4)
REFUSED = [
    (lambda: nn.Conv2d(3, 4, 3, groups=2), "groups=2 does not divide in_channels=3"),
    (lambda: nn.Conv2d(2, 4, 3, padding_mode="mirror"), "reflect"),
    (lambda: nn.Conv2d(2, 4, 3, padding="full"), "'same' or 'valid'"),
    (lambda: nn.Conv2d(2, 4, 3, padding="same", stride=2), "padding='same' with stride"),
    (lambda: nn.ConvTranspose2d(2, 4, 3, padding_mode="reflect"), "padding_mode"),
    (lambda: nn.ConvTranspose1d(3, 4, 3)(X, output_size=[9]), r"between \[6\] and \[6\]"),
    (lambda: nn.BatchNorm2d(3)(X), "it takes 4 dimensions"),
    (lambda: nn.InstanceNorm1d(3)(X[0, 0]), "it takes 2 or 3 dimensions"),
    (lambda: nn.GroupNorm(2, 3), "num_groups=2"),
    (lambda: nn.Dropout(1.5), "p=1.5"),
    (lambda: nn.Dropout1d()(X[None]), "2 or 3 dimensions"),
    (lambda: nn.Embedding(3, 2, padding_idx=3), "padding_idx=3"),
    (lambda: nn.Embedding(3, 2, sparse=True)(hodu.tensor([1])), "sparse gradients"),
    (lambda: nn.Embedding(3, 2, _weight=X[0]), "for 3 embeddings"),
    (lambda: nn.EmbeddingBag(3, 2)(hodu.tensor([1])), "need offsets"),
    (lambda: nn.EmbeddingBag(3, 2, mode="min")(hodu.tensor([[1]])), "sum, mean, max"),
    (lambda: nn.Softmax()(X), r"Softmax\(dim=1\)"),
    (lambda: nn.Hardtanh(1, 0), r"\[1, 0\]"),
    (lambda: nn.MultiheadAttention(4, 3), "does not divide"),
    (lambda: nn.MultiheadAttention(4, 2)(X, X, X, is_causal=True), "needs the attn_mask"),
    (lambda: nn.MultiheadAttention(6, 2)(X, X, X), "an embedding of 6"),
    (lambda: nn.TransformerEncoderLayer(4, 2, activation="swish"), "'relu', 'gelu'"),
    (lambda: nn.LSTM(4, 5)(hodu.zeros(2, 3)), "with i = 4"),
    (lambda: nn.GRU(4, 5)(X, hodu.zeros(1, 2, 5)), r"\[1, 3, 5\]"),
    (lambda: nn.LSTM(4, 5, proj_size=5), "less than hidden_size=5"),
    (lambda: nn.RNN(4, 5, nonlinearity="elu"), "'tanh' or 'relu'"),
    (lambda: nn.GRUCell(4, 5)(X), "GRUCell"),
    (lambda: nn.ReflectionPad1d((1, 2, 3)), "or 2"),
    (lambda: nn.ZeroPad1d(1)(X).shape and nn.CircularPad2d(1)(X[0]), "3 or 4 dimensions"),
    (lambda: nn.FractionalMaxPool2d(2), "give one of them"),
    (lambda: nn.Transformer(8, 2, 1, 1)(X, X), "d_model = 8"),
    (lambda: nn.Linear(2, 3, device="cuda"), "cuda"),
    (lambda: nn.Linear(-2, 3), "0 or more"),
]


@pytest.mark.parametrize(("call", "text"), REFUSED)
def test_what_layers_refuse(call, text):
    with pytest.raises(HoduError, match=text):
        call()


def test_kinds_of_errors():
    kinds = {
        ArgumentError: lambda: nn.Softmax()(X),
        ShapeError: lambda: nn.BatchNorm2d(3)(X),
        UnsupportedError: lambda: F.embedding(hodu.tensor([0]), X[0], sparse=True),
        ValueRangeError: lambda: nn.Dropout(-1),
    }
    for kind, call in kinds.items():
        with pytest.raises(kind):
            call()
