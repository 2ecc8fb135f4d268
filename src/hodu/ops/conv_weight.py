"""Gradients of convolutions: by the input, and by the weight, which is an op of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hodu.dtypes import NUMERIC
from hodu.errors import ShapeError
from hodu.ops._samples import S
from hodu.ops._table import F, Promote, op
from hodu.ops._windows import Ints, extent
from hodu.shapes import Shape, TensorType, format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor


def conv_input_gradient(
    ct: Tensor,
    weight: Tensor,
    shape: Shape,
    stride: Ints,
    padding: Ints,
    dilation: Ints,
    groups: int,
) -> Tensor:
    """The gradient of a convolution by its input of this shape: a transposed convolution."""
    n = len(stride)
    least = [
        (size - 1) * s + extent(k.__index__(), d) - b - e
        for size, k, s, d, b, e in zip(
            ct.shape[2:], weight.shape[2:], stride, dilation, padding[:n], padding[n:], strict=True
        )
    ]
    rest = tuple(size - known for size, known in zip(shape[2:], least, strict=True))
    if all(isinstance(r, int) for r in rest):
        return F._conv_transpose(ct, weight, None, stride, padding, rest, dilation, groups)
    x = F._conv_transpose(ct, weight, None, stride, padding, (0,) * n, dilation, groups)
    return F._pad(x, (0,) * (n + 2), (0, 0, *rest))


def conv_of_size(
    x: Tensor,
    weight: Tensor,
    sizes: Shape,
    stride: Ints,
    padding: Ints,
    dilation: Ints,
    groups: int,
) -> Tensor:
    """The first `sizes` elements of a convolution: the gradient of a transposed one."""
    y = F._conv(x, weight, None, stride, padding, dilation, groups)
    for axis, size in enumerate(sizes, 2):
        if y.shape[axis] != size:
            y = F.narrow(y, axis, 0, size)
    return y


@op(
    """conv_weight(Tensor input, Tensor other, int[] kernel_size, int[] stride, int[] padding,
    int[] dilation, int groups) -> Tensor"""
)
class ConvWeight:
    """The gradient by the weight of `conv` of `input`, from the gradient `other` of its result.

    It is a convolution over the batch: [oc, c / groups, *kernel_size] of [n, c, *spatial] and
    [n, oc, *out], in which stride and dilation have changed places.
    """

    promote, dtypes = Promote.COMMON, NUMERIC
    public = False
    domain = (-2.0, 2.0)
    samples = [
        S(
            (2, 3, 5, 6),
            (2, 4, 3, 5),
            kernel_size=(3, 2),
            stride=(1, 1),
            padding=(0,) * 4,
            dilation=(1, 1),
            groups=1,
        ),
        S(
            (3, 4, 8),
            (3, 6, 4),
            kernel_size=(3,),
            stride=(2,),
            padding=(1, 1),
            dilation=(1,),
            groups=2,
        ),
        S(
            (2, 3, 7, 6),
            (2, 6, 4, 3),
            kernel_size=(2, 3),
            stride=(2, 2),
            padding=(1, 1, 1, 1),
            dilation=(1, 1),
            groups=3,
        ),
        S(
            (2, 2, 7, 7),
            (2, 3, 4, 4),
            kernel_size=(2, 2),
            stride=(1, 1),
            padding=(0,) * 4,
            dilation=(3, 3),
            groups=1,
        ),
        S(
            (0, 2, 4),
            (0, 3, 3),
            kernel_size=(2,),
            stride=(1,),
            padding=(0, 0),
            dilation=(1,),
            groups=1,
        ),
    ]

    def infer(
        x: TensorType,
        other: TensorType,
        kernel_size: Ints,
        stride: Ints,
        padding: Ints,
        dilation: Ints,
        groups: int,
    ) -> TensorType:
        if x.rank != other.rank or x.rank != len(kernel_size) + 2:
            raise ShapeError(
                f"conv_weight() of {format_shape(x.shape)} and {format_shape(other.shape)} for a "
                f"kernel {format_shape(kernel_size)}"
            )
        return TensorType((other.shape[1], x.shape[1] // groups, *kernel_size), x.dtype)

    def compose(
        x: Tensor,
        other: Tensor,
        kernel_size: Ints,
        stride: Ints,
        padding: Ints,
        dilation: Ints,
        groups: int,
    ) -> Tensor:
        n, inner = x.shape[0], x.shape[1] // groups
        batches = F._reshape(x, (n, groups, inner, *x.shape[2:]))
        batches = F.flatten(F.movedim(batches, 2, 0).transpose(1, 2), 1, 2)
        filters = F.transpose(other, 0, 1)
        y = conv_of_size(batches, filters, kernel_size, dilation, padding, stride, groups)
        return F.transpose(y, 0, 1)

    vjp = {
        "input": lambda ct, other, input_type, stride, padding, dilation, groups: (
            conv_input_gradient(other, ct, input_type.shape, stride, padding, dilation, groups)
        ),
        "other": lambda ct, input, other_type, stride, padding, dilation, groups: conv_of_size(
            input, ct, other_type.shape[2:], stride, padding, dilation, groups
        ),
    }
