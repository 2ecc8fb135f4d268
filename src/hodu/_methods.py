"""Tensor methods.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

import hodu.functional as _f
from hodu.dispatch.base import TensorBase
from hodu.dispatch.inplace import assign

if TYPE_CHECKING:
    from hodu._tensor import Tensor
    from hodu.dtypes import DTypeLike, Number


class TensorMethods(TensorBase):
    """The methods of `Tensor` that follow from the op table."""

    __slots__ = ()

    def _self(self) -> Tensor:
        raise NotImplementedError

    def abs(self) -> Tensor:
        """The absolute value."""
        return _f.abs(self._self())

    def abs_(self) -> Tensor:
        """`abs` in place."""
        return assign(self, _f.abs(self._self()))

    def add(self, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
        """The sum `input + alpha * other`."""
        return _f.add(self._self(), other, alpha=alpha)

    def add_(self, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
        """`add` in place."""
        return assign(self, _f.add(self._self(), other, alpha=alpha))

    def bitwise_and(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """The bits set in both."""
        return _f.bitwise_and(self._self(), other)

    def bitwise_and_(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """`bitwise_and` in place."""
        return assign(self, _f.bitwise_and(self._self(), other))

    def bitwise_left_shift(
        self, other: Tensor | builtins.bool | builtins.int | builtins.float
    ) -> Tensor:
        """The bits shifted left by other places."""
        return _f.bitwise_left_shift(self._self(), other)

    def bitwise_left_shift_(
        self, other: Tensor | builtins.bool | builtins.int | builtins.float
    ) -> Tensor:
        """`bitwise_left_shift` in place."""
        return assign(self, _f.bitwise_left_shift(self._self(), other))

    def bitwise_not(self) -> Tensor:
        """All bits inverted; on bools, logical not."""
        return _f.bitwise_not(self._self())

    def bitwise_not_(self) -> Tensor:
        """`bitwise_not` in place."""
        return assign(self, _f.bitwise_not(self._self()))

    def bitwise_or(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """The bits set in either."""
        return _f.bitwise_or(self._self(), other)

    def bitwise_or_(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """`bitwise_or` in place."""
        return assign(self, _f.bitwise_or(self._self(), other))

    def bitwise_right_shift(
        self, other: Tensor | builtins.bool | builtins.int | builtins.float
    ) -> Tensor:
        """The bits shifted right; signed values keep their sign."""
        return _f.bitwise_right_shift(self._self(), other)

    def bitwise_right_shift_(
        self, other: Tensor | builtins.bool | builtins.int | builtins.float
    ) -> Tensor:
        """`bitwise_right_shift` in place."""
        return assign(self, _f.bitwise_right_shift(self._self(), other))

    def bitwise_xor(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """The bits set in one of the two."""
        return _f.bitwise_xor(self._self(), other)

    def bitwise_xor_(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """`bitwise_xor` in place."""
        return assign(self, _f.bitwise_xor(self._self(), other))

    def cast(self, dtype: DTypeLike) -> Tensor:
        """The same values in another dtype; floats are truncated to integers, non-zero is True."""
        return _f.cast(self._self(), dtype)

    def clone(self) -> Tensor:
        """A copy that shares no memory."""
        return _f.clone(self._self())

    def div(self, other: Tensor | Number, *, rounding_mode: builtins.str | None = None) -> Tensor:
        """The quotient: true, or rounded towards zero ("trunc") or down ("floor")."""
        return _f.div(self._self(), other, rounding_mode=rounding_mode)

    def div_(self, other: Tensor | Number, *, rounding_mode: builtins.str | None = None) -> Tensor:
        """`div` in place."""
        return assign(self, _f.div(self._self(), other, rounding_mode=rounding_mode))

    def eq(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """Whether the elements are equal."""
        return _f.eq(self._self(), other)

    def floor_divide(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """The quotient rounded towards minus infinity; a zero integer divisor is an error."""
        return _f.floor_divide(self._self(), other)

    def floor_divide_(
        self, other: Tensor | builtins.bool | builtins.int | builtins.float
    ) -> Tensor:
        """`floor_divide` in place."""
        return assign(self, _f.floor_divide(self._self(), other))

    def ge(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """Whether input >= other."""
        return _f.ge(self._self(), other)

    def gt(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """Whether input > other."""
        return _f.gt(self._self(), other)

    def le(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """Whether input <= other."""
        return _f.le(self._self(), other)

    def lt(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """Whether input < other."""
        return _f.lt(self._self(), other)

    def matmul(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """The matrix product, batched over leading dimensions; 1-D operands are vectors."""
        return _f.matmul(self._self(), other)

    def mul(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """The product; on bools, logical and."""
        return _f.mul(self._self(), other)

    def mul_(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """`mul` in place."""
        return assign(self, _f.mul(self._self(), other))

    def ne(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """Whether the elements differ."""
        return _f.ne(self._self(), other)

    def neg(self) -> Tensor:
        """The negative."""
        return _f.neg(self._self())

    def neg_(self) -> Tensor:
        """`neg` in place."""
        return assign(self, _f.neg(self._self()))

    def permute(self, *dims: Any) -> Tensor:
        """The dimensions in another order, given as numbers or as one sequence; a view."""
        return _f.permute(self._self(), *dims)

    def pow(self, exponent: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """`input` to the power of `exponent`; negative integer powers of integers are errors."""
        return _f.pow(self._self(), exponent)

    def pow_(self, exponent: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """`pow` in place."""
        return assign(self, _f.pow(self._self(), exponent))

    def remainder(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """The remainder with the sign of the divisor; a zero integer divisor is an error."""
        return _f.remainder(self._self(), other)

    def remainder_(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """`remainder` in place."""
        return assign(self, _f.remainder(self._self(), other))

    def sub(self, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
        """The difference `input - alpha * other`."""
        return _f.sub(self._self(), other, alpha=alpha)

    def sub_(self, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
        """`sub` in place."""
        return assign(self, _f.sub(self._self(), other, alpha=alpha))

    def to(self, *args: Any, dtype: DTypeLike | None = None, copy: builtins.bool = False) -> Tensor:
        """The tensor in another dtype or on another device, each given by name or object."""
        return _f.to(self._self(), *args, dtype=dtype, copy=copy)

    def transpose(self, dim0: builtins.int, dim1: builtins.int) -> Tensor:
        """Two dimensions swapped; a view."""
        return _f.transpose(self._self(), dim0, dim1)
