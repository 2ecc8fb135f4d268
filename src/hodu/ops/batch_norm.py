"""Normalisation by channel: over the batch, or for each instance.

The statistics are computed in f32 (f64 for f64) and the result is rounded once. Running
statistics are updated in place, as `(1 - momentum) * running + momentum * new`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dispatch.inplace import assign
from hodu.dtypes import FLOATS, FROM_NUMPY
from hodu.errors import ArgumentError, ShapeError
from hodu.ops._normalizing import (
    Gradients,
    affine,
    affine_array,
    along_channels,
    check_channels,
    mean_array,
    over_channels,
    scaled,
    spread_channels,
    standardized,
    standardized_array,
    standardizing,
    through_standardized,
)
from hodu.ops._precision import compute_dtype, narrow, wide_all, widen
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, function, op
from hodu.ops.reduction import count_over
from hodu.shapes import Shape, TensorType, format_shape, numel

if TYPE_CHECKING:
    from hodu._tensor import Tensor

Types = TensorType | None


def _over_channels(shape: Shape) -> tuple[int, ...]:
    return (0, *range(2, len(shape)))


def _spread_arrays(x: Array, *vectors: Array | None) -> list[Any]:
    """All in one precision, the vectors shaped to broadcast along the channels of `x`."""
    check_channels("batch_norm", x.shape, *(None if v is None else v.shape for v in vectors))
    source, *rest = wide_all(x, *vectors)
    along = along_channels(x.ndim, x.shape[1])
    return [source, *(None if v is None else v.reshape(along) for v in rest)]


@op(
    "batch_norm_inference(Tensor input, Tensor mean, Tensor var, Tensor? weight=None,"
    " Tensor? bias=None, *, float eps=1e-05) -> Tensor"
)
class BatchNormInference:
    """`(input - mean) / sqrt(var + eps) * weight + bias`, each vector along the channels."""

    dtypes, public = FLOATS, False
    autocast = "f32"
    samples = [
        S((2, 3, 4), (3,), T((3,), low=0.5, high=2), (3,), (3,), eps=1e-5),
        S((2, 3), (3,), T((3,), low=0.5, high=2), None, (3,), eps=1e-3),
        S((2, 3, 2, 2), (3,), T((3,), low=0.5, high=2), None, None, eps=1e-5),
        S((0, 3, 2), (3,), T((3,), low=0.5, high=2), (3,), None, eps=1e-5),
        S((2, 3, 2), T((3,), dtype="f32"), T((3,), "f32", 0.5, 2), None, None, eps=1e-5),
    ]

    def infer(
        x: TensorType, mean: TensorType, var: TensorType, weight: Types, bias: Types, eps: float
    ) -> TensorType:
        vectors = (None if t is None else t.shape for t in (mean, var, weight, bias))
        check_channels("batch_norm", x.shape, *vectors)
        return x

    def eager(
        x: Array, mean: Array, var: Array, weight: Array | None, bias: Array | None, eps: float
    ) -> Array:
        source, center, square, *terms = _spread_arrays(x, mean, var, weight, bias)
        result = (source - center) / np.sqrt(square + source.dtype.type(eps))
        return affine_array(result, *terms).astype(x.dtype, copy=False)

    def compose(
        x: Tensor, mean: Tensor, var: Tensor, weight: Tensor | None, bias: Tensor | None, eps: float
    ) -> Tensor:
        source, center, square, *terms = spread_channels(x, mean, var, weight, bias)
        return narrow(affine((source - center) * F.rsqrt(square + eps), *terms), x.dtype)


@op(
    "batch_norm_training(Tensor input, Tensor? weight=None, Tensor? bias=None, *,"
    " float eps=1e-05) -> (Tensor output, Tensor mean, Tensor var)"
)
class BatchNormTraining:
    """Mean 0 and variance 1 over the batch, then scaled and shifted, by channel.

    Also the means and the (biased) variances, in the precision of the computation.
    """

    dtypes, public = FLOATS, False
    autocast = "f32"
    samples = [
        S((2, 3, 4), (3,), (3,), eps=1e-5),
        S((4, 3), None, (3,), eps=1e-3),
        S((2, 3, 2, 2), None, None, eps=1e-5),
    ]

    def infer(
        x: TensorType, weight: Types, bias: Types, eps: float
    ) -> tuple[TensorType, TensorType, TensorType]:
        vectors = (None if t is None else t.shape for t in (weight, bias))
        channels = check_channels("batch_norm", x.shape, *vectors)
        statistic = TensorType((channels,), compute_dtype(x.dtype))
        return x, statistic, statistic

    def eager(
        x: Array, weight: Array | None, bias: Array | None, eps: float
    ) -> tuple[Array, Array, Array]:
        source, *terms = _spread_arrays(x, weight, bias)
        axes = _over_channels(x.shape)
        center = mean_array(source, axes)
        square = mean_array(np.square(source - center), axes)
        result = (source - center) / np.sqrt(square + source.dtype.type(eps))
        kept = compute_dtype(FROM_NUMPY[x.dtype]).numpy
        mean, var = (v.reshape(-1).astype(kept) for v in (center, square))
        return affine_array(result, *terms).astype(x.dtype, copy=False), mean, var

    def compose(
        x: Tensor, weight: Tensor | None, bias: Tensor | None, eps: float
    ) -> tuple[Tensor, Tensor, Tensor]:
        source, *terms = spread_channels(x, weight, bias)
        axes = _over_channels(x.shape)
        center = F.mean(source, axes, keepdim=True)
        square = F.mean((source - center) * (source - center), axes, keepdim=True)
        result = (source - center) * F.rsqrt(square + eps)
        kept = compute_dtype(x.dtype)
        mean, var = (narrow(F.reshape(v, x.shape[1:2]), kept) for v in (center, square))
        return narrow(affine(result, *terms), x.dtype), mean, var

    def vjp(
        ct_output: Tensor | None,
        ct_mean: Tensor | None,
        ct_var: Tensor | None,
        input: Tensor,
        weight: Tensor | None,
        eps: float,
        needs: Sequence[bool],
    ) -> Gradients:
        axes = _over_channels(input.shape)
        x, grad, factor, *rest = spread_channels(input, ct_output, weight, ct_mean, ct_var)
        if grad is None:
            return lambda: _by_statistics(x, axes, *rest), None, None
        if not (needs[0] or needs[1]):
            return None, None, over_channels(grad)
        y, inverse = standardizing(x, axes, eps)

        def by_input() -> Tensor:
            own = through_standardized(scaled(grad, factor), y, inverse, axes)
            return own if rest == [None, None] else own + _by_statistics(x, axes, *rest)

        return by_input, lambda: over_channels(grad * y), lambda: over_channels(grad)


def _by_statistics(
    x: Tensor, axes: tuple[int, ...], ct_mean: Tensor | None, ct_var: Tensor | None
) -> Tensor:
    """The gradient of the means and variances over `axes`."""
    total = F.zeros((), dtype=x.dtype)
    if ct_mean is not None:
        total = total + ct_mean
    if ct_var is not None:
        total = total + 2 * ct_var * (x - F.mean(x, axes, keepdim=True))
    return F.expand(total / count_over(x.shape, axes), x.shape)


def _update(running: Tensor | None, new: Tensor, momentum: float) -> None:
    if running is not None:
        assign(running, widen(running) * (1 - momentum) + new.detach() * momentum)


@function(methods=False, where=("nn.functional",))
def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Normalised by channel: by the batch in training, else by the running statistics.

    In training, running statistics that are given are updated (with the unbiased variance).
    """
    if not training:
        if running_mean is None or running_var is None:
            raise ArgumentError(
                "batch_norm() without training needs running_mean and running_var",
                hint="training=True normalises by the statistics of the batch",
            )
        return F._batch_norm_inference(input, running_mean, running_var, weight, bias, eps=eps)
    check_channels("batch_norm", input.shape)
    count = numel((input.shape[0], *input.shape[2:]))
    if count == 1:
        raise ShapeError(
            "batch_norm() in training needs more than one value for each channel, the input is "
            f"{format_shape(input.shape)}"
        )
    output, mean, var = F._batch_norm_training(input, weight, bias, eps=eps)
    _update(running_mean, mean, momentum)
    if running_var is not None:
        # One float for eager sizes; a symbolic size is divided as a tensor.
        correction = count / (count - 1) if isinstance(count, int) else F._div(count, count - 1)
        _update(running_var, var * correction, momentum)
    return output


