"""How a tensor [n, c, *spatial] lies in memory in blocks of channels.

`Blocked` is NCHWc: [n, c / lanes, before + spatial + after, lanes], one vector of channels after
the other, with a border around the spatial axes that convolutions read as their padding.
(E. Georganas et al., "Anatomy of High-Performance Deep Learning Convolutions on SIMD
Architectures", 2018.)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from hodu.kernel.algebra import is_number
from hodu.kernel.expr import Expr, Ramp
from hodu.lower.index import ZERO, Index
from hodu.lower.point import CannotVectorizeError
from hodu.plan.target import Target

_LEAST_LANES = 4  # of a vector in every set of vector instructions, and of a word of bytes


def lanes_of(target: Target, channels: int) -> int:
    """How many of some channels are a block: a vector of 32 bits each, or a shorter one with all.

    Half a vector takes half the memory, and some processors do twice as many of them in a cycle.
    """
    whole = 1 << max(channels - 1, 0).bit_length()
    return min(target.lanes(32), max(_LEAST_LANES, whole))


@dataclass(frozen=True, slots=True)
class Blocked:
    """Blocks of `lanes` channels (with 1, planes), and how many times `fill` surrounds each axis.

    `fill` is what stands for zero: the zero point of quantized values.
    """

    lanes: int
    before: tuple[int, ...]
    after: tuple[int, ...]
    fill: int = 0

    def blocks(self, shape: Sequence[int]) -> int:
        """The number of blocks of channels; the last one may be filled up."""
        return -(-shape[1] // self.lanes)

    def spatial(self, shape: Sequence[int]) -> tuple[int, ...]:
        """The spatial sizes with their borders."""
        sizes = zip(self.before, shape[2:], self.after, strict=True)
        return tuple(sum(parts) for parts in sizes)

    def size(self, shape: Sequence[int]) -> int:
        """The number of elements in memory."""
        return shape[0] * self.blocks(shape) * math.prod(self.spatial(shape)) * self.lanes

    def strides(self, shape: Sequence[int]) -> tuple[int, ...]:
        """The strides of an item, of a block and of each spatial axis."""
        found, step = [], self.lanes
        for extent in reversed((self.blocks(shape), *self.spatial(shape))):
            found.append(step)
            step *= extent
        return (step, *reversed(found))

    def position(self, at: Index, shape: Sequence[int]) -> Expr:
        """The flat position of an element, or of a whole block of channels given as a Ramp.

        Raises CannotVectorizeError where the elements are not consecutive.
        """
        item, channel, *spatial = at
        lanes = max(i.lanes for i in at)
        is_row = self.lanes == 1 and spatial[-1].lanes == lanes
        if lanes > 1 and not is_row and not self._is_block(channel):
            raise CannotVectorizeError("the elements are not consecutive")
        first = channel.base if isinstance(channel, Ramp) else channel
        total: Expr = ZERO
        own, block, *steps = self.strides(shape)
        total = item * own + (first // self.lanes) * block
        for i, before, step in zip(spatial, self.before, steps, strict=True):
            place = i.base if isinstance(i, Ramp) else i
            total = total + (place + before) * step
        total = total + first % self.lanes
        return Ramp(total, lanes) if lanes > 1 else total

    def _is_block(self, channel: Expr) -> bool:
        if not isinstance(channel, Ramp) or channel.lanes != self.lanes:
            return False
        return is_number(channel.base % self.lanes, 0)

    def covers(self, other: Blocked) -> bool:
        """Whether what is laid out like this can be read as `other`, which may have less border."""
        sides = zip((*self.before, *self.after), (*other.before, *other.after), strict=True)
        same = self.lanes == other.lanes and (self.fill == other.fill or not other.has_border)
        return same and all(a >= b for a, b in sides)

    def joined(self, other: Blocked) -> Blocked:
        """The layout that has the wider of both borders, filled as its own if it has one."""
        before = tuple(map(max, self.before, other.before))
        fill = self.fill if self.has_border else other.fill
        return Blocked(self.lanes, before, tuple(map(max, self.after, other.after)), fill)

    @property
    def has_border(self) -> bool:
        """Whether anything surrounds the spatial axes."""
        return any((*self.before, *self.after))
