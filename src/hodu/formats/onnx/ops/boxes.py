"""Boxes: the best ones, a round for each, in all classes at once; and the maxima in them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import hodu.functional as f
from hodu.dtypes import i32, i64
from hodu.formats.onnx.node import OnnxNode
from hodu.formats.onnx.registry import onnx_op

if TYPE_CHECKING:
    from hodu._tensor import Tensor
    from hodu.dims import Dim

_LAST = (1 << 31) - 1
_State = tuple["Tensor", "Tensor", "Tensor"]


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
    if limit is None:
        return f.zeros((0, 3), dtype=i64)
    found = _Boxes.of(boxes.unsqueeze(1), bool(node.flag("center_point_box")))
    live = f.ones_like(scores, dtype="bool") if threshold is None else scores > threshold
    most = f.zeros(()) if overlap is None else overlap.reshape(())
    chosen = _chosen(found, scores, live, limit.reshape(()), most)
    batch, label, turn = f.nonzero(chosen >= 0, as_tuple=True)
    return f.stack([batch, label, chosen[batch, label, turn]], 1)


@dataclass(frozen=True, slots=True)
class _Boxes:
    """Boxes by their lower and upper ends on both axes, each [batch, class, box]."""

    low: tuple[Tensor, Tensor]
    high: tuple[Tensor, Tensor]
    area: Tensor

    @classmethod
    def of(cls, boxes: Tensor, centred: bool) -> _Boxes:
        """Those given as two corners or as (x, y, width, height) in the last axis."""
        a, b, c, d = f.unbind(boxes, -1)
        ends = [(a - c / 2, a + c / 2), (b - d / 2, b + d / 2)] if centred else [(a, c), (b, d)]
        (p, q), (r, s) = ends
        low, high = (f.minimum(p, q), f.minimum(r, s)), (f.maximum(p, q), f.maximum(r, s))
        return cls(low, high, (high[0] - low[0]) * (high[1] - low[1]))

    def at(self, places: Tensor) -> _Boxes:
        """One box of each batch and class, [batch, class, 1]."""
        parts = (*self.low, *self.high, self.area)
        spread = (part.expand(*places.shape[:2], part.shape[2]) for part in parts)
        a, b, c, d, area = (f.gather(part, 2, places) for part in spread)
        return _Boxes((a, b), (c, d), area)

    def overlap(self, other: _Boxes) -> Tensor:
        """Intersection over union with others; 0 for boxes without area."""
        sides = [
            f.clamp(f.minimum(p, q) - f.maximum(r, s), min=0)
            for p, q, r, s in zip(self.high, other.high, self.low, other.low, strict=True)
        ]
        shared = sides[0] * sides[1]
        union = self.area + other.area - shared
        return f.where(union > 0, shared / union, 0)


def _chosen(boxes: _Boxes, scores: Tensor, live: Tensor, limit: Tensor, most: Tensor) -> Tensor:
    """The boxes of each batch and class in the order of their choice, [batch, class, turn].

    -1 where no box is left. The greedy choice: by falling score, the first of equal ones, whatever
    overlaps no earlier choice by more.
    """
    rank = f.argsort(f.argsort(-scores, stable=True)).to(i32)
    places = f.arange(scores.shape[2])
    turns = places if limit.is_captured else places[: max(int(limit), 0)]
    none = f.full((*scores.shape[:2], *turns.shape), -1, dtype=i64)

    def more(turn: Tensor, live: Tensor, _: Tensor) -> Tensor:
        return (turn < limit) & f.any(live)

    def choose(turn: Tensor, live: Tensor, chosen: Tensor) -> _State:
        best = f.argmin(f.where(live, rank, _LAST), -1, keepdim=True)
        found = f.any(live, -1, keepdim=True)
        chosen = f.where((turns == turn) & found, best, chosen)
        close = boxes.at(best).overlap(boxes) > most
        return turn + 1, live & ~close & (places != best), chosen

    return f.while_loop(more, choose, (f.zeros((), dtype=i64), live, none))[2]


@onnx_op("MaxRoiPool")
def max_roi_pool(node: OnnxNode, x: Tensor, rois: Tensor) -> Tensor:
    """The maximum in each bin of boxes (batch, x1, y1, x2, y2) whose corners are whole pixels."""
    scale, bins = node.real("spatial_scale", 1.0), node.integers("pooled_shape") or []
    corners = f.floor(rois[:, 1:].to("f32") * scale + 0.5)
    found = f.index_select(x, 0, rois[:, 0].to(i64)).unsqueeze(2)
    for axis, count in enumerate(bins):
        inside = _bins(corners[:, 1 - axis], corners[:, 3 - axis], count, x.shape[2 + axis])
        shape = (rois.shape[0], 1, count, -1, 1) if axis == 0 else (rois.shape[0], 1, 1, count, -1)
        hidden = f.where(inside.reshape(shape), found, -math.inf)
        found = f.amax(hidden, 3 if axis == 0 else 4)
        found = found if axis else found.unsqueeze(3)
    return f.where(found == -math.inf, 0, found).to(x.dtype)


def _bins(first: Tensor, last: Tensor, count: int, size: Dim) -> Tensor:
    """Which pixels of an axis belong to each bin of each box, [boxes, bins, pixels]."""
    width = f.clamp(last - first + 1, min=1) / count
    number = f.arange(count).to("f32")
    low = f.floor(number * width.unsqueeze(1)) + first.unsqueeze(1)
    high = f.ceil((number + 1) * width.unsqueeze(1)) + first.unsqueeze(1)
    pixels = f.arange(size)
    return f.logical_and(pixels >= low.unsqueeze(-1), pixels < high.unsqueeze(-1))
