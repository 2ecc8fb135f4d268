"""Convolution and its adjoint."""

from __future__ import annotations

from collections.abc import Callable

from hodu.lower.conv.general import AnyWindow, convolve
from hodu.lower.conv.windows import TransposedWindow, Window
from hodu.lower.rules import kernel
from hodu.lower.stage import Stage


@kernel("conv", views=False, epilogue=True)
def conv(s: Stage) -> None:
    """Sums over windows of the input."""
    convolve(s, _windows(s, Window))


@kernel("conv_transpose", views=False, epilogue=True)
def conv_transpose(s: Stage) -> None:
    """Each output element gathers what the input elements add to it."""
    convolve(s, _windows(s, TransposedWindow), transposed=True)


def _windows(s: Stage, kind: Callable[..., AnyWindow]) -> tuple[AnyWindow, ...]:
    kernel = [k.__index__() for k in s.type(1).shape[2:]]
    a = s.attrs
    before = a["padding"][: len(kernel)]
    axes = zip(s.in_extents(0)[2:], kernel, a["stride"], a["dilation"], before, strict=True)
    return tuple(kind(*axis) for axis in axes)
