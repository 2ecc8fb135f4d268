"""Functions of the ops in hodu.ops.resize.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_dims, as_float, as_floats, as_ints, as_str
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor
    from hodu.dims import Dim

_RESIZE = REGISTRY["resize"]


def _resize(
    input: Tensor,
    axes: builtins.int | Sequence[builtins.int],
    size: Dim | Sequence[Dim] | Tensor,
    scales: builtins.float | Sequence[builtins.float] | None = None,
    mode: builtins.str = "linear",
    coordinates: builtins.str = "half_pixel",
    nearest: builtins.str = "round_prefer_floor",
    cubic_a: builtins.float = -0.75,
    exclude_outside: builtins.bool = False,
    antialias: builtins.bool = False,
    roi: builtins.float | Sequence[builtins.float] | None = None,
    extrapolation: builtins.float = 0.0,
) -> Tensor:
    """`axes` resized to `size` by interpolation, one axis after another.

    `scales` (default: size / input size) enter the coordinates; `roi` is the normalized starts
    and ends of "tf_crop_and_resize", which gives `extrapolation` outside of the input. Integers
    are rounded half up and saturate.
    """
    return apply(
        _RESIZE,
        (input,),
        {
            "axes": as_ints(axes, "axes"),
            "size": as_dims(size, "size"),
            "scales": None if scales is None else as_floats(scales, "scales"),
            "mode": as_str(mode, "mode"),
            "coordinates": as_str(coordinates, "coordinates"),
            "nearest": as_str(nearest, "nearest"),
            "cubic_a": as_float(cubic_a, "cubic_a"),
            "exclude_outside": exclude_outside,
            "antialias": antialias,
            "roi": None if roi is None else as_floats(roi, "roi"),
            "extrapolation": as_float(extrapolation, "extrapolation"),
        },
    )
