"""Views of captured tensors.

A captured in-place write makes a tensor stand for a new value. A view taken before the write
would still stand for the old one, where eager code sees the new data; using it is an error.
"""

from __future__ import annotations

from collections.abc import Sequence

from hodu.dispatch.base import TensorBase
from hodu.errors import CaptureError
from hodu.source import location


def link(source: TensorBase, views: Sequence[TensorBase]) -> None:
    """Note that `views` look into `source`."""
    origin = source if source._origin is None else source._origin
    for view in views:
        view._origin = origin
        view._version = origin._version


def check_fresh(tensor: TensorBase) -> None:
    """Raise CaptureError if the tensor behind a view was written since."""
    origin = tensor._origin
    if origin is not None and origin._version != tensor._version:
        raise CaptureError(
            "this view was taken before its tensor was written in place",
            where=location(),
            hint="take the view again after the write, or .clone() it before",
        )


def check_writable(tensor: TensorBase) -> None:
    """Raise CaptureError if a captured tensor is a view."""
    if tensor._origin is not None:
        raise CaptureError(
            "an in-place write to a view cannot be captured",
            where=location(),
            hint="write to the tensor itself, as in x[0] = value",
        )
