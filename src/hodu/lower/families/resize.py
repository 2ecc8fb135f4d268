"""Resizing by interpolation, one axis after another.

Where an axis looks, and with what weights, depends on sizes alone and is worked out beforehand, by
the functions that eager code uses.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from hodu.dtypes import f64
from hodu.kernel import algebra
from hodu.kernel.algebra import broadcast, constant
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import INDEX, Expr
from hodu.kernel.narrow import computed
from hodu.lower.index import product
from hodu.lower.limits import beyond_limit
from hodu.lower.moving.moves import kind_for
from hodu.lower.moving.resized import Line, resized_axes, saturation
from hodu.lower.program import Place
from hodu.lower.rules import kernel
from hodu.lower.stage import Stage
from hodu.shapes import numel, static_shape

_MOST_UNROLLED = 16


@kernel("resize", views=False)
def resize(s: Stage) -> None:
    """`axes` resized; a kernel for each axis that changes."""
    shape, size = static_shape(s.type().shape), static_shape(s.attrs["size"])
    if shape is None or size is None:
        raise beyond_limit(s.node, f"{s.type().shape} to {s.attrs['size']}")
    lines = resized_axes(s.attrs, shape, size)
    if s.attrs["mode"] == "nearest":
        _nearest(s, lines)
    else:
        _interpolate(s, lines, list(shape))
    if s.attrs["coordinates"] == "tf_crop_and_resize":
        _extrapolate(s, lines)


def _result(s: Stage) -> Place:
    return s.lowering.storage[s.node.outputs[0]].place


def _given(s: Stage) -> Place:
    value = s.node.inputs[0]
    assert value is not None
    return s.lowering.storage[value].place


def _nearest(s: Stage, lines: Sequence[Line]) -> None:
    tables = {x.axis: s.table(x.positions, "nearest") for x in lines}
    extents = s.out_extents()
    with s.k.loops(extents, kind=kind_for(numel(s.out_type().shape))) as at:
        source = tuple(
            s.k.let(s.k.load(tables[axis], i).cast(INDEX), "picked") if axis in tables else i
            for axis, i in enumerate(at)
        )
        s.write(at, s.read(0, source))


def _interpolate(s: Stage, lines: Sequence[Line], shape: list[int]) -> None:
    wide = f64 if s.type().dtype.is_integer else computed(s.type().dtype)
    changed = [line for line in lines if line.weights is not None]
    if not changed:
        given, count = s.param(_given(s), "in"), product(s.in_extents())
        s.k.copy(s.param(_result(s), "out"), 0, given, 0, count)
    place = _given(s)
    for number, line in enumerate(changed):
        is_last = number == len(changed) - 1
        given, before = s.param(place, "in", "given"), list(shape)
        shape[line.axis] = len(line.positions)
        place = _result(s)
        if not is_last:
            place = Place(s.lowering.new_slot("resized", wide, math.prod(shape), "arena"))
        _Pass(s, line, before, given, s.param(place, "out", "resized")).write()
        if not is_last:
            s.split("resize")


class _Pass:
    """One axis of `shape` resized: sums of rows of what is given, times weights."""

    def __init__(self, s: Stage, line: Line, shape: Sequence[int], given: Buf, result: Buf) -> None:
        self.k, self.line, self.given, self.result = s.k, line, given, result
        self.outer, self.size = math.prod(shape[: line.axis]), shape[line.axis]
        self.inner = math.prod(shape[line.axis + 1 :])
        self.is_integer = s.type().dtype.is_integer
        self.wide = f64 if self.is_integer else computed(s.type().dtype)
        same = given.dtype is result.dtype is self.wide
        self.lanes = s.target.lanes(self.wide.bits) if same else 1
        weights = line.weights
        assert weights is not None
        self.taps = [t for t in range(weights.shape[1]) if weights[:, t].any()]
        self.positions = s.table(line.positions[:, self.taps], "positions")
        self.weights = s.table(weights[:, self.taps].astype(self.wide.numpy), "weights")

    def write(self) -> None:
        """The loops of the pass."""
        out = len(self.line.positions)
        whole = self.inner // self.lanes * self.lanes
        parallel = kind_for(self.outer * out * self.inner)
        with self.k.loops((self.outer, out), kind=parallel) as (o, j):
            to = (o * out + j) * self.inner
            for lanes, lo, hi in ((self.lanes, 0, whole), (1, whole, self.inner)):
                with self.k.loop(hi, lo, step=lanes) as i:
                    total = self._sum(o * self.size, j, i, lanes)
                    self.k.store(self.result, to + i, self._converted(total))

    def _term(self, first: Expr, at: Expr, i: Expr, lanes: int) -> Expr:
        row = first + self.k.load(self.positions, at).cast(INDEX)
        value = self.k.load(self.given, row * self.inner + i, lanes)
        return value.cast(self.wide) * broadcast(self.k.load(self.weights, at), lanes)

    def _sum(self, first: Expr, j: Expr, i: Expr, lanes: int) -> Expr:
        count = len(self.taps)
        if count == 0:
            return constant(0, self.wide, lanes)
        if count <= _MOST_UNROLLED:
            total = self._term(first, j * count, i, lanes)
            for t in range(1, count):
                total = total + self._term(first, j * count + t, i, lanes)
            return total
        sums = self.k.local("sum", self.wide, 1, lanes, 0.0)
        with self.k.loop(count) as tap:
            term = self._term(first, j * count + tap, i, lanes)
            self.k.store(sums, 0, self.k.load(sums) + term)
        return self.k.load(sums)

    def _converted(self, total: Expr) -> Expr:
        """The sum in the dtype of the result; integers are rounded half up and saturate."""
        dtype = self.result.dtype
        if not dtype.is_integer:
            return total
        low, high = saturation(dtype)
        return algebra.unary("floor", total + 0.5).max(low).min(high).cast(dtype)


def _extrapolate(s: Stage, lines: Sequence[Line]) -> None:
    """Overwrite what a crop that reaches outside of the input does not give."""
    s.split("extrapolate")
    extents, value = s.out_extents(), s.attrs["extrapolation"]
    result = s.param(_result(s), "inout", "resized")
    for line in lines:
        if not line.outside.any():
            continue
        flags = s.table(line.outside.astype("uint8"), "outside")
        inner = product(extents[line.axis + 1 :])
        with (
            s.k.loops((product(extents[: line.axis]), extents[line.axis])) as (o, j),
            s.k.when(s.k.load(flags, j).ne(0)),
            s.k.loop(inner) as i,
        ):
            at = (o * extents[line.axis] + j) * inner + i
            s.k.store(result, at, constant(value, computed(result.dtype)))
