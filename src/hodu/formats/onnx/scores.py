"""Scores of classifiers of ai.onnx.ml: their labels, and what is done to them at the end."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import hodu.functional as f
from hodu._tensor import Tensor
from hodu.dispatch.base import wrap
from hodu.formats.onnx.node import OnnxNode
from hodu.formats.onnx.texts import chosen_texts


def labels(node: OnnxNode, places: Tensor) -> Any:
    """The labels of classes by number."""
    texts = node.attr("classlabels_strings")
    if texts:
        return chosen_texts(places, tuple(texts))
    numbers = node.integers("classlabels_ints") or node.integers("classlabels_int64s")
    return wrap(np.array(numbers, np.int64))[places] if numbers else places


def label_count(node: OnnxNode) -> int:
    """How many labels are given."""
    names = ("classlabels_strings", "classlabels_ints", "classlabels_int64s")
    return max(len(node.attr(name) or ()) for name in names)


def transformed(node: OnnxNode, x: Tensor) -> Tensor:
    """Scores after `post_transform`."""
    kind = node.attr("post_transform") or "NONE"
    if kind not in _TRANSFORMS:
        raise node.unsupported(f"post_transform={kind!r}", f"it is one of {', '.join(_TRANSFORMS)}")
    return _TRANSFORMS[kind](x)


def of_two(node: OnnxNode, score: Tensor, *, around: float) -> Tensor:
    """The scores of two classes from the one of the second, [N, 1], which wins above `around`.

    Above 0 the other is its opposite, above 0.5 what it lacks of 1. ONNX Runtime computes no
    softmax of these.
    """
    kind = node.attr("post_transform") or "NONE"
    if kind == "LOGISTIC":
        return f.sigmoid(f.cat([-score, score], 1))
    both = f.cat([1 - score if around or kind == "PROBIT" else -score, score], 1)
    return _probit(both) if kind == "PROBIT" else both


def _softmax_zero(x: Tensor) -> Tensor:
    """Softmax of what is not 0."""
    top = f.amax(x, -1, keepdim=True)
    powers = f.where(f.abs(x) > 1e-7, f.exp(x - top), x * f.exp(-top))
    total = f.sum(powers, -1, keepdim=True)
    return f.where(total == 0, 0.5, powers / f.where(total == 0, 1, total))


def _probit(x: Tensor) -> Tensor:
    """The normal quantile by Winitzki's approximation, as ONNX's implementations have it."""
    y = x * 2 - 1
    log = f.log((1 - y) * (1 + y))
    v = 2 / (math.pi * 0.147) + log / 2
    return f.sign(y) * f.sqrt(f.sqrt(v * v - log / 0.147) - v) * 1.41421356


_TRANSFORMS = {
    "NONE": lambda x: x,
    "SOFTMAX": lambda x: f.softmax(x, -1),
    "LOGISTIC": f.sigmoid,
    "SOFTMAX_ZERO": _softmax_zero,
    "PROBIT": _probit,
}
