"""Resizing by interpolation over any set of axes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from hodu.dtypes import FROM_NUMPY, NUMERIC
from hodu.errors import ShapeError, ValueRangeError
from hodu.ops._interpolation import COORDINATES, NEAREST, Axis, interpolate_axis, taps
from hodu.ops._precision import wide, widen
from hodu.ops._rules import axis_of, replace_dim
from hodu.ops._samples import S
from hodu.ops._table import Array, F, op
from hodu.ops._windows import Ints
from hodu.shapes import Shape, TensorType, format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor

Floats: TypeAlias = tuple[float, ...]
_CHOICES = {
    "mode": ("nearest", "linear", "cubic"),
    "coordinates": tuple(COORDINATES),
    "nearest": tuple(NEAREST),
}


def _axes(
    x: Shape, axes: Ints, size: Shape, scales: Floats | None, roi: Floats | None, **choices: str
) -> list[int]:
    """The axes counted from the front; refuses attributes that do not fit."""
    for name, value in choices.items():
        if value not in _CHOICES[name]:
            raise ValueRangeError(f"resize(): {name}={value!r}", hint=f"one of {_CHOICES[name]}")
    found = [axis_of(a, len(x), "axes") for a in axes]
    n = len(found)
    if len(set(found)) != n or len(size) != n or len(scales or size) != n:
        raise ValueRangeError(
            f"resize(): axes={axes}, size={size} and scales={scales} must have one distinct "
            "entry for each axis"
        )
    if choices["coordinates"] == "tf_crop_and_resize" and len(roi or ()) != 2 * n:
        raise ValueRangeError(f"resize(): roi={roi} needs {n} starts and then {n} ends")
    sizes = [*size, *(x[a] for a in found)]
    if any(isinstance(s, int) and s < 1 for s in sizes) or min(scales or (1,)) <= 0:
        raise ShapeError(
            f"resize() of {format_shape(x)} along axes {axes} to {format_shape(size)} with scales "
            f"{scales}: sizes and scales must be positive"
        )
    return found


def _sample(shape: Ints, axes: Ints, size: Ints, **attrs: Any) -> S:
    return S(shape, axes=axes, size=size, **attrs)


@op(
    """resize(Tensor input, int[] axes, Dim[] size, float[]? scales=None, str mode="linear",
    str coordinates="half_pixel", str nearest="round_prefer_floor", float cubic_a=-0.75,
    bool exclude_outside=False, bool antialias=False, float[]? roi=None,
    float extrapolation=0.0) -> Tensor"""
)
class Resize:
    """`axes` resized to `size` by interpolation, one axis after another.

    `scales` (default: size / input size) enter the coordinates; `roi` is the normalized starts
    and ends of "tf_crop_and_resize", which gives `extrapolation` outside of the input. Integers
    are rounded half up and saturate.
    """

    dtypes, public = NUMERIC, False
    samples = [
        _sample((2, 3, 4), (2,), (7,)),
        _sample((1, 2, 4, 5), (2, 3), (7, 3), mode="cubic"),
        _sample((1, 3, 5), (1, 2), (2, 9), mode="nearest"),
        _sample(
            (1, 3, 5),
            (-1,),
            (8,),
            scales=(1.7,),
            mode="nearest",
            coordinates="asymmetric",
            nearest="floor",
        ),
        _sample(
            (1, 3, 4),
            (2,),
            (7,),
            mode="nearest",
            coordinates="half_pixel_symmetric",
            scales=(1.8,),
            nearest="ceil",
        ),
        _sample(
            (1, 3, 4), (2, 1), (7, 1), coordinates="align_corners", nearest="round_prefer_ceil"
        ),
        _sample(
            (1, 3, 4),
            (2, 1),
            (6, 1),
            coordinates="pytorch_half_pixel",
            mode="cubic",
            cubic_a=-0.5,
            exclude_outside=True,
        ),
        _sample(
            (2, 4, 4),
            (1, 2),
            (3, 3),
            coordinates="tf_crop_and_resize",
            roi=(0.2, -0.3, 0.7, 1.2),
            extrapolation=2.0,
        ),
        _sample((1, 9, 8), (1, 2), (4, 3), antialias=True, exclude_outside=True),
        _sample((1, 9), (1,), (4,), mode="cubic", antialias=True),
        _sample((2, 2, 3, 3), (1, 2, 3), (3, 2, 5), scales=(1.5, 0.7, 1.7)),
        _sample((0, 3, 4), (2,), (8,)),
    ]

    def infer(
        x: TensorType,
        axes: Ints,
        size: Shape,
        scales: Floats | None = None,
        mode: str = "linear",
        coordinates: str = "half_pixel",
        nearest: str = "round_prefer_floor",
        cubic_a: float = -0.75,
        exclude_outside: bool = False,
        antialias: bool = False,
        roi: Floats | None = None,
        extrapolation: float = 0.0,
    ) -> TensorType:
        choices = {"mode": mode, "coordinates": coordinates, "nearest": nearest}
        shape = x.shape
        for axis, new in zip(_axes(shape, axes, size, scales, roi, **choices), size, strict=True):
            shape = replace_dim(shape, axis, new)
        return TensorType(shape, x.dtype)

    def eager(
        x: Array,
        axes: Ints,
        size: Ints,
        scales: Floats | None = None,
        mode: str = "linear",
        coordinates: str = "half_pixel",
        nearest: str = "round_prefer_floor",
        cubic_a: float = -0.75,
        exclude_outside: bool = False,
        antialias: bool = False,
        roi: Floats | None = None,
        extrapolation: float = 0.0,
    ) -> Array:
        choices = {"mode": mode, "coordinates": coordinates, "nearest": nearest}
        found = _axes(x.shape, axes, size, scales, roi, **choices)
        crop = roi or (0.0,) * len(axes) + (1.0,) * len(axes)
        dtype, outside = x.dtype, []
        y = x if mode == "nearest" else _floating(x)
        for i, (axis, out) in enumerate(zip(found, size, strict=True)):
            scale = scales[i] if scales else None
            precision = np.float32 if mode == "nearest" else np.float64
            line = Axis(x.shape[axis], out, scale, crop[i], crop[len(axes) + i], precision)
            at = COORDINATES[coordinates](line)
            outside.append((at < 0) | (at > line.size - 1))
            if mode == "nearest":
                picked = NEAREST[nearest](at).astype(np.int64)
                y = np.take(y, np.clip(picked, 0, line.size - 1), axis)
            elif not np.array_equal(at, np.arange(line.size)):
                a = cubic_a if mode == "cubic" else None
                y = interpolate_axis(y, axis, *taps(at, line, a, exclude_outside, antialias))
        if coordinates == "tf_crop_and_resize":
            y = _fill(y, found, outside, extrapolation)
        return _as(y, dtype)

    def vjp(
        ct: Tensor,
        input_type: TensorType,
        axes: Ints,
        size: Shape,
        scales: Floats | None,
        roi: Floats | None,
        mode: str,
        coordinates: str,
        nearest: str,
        cubic_a: float,
        exclude_outside: bool,
        antialias: bool,
    ) -> tuple[Tensor]:
        choices = (mode, coordinates, nearest, cubic_a, exclude_outside, antialias)
        total = widen(ct)
        for i, axis in enumerate(axes):
            scale = scales and (scales[i],)
            crop = roi and (roi[i], roi[len(axes) + i])
            eye = F.eye(input_type.shape[axis], dtype=total.dtype)
            weights = F._resize(eye, (0,), (size[i],), scale, *choices, crop)
            total = F.movedim(F.matmul(F.movedim(total, axis, -1), weights), -1, axis)
        return (total,)


def _floating(x: Array) -> Array:
    return x.astype(np.float64) if FROM_NUMPY[x.dtype].is_integer else wide(x)


def _as(y: Array, dtype: np.dtype[Any]) -> Array:
    """`y` in `dtype`; for integers rounded half up and clipped to their range."""
    if y.dtype == dtype or FROM_NUMPY[dtype].is_float:
        return y.astype(dtype, copy=False)
    info = np.iinfo(dtype)
    top = float(info.max)
    limit = top if int(top) <= info.max else float(np.nextafter(top, 0))
    return np.clip(np.floor(y + 0.5), float(info.min), limit).astype(dtype)


def _fill(y: Array, axes: list[int], outside: list[Array], value: float) -> Array:
    y = y.copy()
    for axis, rows in zip(axes, outside, strict=True):
        where: Any = (*(slice(None),) * axis, rows)
        y[where] = value
    return y
