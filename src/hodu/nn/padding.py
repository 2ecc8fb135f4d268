"""Padding along the last one to three axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from hodu._tensor import Tensor
from hodu.dispatch.attrs import as_ints
from hodu.errors import ShapeError, ValueRangeError
from hodu.nn import functional as F
from hodu.nn.module import Module
from hodu.shapes import format_shape

Sides = int | Sequence[int]


class _Pad(Module):
    """Pads of one number, or a pair for each axis, the last axis first."""

    axes: ClassVar[int]
    mode: ClassVar[str]
    value: Any = 0.0

    def __init__(self, padding: Sides) -> None:
        super().__init__()
        sides = as_ints(padding, "padding")
        self.padding = sides * 2 * self.axes if isinstance(padding, int) else sides
        if len(self.padding) != 2 * self.axes:
            raise ValueRangeError(
                f"{type(self).__name__} of padding={self.padding}",
                hint=f"give one number, or {2 * self.axes}",
            )

    def forward(self, input: Tensor) -> Tensor:
        """[(n,) c, *sizes] to [(n,) c, *larger sizes]."""
        if input.ndim not in (self.axes + 1, self.axes + 2):
            raise ShapeError(
                f"{type(self).__name__} of {format_shape(input.shape)}",
                hint=f"it takes {self.axes + 1} or {self.axes + 2} dimensions",
            )
        return F.pad(input, self.padding, self.mode, self.value)

    def extra_repr(self) -> str:
        """The pads."""
        return f"{self.padding}"


class _ConstantPad(_Pad):
    mode = "constant"

    def __init__(self, padding: Sides, value: float) -> None:
        super().__init__(padding)
        self.value = value

    def forward(self, input: Tensor) -> Tensor:
        """[..., *sizes] to [..., *larger sizes]."""
        return F.pad(input, self.padding, self.mode, self.value)

    def extra_repr(self) -> str:
        """The pads and the value."""
        return f"padding={self.padding}, value={self.value}"


class _ZeroPad(_ConstantPad):
    def __init__(self, padding: Sides) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        """The pads."""
        return f"{self.padding}"


class _ReflectionPad(_Pad):
    mode = "reflect"


class _ReplicationPad(_Pad):
    mode = "replicate"


class _CircularPad(_Pad):
    mode = "circular"


class ConstantPad1d(_ConstantPad):
    """The last axis padded with one value."""

    axes = 1


class ConstantPad2d(_ConstantPad):
    """The last two axes padded with one value."""

    axes = 2


class ConstantPad3d(_ConstantPad):
    """The last three axes padded with one value."""

    axes = 3


class ZeroPad1d(_ZeroPad):
    """The last axis padded with zeros."""

    axes = 1


class ZeroPad2d(_ZeroPad):
    """The last two axes padded with zeros."""

    axes = 2


class ZeroPad3d(_ZeroPad):
    """The last three axes padded with zeros."""

    axes = 3


class ReflectionPad1d(_ReflectionPad):
    """The last axis padded with the input mirrored about its edge elements."""

    axes = 1


class ReflectionPad2d(_ReflectionPad):
    """The last two axes padded with the input mirrored about its edge elements."""

    axes = 2


class ReflectionPad3d(_ReflectionPad):
    """The last three axes padded with the input mirrored about its edge elements."""

    axes = 3


class ReplicationPad1d(_ReplicationPad):
    """The last axis padded with the edge elements."""

    axes = 1


class ReplicationPad2d(_ReplicationPad):
    """The last two axes padded with the edge elements."""

    axes = 2


class ReplicationPad3d(_ReplicationPad):
    """The last three axes padded with the edge elements."""

    axes = 3


class CircularPad1d(_CircularPad):
    """The last axis padded with the other end of the input."""

    axes = 1


class CircularPad2d(_CircularPad):
    """The last two axes padded with the other end of the input."""

    axes = 2


class CircularPad3d(_CircularPad):
    """The last three axes padded with the other end of the input."""

    axes = 3
