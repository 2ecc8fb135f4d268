"""Writing the result of an op into a tensor."""

from __future__ import annotations

from typing import Any

import numpy as np

from hodu.dispatch.apply import apply
from hodu.dispatch.base import quiet, recording, type_of
from hodu.errors import DTypeError, ShapeError, ValueRangeError
from hodu.ops._table import REGISTRY, Array
from hodu.source import location


def assign(target: Any, result: Any) -> Any:
    """Write `result` into `target` in place and return it; shape and dtype category must fit."""
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
    if target._data is None or result._data is None:
        if have.dtype is not want.dtype:
            result = apply(REGISTRY["cast"], (result,), {"dtype": want.dtype})
        recording().rebind(target, result)
        return target
    check_writable(target._data)
    quiet.run(np.copyto, target._data, result._data, casting="unsafe")
    return target


def check_writable(array: Array) -> None:
    """Refuse to write to read-only memory."""
    if not array.flags.writeable:
        raise ValueRangeError(
            "this tensor cannot be written: its memory is read-only or shared by broadcasting",
            where=location(),
            hint="copy it first, with .clone()",
        )
