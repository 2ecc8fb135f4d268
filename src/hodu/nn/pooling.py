"""Pooling over windows: averages, maxima, norms and their inverse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from hodu._tensor import Tensor
from hodu.nn import functional as F
from hodu.nn.module import Module

Size = int | Sequence[int]


class _AvgPool(Module):
    function: ClassVar[Callable[..., Tensor]]

    def __init__(
        self,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding, self.ceil_mode = padding, ceil_mode
        self.count_include_pad, self.divisor_override = count_include_pad, divisor_override

    def forward(self, input: Tensor) -> Tensor:
        """The mean of every window."""
        options = (self.stride, self.padding, self.ceil_mode, self.count_include_pad)
        return type(self).function(input, self.kernel_size, *options, self.divisor_override)

    def extra_repr(self) -> str:
        """The windows."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool1d(_AvgPool):
    """The means of windows of [(n,) c, l]."""

    function = F.avg_pool1d

    def __init__(
        self,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        # PyTorch shows one axis as a tuple, and takes no divisor for it.
        sizes = (kernel_size, kernel_size if stride is None else stride, padding)
        kernel, step, pad = ((s,) if isinstance(s, int) else tuple(s) for s in sizes)
        super().__init__(kernel, step, pad, ceil_mode, count_include_pad)

    def forward(self, input: Tensor) -> Tensor:
        """The mean of every window."""
        options = (self.stride, self.padding, self.ceil_mode, self.count_include_pad)
        return F.avg_pool1d(input, self.kernel_size, *options)


class AvgPool2d(_AvgPool):
    """The means of windows of [(n,) c, h, w]."""

    function = F.avg_pool2d


class AvgPool3d(_AvgPool):
    """The means of windows of [(n,) c, d, h, w]."""

    function = F.avg_pool3d


class _MaxPool(Module):
    function: ClassVar[Callable[..., Any]]

    def __init__(
        self,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        dilation: Size = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding, self.dilation = padding, dilation
        self.return_indices, self.ceil_mode = return_indices, ceil_mode

    def forward(self, input: Tensor) -> Any:
        """The maximum of every window, with `return_indices` also where it is."""
        return type(self).function(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.dilation,
            ceil_mode=self.ceil_mode,
            return_indices=self.return_indices,
        )

    def extra_repr(self) -> str:
        """The windows."""
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
            f"dilation={self.dilation}, ceil_mode={self.ceil_mode}"
        )


class MaxPool1d(_MaxPool):
    """The maxima of windows of [(n,) c, l]."""

    function = F.max_pool1d


class MaxPool2d(_MaxPool):
    """The maxima of windows of [(n,) c, h, w]."""

    function = F.max_pool2d


class MaxPool3d(_MaxPool):
    """The maxima of windows of [(n,) c, d, h, w]."""

    function = F.max_pool3d


class _MaxUnpool(Module):
    axes: ClassVar[int]
    function: ClassVar[Callable[..., Tensor]]

    def __init__(self, kernel_size: Size, stride: Size | None = None, padding: Size = 0) -> None:
        super().__init__()
        self.kernel_size = self._per_axis(kernel_size)
        self.stride = self._per_axis(kernel_size if stride is None else stride)
        self.padding = self._per_axis(padding)

    def _per_axis(self, value: Size) -> tuple[int, ...]:
        return (value,) * self.axes if isinstance(value, int) else tuple(value)

    def forward(
        self, input: Tensor, indices: Tensor, output_size: Sequence[int] | None = None
    ) -> Tensor:
        """The values at the indices that max pooling gave, zeros elsewhere."""
        options = (self.kernel_size, self.stride, self.padding)
        return type(self).function(input, indices, *options, output_size)

    def extra_repr(self) -> str:
        """The windows."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class MaxUnpool1d(_MaxUnpool):
    """The partial inverse of MaxPool1d."""

    axes = 1
    function = F.max_unpool1d


class MaxUnpool2d(_MaxUnpool):
    """The partial inverse of MaxPool2d."""

    axes = 2
    function = F.max_unpool2d


class MaxUnpool3d(_MaxUnpool):
    """The partial inverse of MaxPool3d."""

    axes = 3
    function = F.max_unpool3d


class _LPPool(Module):
    function: ClassVar[Callable[..., Tensor]]

    def __init__(
        self,
        norm_type: float,
        kernel_size: Size,
        stride: Size | None = None,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.norm_type, self.kernel_size = norm_type, kernel_size
        self.stride, self.ceil_mode = stride, ceil_mode

    def forward(self, input: Tensor) -> Tensor:
        """The `norm_type`-norm of every window."""
        options = (self.kernel_size, self.stride, self.ceil_mode)
        return type(self).function(input, float(self.norm_type), *options)

    def extra_repr(self) -> str:
        """The windows."""
        return (
            f"norm_type={self.norm_type}, kernel_size={self.kernel_size}, stride={self.stride}, "
            f"ceil_mode={self.ceil_mode}"
        )


class LPPool1d(_LPPool):
    """The norms of windows of [(n,) c, l]."""

    function = F.lp_pool1d


class LPPool2d(_LPPool):
    """The norms of windows of [(n,) c, h, w]."""

    function = F.lp_pool2d


class LPPool3d(_LPPool):
    """The norms of windows of [(n,) c, d, h, w]."""

    function = F.lp_pool3d
