"""The direct convolution of bytes: four channels at once, summed in i32.

Zero points cost nothing in the loops: the border is filled with that of the input, and what all
weights of a channel make of it is in the bias. (B. Jacob et al., "Quantization and Training of
Neural Networks for Efficient Integer-Arithmetic-Only Inference", 2018, section 2.3.)
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hodu.dtypes import i32
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import Expr
from hodu.kernel.intrinsics import dot4
from hodu.lower.conv.direct import Depthwise, Direct, Tile
from hodu.lower.conv.form import Form, Packing, pack_weights
from hodu.lower.gemm.operands import WORD
from hodu.lower.gemm.tile import turned
from hodu.ops._table import Array


@dataclass(frozen=True, slots=True)
class Quantized:
    """A form of bytes; `zero` is the zero point of its input.

    Where it is `turned` the input is i8 and the target multiplies u8: then 128 is added to both.
    """

    form: Form
    zero: int
    turned: bool

    def with_zero(self) -> Form:
        """The form whose bias has what the weights make of the zero point, of whole words."""
        form = self.form
        zero = self.zero + (128 if self.turned else 0)
        sums = form.weights.astype(np.int64).sum(axis=(2, 3, 4)).reshape(-1)
        bias = -zero * sums + (0 if form.bias is None else form.bias.astype(np.int64))
        missing = 0 if form.is_depthwise else -form.inner % WORD
        weights = np.pad(form.weights, [(0, 0), (0, 0), (0, missing), (0, 0), (0, 0)])
        return replace(form, weights=weights.astype(np.int8), bias=bias.astype(np.int32))


class IntegerDirect(Direct):
    """The kernel where sums are over input channels."""

    dtype = i32
    word = WORD

    def pack(self) -> Array:
        """Weights with the four of a word side by side."""
        return pack_words(self.form, self.packing)

    def spread(self, at: Expr) -> Expr:
        """Four channels of a pixel."""
        return self.s.k.load(self.x, at, WORD)

    def add(self, x: Expr, w: Expr, total: Expr) -> Expr:
        """The sum with four products."""
        return dot4(x, w, total)


class TurnedDirect(IntegerDirect):
    """The same for an input in i8, to which 128 is added."""

    def spread(self, at: Expr) -> Expr:
        """Four channels of a pixel, as u8."""
        return turned(super().spread(at))


class IntegerDepthwise(Depthwise):
    """The kernel where every channel is convolved alone."""

    dtype = i32

    def _tap(self, tile: Tile, sums: Buf, at: Expr, weights: Expr) -> None:
        k = self.s.k
        w = k.let(self._vector(self.weights, weights).cast(i32), "w")
        for p, pixel in enumerate(tile.pixels()):
            x = self._vector(self.x, at + self.pixel(pixel)).cast(i32)
            k.store(sums, p, k.load(sums, p) + x * w)


def pack_words(form: Form, packing: Packing) -> Array:
    """[.., width / 4, span, 4] in place of [.., width, span]."""
    flat = pack_weights(form, packing).reshape(-1, WORD, packing.span)
    return np.ascontiguousarray(flat.swapaxes(1, 2)).reshape(-1)
