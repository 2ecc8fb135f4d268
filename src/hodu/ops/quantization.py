"""Quantization: 8- and 16-bit integers that stand for `(q - zero_point) * scale`.

Halves are rounded to the even integer before the zero point is added, as the ONNX standard and
ONNX Runtime have it; all arithmetic on reals is in f32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hodu.dtypes import DType, f32, i8, i16, i32, u8, u16
from hodu.errors import DTypeError, ValueRangeError
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, op
from hodu.shapes import TensorType, broadcast_shapes

if TYPE_CHECKING:
    from hodu._tensor import Tensor

QUANTIZED = frozenset({i8, u8, i16, u16})
_REAL = frozenset({f32})
_SCALES = T((3, 1), "f32", 0.01, 0.09)


def limits(dtype: DType, low: int | None, high: int | None) -> tuple[int, int]:
    """The least and the greatest integer of a result: those of its dtype, or narrower ones.

    Raises DTypeError for a dtype that is not quantized and ValueRangeError for wider limits.
    """
    if dtype not in QUANTIZED:
        raise DTypeError(f"{dtype} is no quantized dtype", hint="use i8, u8, i16 or u16")
    first = -(1 << (dtype.bits - 1)) if dtype.is_signed else 0
    last = first + (1 << dtype.bits) - 1
    least, greatest = (first if low is None else low), (last if high is None else high)
    if not first <= least <= greatest <= last:
        raise ValueRangeError(f"the limits {least} to {greatest} of a result in {dtype}")
    return least, greatest


def _spread_over(x: TensorType, *others: TensorType | None) -> None:
    """Refuse scales and zero points that make the result larger than the input."""
    for other in others:
        if other is not None and broadcast_shapes(x.shape, other.shape) != x.shape:
            raise ValueRangeError(f"a scale or zero point of {other} does not fit {x}")


@op("quantize_linear(Tensor input, Tensor scale, Tensor? zero_point, DType dtype) -> Tensor")
class QuantizeLinear:
    """`input / scale`, rounded half to even, plus the zero point, saturated."""

    nondiff = "a step function"
    public = False
    dtypes = {"input": _REAL, "scale": _REAL, "zero_point": QUANTIZED}
    samples = [
        S((3, 4), T((), "f32", values=0.05), T((), "u8", values=7), dtype=u8),
        S((3, 4), _SCALES, T((3, 1), "i8", -5, 5), dtype=i8),
        S(T((6,), "f32", values=[-1.5, -0.5, 0.5, 1.5, 2.5, 1e9]), T((), "f32", values=1.0), None,
          dtype=i16),
        S((0, 4), T((), "f32", values=0.05), None, dtype=u16),
    ]  # fmt: skip

    def infer(
        x: TensorType, scale: TensorType, zero: TensorType | None, dtype: DType
    ) -> TensorType:
        limits(dtype, None, None)
        _spread_over(x, scale, zero)
        return TensorType(x.shape, dtype)

    def compose(input: Tensor, scale: Tensor, zero: Tensor | None, dtype: DType) -> Tensor:
        return _saturated(F.round(input / scale), zero, dtype, limits(dtype, None, None))


def _saturated(rounded: Tensor, zero: Tensor | None, dtype: DType, span: tuple[int, int]) -> Tensor:
    moved = rounded if zero is None else rounded + zero.to(f32)
    return F.clamp(moved, *span).to(dtype)


@op("dequantize_linear(Tensor input, Tensor scale, Tensor? zero_point) -> Tensor")
class DequantizeLinear:
    """`(input - zero_point) * scale` in f32; sums in i32 are taken too."""

    nondiff = "its input is no real number"
    public = False
    dtypes = {"input": QUANTIZED | {i32}, "scale": _REAL, "zero_point": QUANTIZED | {i32}}
    domain = (-9, 9)
    samples = [
        S((3, 4), T((), "f32", values=0.05), T((), "i8", values=7)),
        S(T((3, 4), "u8", 0, 255), _SCALES, T((3, 1), "u8", 0, 255)),
        S(T((3, 4), "i32", -70000, 70000), _SCALES, None),
        S((0, 4), T((), "f32", values=0.05), None),
    ]

    def infer(x: TensorType, scale: TensorType, zero: TensorType | None) -> TensorType:
        _spread_over(x, scale, zero)
        return TensorType(x.shape, f32)

    def compose(input: Tensor, scale: Tensor, zero: Tensor | None) -> Tensor:
        wide = input.to(i32)
        centred = wide if zero is None else wide - zero.to(i32)
        return centred.to(f32) * scale


@op(
    """requantize(Tensor input, Tensor scale, Tensor? zero_point, DType dtype, int? low=None,
    int? high=None) -> Tensor"""
)
class Requantize:
    """Sums in i32 times a scale, rounded half to even, plus the zero point, saturated.

    `low` and `high` are narrower limits than those of the dtype: a ReLU or a clamp.
    """

    nondiff = "a step function"
    public = False
    dtypes = {"input": frozenset({i32}), "scale": _REAL, "zero_point": QUANTIZED}
    samples = [
        S(T((3, 4), "i32", -9000, 9000), T((), "f32", values=0.02), T((), "u8", values=7),
          dtype=u8),
        S(T((3, 4), "i32", -9000, 9000), _SCALES, None, dtype=i8, low=-3, high=99),
        S(T((6,), "i32", values=[-3, -1, 1, 3, 5, 2**31 - 1]), T((), "f32", values=0.5),
          T((), "i8", values=1), dtype=i8),
        S(T((0, 4), "i32"), T((), "f32", values=0.05), None, dtype=i16),
    ]  # fmt: skip

    def infer(
        x: TensorType,
        scale: TensorType,
        zero: TensorType | None,
        dtype: DType,
        low: int | None = None,
        high: int | None = None,
    ) -> TensorType:
        limits(dtype, low, high)
        _spread_over(x, scale, zero)
        return TensorType(x.shape, dtype)

    def compose(
        input: Tensor,
        scale: Tensor,
        zero: Tensor | None,
        dtype: DType,
        low: int | None = None,
        high: int | None = None,
    ) -> Tensor:
        rounded = F.round(input.to(f32) * scale)
        return _saturated(rounded, zero, dtype, limits(dtype, low, high))


def centred(x: Array, zero: Array | None) -> Array:
    """`x - zero` as f64, which holds it and sums of its products exactly."""
    wide = x.astype(np.float64)
    return wide if zero is None else wide - zero
