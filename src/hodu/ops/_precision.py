"""The precision in which ops compute: 8- and 16-bit floats as f32, rounded once at the end."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from hodu.dtypes import ALL, FROM_NUMPY, DType, f32, f64
from hodu.ops._table import Array, F

if TYPE_CHECKING:
    from hodu._tensor import Tensor


def accumulator(dtype: DType) -> DType:
    """f32 for an 8- or 16-bit float, else `dtype` itself."""
    return f32 if dtype.is_float and dtype.bits < 32 else dtype


_WIDER = {t.numpy: accumulator(t).numpy for t in ALL if accumulator(t) is not t}


@overload
def wide(x: Array) -> Array: ...
@overload
def wide(x: None) -> None: ...
def wide(x: Array | None) -> Array | None:
    """`x` in the dtype in which to compute; not copied when that is its own. None stays None."""
    if x is None:
        return None
    target = _WIDER.get(x.dtype)
    return x if target is None else x.astype(target)


def in_f32(kernel: Callable[..., Array]) -> Callable[..., Array]:
    """`kernel` over floats of any width: narrow ones are computed in f32 and rounded once."""

    @functools.wraps(kernel)
    def eager(x: Array, *rest: Any, **attrs: Any) -> Array:
        if x.dtype.itemsize > 2:
            return kernel(x, *rest, **attrs)
        return kernel(*map(wide, (x, *rest)), **attrs).astype(x.dtype)

    return eager


def compute_dtype(*dtypes: DType) -> DType:
    """f64 if it occurs in `dtypes`, else f32."""
    return f64 if f64 in dtypes else f32


def wide_all(*arrays: Array | None) -> list[Any]:
    """Float arrays in one precision, that of the widest; None stays None."""
    found = [FROM_NUMPY[a.dtype] for a in arrays if a is not None]
    target = compute_dtype(*found).numpy
    return [None if a is None else a.astype(target, copy=False) for a in arrays]


@overload
def widen(x: Tensor) -> Tensor: ...
@overload
def widen(x: None) -> None: ...
def widen(x: Tensor | None) -> Tensor | None:
    """`wide` of a Tensor."""
    return None if x is None else narrow(x, accumulator(x.dtype))


def widen_all(*tensors: Tensor | None) -> list[Any]:
    """`wide_all` of Tensors."""
    target = compute_dtype(*(t.dtype for t in tensors if t is not None))
    return [None if t is None else narrow(t, target) for t in tensors]


def narrow(x: Tensor, dtype: DType) -> Tensor:
    """`x` in `dtype`: itself if it is in it."""
    return x if x.dtype is dtype else F.cast(x, dtype)


@functools.cache
def epsilon(dtype: DType) -> float:
    """The distance from 1 to the next number of the precision in which `dtype` is computed."""
    return float(np.finfo(np.float64 if dtype is f64 else np.float32).eps)
