"""Tensor methods that name the dtype to cast to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hodu.dtypes import bf16, bool_, f16, f32, f64, i8, i16, i32, i64, u8
from hodu.ops._table import F, method

if TYPE_CHECKING:
    from hodu._tensor import Tensor


@method(name="float")
def to_f32(input: Tensor) -> Tensor:
    """The tensor as f32."""
    return F.to(input, f32)


@method(name="double")
def to_f64(input: Tensor) -> Tensor:
    """The tensor as f64."""
    return F.to(input, f64)


@method(name="half")
def to_f16(input: Tensor) -> Tensor:
    """The tensor as f16."""
    return F.to(input, f16)


@method(name="bfloat16")
def to_bf16(input: Tensor) -> Tensor:
    """The tensor as bf16."""
    return F.to(input, bf16)


@method(name="int")
def to_i32(input: Tensor) -> Tensor:
    """The tensor as i32."""
    return F.to(input, i32)


@method(name="long")
def to_i64(input: Tensor) -> Tensor:
    """The tensor as i64."""
    return F.to(input, i64)


@method(name="short")
def to_i16(input: Tensor) -> Tensor:
    """The tensor as i16."""
    return F.to(input, i16)


@method(name="char")
def to_i8(input: Tensor) -> Tensor:
    """The tensor as i8."""
    return F.to(input, i8)


@method(name="byte")
def to_u8(input: Tensor) -> Tensor:
    """The tensor as u8."""
    return F.to(input, u8)


@method(name="bool")
def to_bool(input: Tensor) -> Tensor:
    """The tensor as bools: whether the elements differ from 0."""
    return F.to(input, bool_)


@method()
def type_as(input: Tensor, other: Tensor) -> Tensor:
    """The tensor in the dtype of `other`."""
    return F.to(input, other)
