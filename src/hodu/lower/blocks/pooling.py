"""Pooling in blocks of channels: a vector of channels at a time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hodu.dtypes import f32, i32
from hodu.kernel.expr import Expr, index
from hodu.lower.blocks.layout import lanes_of
from hodu.lower.blocks.rules import (
    IN_BLOCKS,
    NotBlockedError,
    bare,
    blocked,
    is_in_blocks,
    over_blocks,
    use_operands,
)
from hodu.lower.conv.windows import Window
from hodu.lower.groups import Group
from hodu.lower.index import Index
from hodu.lower.reducing.folds import ADD, MAX, Fold
from hodu.lower.stage import Stage
from hodu.shapes import static_shape
from hodu.snapshot.ir import Value

if TYPE_CHECKING:
    from hodu.lower.lowering import Lowering


@blocked("max_pool", "avg_pool")
def lower_pool(lowering: Lowering, group: Group) -> None:
    """The maximum or the mean of every window; means only of windows without padding."""
    node, value, root = group.node, group.node.inputs[0], group.root.outputs[0]
    assert value is not None
    shape, size = static_shape(root.type.shape), static_shape(value.type.shape)
    if shape is None or size is None or not _has_form(lowering, group, value):
        raise NotBlockedError
    windows = _windows(group, size)
    is_mean = node.op == "avg_pool"
    dtype = value.type.dtype
    if is_mean and not (dtype is f32 and all(map(_is_full, windows, shape[2:]))):
        raise NotBlockedError
    use_operands(lowering, group, shape)
    lowering.forms.give_blocked(root, bare(lowering, shape))
    stage = Stage(lowering, node, group.epilogue)
    divisor = node.attrs.get("divisor_override") or math.prod(w.kernel for w in windows)
    with over_blocks(stage, shape, shape[2:]) as at:
        total = _folded(stage, ADD if is_mean else MAX, windows, shape, at)
        stage.write(at, total / float(divisor) if is_mean else total.cast(dtype))
    stage.finish()


def _has_form(lowering: Lowering, group: Group, value: Value) -> bool:
    spatial = len(group.node.attrs["kernel_size"])
    same = spatial == value.type.rank - 2 and group.root.outputs[0].type.dtype in IN_BLOCKS
    return same and is_in_blocks(lowering, value)


def _windows(group: Group, size: tuple[int, ...]) -> list[Window]:
    a = group.node.attrs
    kernel = a["kernel_size"]
    before = a["padding"][: len(kernel)]
    axes = zip(size[2:], kernel, a["stride"], a["dilation"], before, strict=True)
    return [Window(index(n), k, s, d, p) for n, k, s, d, p in axes]


def _is_full(window: Window, count: int) -> bool:
    """Whether no window reaches outside of the input."""
    reach = (count - 1) * window.stride + (window.kernel - 1) * window.dilation
    size = int(window.size.value)  # type: ignore[attr-defined]
    return window.before <= 0 and reach - window.before < size


def _folded(
    s: Stage, fold: Fold, windows: Sequence[Window], shape: tuple[int, ...], at: Index
) -> Expr:
    """The elements of a window combined, a vector of channels; bytes in i32."""
    k, lanes = s.k, lanes_of(s.target, shape[1])
    dtype = f32 if s.type().dtype is f32 else i32
    total = k.local("total", dtype, 1, lanes, fold.identity(dtype))
    limits: list[tuple[Expr, Expr]] = []
    for window, i, count in zip(windows, at[2:], shape[2:], strict=True):
        taps = window.taps(i)
        if _is_full(window, count):
            limits.append((index(0), index(window.kernel)))
        else:
            limits.append((k.let(taps.lo), k.let(taps.hi)))
    _fold_axes(s, fold, windows, at, limits, (), total)
    return k.load(total)


def _fold_axes(
    s: Stage,
    fold: Fold,
    windows: Sequence[Window],
    at: Index,
    limits: Sequence[tuple[Expr, Expr]],
    taps: Index,
    total: object,
) -> None:
    if len(taps) == len(windows):
        pairs = zip(windows, at[2:], taps, strict=True)
        x = s.read(0, (*at[:2], *(w.source(i, t) for w, i, t in pairs)))
        before = s.k.load(total)  # type: ignore[arg-type]
        s.k.store(total, 0, fold(x.cast(before.dtype), before))  # type: ignore[arg-type]
        return
    lo, hi = limits[len(taps)]
    with s.k.loop(hi, lo, name="k") as tap:
        _fold_axes(s, fold, windows, at, limits, (*taps, tap), total)
