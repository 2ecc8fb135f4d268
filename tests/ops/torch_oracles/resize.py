"""PyTorch's upsamplings behind the resizing of any axes, where they have the same coordinates."""

from __future__ import annotations

from typing import Any

import torch

from tests.ops.torch_oracles._lacking import Lacking

LINEAR = ("upsample_linear1d", "upsample_bilinear2d", "upsample_trilinear3d")
NEAREST = {
    ("asymmetric", "floor"): "upsample_nearest{}d",
    ("half_pixel", "round_prefer_ceil"): "_upsample_nearest_exact{}d",
}
# What PyTorch's cubic is: (antialias, cubic_a, exclude_outside).
CUBIC = {(False, -0.75, False): "upsample_bicubic2d", (True, -0.5, True): "_upsample_bicubic2d_aa"}


def _name(n, mode, coordinates, nearest, antialias, exclude, cubic_a) -> str | None:
    if mode == "nearest":
        return NEAREST.get((coordinates, nearest), "").format(n)
    if coordinates not in ("half_pixel", "align_corners"):
        return None
    if mode == "cubic":
        return CUBIC.get((antialias, cubic_a, exclude)) if n == 2 else None
    if antialias:
        return "_upsample_bilinear2d_aa" if n == 2 and exclude else None
    return LINEAR[n - 1]


def _floats(x: torch.Tensor) -> torch.Tensor:
    """Integers and small floats in a dtype that is rounded once, at the end."""
    if not x.is_floating_point():
        return x.double()
    return x.float() if x.dtype.itemsize < 4 else x


def _rounded(y: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    if dtype.is_floating_point:
        return y.to(dtype)
    limits = torch.iinfo(dtype)
    return (y + 0.5).floor().clamp(limits.min, limits.max).to(dtype)


def resize(
    x: torch.Tensor,
    axes: tuple[int, ...],
    size: tuple[int, ...],
    scales: tuple[float, ...] | None = None,
    mode: str = "linear",
    coordinates: str = "half_pixel",
    nearest: str = "round_prefer_floor",
    cubic_a: float = -0.75,
    exclude_outside: bool = False,
    antialias: bool = False,
    **other: Any,
) -> torch.Tensor:
    n = len(axes)
    how = (mode, coordinates, nearest, antialias, exclude_outside, cubic_a)
    name = None if other or not x.numel() else _name(n, *how)
    if not name:
        raise Lacking(f"resizing by {how}, {other}" if x.numel() else "resizing of nothing")
    ahead = x.movedim(axes, tuple(range(-n, 0)))
    planes = ahead.reshape(-1, 1, *ahead.shape[-n:])
    corners = () if mode == "nearest" else (coordinates == "align_corners",)
    y = getattr(torch.ops.aten, name)(_floats(planes), size, *corners, *(scales or (None,) * n))
    y = y.reshape(*ahead.shape[:-n], *size).movedim(tuple(range(-n, 0)), axes)
    return _rounded(y, x.dtype)


TORCH: dict[str, Any] = {"resize": resize}
