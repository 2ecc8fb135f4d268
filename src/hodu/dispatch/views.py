"""Views of tensors that are captured or on the tape.

A write to such a tensor makes it stand for a new value. A view taken before the write would still
stand for the old one, where plain memory shows the new data; using it is an error. A write to a
view made by x[key] is a write to x, so that `x[0] += 1` works as on plain memory.
"""

from __future__ import annotations

from collections.abc import Sequence

from hodu.dispatch.base import TensorBase
from hodu.errors import CaptureError, GradientError, HoduError
from hodu.ops._table import Array
from hodu.source import location


def link(source: TensorBase, views: Sequence[TensorBase]) -> None:
    """Note that `views` look into `source`."""
    origin = source if source._origin is None else source._origin
    for view in views:
        view._origin = origin
        view._version = origin._version


def check_fresh(tensor: TensorBase) -> None:
    """Raise CaptureError or GradientError if the tensor behind a view was written since."""
    origin = tensor._origin
    if origin is not None and origin._version != tensor._version:
        raise _kind(tensor)(
            "this view was taken before its tensor was written in place",
            where=location(),
            hint="take the view again after the write, or .clone() it before",
        )


def write_through(view: TensorBase, value: TensorBase) -> None:
    """Write the new contents of a view into its tensor; raises an error where it cannot."""
    check_fresh(view)
    if view._place is None:
        raise _kind(view)(
            "an in-place write to a view cannot be followed, except for views like x[0] or x[1:]",
            where=location(),
            hint="write to the tensor itself, as in x[0] = x[0] + 1",
        )
    view._place.write(value)


def _kind(tensor: TensorBase) -> type[HoduError]:
    return CaptureError if tensor._data is None else GradientError


def next_version(tensor: TensorBase) -> int:
    """The version of a tensor that was just written: for a view, that of its tensor."""
    return tensor._version + 1 if tensor._origin is None else tensor._origin._version


def check_owner(array: Array) -> None:
    """Raise CaptureError if an eager tensor that is to be written is a view of other memory.

    The write is captured as a new value, which whatever else looks into that memory would not see.
    """
    if array.base is not None:
        raise CaptureError(
            "an in-place write of a captured value to an eager view cannot be captured: the "
            "tensor that it looks into would not change",
            where=location(),
            hint="write to that tensor, as in x[0:2] = value, or to a copy, made with .clone()",
        )
