"""What numbers a dtype holds: `finfo` of floats, `iinfo` of integers."""

from __future__ import annotations

import ml_dtypes

from hodu.dtypes import DType, DTypeLike, as_dtype, f32
from hodu.errors import DTypeError


class finfo:
    """The limits of a float dtype: `min`, `max`, `eps`, `tiny`, `smallest_normal`, `resolution`."""

    def __init__(self, type: DTypeLike = f32) -> None:
        self.dtype: DType = as_dtype(type)
        if not self.dtype.is_float:
            raise DTypeError(f"finfo() is of floats, not {self.dtype}", hint="use iinfo()")
        found = ml_dtypes.finfo(self.dtype.numpy)  # type: ignore[no-untyped-call]
        self.bits: int = self.dtype.bits
        self.min, self.max, self.eps = float(found.min), float(found.max), float(found.eps)
        self.smallest_normal = self.tiny = float(found.smallest_normal)
        self.resolution = float(found.resolution)

    def __repr__(self) -> str:
        return f"finfo({self.dtype}, min={self.min}, max={self.max}, eps={self.eps})"


class iinfo:
    """The limits of an integer dtype: `min` and `max`."""

    def __init__(self, type: DTypeLike) -> None:
        self.dtype: DType = as_dtype(type)
        if not self.dtype.is_integer:
            raise DTypeError(f"iinfo() is of integers, not {self.dtype}", hint="use finfo()")
        self.bits: int = self.dtype.bits
        self.min = -(1 << self.bits - 1) if self.dtype.is_signed else 0
        self.max = (1 << self.bits - self.dtype.is_signed) - 1

    def __repr__(self) -> str:
        return f"iinfo({self.dtype}, min={self.min}, max={self.max})"
