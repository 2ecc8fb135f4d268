"""The axes of convolutions with run-time weights: those of transposed ones fall into phases."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Axis:
    """Some results along an axis, each a sum over taps.

    Result `offset + i * spread`, i < `count`, is the sum over t < `taps` of the weight
    `tap + t * skip` times what lies at `source + i * stride + t * step` of the input.
    """

    count: int
    taps: int
    source: int = 0
    stride: int = 1
    step: int = 1
    tap: int = 0
    skip: int = 1
    offset: int = 0
    spread: int = 1

    @property
    def reach(self) -> tuple[int, int]:
        """The first and the last position of the input that is read."""
        along, across = (self.count - 1) * self.stride, max(self.taps - 1, 0) * self.step
        return self.source + min(0, across), self.source + along + max(0, across)


def window(count: int, kernel: int, stride: int, dilation: int, before: int) -> list[Axis]:
    """The axis of a convolution, its input padded by `before`."""
    return [Axis(count, kernel, -before, stride, dilation)]


def phases(count: int, kernel: int, stride: int, dilation: int, before: int) -> list[Axis]:
    """The axis of a transposed convolution, its result cropped by `before`.

    Results whose positions differ by multiples of the stride receive the same taps.
    """
    skip = stride // math.gcd(stride, dilation)
    step = -(dilation * skip // stride)
    found = []
    for phase in range(min(stride, count)):
        taps = [t for t in range(kernel) if (phase + before - t * dilation) % stride == 0]
        tap = taps[0] if taps else 0
        source = (phase + before - tap * dilation) // stride
        results = len(range(phase, count, stride))
        found.append(Axis(results, len(taps), source, 1, step, tap, skip, phase, stride))
    return found
