"""Transposed convolutions over one to three axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from hodu._tensor import Tensor
from hodu.devices import Device
from hodu.dims import Dim
from hodu.dtypes import DTypeLike
from hodu.errors import ShapeError
from hodu.nn import functional as F
from hodu.nn.conv import ConvBase, Size
from hodu.shapes import format_shape


class _ConvTranspose(ConvBase):
    """A transposed convolution; the weight is [in, out / groups, *kernel]."""

    transposed = True
    function: ClassVar[Callable[..., Tensor]]

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Size,
        stride: Size = 1,
        padding: Size = 0,
        output_padding: Size = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Size = 1,
        padding_mode: str = "zeros",
        device: Device | str | None = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__()
        options = (kernel_size, stride, padding, dilation, output_padding, groups, bias)
        self._make((in_channels, out_channels), *options, padding_mode, device, dtype)

    def forward(self, input: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        """[(n,) in_channels, *sizes] to [(n,) out_channels, *sizes], of `output_size` if given."""
        extra = self.output_padding if output_size is None else self._extra(input, output_size)
        options = (self.stride, self.padding, extra, self.groups, self.dilation)
        return type(self).function(input, self.weight, self.bias, *options)

    def _extra(self, input: Tensor, output_size: Sequence[int]) -> tuple[int, ...]:
        """The output padding that gives this size, whose leading sizes may be left out."""
        n, wanted = self.axes, tuple(output_size)[-self.axes :]
        least = [self._least(axis, size) for axis, size in enumerate(input.shape[-n:])]
        extra = tuple(w - int(size) for w, size in zip(wanted, least, strict=False))
        if len(extra) != n or any(not 0 <= e < s for e, s in zip(extra, self.stride, strict=True)):
            most = [int(size) + s - 1 for size, s in zip(least, self.stride, strict=True)]
            raise ShapeError(
                f"output_size={tuple(output_size)} of an input {format_shape(input.shape)}",
                hint=f"the sizes lie between {least} and {most}",
            )
        return extra

    def _least(self, axis: int, size: Dim) -> Dim:
        assert not isinstance(self.padding, str)
        reach = self.dilation[axis] * (self.kernel_size[axis] - 1) + 1
        return (size - 1) * self.stride[axis] - 2 * self.padding[axis] + reach


class ConvTranspose1d(_ConvTranspose):
    """The transposed convolution of [(n,) c, l] with a weight [in, out / groups, k]."""

    axes = 1
    function = F.conv_transpose1d


class ConvTranspose2d(_ConvTranspose):
    """The transposed convolution of [(n,) c, h, w] with a weight [in, out / groups, kh, kw]."""

    axes = 2
    function = F.conv_transpose2d


class ConvTranspose3d(_ConvTranspose):
    """The transposed convolution of [(n,) c, d, h, w] with a weight [in, out / groups, ...]."""

    axes = 3
    function = F.conv_transpose3d
