"""Power-average pooling."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hodu.dtypes import FLOATS, f32
from hodu.errors import ValueRangeError
from hodu.ops._samples import S, T
from hodu.ops._table import F, function, op
from hodu.ops._windows import Ints, check_spatial, per_axis
from hodu.ops.max_pooling import NN, pooled_shape
from hodu.shapes import TensorType

if TYPE_CHECKING:
    from hodu._tensor import Tensor


@op(
    """lp_pool(Tensor input, float norm_type, int[] kernel_size, int[] stride, int[] padding,
    int[] dilation, bool ceil_mode=False) -> Tensor"""
)
class LpPool:
    """The p-norm of every window: its elements to the power p, summed, to the power 1 / p.

    As in PyTorch signs are kept (an odd power of a negative is negative), and the sum of a window
    that sticks out at the end is scaled up to a full one.
    """

    dtypes, public = FLOATS, False
    samples = [
        S(
            T((2, 3, 6), low=0.1, high=3),
            norm_type=2.0,
            kernel_size=(3,),
            stride=(2,),
            padding=(0, 0),
            dilation=(1,),
        ),
        S(
            (2, 5, 6),
            norm_type=2.0,
            kernel_size=(2, 3),
            stride=(2, 2),
            padding=(0, 0, 0, 0),
            dilation=(1, 2),
            ceil_mode=True,
        ),
        S(
            T((1, 2, 4, 4), low=0.1, high=2),
            norm_type=4.0,
            kernel_size=(2, 2),
            stride=(2, 2),
            padding=(0, 1, 1, 0),
            dilation=(1, 1),
        ),
        S((0, 4), norm_type=1.0, kernel_size=(2,), stride=(2,), padding=(0, 0), dilation=(1,)),
    ]

    def infer(
        x: TensorType,
        norm_type: float,
        kernel_size: Ints,
        stride: Ints,
        padding: Ints,
        dilation: Ints,
        ceil_mode: bool = False,
    ) -> TensorType:
        if norm_type == 0 or not math.isfinite(norm_type):
            raise ValueRangeError(f"lp_pool(): norm_type={norm_type} must be finite and not 0")
        window = (kernel_size, stride, padding, dilation)
        return TensorType(pooled_shape("lp_pool()", x.shape, *window, ceil_mode), x.dtype)

    def compose(
        input: Tensor,
        norm_type: float,
        kernel_size: Ints,
        stride: Ints,
        padding: Ints,
        dilation: Ints,
        ceil_mode: bool = False,
    ) -> Tensor:
        x = input if input.dtype.bits >= 32 else F.cast(input, f32)
        window = (kernel_size, stride, padding, dilation)
        mean = F._avg_pool(F.pow(x, norm_type), *window, ceil_mode)
        return F.cast(F.pow(mean * math.prod(kernel_size), 1 / norm_type), input.dtype)


def _lp_pool(
    n: int,
    input: Tensor,
    norm_type: float,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None,
    ceil_mode: bool,
) -> Tensor:
    check_spatial(f"lp_pool{n}d()", input.shape, (0,) * n, leading=2)
    kernel = per_axis(kernel_size, n, "kernel_size")
    steps = kernel if stride is None else per_axis(stride, n, "stride")
    window = (kernel, steps, (0,) * 2 * n, (1,) * n, bool(ceil_mode))
    if norm_type == math.inf:
        return F._max_pool(F.abs(input), *window)
    if norm_type == -math.inf:
        return -F._max_pool(-F.abs(input), *window)
    return F._lp_pool(input, norm_type, *window)


@function(methods=False, where=NN)
def lp_pool1d(
    input: Tensor,
    norm_type: float,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    ceil_mode: bool = False,
) -> Tensor:
    """The p-norm of every window of [(n,) c, l] with p = `norm_type`, also infinite."""
    return _lp_pool(1, input, norm_type, kernel_size, stride, ceil_mode)


@function(methods=False, where=NN)
def lp_pool2d(
    input: Tensor,
    norm_type: float,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    ceil_mode: bool = False,
) -> Tensor:
    """The p-norm of every window of [(n,) c, h, w] with p = `norm_type`, also infinite."""
    return _lp_pool(2, input, norm_type, kernel_size, stride, ceil_mode)


@function(methods=False, where=NN)
def lp_pool3d(
    input: Tensor,
    norm_type: float,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    ceil_mode: bool = False,
) -> Tensor:
    """The p-norm of every window of [(n,) c, d, h, w] with p = `norm_type`, also infinite."""
    return _lp_pool(3, input, norm_type, kernel_size, stride, ceil_mode)
