"""Casts of parameters that autocast asks for, made once in a region."""

from __future__ import annotations

from typing import Any

from hodu.dispatch import writes
from hodu.dispatch.base import recorder_var, wrap
from hodu.dispatch.tape import Leaf, grad_enabled
from hodu.dispatch.track import put_on_tape, track
from hodu.dtypes import DType
from hodu.ops._autocast import Region, region_var
from hodu.ops._table import REGISTRY


def known_cast(tensor: Any, dtype: DType) -> Any:
    """A parameter in another dtype, cast anew only if it was written since the last time.

    None where there is no region that keeps casts, for what is no parameter, and in a capture,
    whose passes merge equal casts. Only data is kept: each use is a cast of its own on the tape,
    so that a backward pass frees none that a later one needs.
    """
    region = region_var.get()
    if region is None or region.casts is None or not _is_parameter(tensor):
        return None
    cast, attrs = REGISTRY["cast"], {"dtype": dtype}
    known = _known(region, tensor._data, dtype)
    if known is not None:
        result = wrap(known)
        put_on_tape(cast, (tensor,), attrs, (result,))
        return result
    result = track(cast, (tensor,), attrs)
    region.casts[id(tensor._data), dtype] = (tensor._data, writes.now(), result._data)
    return result


def _is_parameter(tensor: Any) -> bool:
    return (
        isinstance(tensor._node, Leaf)
        and tensor._data is not None
        and recorder_var.get() is None
        and grad_enabled.get()
    )


def _known(region: Region, data: Any, dtype: DType) -> Any:
    assert region.casts is not None
    _, time, result = region.casts.get((id(data), dtype), (None, 0, None))
    return None if result is None or writes.written_since(time, [data]) is not None else result
