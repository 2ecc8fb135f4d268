"""Products of 8-bit integers summed in i32: what quantized layers compute.

Zero points are subtracted first, so that padding stands for zero. Sums wrap around.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hodu.dtypes import i8, i32, u8
from hodu.errors import ShapeError
from hodu.ops._convolution import convolve, finish
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, op
from hodu.ops._windows import Ints
from hodu.ops.conv import conv_shape
from hodu.ops.matmul import Matmul
from hodu.ops.quantization import centred
from hodu.shapes import TensorType, broadcast_shapes

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_BYTES = frozenset({i8, u8})
_U8, _I8 = T((), "u8", values=130), T((), "i8", values=-3)


def _check_zero(x: TensorType, zero: TensorType | None, what: str) -> None:
    if zero is not None and broadcast_shapes(x.shape, zero.shape) != x.shape:
        raise ShapeError(f"the zero point {zero} of the {what} does not fit {x}")


@op(
    """integer_conv(Tensor input, Tensor weight, Tensor? bias, Tensor? input_zero,
    Tensor? weight_zero, int[] stride, int[] padding, int[] dilation, int groups) -> Tensor"""
)
class IntegerConv:
    """The convolution of `input - input_zero` with `weight - weight_zero` in i32."""

    nondiff = "integers"
    public = False
    dtypes = {"input": _BYTES, "weight": _BYTES, "bias": frozenset({i32}),
              "input_zero": _BYTES, "weight_zero": _BYTES}  # fmt: skip
    domain = (-100, 100)
    samples = [
        S(T((2, 3, 5, 6), "u8", 0, 255), T((4, 3, 3, 2), "i8", -127, 127), T((4,), "i32", -99, 99),
          _U8, None, stride=(1, 1), padding=(1, 1, 0, 1), dilation=(1, 1), groups=1),
        S(T((1, 16, 7, 7), "i8", -127, 127), T((16, 1, 3, 3), "i8", -127, 127), None, _I8, None,
          stride=(2, 2), padding=(1, 1, 1, 1), dilation=(1, 1), groups=16),
        S(T((1, 32, 5, 5), "i8", -127, 127), T((16, 32, 1, 1), "u8", 0, 255), None, None,
          T((16, 1, 1, 1), "u8", 100, 140), stride=(1, 1), padding=(0,) * 4, dilation=(1, 1),
          groups=1),
        S(T((1, 4, 9), "u8", 0, 255), T((6, 2, 3), "i8", -127, 127), None, None, _I8, stride=(2,),
          padding=(1, 2), dilation=(1,), groups=2),
    ]  # fmt: skip

    def infer(
        x: TensorType,
        w: TensorType,
        bias: TensorType | None,
        x_zero: TensorType | None,
        w_zero: TensorType | None,
        stride: Ints,
        padding: Ints,
        dilation: Ints,
        groups: int,
    ) -> TensorType:
        _check_zero(TensorType((), x.dtype), x_zero, "input")
        _check_zero(w, w_zero, "weight")
        biases = None if bias is None else bias.shape
        return TensorType(
            conv_shape(x.shape, w.shape, biases, stride, padding, dilation, groups), i32
        )

    def eager(
        x: Array,
        w: Array,
        bias: Array | None,
        x_zero: Array | None,
        w_zero: Array | None,
        stride: Ints,
        padding: Ints,
        dilation: Ints,
        groups: int,
    ) -> Array:
        biases = None if bias is None else bias.shape
        shape = conv_shape(x.shape, w.shape, biases, stride, padding, dilation, groups)
        a, b = centred(x, x_zero), centred(w, w_zero)
        y = convolve(a, b, stride, padding, dilation, groups, shape[2:])  # type: ignore[arg-type]
        return finish(y, bias, i32.numpy)

    def compose(
        x: Tensor,
        w: Tensor,
        bias: Tensor | None,
        x_zero: Tensor | None,
        w_zero: Tensor | None,
        stride: Ints,
        padding: Ints,
        dilation: Ints,
        groups: int,
    ) -> Tensor:
        a, b = _wide(x, x_zero), _wide(w, w_zero)
        return F._conv(a, b, bias, stride, padding, dilation, groups)


def _wide(x: Tensor, zero: Tensor | None) -> Tensor:
    return x.to(i32) if zero is None else x.to(i32) - zero.to(i32)


@op(
    """integer_matmul(Tensor input, Tensor other, Tensor? input_zero,
    Tensor? other_zero) -> Tensor"""
)
class IntegerMatmul:
    """The matrix product of `input - input_zero` and `other - other_zero` in i32."""

    nondiff = "integers"
    public = False
    dtypes = dict.fromkeys(("input", "other", "input_zero", "other_zero"), _BYTES)
    domain = (-100, 100)
    samples = [
        S(T((5, 39), "u8", 0, 255), T((39, 20), "i8", -127, 127), _U8, None),
        S(T((2, 3, 16), "i8", -127, 127), T((2, 16, 5), "u8", 0, 255), T((2, 3, 1), "i8", -9, 9),
          T((5,), "u8", 100, 140)),
        S(T((8,), "u8", 0, 255), T((8, 4), "u8", 0, 255), None, _U8),
        S(T((0, 4), "u8"), T((4, 5), "i8"), None, None),
    ]  # fmt: skip

    def infer(
        x: TensorType, y: TensorType, x_zero: TensorType | None, y_zero: TensorType | None
    ) -> TensorType:
        _check_zero(x, x_zero, "input")
        _check_zero(y, y_zero, "other")
        return TensorType(Matmul.infer(x, y).shape, i32)

    def eager(x: Array, y: Array, x_zero: Array | None, y_zero: Array | None) -> Array:
        product = np.matmul(centred(x, x_zero), centred(y, y_zero))
        return np.asarray(product).astype(np.int64).astype(np.int32)

    def compose(x: Tensor, y: Tensor, x_zero: Tensor | None, y_zero: Tensor | None) -> Tensor:
        return F.matmul(_wide(x, x_zero), _wide(y, y_zero))
