"""Adjoints of taking windows: elements of windows added up where these lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hodu.dims import Dim
from hodu.ops._table import F
from hodu.ops._windows import Ints
from hodu.shapes import Shape, numel

if TYPE_CHECKING:
    from hodu._tensor import Tensor


def overlap_add(x: Any, taps: int, places: int, dilation: int, stride: int, size: Dim) -> Any:
    """Dimension `taps` summed into dimension `places`, stretched to `size`.

    Tap k of place i is added at k * dilation + i * stride.
    """
    rank = len(x.shape)
    axis = rank + places - 1
    total = None
    for k, tap in enumerate(F.unbind(x, taps)):
        count = tap.shape[axis]
        after = (0,) * (axis + 1) + (stride - 1,) + (0,) * (rank - 2 - axis)
        spaced = F._pad(F.unsqueeze(tap, axis + 1), (0,) * rank, after)
        line = F._reshape(spaced, (*tap.shape[:axis], count * stride, *tap.shape[axis + 1 :]))
        before = (0,) * axis + (k * dilation,) + (0,) * (rank - 2 - axis)
        rest = (0,) * axis + (size - count * stride - k * dilation,) + (0,) * (rank - 2 - axis)
        placed = F._pad(line, before, rest)
        total = placed if total is None else F._add(total, placed)
    return total


def spread(
    ct: Tensor, shape: Shape, kernel: Ints, stride: Ints, padding: Ints, dilation: Ints
) -> Tensor:
    """The gradient of the sums of the windows of a tensor of this shape."""
    n = len(kernel)
    for i, size in enumerate(shape[len(shape) - n :]):
        axis = len(shape) - n + i
        begin = padding[i]
        if kernel[i] == stride[i] and dilation[i] == 1:
            whole = _repeated(ct, axis, kernel[i])
            end = size - whole.shape[axis] + begin
        else:
            taps = F.unsqueeze(ct, axis)
            taps = F.expand(taps, (*taps.shape[:axis], kernel[i], *taps.shape[axis + 1 :]))
            total = size + begin + padding[n + i]
            reach = (ct.shape[axis] - 1) * stride[i] + kernel[i] * dilation[i] + stride[i]
            whole = overlap_add(
                taps, axis, axis - len(shape), dilation[i], stride[i], total + reach
            )
            end = -padding[n + i] - reach
        ct = _padded(whole, axis, -begin, end)
    return ct


def _repeated(x: Tensor, axis: int, times: int) -> Tensor:
    """Every element along `axis`, `times` times in a row."""
    parts = F.unsqueeze(x, axis + 1)
    parts = F.expand(parts, (*x.shape[: axis + 1], times, *x.shape[axis + 1 :]))
    return F._reshape(parts, (*x.shape[:axis], x.shape[axis] * times, *x.shape[axis + 1 :]))


def _padded(x: Tensor, axis: int, before: Dim, after: Dim) -> Tensor:
    if before == 0 and after == 0:
        return x
    head, tail = (0,) * axis, (0,) * (len(x.shape) - axis - 1)
    return F._pad(x, (*head, before, *tail), (*head, after, *tail))


def at_positions(ct: Tensor, indices: Tensor, shape: Shape, n: int, *, gaps: bool) -> Tensor:
    """Zeros of `shape` with `ct` added at flat positions in the last `n` dimensions.

    With `gaps`, a negative position stands for none.
    """
    before = len(shape) - n
    flat = (*shape[:before], numel(shape[before:]))
    cts, places = (F.flatten(t, before) for t in (ct, indices))
    if gaps:
        cts, places = F.where(places < 0, 0, cts), F.clamp(places, min=0)
    zeros = F.zeros(flat, dtype=ct.dtype)
    return F._reshape(F._scatter(zeros, -1, places, cts, reduce="sum"), shape)
