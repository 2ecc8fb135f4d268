"""Transposed convolution: the adjoint of convolution, over any number of spatial axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from hodu.dtypes import NUMERIC
from hodu.errors import ShapeError, ValueRangeError
from hodu.ops._convolution import finish, transposed, working
from hodu.ops._samples import S
from hodu.ops._table import Array, F, Promote, function, op
from hodu.ops._windows import Ints, both_sides, check_window, extent, pad_spatial, per_axis
from hodu.ops.conv import NN, check_operands, check_rank, kernel_of, over_pixels
from hodu.ops.conv_weight import conv_of_size
from hodu.shapes import Shape, TensorType, format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor


def _full_sizes(x: Shape, w: Shape, stride: Ints, output_padding: Ints, dilation: Ints) -> Shape:
    """The spatial sizes before the padding is cropped."""
    return tuple(
        (size - 1) * s + (extent(k.__index__(), d) + o)
        for size, k, s, d, o in zip(x[2:], w[2:], stride, dilation, output_padding, strict=True)
    )


def conv_transpose_shape(
    x: Shape,
    w: Shape,
    bias: Shape | None,
    stride: Ints,
    padding: Ints,
    output_padding: Ints,
    dilation: Ints,
    groups: int,
) -> Shape:
    """The shape of a transposed convolution; raises errors as `conv_shape` does."""
    n = len(w) - 2
    name = f"conv_transpose{n}d()"
    check_operands(name, x, w, bias, groups, transposed=True)
    check_window(name, n, stride, padding, dilation)
    if len(output_padding) != n or min(output_padding) < 0:
        raise ValueRangeError(f"{name}: output_padding={output_padding} needs {n} values >= 0")
    full = _full_sizes(x, w, stride, output_padding, dilation)
    out = tuple(f - b - e for f, b, e in zip(full, padding[:n], padding[n:], strict=True))
    if any(isinstance(s, int) and s < 1 for s in (*x[2:], *w[2:], *out)):
        raise ShapeError(
            f"{name}: an input {format_shape(x)} with a weight {format_shape(w)}, stride {stride}, "
            f"padding {padding}, output_padding {output_padding} and dilation {dilation} gives the "
            f"spatial sizes {format_shape(out)}",
            hint="use less padding or a larger input",
        )
    return (x[0], w[1] * groups, *out)


def _sample(
    x: Ints,
    w: Ints,
    bias: bool = False,
    stride: int = 1,
    padding: Ints = (),
    output_padding: int = 0,
    dilation: int = 1,
    groups: int = 1,
) -> S:
    n = len(w) - 2
    return S(
        x,
        w,
        (w[1] * groups,) if bias else None,
        stride=(stride,) * n,
        padding=padding or (0,) * 2 * n,
        output_padding=(output_padding,) * n,
        dilation=(dilation,) * n,
        groups=groups,
    )


@op(
    """conv_transpose(Tensor input, Tensor weight, Tensor? bias, int[] stride, int[] padding,
    int[] output_padding, int[] dilation, int groups) -> Tensor"""
)
class ConvTranspose:
    """The adjoint of conv, of [n, c, *spatial] with [c, oc / groups, *kernel].

    `padding` crops the begin of every spatial axis, then the end of every one; negative extends
    with zeros. `output_padding` extends the end.
    """

    promote, dtypes = Promote.COMMON, NUMERIC
    autocast = "low"
    public = False
    domain = (-2.0, 2.0)
    samples = [
        _sample((2, 3, 4, 3), (3, 4, 3, 2), bias=True),
        _sample((1, 4, 5), (4, 3, 3), stride=2, padding=(1, 0), output_padding=1, groups=2),
        _sample((1, 2, 2, 3, 2), (2, 2, 2, 2, 2), bias=True, padding=(1, 0, 1, 0, 1, 0)),
        _sample((2, 3, 4, 4), (3, 1, 3, 3), stride=2, padding=(1, 1, 1, 1), groups=3),
        _sample((1, 2, 3, 3), (2, 3, 2, 2), dilation=3, stride=2, bias=True),
        _sample((1, 2, 4), (2, 2, 3), padding=(-1, -2)),
        _sample((0, 3, 4, 4), (3, 2, 3, 3), bias=True),
    ]

    def infer(
        x: TensorType,
        w: TensorType,
        bias: TensorType | None,
        stride: Ints,
        padding: Ints,
        output_padding: Ints,
        dilation: Ints,
        groups: int,
    ) -> TensorType:
        biases = None if bias is None else bias.shape
        attrs = (stride, padding, output_padding, dilation, groups)
        return TensorType(conv_transpose_shape(x.shape, w.shape, biases, *attrs), x.dtype)

    def eager(
        x: Array,
        w: Array,
        bias: Array | None,
        stride: Ints,
        padding: Ints,
        output_padding: Ints,
        dilation: Ints,
        groups: int,
    ) -> Array:
        biases = None if bias is None else bias.shape
        conv_transpose_shape(
            x.shape, w.shape, biases, stride, padding, output_padding, dilation, groups
        )
        full = tuple(map(int, _full_sizes(x.shape, w.shape, stride, output_padding, dilation)))
        terms = int(np.prod(w.shape)) // w.shape[1]
        y = transposed(working(x, terms), working(w, terms), stride, dilation, groups, full)
        return finish(pad_spatial(y, tuple(-p for p in padding)), bias, x.dtype)

    vjp = {
        "input": lambda ct, weight, input_type, stride, padding, dilation, groups: conv_of_size(
            ct, weight, input_type.shape[2:], stride, padding, dilation, groups
        ),
        "weight": lambda ct, input, weight_type, stride, padding, dilation, groups: F._conv_weight(
            ct, input, kernel_of(weight_type), stride, padding, dilation, groups
        ),
        "bias": lambda ct: over_pixels(ct),
    }


def _conv_transpose(
    n: int,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: int | Sequence[int],
    padding: int | Sequence[int],
    output_padding: int | Sequence[int],
    groups: int,
    dilation: int | Sequence[int],
) -> Tensor:
    is_single = check_rank(f"conv_transpose{n}d", input, weight, n)
    steps, spacing = per_axis(stride, n, "stride"), per_axis(dilation, n, "dilation")
    extra = per_axis(output_padding, n, "output_padding", least=0)
    if any(e >= max(s, d) for e, s, d in zip(extra, steps, spacing, strict=True)):
        raise ValueRangeError(
            f"output_padding={extra} must be smaller than the stride {steps} or the dilation "
            f"{spacing}"
        )
    x = input[None] if is_single else input
    y = F._conv_transpose(x, weight, bias, steps, both_sides(padding, n), extra, spacing, groups)
    return y[0] if is_single else y


@function(methods=False, where=NN)
def conv_transpose1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    output_padding: int | Sequence[int] = 0,
    groups: int = 1,
    dilation: int | Sequence[int] = 1,
) -> Tensor:
    """The 1-D transposed convolution of [n, c, l] or [c, l] with [c, oc / groups, k]."""
    return _conv_transpose(
        1, input, weight, bias, stride, padding, output_padding, groups, dilation
    )


@function(methods=False, where=NN)
def conv_transpose2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    output_padding: int | Sequence[int] = 0,
    groups: int = 1,
    dilation: int | Sequence[int] = 1,
) -> Tensor:
    """The 2-D transposed convolution of [n, c, h, w] or [c, h, w] with [c, oc / groups, kh, kw]."""
    return _conv_transpose(
        2, input, weight, bias, stride, padding, output_padding, groups, dilation
    )


@function(methods=False, where=NN)
def conv_transpose3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    output_padding: int | Sequence[int] = 0,
    groups: int = 1,
    dilation: int | Sequence[int] = 1,
) -> Tensor:
    """The 3-D transposed convolution of [n, c, d, h, w] or [c, d, h, w], as `conv_transpose2d`."""
    return _conv_transpose(
        3, input, weight, bias, stride, padding, output_padding, groups, dilation
    )
