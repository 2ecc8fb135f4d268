"""A convolution on blocked channels as sizes: which pixels it reads, where it stores."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from hodu.dtypes import DType, f32
from hodu.lower.blocks.layout import Blocked
from hodu.ops._table import Array
from hodu.plan.target import Target
from hodu.snapshot.ir import Node

Pair = tuple[int, int]
_CANDIDATES = 5  # tilings that are worth measuring


@dataclass(frozen=True, slots=True)
class Form:
    """A convolution over two spatial axes (of size 1 where the op has fewer).

    The output pixel (r, c) of `count` pixels reads the input at (r, c) * stride + origin and
    `kernel` taps from there on, `dilation` apart, and is stored at (r, c) * spread + offset.
    `weights` are [groups, out, inner, *kernel].
    """

    items: int
    count: Pair
    stride: Pair
    origin: Pair
    dilation: Pair
    weights: Array
    bias: Array | None
    spread: Pair = (1, 1)
    offset: Pair = (0, 0)

    @property
    def groups(self) -> int:
        """The number of groups of channels."""
        return int(self.weights.shape[0])

    @property
    def out(self) -> int:
        """Output channels of a group."""
        return int(self.weights.shape[1])

    @property
    def inner(self) -> int:
        """Input channels of a group."""
        return int(self.weights.shape[2])

    @property
    def kernel(self) -> Pair:
        """The number of taps of each axis."""
        return int(self.weights.shape[3]), int(self.weights.shape[4])

    @property
    def is_depthwise(self) -> bool:
        """Whether every channel is a group."""
        return self.groups > 1 and self.out == self.inner == 1

    def describe(self) -> str:
        """All sizes, for questions about speed."""
        return (
            f"{self.items} x {self.count} of {self.weights.shape}, stride {self.stride}, "
            f"dilation {self.dilation}, spread {self.spread}"
        )

    def border(self, size: Pair) -> tuple[Pair, Pair]:
        """The zeros that must surround an input of a size."""
        before = (max(0, -self.origin[0]), max(0, -self.origin[1]))
        axes = zip(self.count, self.stride, self.origin, self.kernel, self.dilation, size,
                   strict=True)  # fmt: skip
        after = [max(0, (n - 1) * s + o + (k - 1) * d - (w - 1)) for n, s, o, k, d, w in axes]
        return before, (after[0], after[1])


def conv_form(node: Node, weights: Array, bias: Array | None) -> Form:
    """The form of a `conv` node with constant weights."""
    groups = node.attrs["groups"]
    spatial = weights.ndim - 2
    shaped = weights.reshape(groups, weights.shape[0] // groups, *weights.shape[1:])
    padding = node.attrs["padding"][:spatial]
    return Form(
        _size(node.outputs[0].type.shape[0]),
        _pair([_size(d) for d in node.outputs[0].type.shape[2:]], 1),
        _pair(node.attrs["stride"], 1),
        _pair([-p for p in padding], 0),
        _pair(node.attrs["dilation"], 1),
        _planar(shaped),
        bias,
    )


def phase_forms(node: Node, weights: Array, bias: Array | None) -> Iterator[Form]:
    """The convolutions of stride 1 that compute a `conv_transpose` node of dilation 1.

    Outputs whose positions leave the same rest modulo the stride read the same taps, in reverse.
    """
    groups = node.attrs["groups"]
    grouped = weights.reshape(groups, weights.shape[0] // groups, *weights.shape[1:])
    w = _planar(np.moveaxis(grouped, 2, 1))
    stride, padding = _pair(node.attrs["stride"], 1), _pair(node.attrs["padding"][: w.ndim - 3], 0)
    if weights.ndim == 3:
        padding = (0, node.attrs["padding"][0])
    sizes = _pair([_size(d) for d in node.outputs[0].type.shape[2:]], 1)
    whole = Form(_size(node.outputs[0].type.shape[0]), sizes, (1, 1), (0, 0), (1, 1), w, bias)
    for row in range(min(stride[0], sizes[0])):
        for column in range(min(stride[1], sizes[1])):
            yield _phase(whole, stride, padding, (row, column))


def _phase(whole: Form, stride: Pair, padding: Pair, offset: Pair) -> Form:
    """The outputs at `offset` and every `stride` from there on."""
    rest = [(o + p) % s for o, p, s in zip(offset, padding, stride, strict=True)]
    first = [(o + p) // s for o, p, s in zip(offset, padding, stride, strict=True)]
    taps = whole.weights[..., rest[0] :: stride[0], rest[1] :: stride[1]][..., ::-1, ::-1]
    count = [-(-(n - o) // s) for n, o, s in zip(whole.count, offset, stride, strict=True)]
    origin = [f - (k - 1) for f, k in zip(first, taps.shape[3:], strict=True)]
    return replace(
        whole,
        count=(count[0], count[1]),
        origin=(origin[0], origin[1]),
        weights=taps,
        spread=stride,
        offset=offset,
    )


def _planar(weights: Array) -> Array:
    """[g, o, i, *kernel] with two axes in the kernel."""
    missing = (1,) * (5 - weights.ndim)
    return weights.reshape(*weights.shape[:3], *missing, *weights.shape[3:])


def _pair(values: object, fill: int) -> Pair:
    given = [int(v) for v in values]  # type: ignore[attr-defined]
    whole = (*(fill,) * (2 - len(given)), *given)
    return whole[0], whole[1]


def _size(dim: object) -> int:
    return dim.__index__()  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Tiling:
    """`vectors` of output channels by `rows` x `columns` pixels are summed in registers."""

    vectors: int
    rows: int
    columns: tuple[tuple[int, int, int], ...]  # first column, number of tiles, columns of a tile
    turned: bool = False  # threads go through panels and rows in the order that seems the slower


@dataclass(frozen=True, slots=True)
class Packing:
    """Weights as [groups, out / span, inner / width, *kernel, width, span].

    The last block of inner channels has only as many as there are.
    """

    width: int
    span: int

    def suits(self, lanes: int, vectors: int) -> bool:
        """Whether a tile of so many vectors of channels is of whole spans, or a part of one."""
        return vectors * lanes % self.span == 0 or self.span % (vectors * lanes) == 0


def shared_packing(form: Form, target: Target, width: int) -> Packing | None:
    """The packing for an input in blocks of `width` channels that several targets share."""
    lanes = target.packed_lanes(32, target.packed_bits)
    if lanes is None or form.is_depthwise or (form.groups > 1 and form.out % lanes):
        return None
    return Packing(1 if width == 1 else lanes, lanes)


def tilings(
    form: Form, lanes: int, target: Target, shared: Packing | None = None
) -> tuple[Tiling, ...]:
    """Tilings for a form, the one that should be the fastest first."""
    if form.is_depthwise:
        return (_tiling(form, 1, target),)
    blocks = -(-form.out // lanes)
    counts = _vectors(blocks, math.prod(form.count), lanes, shared)
    found = [_tiling(form, vectors, target) for vectors in counts]
    if blocks > counts[0] and form.count[0] > 1:
        found.insert(1, replace(found[0], turned=True))
    return tuple(found[:_CANDIDATES])


def _tiling(form: Form, vectors: int, target: Target) -> Tiling:
    """As many sums as there are registers, in tiles of nearly equal sizes."""
    most = min(14, target.most_rows(vectors))
    tiles = -(-form.count[1] // most)
    width, wider = divmod(form.count[1], tiles)
    sections = []
    if wider:
        sections.append((0, wider, width + 1))
    if tiles > wider:
        sections.append((wider * (width + 1), tiles - wider, width))
    rows = min(form.count[0], max(1, most // form.count[1]))
    rows = -(-form.count[0] // -(-form.count[0] // rows))
    return Tiling(vectors, rows, tuple(sections))


def _vectors(blocks: int, pixels: int, lanes: int, shared: Packing | None) -> list[int]:
    """How many vectors of channels a tile may have, what should be the fastest first."""
    wanted = (2, 3, 5, 1) if pixels > 2 else (8, 6, 5, 4, 3, 2, 1)
    if shared is not None and lanes < 8:
        wanted = (4, *wanted)
    fitting = (n for n in (*wanted, 4, 6) if shared is None or shared.suits(lanes, n))
    return list(dict.fromkeys(n for n in fitting if blocks % n == 0))


def pack_weights(form: Form, packing: Packing) -> Array:
    """The weights of a form, filled up with zeros to whole spans of output channels."""
    width, span = packing.width, packing.span
    panels = -(-form.out // span)
    w = np.pad(form.weights, [(0, 0), (0, panels * span - form.out), (0, 0), (0, 0), (0, 0)])
    w = w.reshape(form.groups, panels, span, form.inner, *form.kernel)
    w = w.transpose(0, 1, 4, 5, 3, 2).reshape(form.groups * panels, *form.kernel, form.inner, span)
    full = form.inner // width
    head = w[:, :, :, : full * width].reshape(*w.shape[:3], full, width, span)
    head = head.transpose(0, 3, 1, 2, 4, 5).reshape(len(w), -1)
    tail = w[:, :, :, full * width :].reshape(len(w), -1)
    return np.ascontiguousarray(np.concatenate([head, tail], axis=1))


def pack_bias(form: Form, lanes: int, dtype: DType = f32) -> Array:
    """The bias of every group, filled up to whole vectors; zeros where there is none."""
    channels = form.groups * form.out
    data = np.zeros(-(-channels // lanes) * lanes, dtype.numpy)
    if form.bias is not None:
        data[:channels] = form.bias
    return data


def input_layout(form: Form, lanes: int, size: Pair, rank: int) -> Blocked:
    """The layout in which a convolution reads an input of a spatial size."""
    before, after = form.border(size)
    return Blocked(lanes, before[2 - rank :], after[2 - rank :])
