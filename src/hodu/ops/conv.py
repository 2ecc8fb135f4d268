"""Convolution: one op over any number of spatial axes, and PyTorch's functions for 1 to 3."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from hodu.dtypes import NUMERIC
from hodu.errors import ShapeError, ValueRangeError
from hodu.ops._convolution import convolve, finish, working
from hodu.ops._samples import S
from hodu.ops._table import Array, F, Promote, function, op
from hodu.ops._windows import Ints, both_sides, per_axis, window_counts
from hodu.ops.conv_weight import conv_input_gradient
from hodu.shapes import Shape, TensorType, format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor

NN = ("nn.functional",)


def check_operands(
    name: str, x: Shape, w: Shape, bias: Shape | None, groups: int, transposed: bool = False
) -> None:
    """Refuse operands of a convolution whose channels do not fit one another."""
    if len(x) != len(w) or len(w) < 3:
        raise ShapeError(
            f"{name}: an input {format_shape(x)} and a weight {format_shape(w)} must both have "
            "two dimensions more than there are spatial axes"
        )
    out, inner = (w[1] * groups, w[0]) if transposed else (w[0], w[1] * groups)
    layout = "[in, out / groups, ...]" if transposed else "[out, in / groups, ...]"
    if isinstance(w[0], int) and (groups < 1 or w[0] % groups):
        raise ValueRangeError(
            f"{name}: groups={groups} does not divide the {w[0]} channels of the weight "
            f"{format_shape(w)}"
        )
    if isinstance(x[1], int) and isinstance(inner, int) and x[1] != inner:
        raise ShapeError(
            f"{name}: the input {format_shape(x)} has {x[1]} channels, the weight "
            f"{format_shape(w)} with groups={groups} takes {inner}",
            hint=f"a weight is {layout}",
        )
    if bias is not None and (len(bias) != 1 or (isinstance(bias[0], int) and bias[0] != out)):
        raise ShapeError(f"{name}: a bias {format_shape(bias)} does not fit {out} output channels")


def conv_shape(
    x: Shape, w: Shape, bias: Shape | None, stride: Ints, padding: Ints, dilation: Ints, groups: int
) -> Shape:
    """The shape of a convolution; raises ShapeError or ValueRangeError for what does not fit."""
    name = f"conv{len(w) - 2}d()"
    check_operands(name, x, w, bias, groups)
    kernel = tuple(k.__index__() for k in w[2:])
    return (x[0], w[0], *window_counts(name, x[2:], kernel, stride, padding, dilation))


def kernel_of(weight: TensorType) -> Ints:
    """The spatial sizes of a weight."""
    return tuple(k.__index__() for k in weight.shape[2:])


def over_pixels(ct: Tensor) -> Tensor:
    """The gradient of a convolution by its bias."""
    return F.sum(ct, (0, *range(2, ct.ndim)))


def _sample(
    x: Ints,
    w: Ints,
    bias: bool = False,
    stride: int = 1,
    padding: Ints = (),
    dilation: int = 1,
    groups: int = 1,
) -> S:
    n = len(w) - 2
    return S(
        x,
        w,
        (w[0],) if bias else None,
        stride=(stride,) * n,
        padding=padding or (0,) * 2 * n,
        dilation=(dilation,) * n,
        groups=groups,
    )


@op(
    """conv(Tensor input, Tensor weight, Tensor? bias, int[] stride, int[] padding, int[] dilation,
    int groups) -> Tensor"""
)
class Conv:
    """The cross-correlation of [n, c, *spatial] with [oc, c / groups, *kernel].

    `padding` is the begin of every spatial axis, then the end of every one; negative crops.
    """

    promote, dtypes = Promote.COMMON, NUMERIC
    autocast = "low"
    public = False
    domain = (-2.0, 2.0)
    samples = [
        _sample((2, 3, 5, 6), (4, 3, 3, 2), bias=True),
        _sample((1, 4, 7), (6, 2, 3), stride=2, padding=(1, 2), groups=2),
        _sample((1, 2, 3, 4, 3), (2, 2, 2, 2, 2), bias=True, padding=(1, 0, 1, 0, 1, 0)),
        _sample((2, 3, 6, 5), (6, 1, 2, 3), stride=2, padding=(1, 1, 0, 2), groups=3),
        _sample((1, 2, 7, 7), (3, 2, 2, 2), dilation=3, bias=True),
        _sample((2, 3, 4, 4), (5, 3, 1, 1), bias=True),
        _sample((2, 3, 5, 5), (5, 3, 1, 1), stride=2),
        _sample((1, 2, 6), (2, 2, 3), padding=(-1, -1)),
        _sample((0, 3, 4, 4), (2, 3, 3, 3), bias=True),
    ]

    def infer(
        x: TensorType,
        w: TensorType,
        bias: TensorType | None,
        stride: Ints,
        padding: Ints,
        dilation: Ints,
        groups: int,
    ) -> TensorType:
        biases = None if bias is None else bias.shape
        return TensorType(
            conv_shape(x.shape, w.shape, biases, stride, padding, dilation, groups), x.dtype
        )

    def eager(
        x: Array,
        w: Array,
        bias: Array | None,
        stride: Ints,
        padding: Ints,
        dilation: Ints,
        groups: int,
    ) -> Array:
        biases = None if bias is None else bias.shape
        shape = conv_shape(x.shape, w.shape, biases, stride, padding, dilation, groups)
        terms = int(np.prod(w.shape[1:]))
        y = convolve(
            working(x, terms),
            working(w, terms),
            stride,
            padding,
            dilation,
            groups,
            shape[2:],  # type: ignore[arg-type]
        )
        return finish(y, bias, x.dtype)

    vjp = {
        "input": lambda ct, weight, input_type, stride, padding, dilation, groups: (
            conv_input_gradient(ct, weight, input_type.shape, stride, padding, dilation, groups)
        ),
        "weight": lambda ct, input, weight_type, stride, padding, dilation, groups: F._conv_weight(
            input, ct, kernel_of(weight_type), stride, padding, dilation, groups
        ),
        "bias": lambda ct: over_pixels(ct),
    }


def check_rank(name: str, input: Tensor, weight: Tensor, n: int) -> bool:
    """Refuse ranks that do not fit `n` spatial axes; returns whether the input has no batch."""
    if weight.ndim != n + 2 or input.ndim not in (n + 1, n + 2):
        raise ShapeError(
            f"{name}() takes an input of {n + 2} dimensions (or {n + 1}, without a batch) and a "
            f"weight of {n + 2}, not {format_shape(input.shape)} and {format_shape(weight.shape)}"
        )
    return input.ndim == n + 1


def _padding(value: int | Sequence[int] | str, kernel: Ints, stride: Ints, dilation: Ints) -> Ints:
    n = len(kernel)
    if not isinstance(value, str):
        return both_sides(value, n)
    if value not in ("same", "valid"):
        raise ValueRangeError(f"padding={value!r}", hint="as a word it is 'same' or 'valid'")
    if value == "valid":
        return (0,) * 2 * n
    if max(stride) > 1:
        raise ValueRangeError(f"padding='same' with stride={stride}", hint="it needs stride 1")
    total = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
    return (*(t // 2 for t in total), *(t - t // 2 for t in total))


def _conv(
    n: int,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: int | Sequence[int],
    padding: int | Sequence[int] | str,
    dilation: int | Sequence[int],
    groups: int,
) -> Tensor:
    is_single = check_rank(f"conv{n}d", input, weight, n)
    steps, spacing = per_axis(stride, n, "stride"), per_axis(dilation, n, "dilation")
    kernel = tuple(k.__index__() for k in weight.shape[2:])
    pads = _padding(padding, kernel, steps, spacing)
    x = input[None] if is_single else input
    y = F._conv(x, weight, bias, steps, pads, spacing, groups)
    return y[0] if is_single else y


@function(methods=False, where=NN)
def conv1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] | str = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
) -> Tensor:
    """The 1-D convolution of [n, c, l] or [c, l] with [oc, c / groups, k].

    `padding` is a number, one for each axis, "same" or "valid".
    """
    return _conv(1, input, weight, bias, stride, padding, dilation, groups)


@function(methods=False, where=NN)
def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] | str = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
) -> Tensor:
    """The 2-D convolution of [n, c, h, w] or [c, h, w] with [oc, c / groups, kh, kw].

    `padding` is a number, one for each axis, "same" or "valid".
    """
    return _conv(2, input, weight, bias, stride, padding, dilation, groups)


@function(methods=False, where=NN)
def conv3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] | str = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
) -> Tensor:
    """The 3-D convolution of [n, c, d, h, w] or [c, d, h, w] with [oc, c / groups, kd, kh, kw].

    `padding` is a number, one for each axis, "same" or "valid".
    """
    return _conv(3, input, weight, bias, stride, padding, dilation, groups)
