"""Pooling to a given size: adaptive, global and fractional."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from hodu._tensor import Tensor
from hodu.errors import ArgumentError
from hodu.nn import functional as F
from hodu.nn.module import Module

OutputSize = int | None | Sequence[int | None]
Size = int | Sequence[int]


class _AdaptiveAvgPool(Module):
    function: ClassVar[Callable[..., Tensor]]

    def __init__(self, output_size: OutputSize) -> None:
        super().__init__()
        self.output_size = output_size

    def forward(self, input: Tensor) -> Tensor:
        """The means of as many windows as `output_size` says; None keeps a size."""
        return type(self).function(input, self.output_size)

    def extra_repr(self) -> str:
        """The size."""
        return f"output_size={self.output_size}"


class AdaptiveAvgPool1d(_AdaptiveAvgPool):
    """The means of [(n,) c, l] over windows that divide it evenly."""

    function = F.adaptive_avg_pool1d


class AdaptiveAvgPool2d(_AdaptiveAvgPool):
    """The means of [(n,) c, h, w] over windows that divide it evenly."""

    function = F.adaptive_avg_pool2d


class AdaptiveAvgPool3d(_AdaptiveAvgPool):
    """The means of [(n,) c, d, h, w] over windows that divide it evenly."""

    function = F.adaptive_avg_pool3d


class _AdaptiveMaxPool(Module):
    function: ClassVar[Callable[..., Any]]

    def __init__(self, output_size: OutputSize, return_indices: bool = False) -> None:
        super().__init__()
        self.output_size, self.return_indices = output_size, return_indices

    def forward(self, input: Tensor) -> Any:
        """The maxima of as many windows as `output_size` says, maybe with their places."""
        return type(self).function(input, self.output_size, self.return_indices)

    def extra_repr(self) -> str:
        """The size."""
        return f"output_size={self.output_size}"


class AdaptiveMaxPool1d(_AdaptiveMaxPool):
    """The maxima of [(n,) c, l] over windows that divide it evenly."""

    function = F.adaptive_max_pool1d


class AdaptiveMaxPool2d(_AdaptiveMaxPool):
    """The maxima of [(n,) c, h, w] over windows that divide it evenly."""

    function = F.adaptive_max_pool2d


class AdaptiveMaxPool3d(_AdaptiveMaxPool):
    """The maxima of [(n,) c, d, h, w] over windows that divide it evenly."""

    function = F.adaptive_max_pool3d


class GlobalAvgPool1d(AdaptiveAvgPool1d):
    """The mean of each channel of [(n,) c, l], with size 1 in its place."""

    def __init__(self) -> None:
        super().__init__(1)


class GlobalAvgPool2d(AdaptiveAvgPool2d):
    """The mean of each channel of [(n,) c, h, w], with sizes 1 in its place."""

    def __init__(self) -> None:
        super().__init__(1)


class GlobalAvgPool3d(AdaptiveAvgPool3d):
    """The mean of each channel of [(n,) c, d, h, w], with sizes 1 in its place."""

    def __init__(self) -> None:
        super().__init__(1)


class GlobalMaxPool1d(AdaptiveMaxPool1d):
    """The maximum of each channel of [(n,) c, l], with size 1 in its place."""

    def __init__(self) -> None:
        super().__init__(1)


class GlobalMaxPool2d(AdaptiveMaxPool2d):
    """The maximum of each channel of [(n,) c, h, w], with sizes 1 in its place."""

    def __init__(self) -> None:
        super().__init__(1)


class GlobalMaxPool3d(AdaptiveMaxPool3d):
    """The maximum of each channel of [(n,) c, d, h, w], with sizes 1 in its place."""

    def __init__(self) -> None:
        super().__init__(1)


class _FractionalMaxPool(Module):
    axes: ClassVar[int]
    function: ClassVar[Callable[..., Any]]

    def __init__(
        self,
        kernel_size: Size,
        output_size: Size | None = None,
        output_ratio: float | Sequence[float] | None = None,
        return_indices: bool = False,
        _random_samples: Tensor | None = None,
    ) -> None:
        super().__init__()
        if (output_size is None) == (output_ratio is None):
            raise ArgumentError(
                f"{type(self).__name__} with output_size={output_size} and "
                f"output_ratio={output_ratio}",
                hint="give one of them",
            )
        self.kernel_size, self.return_indices = self._per_axis(kernel_size), return_indices
        self.output_size = None if output_size is None else self._per_axis(output_size)
        self.output_ratio = None if output_ratio is None else self._per_axis(output_ratio)
        self.register_buffer("_random_samples", _random_samples)

    def _per_axis(self, value: Any) -> Any:
        return (value,) * self.axes if isinstance(value, (int, float)) else tuple(value)

    def forward(self, input: Tensor) -> Any:
        """The maxima of windows at random steps, maybe with their places."""
        options = (self.output_size, self.output_ratio, self.return_indices)
        return type(self).function(input, self.kernel_size, *options, self._random_samples)


class FractionalMaxPool2d(_FractionalMaxPool):
    """The maxima of windows of [(n,) c, h, w] at random steps."""

    axes = 2
    function = F.fractional_max_pool2d


class FractionalMaxPool3d(_FractionalMaxPool):
    """The maxima of windows of [(n,) c, d, h, w] at random steps."""

    axes = 3
    function = F.fractional_max_pool3d
