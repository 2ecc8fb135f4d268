"""Tensors of narrow types inside a capture: the code of each element, a byte each.

Hodu has no dtype for 4-bit integers and other small types, so what is captured are operations on
their codes: decoding looks them up, and encoding counts the edges that a value has passed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ml_dtypes
import numpy as np

import hodu.functional as f
from hodu.dispatch.base import wrap
from hodu.dtypes import f64
from hodu.ops._table import Array

if TYPE_CHECKING:
    from hodu._tensor import Tensor


@dataclass(frozen=True)
class NarrowTensor:
    """A tensor of a narrow type as its codes in u8, the unused high bits 0."""

    codes: Tensor
    dtype: np.dtype[Any]

    def decoded(self) -> Tensor:
        """The values in i8 or u8 for integers and in f32 for floats, all exact."""
        every = np.arange(1 << narrow_bits(self.dtype), dtype=np.uint8).view(self.dtype)
        return _looked_up(widened_array(every), self.codes)


def narrow_bits(dtype: np.dtype[Any]) -> int:
    """The bits that an element takes in a file."""
    info: Any = ml_dtypes.iinfo if "int" in dtype.name else ml_dtypes.finfo
    return int(info(dtype).bits)


def widened_array(array: Array) -> Array:
    """Narrow integers as i8 or u8, narrow floats as f32."""
    if array.dtype.name.startswith("uint"):
        return array.astype(np.uint8)
    return array.astype(np.int8 if array.dtype.name.startswith("int") else np.float32)


def codes_of(array: Array) -> Array:
    """The codes of a narrow array, without what its bytes hold beyond them."""
    mask = (1 << narrow_bits(array.dtype)) - 1
    codes: Array = np.array(array, order="C").view(np.uint8) & np.uint8(mask)
    return codes


def encoded(x: Tensor, dtype: np.dtype[Any], convert: Callable[[Array], Array]) -> NarrowTensor:
    """A captured tensor in a narrow type: the low bits of integers, floats as `convert` has it.

    `convert` rounds an array; of positive numbers the greater must not get the smaller code.
    """
    if "int" in dtype.name:
        mask = (1 << narrow_bits(dtype)) - 1
        return NarrowTensor(f.bitwise_and(x.to("i32"), mask).to("u8"), dtype)
    x = x if x.dtype is f64 else x.to("f32")
    edges, negative, nan = _table(convert, x.dtype.numpy)
    code = f._searchsorted(wrap(edges), f.abs(x), right=True)
    is_negative = f.where(x == 0, 1 / x, x) < 0  # Minus zero may have a code of its own.
    signed = f.where(is_negative, _looked_up(negative, code), code.to("u8"))
    return NarrowTensor(f.where(f.isnan(x), wrap(nan), signed), dtype)


def _table(convert: Callable[[Array], Array], real: Any) -> tuple[Array, Array, Array]:
    """The least number of each code above 0, the codes of their negatives, and that of NaN.

    Bit patterns of positive floats are ordered like the floats, so that they can be bisected.
    """
    patterns = np.dtype(f"u{np.dtype(real).itemsize}")

    def code(x: Array) -> Array:
        with np.errstate(all="ignore"):
            return codes_of(convert(x))

    infinity = np.array(np.inf, real)
    wanted = np.arange(1, int(code(infinity)) + 1)
    low, high = np.zeros(len(wanted), patterns), np.full(len(wanted), infinity.view(patterns))
    while np.any(high - low > 1):
        middle = low + (high - low) // 2
        reached = code(middle.view(real)) >= wanted
        low, high = np.where(reached, low, middle), np.where(reached, middle, high)
    edges: Array = high.view(real)
    negatives = -np.concatenate([np.zeros(1, real), edges])
    return edges, code(negatives), code(np.array(np.nan, real))


def _looked_up(table: Array, index: Tensor) -> Tensor:
    flat = f.index_select(wrap(table), 0, index.reshape(-1).to("i64"))
    return flat.reshape(index.shape)