@op(
    "instance_norm(Tensor input, Tensor? weight=None, Tensor? bias=None, *, float eps=1e-05)"
    " -> Tensor"
)
class InstanceNorm:
    """Mean 0 and variance 1 in each channel of each instance, then scaled and shifted."""

    dtypes, public = FLOATS, False
    autocast = "f32"
    samples = [
        S((2, 3, 4), (3,), (3,), eps=1e-5),
        S((2, 3, 2, 3), None, (3,), eps=1e-3),
        S((2, 3, 4), None, None, eps=1e-5),
        S((0, 3, 4), (3,), (3,), eps=1e-5),
    ]

    def infer(x: TensorType, weight: Types, bias: Types, eps: float) -> TensorType:
        vectors = (None if t is None else t.shape for t in (weight, bias))
        check_channels("instance_norm", x.shape, *vectors)
        return x

    def eager(x: Array, weight: Array | None, bias: Array | None, eps: float) -> Array:
        source, *terms = _spread_arrays(x, weight, bias)
        axes = tuple(range(2, x.ndim))
        return affine_array(standardized_array(source, axes, eps), *terms).astype(
            x.dtype, copy=False
        )

    def compose(x: Tensor, weight: Tensor | None, bias: Tensor | None, eps: float) -> Tensor:
        source, *terms = spread_channels(x, weight, bias)
        axes = tuple(range(2, x.ndim))
        return narrow(affine(standardized(source, axes, eps), *terms), x.dtype)

    def vjp(
        ct: Tensor, input: Tensor, weight: Tensor | None, eps: float, needs: Sequence[bool]
    ) -> Gradients:
        axes = tuple(range(2, input.ndim))
        x, grad, factor = spread_channels(input, ct, weight)
        if not (needs[0] or needs[1]):
            return None, None, over_channels(grad)
        y, inverse = standardizing(x, axes, eps)
        return (
            lambda: through_standardized(scaled(grad, factor), y, inverse, axes),
            lambda: over_channels(grad * y),
            lambda: over_channels(grad),
        )


@function(methods=False, where=("nn.functional",))
def instance_norm(
    input: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Normalised in each channel of each instance, or by the running statistics.

    With `use_input_stats`, running statistics that are given are updated by the instances' mean.
    """
    if not use_input_stats:
        return F.batch_norm(input, running_mean, running_var, weight, bias, False, momentum, eps)
    if numel(input.shape[2:]) == 1:
        raise ShapeError(
            "instance_norm() needs more than one value in each channel, the input is "
            f"{format_shape(input.shape)}"
        )
    axes = tuple(range(2, input.ndim))
    output = F._instance_norm(input, weight, bias, eps=eps)
    if running_mean is not None:
        _update(running_mean, F.mean(F.mean(widen(input), axes), 0), momentum)
    if running_var is not None:
        _update(running_var, F.mean(F.var(widen(input), axes), 0), momentum)
    return output
