"""Sampling an image at given points, and the points of an affine map."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dims import Dim, provably_different
from hodu.dtypes import FLOATS, DType, f32
from hodu.errors import ShapeError, ValueRangeError
from hodu.ops._grid_sampled import grid_sampled
from hodu.ops._interpolation import cubic
from hodu.ops._precision import wide
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, Promote, function, op
from hodu.ops._windows import Ints
from hodu.ops.max_pooling import NN
from hodu.shapes import Shape, TensorType, format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_MODES = ("bilinear", "nearest", "bicubic")
_PADDINGS = ("zeros", "border", "reflection")


def _shape(x: Shape, grid: Shape, mode: str, padding_mode: str) -> Shape:
    if mode not in _MODES or padding_mode not in _PADDINGS:
        raise ValueRangeError(
            f"grid_sample(): mode={mode!r}, padding_mode={padding_mode!r}",
            hint=f"mode is one of {_MODES}, padding_mode one of {_PADDINGS}",
        )
    n = len(x) - 2
    if n < 1 or len(grid) != n + 2 or grid[-1] != n:
        raise ShapeError(
            f"grid_sample(): an input {format_shape(x)} and a grid {format_shape(grid)}",
            hint="an input [n, c, *spatial] needs a grid [n, *out, number of spatial axes]",
        )
    if isinstance(x[0], int) and isinstance(grid[0], int) and x[0] != grid[0]:
        raise ShapeError(f"grid_sample(): the batch sizes {x[0]} and {grid[0]} differ")
    if 0 in x[1:]:
        raise ShapeError(f"grid_sample(): the input {format_shape(x)} has no elements")
    return (x[0], x[1], *grid[1:-1])


@op(
    """grid_sample(Tensor input, Tensor grid, str mode="bilinear", str padding_mode="zeros",
    bool? align_corners=None) -> Tensor"""
)
class GridSample:
    """`input` [n, c, *spatial] at the points `grid` [n, *out, axes], as [n, c, *out].

    A point is (x, y) or (x, y, z) with -1 and 1 at the ends of an axis: the centres of the outer
    elements with `align_corners`, else their edges. NaN counts as -1.
    """

    promote, dtypes = Promote.COMMON, FLOATS
    methods, where = False, NN
    samples = [
        S(
            (2, 3, 4, 5),
            T((2, 3, 2, 2), low=-1.3, high=1.3),
            mode=m,
            padding_mode=p,
            align_corners=a,
        )
        for m, p, a in itertools.product(_MODES, _PADDINGS, (False, True))
    ]
    samples += [
        S((1, 2, 3, 4, 3), T((1, 2, 2, 2, 3), low=-1.3, high=1.3), mode=m, padding_mode=p)
        for m, p in itertools.product(_MODES[:2], _PADDINGS)
    ]
    samples += [S((0, 2, 3, 3), (0, 2, 2, 2))]

    def infer(
        x: TensorType,
        grid: TensorType,
        mode: str = "bilinear",
        padding_mode: str = "zeros",
        align_corners: bool | None = None,
    ) -> TensorType:
        return TensorType(_shape(x.shape, grid.shape, mode, padding_mode), x.dtype)

    def eager(
        x: Array,
        grid: Array,
        mode: str = "bilinear",
        padding_mode: str = "zeros",
        align_corners: bool | None = None,
    ) -> Array:
        shape: Any = _shape(x.shape, grid.shape, mode, padding_mode)
        points = wide(grid).reshape(len(x), int(np.prod(shape[2:])), x.ndim - 2)
        points = np.where(np.isnan(points), -1, points)
        axes = [
            _axis_taps(points[..., -1 - i], size, mode, padding_mode, bool(align_corners))
            for i, size in enumerate(x.shape[2:])
        ]
        return _gather(wide(x), axes).reshape(shape).astype(x.dtype, copy=False)

    def compose(
        x: Tensor,
        grid: Tensor,
        mode: str = "bilinear",
        padding_mode: str = "zeros",
        align_corners: bool | None = None,
    ) -> Tensor:
        shape = _shape(x.shape, grid.shape, mode, padding_mode)
        return grid_sampled(x, grid, shape, mode, padding_mode, bool(align_corners))


Taps = list[tuple[Array, Array]]


def _axis_taps(at: Array, size: int, mode: str, padding_mode: str, align: bool) -> Taps:
    """The elements of one axis that each point [n, p] looks at, and their weights."""
    at = np.nan_to_num((at + 1) / 2 * (size - 1) if align else ((at + 1) * size - 1) / 2)
    if padding_mode != "reflection":
        at = np.clip(at, -4, size + 4)  # as far outside as any filter reaches
    if mode != "bicubic":
        at = _pad(at, size, padding_mode, align)
    if mode == "nearest":
        return [_inside(np.rint(at), np.ones_like(at), size)]
    base = np.floor(at)
    if mode == "bilinear":
        return [_inside(base, 1 - (at - base), size), _inside(base + 1, at - base, size)]
    weight = cubic(-0.75)
    return [
        _inside(_pad(base + o, size, padding_mode, align), weight(at - base - o), size)
        for o in (-1, 0, 1, 2)
    ]


def _pad(at: Array, size: int, padding_mode: str, align: bool) -> Array:
    """Coordinates outside brought inside, except for "zeros"."""
    if padding_mode == "zeros":
        return at
    if padding_mode == "reflection":
        low, span = (0.0, size - 1) if align else (-0.5, size)
        if span == 0:
            return np.zeros_like(at)
        turned = np.mod(at - low, 2 * span)
        at = np.where(turned > span, 2 * span - turned, turned) + low
    return np.clip(at, 0, size - 1)


def _inside(at: Array, weight: Array, size: int) -> tuple[Array, Array]:
    is_inside = (at >= 0) & (at <= size - 1)
    return np.where(is_inside, at, 0).astype(np.int64), np.where(is_inside, weight, 0)


def _gather(x: Array, axes: Sequence[Taps]) -> Array:
    """The weighted sum over all combinations of the axes' taps, [n, c, p]."""
    n, c = x.shape[:2]
    planes = x.reshape(n, c, int(np.prod(x.shape[2:])))
    count = axes[0][0][0].shape[1]
    total = np.zeros((n, c, count), x.dtype)
    for combination in itertools.product(*axes):
        flat: Any = 0
        weight: Any = 1
        for (at, factor), size in zip(combination, x.shape[2:], strict=True):
            flat, weight = flat * size + at, weight * factor
        spread = np.broadcast_to(flat[:, None], (n, c, count))
        taken = np.take_along_axis(planes, spread, 2)
        weight = weight[:, None].astype(x.dtype)
        total += np.where(weight == 0, 0, taken * weight)
    return total


