"""What the normalising ops share: means, variances and affine maps of arrays and Tensors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dims import Dim, provably_different
from hodu.errors import ShapeError
from hodu.ops._precision import widen_all
from hodu.ops._table import Array, F
from hodu.shapes import Shape, format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor

Gradients = tuple[Any, ...]  # of the inputs: a Tensor, None, or a function that gives it


def mean_array(x: Array, axes: tuple[int, ...]) -> Array:
    """The mean over `axes`, which stay with size 1; NaN (without a warning) over nothing."""
    total = np.asarray(x.sum(axes, keepdims=True))
    return total / x.dtype.type(x.size // max(total.size, 1))


def standardized_array(x: Array, axes: tuple[int, ...], eps: float) -> Array:
    """`x` with mean 0 and variance 1 over `axes`."""
    centered = x - mean_array(x, axes)
    variance = mean_array(np.square(centered), axes)
    centered /= np.sqrt(variance + x.dtype.type(eps))
    return centered


def standardized(x: Tensor, axes: Sequence[int], eps: float) -> Tensor:
    """`x` with mean 0 and variance 1 over `axes`."""
    return standardizing(x, axes, eps)[0]


def standardizing(x: Tensor, axes: Sequence[int], eps: float) -> tuple[Tensor, Tensor]:
    """`standardized`, and what it multiplied by: the inverse of the deviation."""
    centered = x - F.mean(x, axes, keepdim=True)
    inverse = F.rsqrt(F.mean(centered * centered, axes, keepdim=True) + eps)
    return centered * inverse, inverse


def through_standardized(ct: Tensor, y: Tensor, inverse: Tensor, axes: Sequence[int]) -> Tensor:
    """The gradient by x of `y, inverse = standardizing(x, axes, eps)`, where `ct` is that by y.

    What changes the mean or the variance of x changes nothing: these parts of `ct` are taken out.
    """
    shift = F.mean(ct, axes, keepdim=True)
    scale = F.mean(ct * y, axes, keepdim=True)
    return inverse * (ct - shift - y * scale)


def scaled(ct: Tensor, weight: Tensor | None) -> Tensor:
    """`ct * weight`, where the weight may be absent."""
    return ct if weight is None else ct * weight


def spread_channels(x: Tensor, *others: Tensor | None) -> list[Any]:
    """All in one precision, vectors shaped to broadcast along the channels of `x`."""
    along = along_channels(x.ndim, x.shape[1])
    return [t if t is None or t.ndim > 1 else F.reshape(t, along) for t in widen_all(x, *others)]


def over_channels(ct: Tensor) -> Tensor:
    """The gradient by a vector that was broadcast along the channels."""
    return F.sum(ct, (0, *range(2, ct.ndim)))


def affine_array(x: Array, weight: Array | None, bias: Array | None) -> Array:
    """`x * weight + bias` in the memory of `x`; either of them may be absent."""
    if weight is not None:
        x *= weight
    if bias is not None:
        x += bias
    return x


def affine(x: Tensor, weight: Tensor | None, bias: Tensor | None) -> Tensor:
    """`x * weight + bias`, either of which may be absent."""
    x = x if weight is None else x * weight
    return x if bias is None else x + bias


def along_channels(rank: int, channels: Dim) -> Shape:
    """The shape in which a vector of `channels` numbers broadcasts along dimension 1."""
    return (channels, *(1,) * (rank - 2))


def check_channels(name: str, shape: Shape, *vectors: Shape | None) -> Dim:
    """The number of channels; raises ShapeError unless every vector has one number for each."""
    if len(shape) < 2:
        raise ShapeError(
            f"{name}() takes an input [N, C, ...], not {format_shape(shape)}",
            hint="the channels are dimension 1",
        )
    for vector in vectors:
        if vector is not None and (len(vector) != 1 or provably_different(vector[0], shape[1])):
            raise ShapeError(
                f"{name}(): {format_shape(vector)} numbers for the {shape[1]} channels of an input "
                f"{format_shape(shape)}"
            )
    return shape[1]
