"""Normalisation over trailing dimensions or groups of channels.

The statistics are computed in f32 (f64 for f64) and the result is rounded once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dims import provably_different
from hodu.dtypes import FLOATS, FROM_NUMPY
from hodu.errors import ShapeError, ValueRangeError
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
from hodu.ops._precision import epsilon, narrow, wide_all, widen_all
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, op
from hodu.shapes import Shape, TensorType, format_shape, numel

if TYPE_CHECKING:
    from hodu._tensor import Tensor

Ints = tuple[int, ...]


def _check_trailing(name: str, shape: Shape, end: Shape, *affine: Any) -> Ints:
    """The axes of `end`, counted from the last; raises ShapeError if `shape` does not end so."""
    rank = len(end)
    if not rank or rank > len(shape) or any(map(provably_different, shape[-rank:], end)):
        raise ShapeError(
            f"{name}(): normalized_shape={list(end)} does not end the input's shape "
            f"{format_shape(shape)}"
        )
    for term in affine:
        if term is not None and (
            len(term.shape) != rank or any(map(provably_different, term.shape, end))
        ):
            raise ShapeError(
                f"{name}(): a weight or bias {format_shape(term.shape)} for "
                f"normalized_shape={list(end)}"
            )
    return tuple(range(-rank, 0))


@op(
    "layer_norm(Tensor input, Dim[] normalized_shape, Tensor? weight=None, Tensor? bias=None,"
    " float eps=1e-05) -> Tensor"
)
class LayerNorm:
    """Mean 0 and variance 1 over the trailing dimensions, then scaled and shifted."""

    dtypes, where, methods = FLOATS, ("nn.functional",), False
    autocast = "f32"
    samples = [
        S((3, 4), (4,), (4,), normalized_shape=(4,), eps=1e-5),
        S((2, 3, 4), (3, 4), (3, 4), normalized_shape=(3, 4), eps=1e-3),
        S((2, 5), (5,), None, normalized_shape=(5,), eps=1e-5),
        S((2, 5), None, None, normalized_shape=(5,), eps=1e-5),
        S((0, 4), (4,), (4,), normalized_shape=(4,), eps=1e-5),
    ]

    def infer(
        x: TensorType,
        weight: TensorType | None,
        bias: TensorType | None,
        normalized_shape: Shape,
        eps: float,
    ) -> TensorType:
        _check_trailing("layer_norm", x.shape, normalized_shape, weight, bias)
        return x

    def eager(
        x: Array, weight: Array | None, bias: Array | None, normalized_shape: Shape, eps: float
    ) -> Array:
        axes = _check_trailing("layer_norm", x.shape, normalized_shape, weight, bias)
        source, *terms = wide_all(x, weight, bias)
        return affine_array(standardized_array(source, axes, eps), *terms).astype(
            x.dtype, copy=False
        )

    def compose(
        x: Tensor, weight: Tensor | None, bias: Tensor | None, normalized_shape: Shape, eps: float
    ) -> Tensor:
        axes = _check_trailing("layer_norm", x.shape, normalized_shape, weight, bias)
        source, *terms = widen_all(x, weight, bias)
        return narrow(affine(standardized(source, axes, eps), *terms), x.dtype)

    def vjp(
        ct: Tensor,
        input: Tensor,
        weight: Tensor | None,
        normalized_shape: Shape,
        eps: float,
        needs: Sequence[bool],
    ) -> Gradients:
        axes = tuple(range(-len(normalized_shape), 0))
        grad, source, factor = widen_all(ct, input, weight)
        if not (needs[0] or needs[1]):
            return None, None, ct
        y, inverse = standardizing(source, axes, eps)
        return (
            lambda: through_standardized(scaled(grad, factor), y, inverse, axes),
            lambda: grad * y,
            ct,
        )


@op(
    "rms_norm(Tensor input, Dim[] normalized_shape, Tensor? weight=None, float? eps=None) -> Tensor"
)
class RmsNorm:
    """Divided by the root of the mean square over the trailing dimensions, then scaled.

    `eps` is by default the precision of the computation.
    """

    dtypes, where, methods = FLOATS, ("nn.functional",), False
    autocast = "f32"
    samples = [
        S((3, 4), (4,), normalized_shape=(4,), eps=1e-5),
        S(T((2, 3, 4), "f32"), T((3, 4), "f32"), normalized_shape=(3, 4), eps=None),
        S((2, 5), None, normalized_shape=(5,), eps=0.5),
        S((0, 4), (4,), normalized_shape=(4,), eps=1e-5),
    ]

    def infer(
        x: TensorType, weight: TensorType | None, normalized_shape: Shape, eps: float | None
    ) -> TensorType:
        _check_trailing("rms_norm", x.shape, normalized_shape, weight)
        return x

    def eager(x: Array, weight: Array | None, normalized_shape: Shape, eps: float | None) -> Array:
        axes = _check_trailing("rms_norm", x.shape, normalized_shape, weight)
        source, scale = wide_all(x, weight)
        eps = epsilon(FROM_NUMPY[x.dtype]) if eps is None else eps
        root = np.sqrt(mean_array(np.square(source), axes) + source.dtype.type(eps))
        return affine_array(source / root, scale, None).astype(x.dtype, copy=False)

    def compose(
        x: Tensor, weight: Tensor | None, normalized_shape: Shape, eps: float | None
    ) -> Tensor:
        axes = _check_trailing("rms_norm", x.shape, normalized_shape, weight)
        source, scale = widen_all(x, weight)
        eps = epsilon(x.dtype) if eps is None else eps
        inverse = F.rsqrt(F.mean(source * source, axes, keepdim=True) + eps)
        return narrow(affine(source * inverse, scale, None), x.dtype)

    def vjp(
        ct: Tensor,
        input: Tensor,
        weight: Tensor | None,
        normalized_shape: Shape,
        eps: float | None,
    ) -> Gradients:
        axes = tuple(range(-len(normalized_shape), 0))
        grad, x, factor = widen_all(ct, input, weight)
        eps = epsilon(input.dtype) if eps is None else eps
        inverse = F.rsqrt(F.mean(x * x, axes, keepdim=True) + eps)
        y = x * inverse

        def by_input() -> Tensor:
            own = scaled(grad, factor)
            return inverse * (own - y * F.mean(own * y, axes, keepdim=True))

        return by_input, lambda: grad * y


def _groups(shape: Shape, groups: int, *affine: Any) -> Shape:
    """The shape [N, groups, the rest]; raises ShapeError or ValueRangeError."""
    vectors = [None if t is None else t.shape for t in affine]
    channels = check_channels("group_norm", shape, *vectors)
    if groups < 1 or (isinstance(channels, int) and channels % groups):
        raise ValueRangeError(
            f"group_norm(): {channels} channels do not part into num_groups={groups}"
        )
    return (shape[0], groups, channels // groups * numel(shape[2:]))


@op(
    "group_norm(Tensor input, int num_groups, Tensor? weight=None, Tensor? bias=None,"
    " float eps=1e-05) -> Tensor"
)
class GroupNorm:
    """Mean 0 and variance 1 over groups of channels, then scaled and shifted by channel."""

    dtypes, where, methods = FLOATS, ("nn.functional",), False
    autocast = "f32"
    samples = [
        S((2, 4, 3), (4,), (4,), num_groups=2, eps=1e-5),
        S((2, 6, 2, 2), (6,), None, num_groups=3, eps=1e-3),
        S((2, 4, 3), None, None, num_groups=1, eps=1e-5),
        S((2, 4), None, (4,), num_groups=2, eps=1e-5),
        S((0, 4, 3), (4,), (4,), num_groups=2, eps=1e-5),
    ]

    def infer(
        x: TensorType,
        weight: TensorType | None,
        bias: TensorType | None,
        num_groups: int,
        eps: float,
    ) -> TensorType:
        _groups(x.shape, num_groups, weight, bias)
        return x

    def eager(
        x: Array, weight: Array | None, bias: Array | None, num_groups: int, eps: float
    ) -> Array:
        groups = _groups(x.shape, num_groups, weight, bias)
        source, *terms = wide_all(x, weight, bias)
        result = standardized_array(source.reshape(groups), (2,), eps).reshape(x.shape)
        along = along_channels(x.ndim, x.shape[1])
        terms = [None if t is None else t.reshape(along) for t in terms]
        return affine_array(result, *terms).astype(x.dtype, copy=False)

    def compose(
        x: Tensor, weight: Tensor | None, bias: Tensor | None, num_groups: int, eps: float
    ) -> Tensor:
        groups = _groups(x.shape, num_groups, weight, bias)
        source, *terms = widen_all(x, weight, bias)
        result = F.reshape(standardized(F.reshape(source, groups), (2,), eps), x.shape)
        along = along_channels(x.ndim, x.shape[1])
        terms = [None if t is None else F.reshape(t, along) for t in terms]
        return narrow(affine(result, *terms), x.dtype)

    def vjp(
        ct: Tensor,
        input: Tensor,
        weight: Tensor | None,
        num_groups: int,
        eps: float,
        needs: Sequence[bool],
    ) -> Gradients:
        shape, groups = input.shape, _groups(input.shape, num_groups)
        grad, source, factor = spread_channels(ct, input, weight)
        if not (needs[0] or needs[1]):
            return None, None, over_channels(grad)
        y, inverse = standardizing(F.reshape(source, groups), (2,), eps)

        def by_input() -> Tensor:
            own = F.reshape(scaled(grad, factor), groups)
            return F.reshape(through_standardized(own, y, inverse, (2,)), shape)

        return (
            by_input,
            lambda: over_channels(grad * F.reshape(y, shape)),
            lambda: over_channels(grad),
        )
