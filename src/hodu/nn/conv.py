"""Convolutions and transposed ones over one to three axes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from hodu._tensor import Tensor
from hodu.devices import Device
from hodu.dtypes import DTypeLike
from hodu.errors import ValueRangeError
from hodu.nn import functional as F
from hodu.nn import init
from hodu.nn.linear import empty_parameter
from hodu.nn.module import Module
from hodu.nn.parameter import Parameter
from hodu.ops._windows import per_axis

Size = int | Sequence[int]
PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


class ConvBase(Module):
    """What all convolutions share: options, weight and bias."""

    axes: ClassVar[int]
    transposed: ClassVar[bool] = False
    weight: Parameter
    bias: Parameter | None
    padding: tuple[int, ...] | str

    def _make(
        self,
        channels: tuple[int, int],
        kernel_size: Size,
        stride: Size,
        padding: Size | str,
        dilation: Size,
        output_padding: Size,
        groups: int,
        bias: bool,
        padding_mode: str,
        device: Device | str | None,
        dtype: DTypeLike | None,
    ) -> None:
        n = self.axes
        self.in_channels, self.out_channels = channels
        self.kernel_size = per_axis(kernel_size, n, "kernel_size")
        self.stride, self.dilation = (
            per_axis(stride, n, "stride"),
            per_axis(dilation, n, "dilation"),
        )
        self.output_padding = per_axis(output_padding, n, "output_padding", least=0)
        self.groups, self.padding_mode = groups, padding_mode
        self.padding = (
            padding if isinstance(padding, str) else per_axis(padding, n, "padding", least=0)
        )
        self._check()
        first, second = channels if self.transposed else channels[::-1]
        size = (first, second // groups, *self.kernel_size)
        self.weight = empty_parameter(*size, dtype=dtype, device=device)
        self.register_parameter(
            "bias", empty_parameter(self.out_channels, dtype=dtype) if bias else None
        )
        self.reset_parameters()

    def _check(self) -> None:
        if self.groups < 1:
            raise ValueRangeError(f"groups={self.groups}", hint="use 1 or more")
        for name in ("in_channels", "out_channels"):
            if getattr(self, name) % self.groups:
                raise ValueRangeError(
                    f"groups={self.groups} does not divide {name}={getattr(self, name)}"
                )
        modes = ("zeros",) if self.transposed else PADDING_MODES
        if self.padding_mode not in modes:
            raise ValueRangeError(
                f"padding_mode={self.padding_mode!r}", hint=f"it is one of {', '.join(modes)}"
            )
        if isinstance(self.padding, str):
            if self.padding not in ("same", "valid"):
                raise ValueRangeError(
                    f"padding={self.padding!r}", hint="as a word it is 'same' or 'valid'"
                )
            if self.padding == "same" and max(self.stride) > 1:
                raise ValueRangeError(f"padding='same' with stride={self.stride}")

    def reset_parameters(self) -> None:
        """Uniform numbers up to 1 / sqrt(fan_in)."""
        fan_in = math.prod(self.weight.shape[1:])
        bound = 1 / math.sqrt(fan_in) if fan_in else 0.0
        for parameter in self.parameters(recurse=False):
            init.uniform_(parameter, -bound, bound)

    def extra_repr(self) -> str:
        """The sizes, and the options that are not the usual."""
        none = (0,) * self.axes
        ones = (1,) * self.axes
        text = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}"
        text += f", stride={self.stride}"
        text += f", padding={self.padding}" if self.padding != none else ""
        text += f", dilation={self.dilation}" if self.dilation != ones else ""
        text += f", output_padding={self.output_padding}" if self.output_padding != none else ""
        text += f", groups={self.groups}" if self.groups != 1 else ""
        text += ", bias=False" if self.bias is None else ""
        return text + (
            f", padding_mode={self.padding_mode}" if self.padding_mode != "zeros" else ""
        )


class _Conv(ConvBase):
    """A convolution; the weight is [out, in / groups, *kernel]."""

    function: ClassVar[Callable[..., Tensor]]

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Size,
        stride: Size = 1,
        padding: Size | str = 0,
        dilation: Size = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Device | str | None = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__()
        options = (kernel_size, stride, padding, dilation, 0, groups, bias, padding_mode)
        self._make((in_channels, out_channels), *options, device, dtype)

    def _sides(self) -> list[int]:
        """The padding as `pad` takes it: a pair for each axis, the last axis first."""
        if self.padding == "valid":
            return [0] * (2 * self.axes)
        if isinstance(self.padding, str):
            total = [d * (k - 1) for k, d in zip(self.kernel_size, self.dilation, strict=True)]
            pairs = [(t // 2, t - t // 2) for t in total]
        else:
            pairs = [(p, p) for p in self.padding]
        return [side for pair in reversed(pairs) for side in pair]

    def forward(self, input: Tensor) -> Tensor:
        """[(n,) in_channels, *sizes] to [(n,) out_channels, *sizes]."""
        padding: Any = self.padding
        if self.padding_mode != "zeros":
            input, padding = F.pad(input, self._sides(), self.padding_mode), 0
        call = type(self).function
        return call(input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)


class Conv1d(_Conv):
    """The convolution of [(n,) c, l] with a weight [out, in / groups, k]."""

    axes = 1
    function = F.conv1d


class Conv2d(_Conv):
    """The convolution of [(n,) c, h, w] with a weight [out, in / groups, kh, kw]."""

    axes = 2
    function = F.conv2d


class Conv3d(_Conv):
    """The convolution of [(n,) c, d, h, w] with a weight [out, in / groups, kd, kh, kw]."""

    axes = 3
    function = F.conv3d
