"""Functions of the ops in hodu.ops.grid_sample.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_dims, as_str
from hodu.dtypes import as_dtype
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor
    from hodu.dims import Dim
    from hodu.dtypes import DTypeLike

_AFFINE_BASE_GRID = REGISTRY["affine_base_grid"]


def _affine_base_grid(
    size: Dim | Sequence[Dim] | Tensor, align_corners: builtins.bool, dtype: DTypeLike
) -> Tensor:
    """The points (x, y, 1) or (x, y, z, 1) of an image, [*size, axes + 1]."""
    return apply(
        _AFFINE_BASE_GRID,
        (),
        {"size": as_dims(size, "size"), "align_corners": align_corners, "dtype": as_dtype(dtype)},
    )


_GRID_SAMPLE = REGISTRY["grid_sample"]


def grid_sample(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    grid: Tensor | builtins.bool | builtins.int | builtins.float,
    mode: builtins.str = "bilinear",
    padding_mode: builtins.str = "zeros",
    align_corners: builtins.bool | None = None,
) -> Tensor:
    """`input` [n, c, *spatial] at the points `grid` [n, *out, axes], as [n, c, *out].

    A point is (x, y) or (x, y, z) with -1 and 1 at the ends of an axis: the centres of the outer
    elements with `align_corners`, else their edges. NaN counts as -1.
    """
    return apply(
        _GRID_SAMPLE,
        (
            input,
            grid,
        ),
        {
            "mode": as_str(mode, "mode"),
            "padding_mode": as_str(padding_mode, "padding_mode"),
            "align_corners": align_corners,
        },
    )
