"""Dropout of whole channels, and the kind that keeps mean and variance for SELU."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hodu.dims import Dim
from hodu.dispatch.inplace import assign
from hodu.dtypes import f32, f64
from hodu.errors import ShapeError
from hodu.ops._table import F, function
from hodu.ops.random import uniform_numbers
from hodu.ops.random_choices import check_probability
from hodu.shapes import Shape, format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor

NN = ("nn.functional",)
_LOWEST = -1.7580993408473766
"""What SELU tends to far below 0."""


def _kept(input: Tensor, size: Shape, p: float) -> Tensor:
    """1 with probability 1 - p, else 0, in the dtype of the input."""
    within = f64 if input.dtype is f64 else f32
    return F.ge(uniform_numbers(None, size, within), p).to(input.dtype)


def _by_channel(name: str, input: Tensor, ranks: tuple[int, ...], batched: int) -> tuple[Dim, ...]:
    """The shape of one number for each channel; inputs of rank `batched` have a batch."""
    if input.ndim not in ranks:
        raise ShapeError(
            f"{name}() of {format_shape(input.shape)}",
            hint=f"it takes {' or '.join(map(str, ranks))} dimensions",
        )
    leading = 2 if input.ndim >= batched else 1
    return (*input.shape[:leading], *(1,) * (input.ndim - leading))


def _channel_dropout(
    n: int, input: Tensor, p: float, training: bool, inplace: bool, batched: int
) -> Tensor:
    check_probability(p)
    size = _by_channel(f"dropout{n}d", input, (n + 1, n + 2), batched)
    if not training or p == 0:
        return input
    scale = 1 / (1 - p) if p < 1 else 0.0
    result = input * (_kept(input, size, p) * scale)
    return assign(input, result) if inplace else result


@function(methods=False, where=NN)
def dropout1d(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False
) -> Tensor:
    """`dropout` of whole channels of [(n,) c, l]."""
    return _channel_dropout(1, input, p, training, inplace, batched=3)


@function(methods=False, where=NN)
def dropout2d(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False
) -> Tensor:
    """`dropout` of whole channels of [n, c, h, w]; in three dimensions the first two are n, c."""
    return _channel_dropout(2, input, p, training, inplace, batched=3)


@function(methods=False, where=NN)
def dropout3d(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False
) -> Tensor:
    """`dropout` of whole channels of [(n,) c, d, h, w]."""
    return _channel_dropout(3, input, p, training, inplace, batched=5)


def _alpha(input: Tensor, size: Shape, p: float, training: bool, inplace: bool) -> Tensor:
    check_probability(p)
    if not training or p == 0:
        return input
    if p == 1:
        result = input * 0
    else:
        scale = 1 / math.sqrt((1 - p) * (1 + p * _LOWEST**2))
        kept = _kept(input, size, p)
        result = (input * kept + (1 - kept) * _LOWEST) * scale - _LOWEST * p * scale
    return assign(input, result) if inplace else result


@function(methods=False, where=NN)
def alpha_dropout(
    input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False
) -> Tensor:
    """Dropout for SELU: sets elements to its lowest value and keeps mean 0 and variance 1.

    G. Klambauer et al., "Self-Normalizing Neural Networks" (2017).
    """
    return _alpha(input, input.shape, p, training, inplace)


@function(methods=False, where=NN)
def feature_alpha_dropout(
    input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False
) -> Tensor:
    """`alpha_dropout` of whole channels: one draw for each of the first two dimensions."""
    if input.ndim < 2:
        raise ShapeError(f"feature_alpha_dropout() of {format_shape(input.shape)}: two dimensions")
    size = (*input.shape[:2], *(1,) * (input.ndim - 2))
    return _alpha(input, size, p, training, inplace)
