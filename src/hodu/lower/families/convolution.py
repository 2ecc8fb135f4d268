"""Convolution and its adjoint."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TypeVar

from hodu.lower.conv import channels, rows, taps, weight
from hodu.lower.conv.compact import convolve_compact
from hodu.lower.conv.general import convolve
from hodu.lower.conv.scalar import convolve_scalar
from hodu.lower.conv.windows import TransposedWindow, Window
from hodu.lower.point import CannotVectorizeError
from hodu.lower.rules import kernel
from hodu.lower.stage import Stage

W = TypeVar("W", Window, TransposedWindow)


@kernel("conv", views=False, epilogue=True)
def conv(s: Stage) -> None:
    """Sums over windows of the input."""
    windows = moved_windows_of(s)
    if convolve_compact(s, windows) or convolve_scalar(s, windows):
        return
    if not _in_vectors(s, transposed=False):
        convolve(s, windows)


@kernel("conv_transpose", views=False, epilogue=True)
def conv_transpose(s: Stage) -> None:
    """Each output element gathers what the input elements add to it."""
    if not _in_vectors(s, transposed=True):
        convolve(s, windows_of(s, TransposedWindow), transposed=True)


@kernel("conv_weight", views=False, epilogue=True)
def conv_weight(s: Stage) -> None:
    """Sums over pixels of products of the input and the gradient of the result."""
    shape, plain = taps.shape_of(s), weight.shape_of(s)
    lanes = s.target.lanes(s.out_type().dtype.bits)
    if shape is not None and (plain is None or taps.is_cheaper(shape, lanes)):
        taps.SumsOfTaps(s, shape).write()
    elif plain is not None:
        weight.SumsOverPixels(s, plain).write()
    else:
        weight.one_by_one(s)


def _in_vectors(s: Stage, *, transposed: bool) -> bool:
    """Write the loops over tiles of vectors, if there are such for the node."""
    shape = channels.shape_of(s, transposed)
    if shape is None:
        return _by_rows(s, transposed=transposed)
    is_plain = rows.shape_of(s, transposed) is not None
    lanes = s.target.lanes(s.out_type().dtype.bits)
    if is_plain and not channels.is_cheaper(shape, lanes) and _by_rows(s, transposed=transposed):
        return True
    channels.VectorsOfChannels(s, shape).write()
    return True


def _by_rows(s: Stage, *, transposed: bool) -> bool:
    """Write the loops over rows of pixels, if there are such for the node."""
    shape = rows.shape_of(s, transposed)
    if shape is None:
        return False
    planes = shape.groups * shape.inner
    padded = shape.padded(s.target.lanes(s.out_type().dtype.bits))
    restart = s.attempt()
    place = rows.pad_input(s, 0, planes, shape.items, shape.size, padded, shape.before)
    try:
        rows.RowsOfPixels(s, shape, transposed).write(place)
    except CannotVectorizeError:
        restart()
        return False
    return True


def windows_of(s: Stage, kind: Callable[..., W]) -> tuple[W, ...]:
    """The window of each spatial axis of a node."""
    kernel = [k.__index__() for k in s.type(1).shape[2:]]
    a = s.attrs
    before = a["padding"][: len(kernel)]
    axes = zip(s.in_extents(0)[2:], kernel, a["stride"], a["dilation"], before, strict=True)
    return tuple(kind(*axis) for axis in axes)


def moved_windows_of(s: Stage) -> tuple[Window, ...]:
    """The windows of a convolution that may make some rows of a taller result."""
    rows, *others = windows_of(s, Window)
    return dataclasses.replace(rows, first=s.first_row), *others
