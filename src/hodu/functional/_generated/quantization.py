"""Functions of the ops in hodu.ops.quantization.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_int
from hodu.dtypes import as_dtype
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor
    from hodu.dtypes import DTypeLike

_DEQUANTIZE_LINEAR = REGISTRY["dequantize_linear"]


def _dequantize_linear(input: Tensor, scale: Tensor, zero_point: Tensor | None) -> Tensor:
    """`(input - zero_point) * scale` in f32; sums in i32 are taken too."""
    return apply(
        _DEQUANTIZE_LINEAR,
        (
            input,
            scale,
            zero_point,
        ),
        {},
    )


_QUANTIZE_LINEAR = REGISTRY["quantize_linear"]


def _quantize_linear(
    input: Tensor, scale: Tensor, zero_point: Tensor | None, dtype: DTypeLike
) -> Tensor:
    """`input / scale`, rounded half to even, plus the zero point, saturated."""
    return apply(
        _QUANTIZE_LINEAR,
        (
            input,
            scale,
            zero_point,
        ),
        {"dtype": as_dtype(dtype)},
    )


_REQUANTIZE = REGISTRY["requantize"]


def _requantize(
    input: Tensor,
    scale: Tensor,
    zero_point: Tensor | None,
    dtype: DTypeLike,
    low: builtins.int | None = None,
    high: builtins.int | None = None,
) -> Tensor:
    """Sums in i32 times a scale, rounded half to even, plus the zero point, saturated.

    `low` and `high` are narrower limits than those of the dtype: a ReLU or a clamp.
    """
    return apply(
        _REQUANTIZE,
        (
            input,
            scale,
            zero_point,
        ),
        {
            "dtype": as_dtype(dtype),
            "low": None if low is None else as_int(low, "low"),
            "high": None if high is None else as_int(high, "high"),
        },
    )
