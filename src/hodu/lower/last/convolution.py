"""Convolutions of bytes: pixel after pixel, all channels of one before the next.

Nothing surrounds the input in memory: the taps outside of it are left out by the limits of loops.
What has no whole words of channels, as the first layer, is gathered pixel by pixel.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from hodu.dtypes import i8, i16, i32
from hodu.kernel.algebra import constant
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import Expr, index
from hodu.lower.blocks.rules import NotBlockedError, channels_last
from hodu.lower.gemm.operands import WORD
from hodu.lower.groups import Group
from hodu.lower.last.dots import (
    Dots,
    Input,
    bias_table,
    channels_at_once,
    pack_words,
    start_sums,
)
from hodu.lower.last.form import Bytes, bytes_form
from hodu.lower.last.layout import check_epilogue, give_last, is_last, last_of
from hodu.lower.stage import Stage
from hodu.shapes import static_shape

if TYPE_CHECKING:
    from hodu.lower.lowering import Lowering


@channels_last("integer_conv")
def lower_integer_conv(lowering: Lowering, group: Group) -> None:
    """The kernel that suits the form; a result that is no bytes is computed in other ways."""
    node, root = group.node, group.root.outputs[0]
    form = bytes_form(lowering, node)
    value = node.inputs[0]
    assert value is not None
    shape = static_shape(value.type.shape)
    if form is None or shape is None:
        raise NotBlockedError
    check_epilogue(lowering, group)
    is_whole = shape[1] % WORD == 0 and (form.form.is_depthwise or is_last(lowering, value))
    if is_whole:
        lowering.forms.use_blocked(value, last_of(shape))
    give_last(lowering, root)
    stage = Stage(lowering, node, group.epilogue)
    kind = _Depthwise if form.form.is_depthwise else _Direct if is_whole else _Gathered
    if kind is _Direct and form.is_pointwise and _is_alike(group, root.type.shape[2:]):
        kind = _Pointwise
    kind(stage, form, shape[1]).write()
    stage.finish()


def _is_alike(group: Group, whole: tuple[object, ...]) -> bool:
    """Whether all that an epilogue reads lies as its result does, or is the same for all pixels."""
    shapes = [v.type.shape[2:] for n in group.epilogue for v in n.inputs if v and v.type.rank > 2]
    return all(shape == whole or all(d == 1 for d in shape) for shape in shapes)


class _Convolution:
    """Loops over pixels and blocks of channels; what a pixel's sums are is the subclass's."""

    def __init__(self, s: Stage, form: Bytes, channels: int) -> None:
        self.s, self.k, self.bytes, self.form = s, s.k, form, form.form
        self.inner = channels
        self.out = self.form.groups * self.form.out
        self.tile = channels_at_once(self.out)
        self.bias = bias_table(s, self.form.bias, self.out)

    def write(self) -> None:
        """All output elements."""
        rows, columns = self.form.count
        with (
            self.k.loops((self.form.items, rows)) as (item, row),
            self.k.loop(columns, name="column", kept=True) as column,
        ):
            self.pixel(item, row, column)

    def pixel(self, item: Expr, row: Expr, column: Expr) -> None:
        """All channels of a pixel."""
        raise NotImplementedError

    def input(self) -> Input:
        """The whole input in memory."""
        value = self.s.node.inputs[0]
        assert value is not None
        storage = self.s.lowering.storage[value]
        return Input(self.s.param(storage.place, "in"), value.type.dtype, self.bytes.zero)

    def store(self, item: Expr, row: Expr, column: Expr, first: Expr, sums: list[Buf]) -> None:
        """Store some channels of a pixel from `first` on."""
        for channel, total in enumerate(sums):
            at = self.bytes.position(item, first + channel, row, column)
            self.s.write(at, self.k.load(total))

    def packed(self, depth: int) -> Buf:
        """Weights [.., taps, channels] in the order in which `Dots` reads them."""
        weights = np.moveaxis(self.form.weights[0], 1, -1).reshape(self.out, depth)
        return self.s.table(pack_words(weights, self.tile), "w")


class _Pointwise(_Convolution):
    """A tap of one pixel; pixels are numbered through."""

    def write(self) -> None:
        pixels = math.prod(self.form.count)
        dots = Dots(self.s, self.input(), self.packed(self.inner), self.tile)
        with (
            self.k.loop(self.form.items, name="item") as item,
            self.k.loop(pixels, name="pixel", kept=True) as pixel,
        ):
            start = self.k.let((item * pixels + pixel) * self.inner, "start")
            with self.k.loop(self.out // self.tile, name="block", kept=True) as block:
                first = block * self.tile
                sums = start_sums(self.s, self.bias, first, self.tile)
                dots.add(sums, start, first * self.inner, index(self.inner))
                self.store(item, index(0), pixel, first, sums)


class _Direct(_Convolution):
    """Taps side by side are read as one run of words."""

    def pixel(self, item: Expr, row: Expr, column: Expr) -> None:
        k, (high, wide), step = self.k, self.form.kernel, self.inner * self.tile
        rows, columns = self.bytes.windows
        dots = Dots(self.s, self.input(), self.packed(high * wide * self.inner), self.tile)
        limits = [w.taps(i) for w, i in zip((rows, columns), (row, column), strict=True)]
        (top, bottom), (left, right) = ((k.let(t.lo, "lo"), k.let(t.hi, "hi")) for t in limits)
        plane = item * self.bytes.size[0]
        with k.loop(self.out // self.tile, name="block", kept=True) as block:
            sums = start_sums(self.s, self.bias, block * self.tile, self.tile)
            with k.loop(bottom, top, name="r", kept=True) as r:
                line = (plane + rows.source(row, r)) * self.bytes.size[1]
                weights = (block * high + r) * wide
                if columns.dilation == 1:
                    start = k.let((line + columns.source(column, left)) * self.inner, "start")
                    panel = k.let((weights + left) * step, "panel")
                    dots.add(sums, start, panel, (right - left) * self.inner)
                else:
                    with k.loop(right, left, name="c") as c:
                        start = k.let((line + columns.source(column, c)) * self.inner, "start")
                        panel = k.let((weights + c) * step, "panel")
                        dots.add(sums, start, panel, index(self.inner))
            self.store(item, row, column, block * self.tile, sums)


class _Gathered(_Convolution):
    """What a pixel reads is gathered first, with the zero point for what is outside."""

    def write(self) -> None:
        depth = self.inner * math.prod(self.form.kernel)
        self.length = -(-depth // WORD) * WORD
        value = self.s.node.inputs[0]
        assert value is not None
        self.dtype = value.type.dtype
        self.patch = self.s.scratch(self.dtype, self.length, "patch")
        self.zero = constant(self.bytes.zero, self.dtype)
        for rest in range(depth, self.length):
            self.k.store(self.patch, rest, self.zero)
        weights = self.form.weights[0].reshape(self.out, depth)
        table = self.s.table(pack_words(weights, self.tile), "w")
        self.dots = Dots(
            self.s, Input(self.patch, self.dtype, self.bytes.zero), table, self.tile
        )
        super().write()

    def pixel(self, item: Expr, row: Expr, column: Expr) -> None:
        self._gather(item, row, column)
        with self.k.loop(self.out // self.tile, name="block", kept=True) as block:
            first = block * self.tile
            sums = start_sums(self.s, self.bias, first, self.tile)
            self.dots.add(sums, index(0), first * self.length, index(self.length))
            self.store(item, row, column, first, sums)

    def _gather(self, item: Expr, row: Expr, column: Expr) -> None:
        k, (high, wide) = self.k, self.form.kernel
        windows = self.bytes.windows
        (top, bottom), (left, right) = (
            (k.let(t.lo, "lo"), k.let(t.hi, "hi"))
            for t in (w.taps(i) for w, i in zip(windows, (row, column), strict=True))
        )
        is_inside = (bottom - top).eq(high) & (right - left).eq(wide)
        with k.when(~is_inside), k.loop(self.inner * high * wide, name="i") as i:
            k.store(self.patch, i, self.zero)
        with (
            k.loop(self.inner, name="c", kept=True) as c,
            k.loop(bottom, top, name="r", kept=True) as r,
            k.loop(right, left, name="q", kept=True) as q,
        ):
            source = (windows[0].source(row, r), windows[1].source(column, q))
            x = self.s.read(0, self.bytes.position(item, c, *source))
            k.store(self.patch, (c * high + r) * wide + q, x)


class _Depthwise(_Convolution):
    """Each channel alone, four at a time."""

    def pixel(self, item: Expr, row: Expr, column: Expr) -> None:
        k, (high, wide) = self.k, self.form.kernel
        rows, columns = self.bytes.windows
        x, weights = self.input(), self._packed()
        (top, bottom), (left, right) = (
            (k.let(t.lo, "lo"), k.let(t.hi, "hi"))
            for t in (rows.taps(row), columns.taps(column))
        )
        plane = item * self.bytes.size[0]
        with k.loop(self.out // WORD, name="block", kept=True) as block:
            sums = start_sums(self.s, self.bias, block * WORD, WORD)
            with (
                k.loop(bottom, top, name="r", kept=True) as r,
                k.loop(right, left, name="q", kept=True) as q,
            ):
                line = (plane + rows.source(row, r)) * self.bytes.size[1]
                at = (line + columns.source(column, q)) * self.inner + block * WORD
                w = ((block * high + r) * wide + q) * WORD
                self._add(sums, x.pairs(k, at), weights.pairs(k, w))
            self.store(item, row, column, block * WORD, sums)

    def _add(self, sums: list[Buf], x: tuple[Expr, Expr], w: tuple[Expr, Expr]) -> None:
        """The products of halves: bytes 0 and 2 are in the first pair, 1 and 3 in the other."""
        for number, total in enumerate(sums):
            pair, is_high = number % 2, number > 1
            a, b = (
                p[pair] >> 16 if is_high else p[pair].cast(i16).cast(i32) for p in (x, w)
            )
            self.k.store(total, 0, self.k.load(total) + a * b)

    def _packed(self) -> Input:
        """[channels / 4, taps, 4]."""
        taps = self.form.weights.reshape(-1, WORD, math.prod(self.form.kernel))
        table = np.ascontiguousarray(taps.swapaxes(1, 2)).reshape(-1)
        return Input(self.s.table(table, "w"), i8, 0)
