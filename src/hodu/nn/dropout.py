"""Dropout of elements and of channels, in training only."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from hodu._tensor import Tensor
from hodu.errors import ValueRangeError
from hodu.nn import functional as F
from hodu.nn.module import Module


class _Dropout(Module):
    function: ClassVar[Callable[..., Tensor]]

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueRangeError(f"{type(self).__name__} of p={p}", hint="it lies in [0, 1]")
        self.p, self.inplace = p, inplace

    def forward(self, input: Tensor) -> Tensor:
        """The input with parts dropped in training, else the input."""
        return type(self).function(input, self.p, self.training, self.inplace)

    def extra_repr(self) -> str:
        """The options."""
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(_Dropout):
    """Zeros elements with probability `p` and divides the rest by 1 - p."""

    function = F.dropout


class Dropout1d(_Dropout):
    """Zeros channels of [(n,) c, l] with probability `p` and divides the rest by 1 - p."""

    function = F.dropout1d


class Dropout2d(_Dropout):
    """Zeros channels of [n, c, h, w] with probability `p` and divides the rest by 1 - p."""

    function = F.dropout2d


class Dropout3d(_Dropout):
    """Zeros channels of [(n,) c, d, h, w] with probability `p` and divides the rest by 1 - p."""

    function = F.dropout3d


class AlphaDropout(_Dropout):
    """Dropout for SELU, which keeps mean 0 and variance 1."""

    function = F.alpha_dropout


class FeatureAlphaDropout(_Dropout):
    """`AlphaDropout` of whole channels."""

    function = F.feature_alpha_dropout
