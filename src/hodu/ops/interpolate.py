"""PyTorch's interpolate, in terms of resize."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from hodu.dims import Dim
from hodu.errors import ArgumentError, ShapeError, ValueRangeError
from hodu.ops._table import F, function
from hodu.ops.max_pooling import NN
from hodu.shapes import Shape, format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_RANKS = {
    "nearest": (3, 4, 5),
    "nearest-exact": (3, 4, 5),
    "area": (3, 4, 5),
    "linear": (3,),
    "bilinear": (4,),
    "bicubic": (4,),
    "trilinear": (5,),
}
_NEAREST = {
    "nearest": {"coordinates": "asymmetric", "nearest": "floor"},
    "nearest-exact": {"coordinates": "half_pixel", "nearest": "round_prefer_ceil"},
}


def _check_mode(mode: str, rank: int, align_corners: bool | None, antialias: bool) -> None:
    if mode not in _RANKS:
        raise ValueRangeError(f"interpolate(): mode={mode!r}", hint=f"one of {', '.join(_RANKS)}")
    if rank not in _RANKS[mode]:
        raise ShapeError(
            f"interpolate() with mode={mode!r} of a tensor of {rank} dimensions",
            hint=f"this mode takes {' or '.join(map(str, _RANKS[mode]))}: [n, c, *spatial]",
        )
    if align_corners is not None and (mode in _NEAREST or mode == "area"):
        raise ValueRangeError(
            f"interpolate(): align_corners has no meaning with mode={mode!r}", hint="leave it None"
        )
    if antialias and mode not in ("bilinear", "bicubic"):
        raise ValueRangeError(
            f"interpolate(): antialias with mode={mode!r}", hint="it needs 'bilinear' or 'bicubic'"
        )


def _one_each(value: Any, n: int, name: str) -> tuple[Any, ...]:
    several = tuple(value) if hasattr(value, "__len__") else (value,) * n
    if len(several) != n:
        raise ValueRangeError(f"interpolate(): {name}={several} for {n} spatial axes")
    return several


def _scaled(size: Dim, scale: float) -> Dim:
    """`floor(size * scale)`, also of a symbolic size."""
    if isinstance(size, int):
        return math.floor(size * scale)
    ratio = Fraction(scale)
    return size * ratio.numerator // ratio.denominator


def _target(
    spatial: Shape, size: Any, scale_factor: Any, recompute: bool | None
) -> tuple[tuple[Dim, ...], tuple[float, ...] | None]:
    """The output sizes, and the scales where they enter the coordinates."""
    n = len(spatial)
    if (size is None) == (scale_factor is None):
        raise ArgumentError(
            f"interpolate(): size={size} and scale_factor={scale_factor}",
            hint="give exactly one of them",
        )
    if scale_factor is None:
        if recompute:
            raise ArgumentError("interpolate(): recompute_scale_factor needs scale_factor")
        return _one_each(size, n, "size"), None
    scales = tuple(float(s) for s in _one_each(scale_factor, n, "scale_factor"))
    if any(not (math.isfinite(s) and s > 0) for s in scales):
        raise ValueRangeError(f"interpolate(): scale_factor={scales} must be positive")
    sizes = tuple(_scaled(d, s) for d, s in zip(spatial, scales, strict=True))
    return sizes, None if recompute else scales


@function(methods=False, where=NN)
def interpolate(
    input: Tensor,
    size: Dim | Sequence[Dim] | None = None,
    scale_factor: float | Sequence[float] | None = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Tensor:
    """[n, c, *spatial] resized to `size` or by `scale_factor`.

    `mode` is "nearest", "nearest-exact", "linear", "bilinear", "bicubic", "trilinear" or "area".
    """
    _check_mode(mode, input.ndim, align_corners, antialias)
    spatial = input.shape[2:]
    sizes, scales = _target(spatial, size, scale_factor, recompute_scale_factor)
    if any(isinstance(s, int) and s < 1 for s in sizes):
        raise ShapeError(f"interpolate() of {format_shape(input.shape)} to {format_shape(sizes)}")
    if mode == "area":
        return F._adaptive_avg_pool(input, sizes)
    axes = tuple(range(2, input.ndim))
    if mode in _NEAREST:
        return F._resize(input, axes, sizes, scales, "nearest", **_NEAREST[mode])
    kind = "cubic" if mode == "bicubic" else "linear"
    if antialias:
        scales = _corner_scales(spatial, sizes) if align_corners else scales
        options = {"cubic_a": -0.5, "exclude_outside": True, "antialias": True}
        return F._resize(input, axes, sizes, scales, kind, **options)
    if align_corners:
        return F._resize(input, axes, sizes, None, kind, "align_corners")
    return F._resize(input, axes, sizes, scales, kind)


def _corner_scales(spatial: Shape, sizes: Shape) -> tuple[float, ...]:
    """What PyTorch's antialiasing makes of align_corners: another scale, the same centres."""
    pairs = [(s.__index__(), o.__index__()) for s, o in zip(spatial, sizes, strict=True)]
    return tuple((o - 1) / (s - 1) if s > 1 and o > 1 else math.inf for s, o in pairs)


@function(methods=False, where=NN)
def upsample(
    input: Tensor,
    size: Dim | Sequence[Dim] | None = None,
    scale_factor: float | Sequence[float] | None = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
) -> Tensor:
    """`interpolate` by its older name."""
    return F.interpolate(input, size, scale_factor, mode, align_corners)