@op("affine_base_grid(Dim[] size, bool align_corners, DType dtype) -> Tensor")
class AffineBaseGrid:
    """The points (x, y, 1) or (x, y, z, 1) of an image, [*size, axes + 1]."""

    nondiff = "a constant"
    public = False
    samples = [
        S(size=(3, 4), align_corners=False, dtype=f32),
        S(size=(2, 1, 3), align_corners=True, dtype=f32),
    ]

    def infer(size: Shape, align_corners: bool, dtype: DType) -> TensorType:
        return TensorType((*size, len(size) + 1), dtype)

    def eager(size: Ints, align_corners: bool, dtype: DType) -> Array:
        points = np.ones((*size, len(size) + 1))
        for i, s in enumerate(size):
            line = (np.arange(s) * 2 + 1) / s - 1
            if align_corners:
                line = np.linspace(-1, 1, s) if s > 1 else np.zeros(1)
            points[..., len(size) - 1 - i] = line.reshape(-1, *(1,) * (len(size) - 1 - i))
        return points.astype(dtype.numpy)


@function(methods=False, where=NN)
def affine_grid(theta: Tensor, size: Sequence[Dim], align_corners: bool | None = None) -> Tensor:
    """The grid for `grid_sample` of affine maps `theta` [n, 2, 3] or [n, 3, 4].

    `size` is that of the result of the sampling: [n, c, *spatial].
    """
    n = len(size) - 2
    if theta.ndim != 3 or n not in (2, 3) or theta.shape[1:] != (n, n + 1):
        raise ShapeError(
            f"affine_grid() of theta {format_shape(theta.shape)} for size {format_shape(size)}",
            hint="[n, 2, 3] goes with a size of 4 numbers, [n, 3, 4] with 5",
        )
    empty = any(isinstance(d, int) and d < 1 for d in size)
    if empty or provably_different(theta.shape[0], size[0]):
        raise ShapeError(
            f"affine_grid() of {theta.shape[0]} maps for size {format_shape(size)}",
            hint="the size begins with the number of maps, and all of it is above 0",
        )
    points = F._affine_base_grid(tuple(size)[2:], bool(align_corners), theta.dtype)
    maps = F.transpose(theta, -2, -1)[(slice(None), *(None,) * (n - 1))]
    return F.matmul(points, maps)
