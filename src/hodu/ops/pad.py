"""Padding, and cropping by negative padding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dims import Dim
from hodu.dispatch.attrs import as_dims
from hodu.dispatch.base import wrap
from hodu.dtypes import FROM_NUMPY, Number
from hodu.errors import ArgumentError, ShapeError, ValueRangeError
from hodu.ops._fill_value import fill_value
from hodu.ops._rules import replace_dim
from hodu.ops._samples import S
from hodu.ops._table import Array, F, function, op
from hodu.shapes import Shape, TensorType, format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor

MODES = ("constant", "reflect", "replicate", "circular")


@op("pad(Tensor input, Dim[] before, Dim[] after, str mode='constant', Scalar value=0) -> Tensor")
class Pad:
    """`before` and `after` elements put in along each dimension; negative ones taken away.

    They hold `value` (mode "constant"), or continue the tensor: mirrored about its edge elements
    ("reflect"), by its edge elements ("replicate"), or from its other end, after cropping
    ("circular").
    """

    public = False
    samples = [
        S((2, 3), before=(1, 0), after=(0, 2)),
        S((2, 3), before=(1, 1), after=(0, 2), value=2),
        S((4, 5), before=(-1, 2), after=(1, -3), value=1),
        S((), before=(), after=()),
        S((0, 2), before=(1, 0), after=(1, 0), value=3),
        S((3, 4), before=(2, 1), after=(1, 3), mode="reflect"),
        S((3, 4), before=(-2, 1), after=(2, -1), mode="reflect"),
        S((3, 4), before=(4, 0), after=(1, 5), mode="replicate"),
        S((3, 4), before=(-1, 2), after=(3, -2), mode="replicate"),
        S((3, 4), before=(3, 1), after=(2, 4), mode="circular"),
        S((2, 3), before=(-1, 2), after=(1, -1), mode="circular"),
        S((1, 2, 2, 2, 2, 2), before=(0, 0, 1, 1, 1, 1), after=(0, 0, 1, 0, 1, 0), mode="reflect"),
    ]

    def infer(
        x: TensorType, before: Shape, after: Shape, mode: str = "constant", value: Number = 0
    ) -> TensorType:
        if len(before) != x.rank or len(after) != x.rank:
            raise ShapeError(
                f"pad() of {format_shape(x.shape)} needs {x.rank} numbers before and after, not "
                f"{len(before)} and {len(after)}"
            )
        if mode not in MODES:
            raise ValueRangeError(f"pad mode {mode!r}", hint=f"it is one of {', '.join(MODES)}")
        _check_reach(x.shape, before, after, mode)
        shape = tuple(n + b + a for n, b, a in zip(x.shape, before, after, strict=True))
        if any(isinstance(n, int) and n < 0 for n in shape):
            raise ShapeError(
                f"padding {format_shape(x.shape)} by {format_shape(before)} before and "
                f"{format_shape(after)} after leaves negative sizes: {format_shape(shape)}"
            )
        return TensorType(shape, x.dtype)

    def eager(
        x: Array,
        before: tuple[int, ...],
        after: tuple[int, ...],
        mode: str = "constant",
        value: Number = 0,
    ) -> Array:
        Pad.infer(TensorType(x.shape, FROM_NUMPY[x.dtype]), before, after, mode)
        if mode == "constant":
            return _constant_pad(x, before, after, value)
        for axis, (n, b, a) in enumerate(zip(x.shape, before, after, strict=True)):
            if b or a:
                x = np.take(x, _source(n, b, a, mode), axis)
        return x

    vjp = {
        "input": lambda ct, input_type, before, after, mode: _unpadded(
            ct, input_type.shape, before, after, mode
        )
    }


def _unpadded(ct: Tensor, shape: Shape, before: Shape, after: Shape, mode: str) -> Tensor:
    """A gradient with what stands in the padding added where it came from."""
    if mode == "constant":
        return F._pad(ct, [-b for b in before], [-a for a in after], "constant", 0)
    for axis, (n, b, a) in enumerate(zip(shape, before, after, strict=True)):
        if b == 0 and a == 0:
            continue
        if not (isinstance(n, int) and isinstance(b, int) and isinstance(a, int)):
            raise ShapeError(f"the gradient of pad(mode={mode!r}) needs a known size, not {n}")
        zeros = F.zeros(replace_dim(ct.shape, axis, n), dtype=ct.dtype)
        ct = F.index_add(zeros, axis, wrap(_source(n, b, a, mode)), ct)
    return ct


def _check_reach(shape: Shape, before: Shape, after: Shape, mode: str) -> None:
    for axis, (n, b, a) in enumerate(zip(shape, before, after, strict=True)):
        if not all(isinstance(d, int) for d in (n, b, a)):
            continue
        most = max(b, a, 0)
        reach = {
            "reflect": max(n - 1, 0),
            "replicate": most if n else 0,
            "circular": n + min(b, 0) + min(a, 0),
        }
        if most > reach.get(mode, most):
            raise ShapeError(
                f"mode {mode!r} cannot pad dimension {axis} of size {n} by {b} and {a}",
                hint=f"at most {reach[mode]} on each side",
            )


def _constant_pad(
    x: Array, before: tuple[int, ...], after: tuple[int, ...], value: Number
) -> Array:
    shape = tuple(n + b + a for n, b, a in zip(x.shape, before, after, strict=True))
    result = np.full(shape, fill_value(value, FROM_NUMPY[x.dtype]), x.dtype)
    pads = list(zip(x.shape, before, after, strict=True))
    kept = tuple(slice(max(-b, 0), max(n - max(-a, 0), 0)) for n, b, a in pads)
    filled = tuple(slice(max(b, 0), max(n + b + min(a, 0), 0)) for n, b, a in pads)
    result[filled] = x[kept]
    return result


def _source(n: int, before: int, after: int, mode: str) -> Array:
    """Which of `n` elements stands at each place of the padded dimension."""
    place = np.arange(-before, n + after)
    if mode == "replicate":
        return np.clip(place, 0, n - 1)
    if mode == "circular":
        cropped = max(-before, 0)
        return cropped + (place - cropped) % max(n - cropped - max(-after, 0), 1)
    period = max(2 * (n - 1), 1)
    return n - 1 - np.abs(place % period - (n - 1)) if n > 1 else place


@function(methods=False, where=("nn.functional",))
def pad(input: Tensor, pad: Any, mode: str = "constant", value: Number | None = None) -> Tensor:
    """Padding in pairs (before, after) from the last dimension on; negative numbers crop.

    `mode` is "constant" (with `value`), "reflect", "replicate" or "circular"; any rank.
    """
    amounts, rank = as_dims(pad, "pad"), len(input.shape)
    if len(amounts) % 2 or len(amounts) > 2 * rank:
        raise ArgumentError(
            f"pad={list(amounts)} does not fit a tensor of {rank} dimensions",
            hint="it holds a pair of numbers for each of the last dimensions, the last first",
        )
    untouched: tuple[Dim, ...] = (0,) * (rank - len(amounts) // 2)
    before, after = untouched + amounts[-2::-2], untouched + amounts[::-2]
    return F._pad(input, before, after, mode, 0 if value is None else value)
