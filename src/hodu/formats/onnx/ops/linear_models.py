"""Linear models and support vector machines of ai.onnx.ml."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

import hodu.functional as f
from hodu._tensor import Tensor
from hodu.dispatch.base import wrap
from hodu.formats.onnx.node import OnnxNode
from hodu.formats.onnx.ops.features import floats
from hodu.formats.onnx.ops.learned import DOMAIN
from hodu.formats.onnx.registry import onnx_op
from hodu.formats.onnx.scores import label_count, labels, of_two, transformed
from hodu.ops._table import Array


def _numbers(node: OnnxNode, name: str) -> Array:
    return np.array(node.attr(name) or [], np.float32)


def _linear(node: OnnxNode, x: Tensor, count: int) -> Tensor:
    """Scores [N, count] of rows of coefficients, plus the intercepts."""
    weights = wrap(_numbers(node, "coefficients").reshape(count, -1).T.copy())
    y, bias = f.matmul(_rows(x), weights), floats(node, "intercepts")
    return y if bias is None else y + bias


def _rows(x: Tensor) -> Tensor:
    return (x.reshape(1, -1) if x.ndim == 1 else x).to("f32")


@onnx_op("LinearRegressor", domain=DOMAIN)
def linear_regressor(node: OnnxNode, x: Tensor) -> Tensor:
    """Linear regression of one or more targets."""
    return transformed(node, _linear(node, x, node.integer("targets", 1)))


@onnx_op("LinearClassifier", domain=DOMAIN)
def linear_classifier(node: OnnxNode, x: Tensor) -> tuple[Any, Tensor]:
    """The class with the greatest score, and the scores; one score alone decides between two."""
    count = len(node.attr("intercepts") or ()) or max(label_count(node), 1)
    scores = _linear(node, x, count)
    if count > 1:
        return labels(node, f.argmax(scores, 1)), transformed(node, scores)
    if label_count(node) != 2:
        raise ValueError(f"one score decides between two labels, not {label_count(node)}")
    return labels(node, (scores[:, 0] > 0).to("i64")), of_two(node, scores, around=0.5)


def _kernel(node: OnnxNode, x: Tensor, vectors: Array) -> Tensor:
    """The kernel of rows with support vectors, [N, vectors]."""
    kind = node.text("kernel_type", "LINEAR")
    gamma, offset, degree = node.attr("kernel_params") or (0.0, 0.0, 0.0)
    if kind == "RBF":
        difference = x.unsqueeze(1) - wrap(vectors)
        return f.exp(-gamma * f.sum(difference * difference, -1))
    product = f.matmul(x, wrap(vectors.T.copy()))
    if kind == "LINEAR":
        return product
    if kind == "POLY":
        return f.pow(product * gamma + offset, degree)
    if kind == "SIGMOID":
        return f.tanh(product * gamma + offset)
    raise node.unsupported(f"kernel_type={kind!r}", "it is one of LINEAR, POLY, RBF and SIGMOID")


@onnx_op("SVMRegressor", domain=DOMAIN)
def svm_regressor(node: OnnxNode, x: Tensor) -> Tensor:
    """Regression on support vectors, or whether a row belongs to the one class: 1 or -1."""
    x, count = _rows(x), node.integer("n_supports", 0)
    weights = _numbers(node, "coefficients")
    if count:
        kernel = _kernel(node, x, _numbers(node, "support_vectors").reshape(count, -1))
    else:
        kernel = x
    y = f.matmul(kernel, wrap(weights.reshape(-1, 1))) + float(_numbers(node, "rho")[0])
    if node.flag("one_class"):
        return f.where(y > 0, 1.0, -1.0)
    return transformed(node, y)


@onnx_op("SVMClassifier", domain=DOMAIN)
def svm_classifier(node: OnnxNode, x: Tensor) -> tuple[Any, Tensor]:
    """The class that wins most duels of support vectors, and the scores or probabilities."""
    x, sizes = _rows(x), node.integers("vectors_per_class") or []
    rho, count = _numbers(node, "rho"), max(label_count(node), 1)
    if not sum(sizes):
        weights = _numbers(node, "coefficients").reshape(count, -1)
        scores = f.matmul(x, wrap(weights.T.copy())) + float(rho[0])
        return labels(node, f.argmax(scores, 1)), transformed(node, scores)
    pairs = list(combinations(range(len(sizes)), 2))
    kernel = _kernel(node, x, _numbers(node, "support_vectors").reshape(sum(sizes), -1))
    duels = f.matmul(kernel, wrap(_duels(node, sizes, pairs))) + wrap(rho[: len(pairs)])
    place = f.argmax(_votes(duels, pairs, len(sizes)), 1)
    if node.attr("prob_a"):
        scores = _probabilities(node, duels, pairs, len(sizes))
        return labels(node, place), transformed(node, scores)
    if len(pairs) > 1:
        return labels(node, place), transformed(node, duels)
    if min(node.attr("coefficients")) >= 0:
        place = f.ones_like(place)
    return labels(node, place), of_two(node, duels, around=0.0)


def _duels(node: OnnxNode, sizes: list[int], pairs: list[tuple[int, int]]) -> Array:
    """The weights of vectors in each duel, [vectors, pairs]."""
    given = _numbers(node, "coefficients").reshape(-1, sum(sizes))
    ends = np.cumsum([0, *sizes])
    found = np.zeros((sum(sizes), len(pairs)), np.float32)
    for column, (i, j) in enumerate(pairs):
        for own, other in ((i, j - 1), (j, i)):
            part = slice(ends[own], ends[own + 1])
            found[part, column] = given[other, part]
    return found


def _votes(duels: Tensor, pairs: list[tuple[int, int]], count: int) -> Tensor:
    """How many duels each class wins, [N, classes]."""
    won = np.zeros((2, len(pairs), count), np.float32)
    for row, (i, j) in enumerate(pairs):
        won[0, row, i] = won[1, row, j] = 1
    first = (duels > 0).to("f32")
    return f.matmul(first, wrap(won[0])) + f.matmul(1 - first, wrap(won[1]))


def _probabilities(
    node: OnnxNode, duels: Tensor, pairs: list[tuple[int, int]], count: int
) -> Tensor:
    """Platt's probabilities of duels, coupled as LIBSVM does (Wu, Lin and Weng 2004)."""
    a, b = (wrap(_numbers(node, name)) for name in ("prob_a", "prob_b"))
    first = f.clamp(1 - f.sigmoid(duels * a + b), 1e-7, 1 - 1e-7)
    rows = [[f.zeros_like(first[:, 0])] * count for _ in range(count)]
    for column, (i, j) in enumerate(pairs):
        rows[i][j], rows[j][i] = first[:, column], 1 - first[:, column]
    r = f.stack([f.stack(row, -1) for row in rows], 1)
    diagonal = f.sum(r * r, 1)
    q = f.where(wrap(np.eye(count, dtype=bool)), diagonal.unsqueeze(1), -r.mT * r)

    def unfinished(i: Tensor, p: Tensor) -> Tensor:
        return f.logical_and(i < max(100, count), f.any(_error(q, p) >= 0.005 / count))

    def step(i: Tensor, p: Tensor) -> tuple[Tensor, Tensor]:
        going = (_error(q, p) >= 0.005 / count).unsqueeze(-1)
        return i + 1, f.where(going, _refined(q, p), p)

    start = f.full((first.shape[0], count), 1 / count, dtype="f32")
    return f.while_loop(unfinished, step, (f.tensor(0, dtype="i64"), start))[1]


def _error(q: Tensor, p: Tensor) -> Tensor:
    slope = f.matmul(q, p.unsqueeze(-1))[..., 0]
    return f.amax(f.abs(slope - f.sum(p * slope, -1, keepdim=True)), -1)


def _refined(q: Tensor, p: Tensor) -> Tensor:
    """One sweep over the classes."""
    slope = f.matmul(q, p.unsqueeze(-1))[..., 0]
    value = f.sum(p * slope, -1)
    for t in range(int(p.shape[-1])):
        own = q[:, t, t]
        change = (value - slope[:, t]) / own
        value = (value + change * (change * own + 2 * slope[:, t])) / (1 + change) ** 2
        whole = (1 + change).unsqueeze(-1)
        slope = (slope + change.unsqueeze(-1) * q[:, t]) / whole
        unit = np.zeros(int(p.shape[-1]), np.float32)
        unit[t] = 1
        p = (p + change.unsqueeze(-1) * wrap(unit)) / whole
    return p
