"""Writing the result of an op into a tensor."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from hodu.dispatch import views
from hodu.dispatch.apply import apply
from hodu.dispatch.base import quiet, recording, type_of
from hodu.dispatch.eager_writes import note
from hodu.dispatch.tape import Leaf, attach, grad_enabled
from hodu.dispatch.writes import wrote
from hodu.errors import DTypeError, GradientError, ShapeError, ValueRangeError
from hodu.ops._table import REGISTRY, Array
from hodu.source import location


def assign(target: Any, result: Any) -> Any:
    """Write `result` into `target` in place and return it; shape and dtype category must fit.

    On the tape, `target` is from then on what made `result`; a leaf that requires grad cannot be
    written there.
    """
    have, want = type_of(result), type_of(target)
    if have.shape != want.shape:
        raise ShapeError(
            f"an in-place result of shape {list(have.shape)} does not fit {list(want.shape)}",
            where=location(),
        )
    if have.dtype.category > want.dtype.category:
        raise DTypeError(
            f"an in-place result of {have.dtype} does not fit a tensor of {want.dtype}",
            where=location(),
            hint=f"cast the tensor first, with .to('{have.dtype}')",
        )
    tracked = changes_tape(target, result)
    if tracked:
        _check_target(target)
        if target._data is not None and result._node is not None:
            result._node.preserve(target._data)
    if tracked or target._data is None or result._data is None:
        if have.dtype is not want.dtype:
            result = apply(REGISTRY["cast"], (result,), {"dtype": want.dtype})
        _rebind(target, result, tracked)
        return target
    _write(target, result._data)
    return target


def changes_tape(target: Any, source: Any) -> bool:
    """Whether a write of `source` to `target` is part of a computation on the tape."""
    return (target._node is not None or source._node is not None) and grad_enabled.get()


def _rebind(target: Any, result: Any, tracked: bool) -> None:
    """Let `target` stand for `result` from here on, in the capture, on the tape, or in both."""
    if target._data is None or result._data is None:
        recording().rebind(target, result)
    elif target._node is not None and target._origin is not None:
        views.write_through(target, result)
        target._version = views.next_version(target)
    else:
        _write(target, result._data)
        if target._node is not None:
            target._version = views.next_version(target)
    if tracked:
        _move(target, result)


def _move(target: Any, result: Any) -> None:
    """Put `target` where `result` is on the tape."""
    if target._node is None and result._node is not None:
        attach(target, result._node, result._index)
        return
    target._node = result._node
    if result._node is not None:
        target._index = result._index


def _check_target(target: Any) -> None:
    """Raise GradientError for a target whose change could not be followed."""
    if target._node is None:
        if target._data is not None:
            _check_alone(target)
        return
    origin = target._origin
    if isinstance(target._node, Leaf) or (origin is not None and isinstance(origin._node, Leaf)):
        what = "a leaf" if isinstance(target._node, Leaf) else "a view of a leaf"
        raise GradientError(
            f"{what} that requires grad cannot be written in place: its gradient would be that of "
            "the old values",
            where=location(),
            hint="write under hodu.no_grad(), or to a .clone()",
        )


def _check_alone(target: Any) -> None:
    """Raise GradientError if others see the memory of a tensor that was not on the tape.

    They would not know that what they see has a gradient.
    """
    # Held by the tensor and by the call that counts.
    if target._data.base is not None or sys.getrefcount(target._data) > 2:
        raise GradientError(
            "a result that requires grad cannot be written to memory that another tensor or array "
            "shares: the gradient would not reach it",
            where=location(),
            hint="write to a copy, made with .clone()",
        )


def _write(target: Any, values: Array) -> None:
    check_writable(target._data)
    note(target)
    quiet.run(np.copyto, target._data, values, casting="unsafe")
    wrote(target._data)


def check_writable(array: Array) -> None:
    """Refuse to write to read-only memory."""
    if not array.flags.writeable:
        raise ValueRangeError(
            "this tensor cannot be written: its memory is read-only or shared by broadcasting",
            where=location(),
            hint="copy it first, with .clone()",
        )
