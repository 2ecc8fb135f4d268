"""Which input elements an output element of a convolution reads along one spatial axis.

The taps that lie inside of the input are the limits of a loop, so that no element is tested.
"""

from __future__ import annotations

from dataclasses import dataclass

from hodu.kernel.expr import Expr, index
from hodu.lower.index import ZERO


@dataclass(frozen=True, slots=True)
class Taps:
    """Taps `lo`, `lo + step`, ... below `hi`."""

    lo: Expr
    hi: Expr
    step: int = 1


@dataclass(frozen=True, slots=True)
class Window:
    """An axis of a convolution: input `size`, kernel, stride, dilation, zeros before the input.

    Output elements are counted from `first` on.
    """

    size: Expr
    kernel: int
    stride: int
    dilation: int
    before: int
    first: Expr = ZERO

    def taps(self, at: Expr) -> Taps:
        """The taps that an output element reads."""
        origin = (at + self.first) * self.stride - self.before
        reach = self.dilation - 1
        lo = (index(reach) - origin).max(0) // self.dilation
        hi = (self.size + reach - origin).max(0) // self.dilation
        return Taps(lo, hi.min(self.kernel))

    def source(self, at: Expr, tap: Expr) -> Expr:
        """The input position that a tap reads."""
        return (at + self.first) * self.stride + tap * self.dilation - self.before

    def is_exact(self, at: Expr, tap: Expr) -> Expr | None:
        """A condition under which the tap reads at all; None where that is sure."""
        return None

    def inside(self, count: Expr) -> tuple[Expr, Expr]:
        """The output elements, from and below, all of whose taps are inside (stride 1)."""
        last = self.size + self.before - (self.kernel - 1) * self.dilation
        return _range(index(self.before), last, count)


@dataclass(frozen=True, slots=True)
class TransposedWindow:
    """The same axis of the adjoint; `before` counts the outputs that are cropped."""

    size: Expr
    kernel: int
    stride: int
    dilation: int
    before: int

    def _shifted(self, at: Expr) -> Expr:
        """The output position before cropping, moved by whole strides so that it is never
        negative."""
        return at + (self.before + self._moved * self.stride)

    @property
    def _moved(self) -> int:
        return max(0, -(self.before // self.stride))

    def taps(self, at: Expr) -> Taps:
        """The taps that an output element receives."""
        whole, rest = self._shifted(at) // self.stride, self._shifted(at) % self.stride
        if self.dilation == 1:  # taps `rest`, `rest + stride`, ... read whole, whole - 1, ...
            first = (whole - self._moved - (self.size - 1)).max(0)
            lo = rest + first * self.stride
            hi = ((whole - self._moved + 1).max(0) * self.stride).min(self.kernel)
            return Taps(lo, hi, self.stride)
        end = self._shifted(at) - self._moved * self.stride
        least = end - (self.size - 1) * self.stride + (self.dilation - 1)
        lo = least.max(0) // self.dilation
        hi = (end + self.dilation).max(0) // self.dilation
        return Taps(lo, hi.min(self.kernel))

    def source(self, at: Expr, tap: Expr) -> Expr:
        """The input position that a tap reads."""
        if self.stride == 1:
            return at + self.before - tap * self.dilation
        reach = self._far
        return (self._shifted(at) + reach * self.stride - tap * self.dilation) // self.stride - (
            self._moved + reach
        )

    @property
    def _far(self) -> int:
        """Strides to add so that no tap is left of the origin."""
        return -(-(self.kernel - 1) * self.dilation // self.stride)

    def is_exact(self, at: Expr, tap: Expr) -> Expr | None:
        """The tap reads only where a stride ends at it; None where that is sure."""
        if self.stride == 1 or self.dilation == 1:
            return None
        moved = self._shifted(at) + self._far * self.stride - tap * self.dilation
        return (moved % self.stride).eq(0)

    def inside(self, count: Expr) -> tuple[Expr, Expr]:
        """The output elements, from and below, all of whose taps are inside (stride 1)."""
        first = index((self.kernel - 1) * self.dilation - self.before)
        return _range(first, self.size - self.before, count)


def _range(first: Expr, last: Expr, count: Expr) -> tuple[Expr, Expr]:
    lo = first.max(0).min(count)
    return lo, last.min(count).max(lo)
