"""Losses against their formulas in NumPy, and what they refuse."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hodu
import hodu.nn.functional as F
from hodu.errors import DTypeError, HoduError, ShapeError, ValueRangeError

Array = np.ndarray[Any, Any]
RANDOM = np.random.default_rng(0)
X, Y = RANDOM.standard_normal((4, 3)), RANDOM.standard_normal((4, 3))
P, Q = RANDOM.uniform(0.05, 0.95, (2, 4, 3))
SIGN = np.sign(Y)
INDEX = np.array([2, 0, 1, 2])
WEIGHT = np.array([0.5, 1.0, 2.5])
LOGS = X - np.log(np.exp(X).sum(1, keepdims=True))
ROWS = np.arange(4)


def huber(d: Array, delta: float) -> Array:
    return np.where(abs(d) < delta, d * d / 2, delta * (abs(d) - delta / 2))


def distance(x: Array, y: Array, p: float = 2, eps: float = 1e-6) -> Array:
    return (abs(x - y + eps) ** p).sum(-1) ** (1 / p)


def hinge(x: Array) -> Array:
    return np.maximum(x, 0)


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def entropy(y: Array, p: Array) -> Array:
    return -(y * np.log(p) + (1 - y) * np.log(1 - p))


COS = (X * Y).sum(1) / np.sqrt(((X * X).sum(1) + 1e-12) * ((Y * Y).sum(1) + 1e-12))
OTHERS = np.arange(3) != INDEX[:, None]
LACKING = hinge(1 - X[ROWS, INDEX][:, None] + X) * OTHERS
ELEMENTWISE: list[tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any], Array]] = [
    (F.mse_loss, (X, Y), {}, (X - Y) ** 2),
    (F.l1_loss, (X, Y), {}, abs(X - Y)),
    (F.smooth_l1_loss, (X, Y), {"beta": 0.5}, huber(X - Y, 0.5) / 0.5),
    (F.huber_loss, (X, Y), {"delta": 0.5}, huber(X - Y, 0.5)),
    (F.poisson_nll_loss, (X, abs(Y)), {}, np.exp(X) - abs(Y) * X),
    (F.gaussian_nll_loss, (X, Y, P), {}, (np.log(P) + (X - Y) ** 2 / P) / 2),
    (F.kl_div, (np.log(P), Q), {}, Q * np.log(Q / P)),
    (F.kl_div, (np.log(P), np.log(Q)), {"log_target": True}, Q * np.log(Q / P)),
    (F.binary_cross_entropy, (P, Q), {"weight": WEIGHT}, entropy(Q, P) * WEIGHT),
    (F.binary_cross_entropy_with_logits, (X, Q), {}, entropy(Q, sigmoid(X))),
    (F.soft_margin_loss, (X, SIGN), {}, np.log1p(np.exp(-SIGN * X))),
    (F.hinge_embedding_loss, (X, SIGN), {}, np.where(SIGN > 0, X, hinge(1 - X))),
    (F.margin_ranking_loss, (X, P, SIGN), {"margin": 0.5}, hinge(0.5 - SIGN * (X - P))),
    (F.cosine_embedding_loss, (X, Y, np.ones(4)), {}, 1 - COS),
    (F.cosine_embedding_loss, (X, Y, -np.ones(4)), {"margin": 0.1}, hinge(COS - 0.1)),
    (F.multi_margin_loss, (X, INDEX), {}, LACKING.sum(1) / 3),
    (F.multi_margin_loss, (X, INDEX), {"p": 2}, (LACKING**2).sum(1) / 3),
    (F.multilabel_soft_margin_loss, (X, Q), {}, entropy(Q, sigmoid(X)).mean(1)),
    (F.triplet_margin_loss, (X, Y, P), {}, hinge(1 + distance(X, Y) - distance(X, P))),
    (
        F.triplet_margin_loss,
        (X, Y, P),
        {"swap": True, "p": 1},
        hinge(1 + distance(X, Y, 1) - np.minimum(distance(X, P, 1), distance(Y, P, 1))),
    ),
    (F.cross_entropy, (X, Q), {}, -(LOGS * Q).sum(1)),
    (F.cross_entropy, (X, INDEX), {}, -LOGS[ROWS, INDEX]),
    (
        F.cross_entropy,
        (X, INDEX),
        {"label_smoothing": 0.3},
        -0.7 * LOGS[ROWS, INDEX] - 0.1 * LOGS.sum(1),
    ),
    (F.nll_loss, (LOGS, INDEX), {}, -LOGS[ROWS, INDEX]),
]


def tensors(values: Any) -> Any:
    """Arrays as tensors."""
    if isinstance(values, dict):
        return {k: tensors(v) for k, v in values.items()}
    return hodu.tensor(values) if isinstance(values, np.ndarray) else values


@pytest.mark.parametrize(("loss", "args", "options", "wanted"), ELEMENTWISE)
def test_formula_and_reductions(loss, args, options, wanted):
    given, options = [tensors(a) for a in args], tensors(options)
    assert_close(loss(*given, reduction="none", **options), wanted)
    assert_close(loss(*given, **options), wanted.mean())
    assert_close(loss(*given, reduction="sum", **options), wanted.sum())


def assert_close(got: Any, wanted: Any) -> None:
    """Equal in f64."""
    np.testing.assert_allclose(got.numpy(), wanted, rtol=1e-12, atol=1e-14)


def test_means_by_weight_and_what_is_ignored():
    index = hodu.tensor(np.array([2, -100, 1, 2]))
    picked = -LOGS[[0, 2, 3], [2, 1, 2]] * WEIGHT[[2, 1, 2]]
    logs, weight = hodu.tensor(LOGS), hodu.tensor(WEIGHT)
    assert_close(F.nll_loss(logs, index, weight), picked.sum() / WEIGHT[[2, 1, 2]].sum())
    assert_close(F.nll_loss(logs, index), -LOGS[[0, 2, 3], [2, 1, 2]].mean())
    none = F.nll_loss(logs, index, weight, reduction="none").tolist()
    assert none[1] == 0 and none[0] == picked[0]
    assert math.isnan(F.cross_entropy(logs, index * 0 - 100).item()), "the mean of nothing"


def test_the_older_flags_of_reductions():
    x, y = hodu.tensor(X), hodu.tensor(Y)
    assert F.mse_loss(x, y, size_average=False).item() == F.mse_loss(x, y, reduction="sum").item()
    assert F.mse_loss(x, y, reduce=False).shape == (4, 3)
    assert hodu.nn.L1Loss(size_average=False).reduction == "sum"


def test_multilabel_margin():
    labels = np.array([[2, 0, -1], [1, -1, 0], [-1, 0, 1], [0, 1, 2]])
    wanted = []
    for x, row in zip(X, labels, strict=True):
        named = list(itertools.takewhile(lambda i: i >= 0, row))
        rest = [i for i in range(3) if i not in named]
        wanted.append(sum(max(0, 1 - x[j] + x[i]) for j in named for i in rest) / 3)
    found = F.multilabel_margin_loss(hodu.tensor(X), hodu.tensor(labels), reduction="none")
    assert_close(found, wanted)


def ctc_by_hand(probabilities: Array, labels: list[int], blank: int = 0) -> float:
    """The negative logarithm of the sum over all paths that become the labels."""
    total = 0.0
    steps, classes = probabilities.shape
    for path in itertools.product(range(classes), repeat=steps):
        shown = [k for k, _ in itertools.groupby(path) if k != blank]
        if shown == labels:
            total += float(np.prod(probabilities[np.arange(steps), path]))
    return -math.log(total) if total else math.inf


@pytest.mark.parametrize("labels", [[], [1], [1, 1], [2, 1], [1, 2, 1], [1, 1, 1], [2, 2, 1, 1]])
def test_ctc_against_all_paths(labels):
    steps = 4
    logits = RANDOM.standard_normal((steps, 3))
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    wanted = ctc_by_hand(p, labels)
    logs, targets = hodu.tensor(np.log(p)[:, None]), np.array([labels], np.int64)
    for given in (targets, targets.reshape(-1)):
        found = F.ctc_loss(logs, hodu.tensor(given), [steps], [len(labels)], reduction="none")
        np.testing.assert_allclose(found.numpy(), [wanted], rtol=1e-12)
    mean = F.ctc_loss(logs, hodu.tensor(targets), [steps], [len(labels)], zero_infinity=True)
    finite = wanted / max(len(labels), 1) if math.isfinite(wanted) else 0.0
    assert mean.item() == pytest.approx(finite, rel=1e-12)


def test_ctc_stops_at_the_length_of_the_input():
    logits = RANDOM.standard_normal((5, 3))
    logs = hodu.tensor(logits).log_softmax(-1)
    targets = hodu.tensor(np.array([2, 1]))
    short = F.ctc_loss(logs[:3], targets, [3], [2], reduction="sum")
    assert_close(F.ctc_loss(logs, targets, [3], [2], reduction="sum"), short.numpy())


f, i = hodu.zeros(2, 3), hodu.zeros(2, dtype="i64")
REFUSED = [
    (lambda: F.mse_loss(f, f, reduction="average"), ValueRangeError, "none, mean, sum"),
    (lambda: F.mse_loss(f, f, weight=i.to("f32")), ShapeError, r"\[2\]"),
    (lambda: F.smooth_l1_loss(f, f, beta=-1), ValueRangeError, "beta=-1"),
    (lambda: F.huber_loss(f, f, delta=0), ValueRangeError, "delta=0"),
    (lambda: F.cross_entropy(f, i.to("f32")), DTypeError, "cast them"),
    (lambda: F.cross_entropy(f, f.to("i64")), DTypeError, "probabilities are floats"),
    (lambda: F.cross_entropy(f, i[:1]), ShapeError, r"must be \[2\]"),
    (lambda: F.cross_entropy(f, i + 3), IndexError, "3"),
    (lambda: F.cross_entropy(f, i, hodu.ones(2)), ShapeError, "for 3 classes"),
    (lambda: F.cross_entropy(f, i, label_smoothing=2), ValueRangeError, "label_smoothing=2"),
    (lambda: F.binary_cross_entropy(f + 2, f), ValueRangeError, "with_logits"),
    (lambda: F.binary_cross_entropy(f, f[0]), ShapeError, "differ in shape"),
    (lambda: F.gaussian_nll_loss(f, f, f - 1), ValueRangeError, "negative variance"),
    (lambda: F.gaussian_nll_loss(f, f, hodu.ones(5)), ShapeError, "of size 1"),
    (lambda: F.multi_margin_loss(f, i, p=3), ValueRangeError, "p=3"),
    (lambda: F.cosine_embedding_loss(f, f, f), ShapeError, "targets"),
    (lambda: F.ctc_loss(f.half(), i, [2], [1]), DTypeError, "f32 or f64"),
    (lambda: F.ctc_loss(f, i, [3], [1]), ValueRangeError, r"\[0, 2\]"),
    (lambda: F.ctc_loss(f, i, [2], [3]), ShapeError, "sum to 3 of 2"),
    (lambda: F.ctc_loss(f, i, [2], [1], blank=3), ValueRangeError, "none of 3 classes"),
]


@pytest.mark.parametrize(("call", "error", "text"), REFUSED)
def test_what_losses_refuse(call, error, text):
    with pytest.raises(error, match=text) as caught:
        call()
    assert isinstance(caught.value, HoduError)
