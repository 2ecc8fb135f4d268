"""Non-maximum suppression; how many boxes remain depends on the data, so it runs eagerly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hodu.dispatch.base import wrap
from hodu.formats.onnx.node import OnnxNode
from hodu.formats.onnx.registry import onnx_op
from hodu.ops._table import Array

if TYPE_CHECKING:
    from hodu._tensor import Tensor


@onnx_op("NonMaxSuppression", since=10)
def non_max_suppression(
    node: OnnxNode,
    boxes: Tensor,
    scores: Tensor,
    limit: Tensor | None = None,
    overlap: Tensor | None = None,
    threshold: Tensor | None = None,
) -> Tensor:
    """Rows (batch, class, box) of the best boxes that overlap no better one too much."""
    count = 0 if limit is None else int(limit.item())
    least = None if threshold is None else float(threshold.item())
    most = 0.0 if overlap is None else float(overlap.item())
    corners = _corners(boxes.numpy().astype(np.float64), bool(node.flag("center_point_box")))
    rows: list[tuple[int, int, int]] = []
    for batch, classes in enumerate(scores.numpy()):
        for label, values in enumerate(classes):
            kept = _kept(corners[batch], values, count, most, least)
            rows += [(batch, label, box) for box in kept]
    return wrap(np.array(rows, np.int64).reshape(-1, 3))


def _corners(boxes: Array, centred: bool) -> Array:
    """Boxes as (low, low, high, high), given as two corners or as (x, y, width, height)."""
    if centred:
        half = boxes[..., 2:] / 2
        return np.concatenate([boxes[..., :2] - half, boxes[..., :2] + half], -1)
    first, second = boxes[..., :2], boxes[..., 2:]
    return np.concatenate([np.minimum(first, second), np.maximum(first, second)], -1)


def _kept(boxes: Array, scores: Array, count: int, most: float, least: float | None) -> list[int]:
    """The greedy choice: by falling score, whatever overlaps no earlier choice by more."""
    order = np.argsort(-scores, kind="stable")
    chosen: list[int] = []
    for box in order.tolist():
        if len(chosen) == count:
            break
        if (least is None or scores[box] > least) and not np.any(
            _overlap(boxes[box], boxes[chosen]) > most
        ):
            chosen.append(box)
    return chosen


def _overlap(box: Array, others: Array) -> Array:
    """Intersection over union of a box with others; 0 for boxes without area."""
    low, high = np.maximum(box[:2], others[:, :2]), np.minimum(box[2:], others[:, 2:])
    shared = np.prod(np.clip(high - low, 0, None), -1)
    areas = np.prod(others[:, 2:] - others[:, :2], -1)
    union = np.prod(box[2:] - box[:2]) + areas - shared
    return np.divide(shared, union, out=np.zeros_like(union), where=union > 0)
