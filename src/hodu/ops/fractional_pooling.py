"""Fractional max pooling: windows whose starts are spread pseudo-randomly.

Source: Graham, "Fractional Max-Pooling", 2014 (https://arxiv.org/abs/1412.6071), in the form that
PyTorch computes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dims import Dim, Sym
from hodu.dtypes import FLOATS, i64
from hodu.errors import ShapeError, ValueRangeError
from hodu.ops._overlap import at_positions
from hodu.ops._pooling import flat_positions, max_at
from hodu.ops._precision import wide
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, function, op
from hodu.ops._windows import Ints, check_spatial, per_axis
from hodu.ops.max_pooling import NN
from hodu.shapes import Shape, TensorType, format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor


def _shape(x: Shape, samples: Shape, kernel: Ints, output_size: Shape) -> Shape:
    n = len(kernel)
    name = f"fractional_max_pool{n}d()"
    if len(x) != n + 2 or len(output_size) != n:
        raise ShapeError(f"{name} of {format_shape(x)} to {format_shape(output_size)}")
    if samples != (*x[:2], n):
        raise ShapeError(
            f"{name}: the random samples {format_shape(samples)} must be "
            f"{format_shape((*x[:2], n))}: one for each axis of each plane"
        )
    for size, k, out in zip(x[2:], kernel, output_size, strict=True):
        if k < 1 or (
            isinstance(out, int) and isinstance(size, int) and not 1 <= out <= size - k + 1
        ):
            raise ShapeError(
                f"{name}: {out} windows of {k} do not fit an axis of {size} elements",
                hint="each output size must lie between 1 and the input size - kernel size + 1",
            )
    return (*x[:2], *output_size)


def _starts(sample: Array, size: int, out: int, kernel: int) -> Array:
    """Where the windows of an axis start in every plane [planes, out], from samples [planes]."""
    starts = np.full((len(sample), out), size - kernel)
    if out > 1:
        alpha = ((size - kernel) / np.asarray(out - 1, sample.dtype)).astype(sample.dtype)
        at = np.arange(out - 1).astype(sample.dtype)
        shifted = ((at[None] + sample[:, None]) * alpha).astype(np.int64)
        starts[:, :-1] = shifted - (sample * alpha).astype(np.int64)[:, None]
    return starts


@op(
    """fractional_max_pool(Tensor input, Tensor random_samples, int[] kernel_size,
    Dim[] output_size) -> (Tensor output, Tensor indices)"""
)
class FractionalMaxPool:
    """The maxima of windows at pseudo-random steps, and their positions in the flattened axes.

    `random_samples` [n, c, axes] lie in [0, 1): in 2-D the first is of the width, as in PyTorch.
    """

    dtypes = FLOATS
    public = False
    samples = [
        S((2, 3, 7, 6), T((2, 3, 2), low=0, high=0.99), kernel_size=(2, 3), output_size=(3, 4)),
        S(
            (1, 2, 5, 6, 7),
            T((1, 2, 3), low=0, high=0.99),
            kernel_size=(2, 2, 3),
            output_size=(3, 2, 4),
        ),
        S((1, 2, 5, 5), T((1, 2, 2), low=0, high=0.99), kernel_size=(2, 2), output_size=(1, 1)),
        S((0, 2, 5, 5), T((0, 2, 2)), kernel_size=(2, 2), output_size=(2, 2)),
    ]

    def infer(
        x: TensorType, random_samples: TensorType, kernel_size: Ints, output_size: Shape
    ) -> tuple[TensorType, TensorType]:
        shape = _shape(x.shape, random_samples.shape, kernel_size, output_size)
        return TensorType(shape, x.dtype), TensorType(shape, i64)

    def eager(
        x: Array, random_samples: Array, kernel_size: Ints, output_size: Ints
    ) -> tuple[Array, Array]:
        shape: Any = _shape(x.shape, random_samples.shape, kernel_size, output_size)
        n = len(kernel_size)
        drawn = wide(random_samples).reshape(shape[0] * shape[1], n)
        order = (1, 0) if n == 2 else tuple(range(n))
        taps = [
            _starts(drawn[:, o], size, out, k)[..., None] + np.arange(k)
            for o, size, out, k in zip(order, x.shape[2:], output_size, kernel_size, strict=True)
        ]
        values, indices = max_at(x, flat_positions(taps, x.shape[2:]), n)
        return values.reshape(shape), indices.reshape(shape)

    vjp = {
        "input": lambda ct_output, indices, input_type, output_size: at_positions(
            ct_output, indices, input_type.shape, len(output_size), gaps=False
        )
    }


def _fractional(
    n: int,
    input: Tensor,
    kernel_size: int | Sequence[int],
    output_size: Dim | Sequence[Dim] | None,
    output_ratio: float | Sequence[float] | None,
    return_indices: bool,
    samples: Tensor | None,
) -> Any:
    before = check_spatial(f"fractional_max_pool{n}d()", input.shape, (0,) * n, leading=2)
    x = input[None] if before == 1 else input
    kernel = per_axis(kernel_size, n, "kernel_size")
    if output_size is not None:
        size = (output_size,) * n if isinstance(output_size, (int, Sym)) else tuple(output_size)
    else:
        size = _scaled(x.shape[2:], output_ratio, n)
    if samples is None:
        samples = F.rand(x.shape[0], x.shape[1], n, dtype=input.dtype)
    output, indices = F._fractional_max_pool(x, samples, kernel, size)
    if before == 1:
        output, indices = output[0], indices[0]
    return (output, indices) if return_indices else output


def _scaled(sizes: Shape, ratio: float | Sequence[float] | None, n: int) -> tuple[int, ...]:
    ratios = (ratio,) * n if isinstance(ratio, (int, float)) else tuple(ratio or ())
    if len(ratios) != n or not all(0 < r < 1 for r in ratios):
        raise ValueRangeError(
            f"fractional_max_pool{n}d(): output_ratio={ratio} and no output_size",
            hint=f"give output_size, or {n} ratios between 0 and 1",
        )
    return tuple(int(s.__index__() * r) for s, r in zip(sizes, ratios, strict=True))


@function(methods=False, where=NN)
def fractional_max_pool2d(
    input: Tensor,
    kernel_size: int | Sequence[int],
    output_size: Dim | Sequence[Dim] | None = None,
    output_ratio: float | Sequence[float] | None = None,
    return_indices: bool = False,
    _random_samples: Tensor | None = None,
) -> Any:
    """The maxima of windows of [(n,) c, h, w] at random steps.

    `output_size` is their number on each axis; `output_ratio` gives it as a part of the input's
    size. With `return_indices` also where each
    maximum is, in the flattened window axes. `_random_samples` [n, c, 2] replaces the draw.
    """
    return _fractional(
        2, input, kernel_size, output_size, output_ratio, return_indices, _random_samples
    )


@function(methods=False, where=NN)
def fractional_max_pool3d(
    input: Tensor,
    kernel_size: int | Sequence[int],
    output_size: Dim | Sequence[Dim] | None = None,
    output_ratio: float | Sequence[float] | None = None,
    return_indices: bool = False,
    _random_samples: Tensor | None = None,
) -> Any:
    """The maxima of windows of [(n,) c, d, h, w] at random steps.

    `output_size` is their number on each axis; `output_ratio` gives it as a part of the input's
    size. With `return_indices` also where each
    maximum is, in the flattened window axes. `_random_samples` [n, c, 3] replaces the draw.
    """
    return _fractional(
        3, input, kernel_size, output_size, output_ratio, return_indices, _random_samples
    )
