"""Sampling an image at points, composed of gathers: what gradients go through."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from hodu.dtypes import i64
from hodu.ops._precision import narrow, widen
from hodu.ops._table import F
from hodu.shapes import Shape, numel

if TYPE_CHECKING:
    from hodu._tensor import Tensor

Tap: TypeAlias = "tuple[Tensor, Tensor, Tensor]"
"""A position along an axis, its weight, and whether it lies inside."""
_A = -0.75  # of the cubic filter, as in PyTorch


def grid_sampled(
    x: Tensor, grid: Tensor, shape: Shape, mode: str, padding_mode: str, align: bool
) -> Tensor:
    """`grid_sample`, whose result has the given shape."""
    points = F._reshape(widen(grid), (x.shape[0], numel(shape[2:]), x.ndim - 2))
    points = F.where(F.isnan(points), -1.0, points)
    axes = [
        _taps(F.select(points, -1, x.ndim - 3 - i), size, mode, padding_mode, align)
        for i, size in enumerate(x.shape[2:])
    ]
    return narrow(F._reshape(_gathered(widen(x), axes), shape), x.dtype)


def _taps(at: Tensor, size: Any, mode: str, padding_mode: str, align: bool) -> list[Tap]:
    """The elements of one axis that each point [n, p] looks at."""
    at = (at + 1) / 2 * (size - 1) if align else ((at + 1) * size - 1) / 2
    at = F.nan_to_num(at)
    if padding_mode != "reflection":
        at = F.clamp(at, min=-4, max=size + 4)  # as far outside as any filter reaches
    if mode != "bicubic":
        at = _brought_in(at, size, padding_mode, align)
    if mode == "nearest":
        return [_inside(F.round(at), F.ones_like(at), size)]
    base = F.floor(at)
    if mode == "bilinear":
        return [_inside(base, 1 - (at - base), size), _inside(base + 1, at - base, size)]
    return [
        _inside(_brought_in(base + o, size, padding_mode, align), _cubic(at - base - o), size)
        for o in (-1, 0, 1, 2)
    ]


def _cubic(x: Tensor) -> Tensor:
    """Keys' convolution kernel; see `hodu.ops._interpolation.cubic`."""
    x = F.abs(x)
    near = ((_A + 2) * x - (_A + 3)) * x * x + 1
    far = ((_A * x - 5 * _A) * x + 8 * _A) * x - 4 * _A
    return F.where(x <= 1, near, F.where(x < 2, far, 0))


def _brought_in(at: Tensor, size: Any, padding_mode: str, align: bool) -> Tensor:
    """Coordinates outside brought inside, except for "zeros"."""
    if padding_mode == "zeros":
        return at
    if padding_mode == "reflection":
        low, span = (0.0, size - 1) if align else (-0.5, size)
        if span == 0:
            return F.zeros_like(at)
        turned = F.remainder(at - low, 2 * span)
        at = F.where(turned > span, 2 * span - turned, turned) + low
    return F.clamp(at, min=0, max=size - 1)


def _inside(at: Tensor, weight: Tensor, size: Any) -> Tap:
    is_inside = F.logical_and(at >= 0, at <= size - 1)
    return F.where(is_inside, at, 0).to(i64), F.where(is_inside, weight, 0), is_inside


def _gathered(x: Tensor, axes: Sequence[Sequence[Tap]]) -> Tensor:
    """The weighted sum over all combinations of the axes' taps, [n, c, p]."""
    planes, sizes = F.flatten(x, 2), tuple[Any, ...](x.shape[2:])
    total: Any = None
    for combination in itertools.product(*axes):
        flat, weight, is_inside = combination[0]
        for (at, factor, inside), size in zip(combination[1:], sizes[1:], strict=True):
            flat, weight = flat * size + at, weight * factor
            is_inside = F.logical_and(is_inside, inside)
        spread = F.expand(F.unsqueeze(flat, 1), (*planes.shape[:2], flat.shape[1]))
        # What lies outside has no part in it, even if the element at position 0 is not finite.
        taken = F.where(F.unsqueeze(is_inside, 1), F.gather(planes, 2, spread), 0)
        part = taken * F.unsqueeze(weight, 1)
        total = part if total is None else total + part
    found: Tensor = total
    return found
