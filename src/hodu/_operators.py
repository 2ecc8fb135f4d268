"""Python's operators on tensors: arithmetic, comparison, bits, and their in-place forms."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

import hodu.functional as f
from hodu._methods import TensorMethods
from hodu.dims import Sym
from hodu.dispatch.apply import apply
from hodu.dispatch.base import TensorBase, quiet, wrap
from hodu.dispatch.inplace import assign
from hodu.dtypes import Number
from hodu.ops._table import REGISTRY, OpDef

if TYPE_CHECKING:
    import numpy.typing as npt

    from hodu._tensor import Tensor

Operand: TypeAlias = "Tensor | Number | npt.NDArray[Any]"
_EMPTY: dict[str, Any] = {}
_NUMBERS = frozenset({int, float})


def binary(op: OpDef, a: Any, b: Any) -> Any:
    """`apply` for two operands, with short ways for eager ones that need no cast."""
    if type(a) is type(b):
        x, y = a._data, b._data
        if x is not None and y is not None and x.dtype is y.dtype:
            kernel = op.same_dtype.get(x.dtype)
            if kernel is not None and a._node is None and b._node is None:
                try:
                    return wrap(quiet.run(kernel, x, y))
                except (ArithmeticError, ValueError):
                    return apply(op, (a, b), _EMPTY)  # raises the error that teaches
    elif type(b) in _NUMBERS:
        x = a._data
        if x is not None and a._node is None:
            kernel = op.with_number.get((x.dtype, type(b)))
            if kernel is not None:
                with contextlib.suppress(OverflowError):  # a number that wraps around
                    return wrap(quiet.run(kernel, x, b))
    elif type(a) in _NUMBERS:
        y = b._data
        if y is not None and b._node is None:
            kernel = op.with_number.get((y.dtype, type(a)))
            if kernel is not None:
                with contextlib.suppress(OverflowError):
                    return wrap(quiet.run(kernel, a, y))
    return apply(op, (a, b), _EMPTY) if _is_operand(a) and _is_operand(b) else NotImplemented


def _is_operand(x: object) -> bool:
    return isinstance(x, (TensorBase, bool, int, float, np.ndarray, np.generic, Sym))


def _in_place(op: OpDef, target: Any, other: Any) -> Any:
    result = binary(op, target, other)
    return NotImplemented if result is NotImplemented else assign(target, result)


class TensorOperators(TensorMethods):
    """The operators of `Tensor`."""

    __slots__ = ()

    def __add__(self, other: Operand) -> Tensor:
        return binary(REGISTRY["add"], self, other)

    def __radd__(self, other: Operand) -> Tensor:
        return binary(REGISTRY["add"], other, self)

    def __sub__(self, other: Operand) -> Tensor:
        return binary(REGISTRY["sub"], self, other)

    def __rsub__(self, other: Operand) -> Tensor:
        return binary(REGISTRY["sub"], other, self)

    def __mul__(self, other: Operand) -> Tensor:
        return binary(REGISTRY["mul"], self, other)

    def __rmul__(self, other: Operand) -> Tensor:
        return binary(REGISTRY["mul"], other, self)

    def __truediv__(self, other: Operand) -> Tensor:
        return binary(REGISTRY["div"], self, other)

    def __rtruediv__(self, other: Operand) -> Tensor:
        return binary(REGISTRY["div"], other, self)

    def __floordiv__(self, other: Operand) -> Tensor:
        return binary(REGISTRY["floor_divide"], self, other)

    def __rfloordiv__(self, other: Operand) -> Tensor:
        return binary(REGISTRY["floor_divide"], other, self)

    def __mod__(self, other: Operand) -> Tensor:
        return binary(REGISTRY["remainder"], self, other)

    def __rmod__(self, other: Operand) -> Tensor:
        return binary(REGISTRY["remainder"], other, self)

    def __pow__(self, other: Operand) -> Tensor:
        return binary(REGISTRY["pow"], self, other)

    def __rpow__(self, other: Operand) -> Tensor:
        return binary(REGISTRY["pow"], other, self)

    def __matmul__(self, other: Operand) -> Tensor:
        return binary(REGISTRY["matmul"], self, other)

    def __rmatmul__(self, other: Operand) -> Tensor:
        return binary(REGISTRY["matmul"], other, self)

    def __and__(self, other: Operand) -> Tensor:
        return binary(REGISTRY["bitwise_and"], self, other)

    def __rand__(self, other: Operand) -> Tensor:
        return binary(REGISTRY["bitwise_and"], other, self)

    def __or__(self, other: Operand) -> Tensor:
        return binary(REGISTRY["bitwise_or"], self, other)

    def __ror__(self, other: Operand) -> Tensor:
        return binary(REGISTRY["bitwise_or"], other, self)

    def __xor__(self, other: Operand) -> Tensor:
        return binary(REGISTRY["bitwise_xor"], self, other)

    def __rxor__(self, other: Operand) -> Tensor:
        return binary(REGISTRY["bitwise_xor"], other, self)

    def __lshift__(self, other: Operand) -> Tensor:
        return binary(REGISTRY["bitwise_left_shift"], self, other)

    def __rlshift__(self, other: Operand) -> Tensor:
        return binary(REGISTRY["bitwise_left_shift"], other, self)

    def __rshift__(self, other: Operand) -> Tensor:
        return binary(REGISTRY["bitwise_right_shift"], self, other)

    def __rrshift__(self, other: Operand) -> Tensor:
        return binary(REGISTRY["bitwise_right_shift"], other, self)

    def __eq__(self, other: object) -> Tensor:  # type: ignore[override]
        return binary(REGISTRY["eq"], self, other)

    def __ne__(self, other: object) -> Tensor:  # type: ignore[override]
        return binary(REGISTRY["ne"], self, other)

    def __lt__(self, other: Operand) -> Tensor:  # type: ignore[misc]
        return binary(REGISTRY["lt"], self, other)

    def __le__(self, other: Operand) -> Tensor:  # type: ignore[misc]
        return binary(REGISTRY["le"], self, other)

    def __gt__(self, other: Operand) -> Tensor:  # type: ignore[misc]
        return binary(REGISTRY["gt"], self, other)

    def __ge__(self, other: Operand) -> Tensor:  # type: ignore[misc]
        return binary(REGISTRY["ge"], self, other)

    def __neg__(self) -> Tensor:
        return f.neg(self._self())

    def __abs__(self) -> Tensor:
        return f.abs(self._self())

    def __invert__(self) -> Tensor:
        return f.bitwise_not(self._self())

    def __pos__(self) -> Tensor:
        return self._self()

    def __iadd__(self, other: Operand) -> Tensor:
        return _in_place(REGISTRY["add"], self, other)

    def __isub__(self, other: Operand) -> Tensor:
        return _in_place(REGISTRY["sub"], self, other)

    def __imul__(self, other: Operand) -> Tensor:
        return _in_place(REGISTRY["mul"], self, other)

    def __itruediv__(self, other: Operand) -> Tensor:
        return _in_place(REGISTRY["div"], self, other)

    def __ifloordiv__(self, other: Operand) -> Tensor:
        return _in_place(REGISTRY["floor_divide"], self, other)

    def __imod__(self, other: Operand) -> Tensor:
        return _in_place(REGISTRY["remainder"], self, other)

    def __ipow__(self, other: Operand) -> Tensor:
        return _in_place(REGISTRY["pow"], self, other)

    def __iand__(self, other: Operand) -> Tensor:
        return _in_place(REGISTRY["bitwise_and"], self, other)

    def __ior__(self, other: Operand) -> Tensor:
        return _in_place(REGISTRY["bitwise_or"], self, other)

    def __ixor__(self, other: Operand) -> Tensor:
        return _in_place(REGISTRY["bitwise_xor"], self, other)

    def __ilshift__(self, other: Operand) -> Tensor:
        return _in_place(REGISTRY["bitwise_left_shift"], self, other)

    def __irshift__(self, other: Operand) -> Tensor:
        return _in_place(REGISTRY["bitwise_right_shift"], self, other)
