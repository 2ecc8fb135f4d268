"""Normalisation by neighbouring channels, and of vectors to unit length."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hodu.dtypes import FLOATS
from hodu.errors import ShapeError, ValueRangeError
from hodu.ops._precision import narrow, wide, widen
from hodu.ops._samples import S, T
from hodu.ops._table import REGISTRY, Array, F, op
from hodu.shapes import Shape, TensorType, format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor

Ints = tuple[int, ...]


@op(
    "local_response_norm(Tensor input, int size, float alpha=0.0001, float beta=0.75,"
    " float k=1.0) -> Tensor"
)
class LocalResponseNorm:
    """Divided by `(k + alpha * m) ** beta`, where m is the mean square of `size` neighbours.

    The neighbours are channels: size // 2 before, (size - 1) // 2 after; beyond the ends are
    zeros.
    """

    dtypes, where, methods = FLOATS, ("nn.functional",), False
    samples = [
        S((2, 5, 3), size=3, alpha=1e-4, beta=0.75, k=1.0),
        S((2, 4, 2, 2), size=2, alpha=0.5, beta=0.5, k=2.0),
        S((1, 2, 3), size=5, alpha=1.0, beta=0.75, k=1.0),
        S((0, 4, 2), size=3, alpha=1e-4, beta=0.75, k=1.0),
    ]

    def infer(x: TensorType, size: int, alpha: float, beta: float, k: float) -> TensorType:
        _check_neighbours(x.shape, size)
        return x

    def eager(x: Array, size: int, alpha: float, beta: float, k: float) -> Array:
        _check_neighbours(x.shape, size)
        source, channels = wide(x), x.shape[1]
        margin = [(0, 0)] * x.ndim
        margin[1] = (size // 2, (size - 1) // 2)
        square = np.pad(np.square(source), margin)
        total = sum(square[:, i : i + channels] for i in range(size))
        power = source.dtype.type
        return (source / (power(k) + total * power(alpha / size)) ** power(beta)).astype(
            x.dtype, copy=False
        )

    def compose(x: Tensor, size: int, alpha: float, beta: float, k: float) -> Tensor:
        _check_neighbours(x.shape, size)
        source = widen(x)
        margin = (*(0, 0) * (x.ndim - 2), size // 2, (size - 1) // 2)
        square = F.pad(source * source, margin)
        total = F.narrow(square, 1, 0, x.shape[1])
        for i in range(1, size):
            total = total + F.narrow(square, 1, i, x.shape[1])
        return narrow(source / F.pow(k + total * (alpha / size), beta), x.dtype)


def _check_neighbours(shape: Shape, size: int) -> None:
    if len(shape) < 3:
        raise ShapeError(
            f"local_response_norm() takes an input [N, C, ...] of 3 or more dimensions, not "
            f"{format_shape(shape)}"
        )
    if size < 1:
        raise ValueRangeError(f"local_response_norm(): size={size} must be at least 1")


@op("normalize(Tensor input, float p=2.0, int[] dim=1, float eps=1e-12) -> Tensor")
class Normalize:
    """Divided by the p-norm over `dim`, or by `eps` where the norm is smaller."""

    dtypes, where, methods = FLOATS, ("nn.functional",), False
    autocast = "f32"
    samples = [
        S((3, 4), p=2.0, dim=(1,), eps=1e-12),
        S((2, 3, 4), p=1.0, dim=(0,), eps=1e-12),
        S((2, 3), p=float("inf"), dim=(-1,), eps=1e-12),
        S(T(values=[[0.0, 0.0], [3.0, 4.0]]), p=2.0, dim=(1,), eps=0.5),
        S((2, 3, 4), p=2.0, dim=(1, 2), eps=1e-12),
        S((0, 4), p=2.0, dim=(1,), eps=1e-12),
    ]

    def infer(x: TensorType, p: float, dim: Ints, eps: float) -> TensorType:
        rule = REGISTRY["norm"].infer
        assert rule is not None
        rule(x, p, dim)
        return x

    def eager(x: Array, p: float, dim: Ints, eps: float) -> Array:
        source, norm = wide(x), REGISTRY["norm"].eager
        assert norm is not None
        length = norm(source, p, dim, keepdim=True)
        return (source / np.maximum(length, source.dtype.type(eps))).astype(x.dtype, copy=False)

    def compose(x: Tensor, p: float, dim: Ints, eps: float) -> Tensor:
        source = widen(x)
        length = F._norm(source, p, dim, keepdim=True)
        return narrow(source / F.clamp(length, min=eps), x.dtype)
