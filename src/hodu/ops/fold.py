"""Patches of images as columns, and back."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dims import Dim, dim_floordiv, provably_different
from hodu.dtypes import FROM_NUMPY, NUMERIC
from hodu.errors import ShapeError, ValueRangeError
from hodu.ops._arguments import pair
from hodu.ops._overlap import overlap_add
from hodu.ops._precision import wide
from hodu.ops._samples import S
from hodu.ops._table import Array, F, op
from hodu.ops._windows import tap_slices
from hodu.ops.strided import windows
from hodu.shapes import Shape, TensorType, format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor

Ints = tuple[int, ...]
Window = tuple[tuple[int, int], tuple[int, int], tuple[int, int], tuple[int, int]]


def _window(kernel_size: Ints, dilation: Ints, padding: Ints, stride: Ints) -> Window:
    """The four pairs, checked."""
    kernel, spread = pair(kernel_size, "kernel_size"), pair(dilation, "dilation")
    around, step = pair(padding, "padding"), pair(stride, "stride")
    if min(*kernel, *spread, *step) < 1 or min(around) < 0:
        raise ValueRangeError(
            f"kernel_size={kernel}, dilation={spread} and stride={step} must be positive and "
            f"padding={around} not negative"
        )
    return kernel, spread, around, step


def _counts(size: tuple[Dim, Dim], window: Window) -> tuple[Dim, Dim]:
    """How many windows fit along each axis; raises ShapeError for none."""
    counts = [
        dim_floordiv(n + 2 * p - d * (k - 1) - 1, s) + 1
        for n, k, d, p, s in zip(size, *window, strict=True)
    ]
    if any(isinstance(c, int) and c < 1 for c in counts):
        raise ShapeError(
            f"no window of {window[0]} with dilation {window[1]} fits {format_shape(size)} "
            f"with padding {window[2]}"
        )
    return counts[0], counts[1]


def _image(shape: Shape, rank: int, what: str) -> None:
    if len(shape) not in (rank - 1, rank):
        raise ShapeError(
            f"{what} takes {rank} dimensions, or {rank - 1} without a batch, not "
            f"{format_shape(shape)}"
        )


@op(
    "im2col(Tensor input, int[] kernel_size, int[] dilation=1, int[] padding=0, int[] stride=1) "
    "-> Tensor"
)
class Im2col:
    """The patches of images [N, C, H, W] as columns [N, C * kernel elements, patches].

    It is `torch.nn.functional.unfold`; `fold` adds the patches up again.
    """

    methods, where = False, ("nn.functional:unfold",)
    samples = [
        S((2, 3, 4, 5), kernel_size=(2, 3)),
        S((1, 2, 5, 6), kernel_size=(2,), dilation=(2,), padding=(1,), stride=(2,)),
        S((2, 4, 4), kernel_size=(3, 2), padding=(0, 1), stride=(1, 2)),
    ]

    def infer(
        x: TensorType,
        kernel_size: Ints,
        dilation: Ints = (1,),
        padding: Ints = (0,),
        stride: Ints = (1,),
    ) -> TensorType:
        _image(x.shape, 4, "im2col()")
        window = _window(kernel_size, dilation, padding, stride)
        (kh, kw), (oh, ow) = window[0], _counts((x.shape[-2], x.shape[-1]), window)
        return TensorType((*x.shape[:-3], x.shape[-3] * (kh * kw), oh * ow), x.dtype)

    def eager(
        x: Array,
        kernel_size: Ints,
        dilation: Ints = (1,),
        padding: Ints = (0,),
        stride: Ints = (1,),
    ) -> Array:
        of = TensorType(x.shape, FROM_NUMPY[x.dtype])
        shape: Any = Im2col.infer(of, kernel_size, dilation, padding, stride).shape
        window = _window(kernel_size, dilation, padding, stride)
        (kh, kw), dilation, (ph, pw), stride = window
        out: Any = _counts((x.shape[-2], x.shape[-1]), window)
        around = [(0, 0)] * (x.ndim - 2) + [(ph, ph), (pw, pw)]
        padded = np.pad(x, around)
        columns = np.empty((*x.shape[:-2], kh, kw, *out), x.dtype)
        for i, j in product(range(kh), range(kw)):
            taps: Any = (..., *tap_slices((i, j), stride, dilation, out))
            columns[..., i, j, :, :] = padded[taps]
        return columns.reshape(shape)

    def compose(
        x: Tensor,
        kernel_size: Ints,
        dilation: Ints = (1,),
        padding: Ints = (0,),
        stride: Ints = (1,),
    ) -> Tensor:
        window = _window(kernel_size, dilation, padding, stride)
        (kh, kw), (dh, dw), (ph, pw), (sh, sw) = window
        *batch, h, w = x.shape
        oh, ow = _counts((h, w), window)
        front = (0,) * len(batch)
        x = F._pad(x, (*front, ph, pw), (*front, ph, pw))
        axis = len(batch)
        x = windows(windows(x, axis + 1, kw, sw, dw, ow), axis, kh, sh, dh, oh)
        x = F.movedim(x, (axis + 1, axis + 3), (axis, axis + 1))
        return F._reshape(x, (*batch[:-1], batch[-1] * (kh * kw), oh * ow))

    vjp = {
        "input": lambda ct, input_type, kernel_size, dilation, padding, stride: F.col2im(
            ct, input_type.shape[-2:], kernel_size, dilation, padding, stride
        )
    }


@op(
    "col2im(Tensor input, Dim[] output_size, int[] kernel_size, int[] dilation=1, "
    "int[] padding=0, int[] stride=1) -> Tensor"
)
class Col2im:
    """Columns [N, C * kernel elements, patches] added up into images [N, C, H, W].

    It is `torch.nn.functional.fold`: where patches overlap, their elements are summed.
    """

    methods, where = False, ("nn.functional:fold",)
    dtypes = NUMERIC
    samples = [
        S((2, 12, 6), output_size=(3, 4), kernel_size=(2, 2)),
        S(
            (1, 4, 9),
            output_size=(5, 6),
            kernel_size=(2,),
            dilation=(2,),
            padding=(1,),
            stride=(2,),
        ),
        S((6, 8), output_size=(4, 5), kernel_size=(3, 2), padding=(1, 0), stride=(1, 2)),
    ]

    def infer(
        x: TensorType,
        output_size: Shape,
        kernel_size: Ints,
        dilation: Ints = (1,),
        padding: Ints = (0,),
        stride: Ints = (1,),
    ) -> TensorType:
        _image(x.shape, 3, "col2im()")
        kh, kw = pair(kernel_size, "kernel_size")
        window = _window(kernel_size, dilation, padding, stride)
        h, w = pair(output_size, "output_size")
        oh, ow = _counts((h, w), window)
        channels = dim_floordiv(x.shape[-2], kh * kw)
        if provably_different(channels * (kh * kw), x.shape[-2]):
            raise ShapeError(f"{x.shape[-2]} rows do not divide by a kernel of {kh} x {kw}")
        if provably_different(oh * ow, x.shape[-1]):
            raise ShapeError(
                f"{x.shape[-1]} columns do not fill an image of {format_shape((h, w))}, which has "
                f"{oh} x {ow} patches"
            )
        return TensorType((*x.shape[:-2], channels, h, w), x.dtype)

    def eager(
        x: Array,
        output_size: Ints,
        kernel_size: Ints,
        dilation: Ints = (1,),
        padding: Ints = (0,),
        stride: Ints = (1,),
    ) -> Array:
        of = TensorType(x.shape, FROM_NUMPY[x.dtype])
        shape = Col2im.infer(of, output_size, kernel_size, dilation, padding, stride).shape
        window = _window(kernel_size, dilation, padding, stride)
        (kh, kw), dilation, (ph, pw), stride = window
        *front, h, w = (d.__index__() for d in shape)
        out: Any = _counts((h, w), window)
        columns = wide(x).reshape(*front, kh, kw, *out)
        image = np.zeros((*front, h + 2 * ph, w + 2 * pw), columns.dtype)
        for i, j in product(range(kh), range(kw)):
            taps: Any = (..., *tap_slices((i, j), stride, dilation, out))
            image[taps] += columns[..., i, j, :, :]
        return image[..., ph : ph + h, pw : pw + w].astype(x.dtype)

    def compose(
        x: Tensor,
        output_size: Shape,
        kernel_size: Ints,
        dilation: Ints = (1,),
        padding: Ints = (0,),
        stride: Ints = (1,),
    ) -> Tensor:
        window = _window(kernel_size, dilation, padding, stride)
        (kh, kw), (dh, dw), (ph, pw), (sh, sw) = window
        h, w = output_size[0], output_size[-1]
        oh, ow = _counts((h, w), window)
        *batch, rows, _ = x.shape
        front = (*batch, dim_floordiv(rows, kh * kw))
        columns = F._reshape(x, (*front, kh, kw, oh, ow))
        lines = overlap_add(columns, -3, -1, dw, sw, w + 2 * pw)
        image = overlap_add(lines, -3, -2, dh, sh, h + 2 * ph)
        none = (0,) * len(front)
        return F._pad(image, (*none, -ph, -pw), (*none, -ph, -pw))

    vjp = {
        "input": lambda ct, kernel_size, dilation, padding, stride: F.im2col(
            ct, kernel_size, dilation, padding, stride
        )
    }
