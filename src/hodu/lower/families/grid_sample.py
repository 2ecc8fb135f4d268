"""Sampling an image at given points, and the points of an affine map."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hodu.dtypes import DType, i64
from hodu.kernel.algebra import constant, unary
from hodu.kernel.expr import INDEX, Expr, index, select
from hodu.kernel.narrow import computed
from hodu.lower.moving.moves import kind_for
from hodu.lower.rules import kernel
from hodu.lower.stage import Stage
from hodu.ops.grid_sample import AffineBaseGrid
from hodu.shapes import numel

_CUBIC = -0.75


@kernel("affine_base_grid", views=False)
def affine_base_grid(s: Stage) -> None:
    """The points of an image; each coordinate depends on the position along one axis."""
    size = [int(n) for n in s.attrs["size"]]
    lines = []
    for axis, n in enumerate(size):
        line = [n if i == axis else 1 for i in range(len(size))]
        points = AffineBaseGrid.eager(tuple(line), s.attrs["align_corners"], s.out_type().dtype)
        column = len(size) - 1 - axis
        lines.append(s.table(points[..., column].reshape(-1), "points"))
    with s.k.loops(size) as at:
        for axis, table in enumerate(lines):
            s.write((*at, index(len(size) - 1 - axis)), s.k.load(table, at[axis]))
        one = constant(1, computed(s.out_type().dtype))
        s.write((*at, index(len(size))), one)


@dataclass(frozen=True, slots=True)
class _Tap:
    """An element of one axis that a point looks at, and its weight (0 outside the image)."""

    at: Expr
    weight: Expr


@kernel("grid_sample")
def grid_sample(s: Stage) -> None:
    """An image at points; the weights of a point serve all channels."""
    k, dtype = s.k, computed(s.out_type().dtype)
    batch, channels, *spatial = s.out_extents()
    sizes = s.in_extents()[2:]
    with k.loops((batch, *spatial), kind=kind_for(numel(s.out_type().shape))) as (n, *place):
        taps = []
        for axis, size in enumerate(sizes):
            column = index(len(sizes) - 1 - axis)
            point = k.let(s.read(1, (n, *place, column)), "point")
            taps.append(_Axis(s, dtype, size).taps(point))
        combined = [_combined(s, combination) for combination in itertools.product(*taps)]
        with k.loop(channels) as c:
            total: Expr = constant(0, dtype)
            for at, weight in combined:
                term = s.read(0, (n, c, *at)) * weight
                total = total + select(weight.eq(0), constant(0, dtype), term)
            s.write((n, c, *place), total)


def _combined(s: Stage, taps: Sequence[_Tap]) -> tuple[tuple[Expr, ...], Expr]:
    weight = taps[0].weight
    for tap in taps[1:]:
        weight = weight * tap.weight
    return tuple(tap.at for tap in taps), s.k.let(weight, "weight")


class _Axis:
    """One axis of the image: what a coordinate between -1 and 1 looks at."""

    def __init__(self, s: Stage, dtype: DType, size: Expr) -> None:
        self.s, self.dtype = s, dtype
        self.size = size.cast(dtype)
        self.extent = size
        self.mode, self.padding = s.attrs["mode"], s.attrs["padding_mode"]
        self.align = bool(s.attrs["align_corners"])

    def taps(self, point: Expr) -> list[_Tap]:
        """The elements and their weights, in the order of eager code."""
        at = self._coordinate(point)
        if self.mode == "nearest":
            return [self._tap(unary("rint", at), constant(1, self.dtype))]
        base = self.s.k.let(unary("floor", at), "base")
        rest = self.s.k.let(at - base, "rest")
        if self.mode == "bilinear":
            return [self._tap(base, 1.0 - rest), self._tap(base + 1.0, rest)]
        return [
            self._tap(self._padded(base + float(o)), _cubic(rest - float(o))) for o in (-1, 0, 1, 2)
        ]

    def _coordinate(self, point: Expr) -> Expr:
        """The point in elements; NaN counts as -1, and what is far outside is brought nearer."""
        known = select(point.ne(point), constant(-1, self.dtype), point)
        if self.align:
            at = (known + 1.0) / 2.0 * (self.size - 1.0)
        else:
            at = ((known + 1.0) * self.size - 1.0) / 2.0
        most = float(np.finfo(self.dtype.numpy).max)  # type: ignore[type-var]
        at = at.max(-most).min(most)
        if self.padding != "reflection":
            at = at.max(-4.0).min(self.size + 4.0)
        at = self.s.k.let(at, "at")
        return at if self.mode == "bicubic" else self._padded(at)

    def _padded(self, at: Expr) -> Expr:
        if self.padding == "zeros":
            return at
        if self.padding == "reflection":
            at = self._reflected(at)
        return self.s.k.let(at.max(0.0).min(self.size - 1.0), "at")

    def _reflected(self, at: Expr) -> Expr:
        """Turned back at the edges as often as needed."""
        low = 0.0 if self.align else -0.5
        span = self.size - 1.0 if self.align else self.size
        period = (span * 2.0).max(math.ulp(1.0))
        away = self.s.k.let(at - low, "away")
        turned = self.s.k.let(away - unary("floor", away / period) * period, "turned")
        inside = select(turned > span, span * 2.0 - turned, turned) + low
        return select(span.eq(0.0), constant(0, self.dtype), inside)

    def _tap(self, at: Expr, weight: Expr) -> _Tap:
        inside = self.s.k.let((at >= 0.0) & (at <= self.size - 1.0), "inside")
        zero = constant(0, self.dtype)
        place = select(inside, at, zero).cast(i64).cast(INDEX)
        k = self.s.k
        return _Tap(k.let(place, "tap"), k.let(select(inside, weight, zero), "weight"))


def _cubic(x: Expr) -> Expr:
    """Keys' cubic convolution kernel (IEEE TASSP 29, 1981)."""
    x, a = unary("abs", x), _CUBIC
    near = (x * (a + 2) - (a + 3)) * x * x + 1.0
    far = ((x * a - 5 * a) * x + 8 * a) * x - 4 * a
    return select(x <= 1.0, near, select(x < 2.0, far, constant(0, x.dtype)))
