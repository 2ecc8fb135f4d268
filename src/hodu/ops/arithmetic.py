"""Arithmetic of two tensors, elementwise with broadcasting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dtypes import (
    BOOL,
    FLOATS,
    NUMERIC,
    DType,
    Number,
    Rank,
    as_dtype,
    is_strict,
    of_scalar,
    result_type,
)
from hodu.errors import DTypeError, ValueRangeError
from hodu.ops._fill_value import constant
from hodu.ops._precision import in_f32
from hodu.ops._rules import broadcast
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, Promote, alias, function, op
from hodu.shapes import TensorType

if TYPE_CHECKING:
    from hodu._tensor import Tensor

PAIRS = [
    S((3, 4), (3, 4)),
    S((3, 4), (4,)),
    S((2, 1, 3), (4, 1)),
    S((), (2,)),
    S((), ()),
    S((0, 3), (3,)),
]
DIVISORS = [
    S((3, 4), T((3, 4), low=1, high=5)),
    S((2, 1, 3), T((4, 1), low=1, high=3)),
    S((0,), (0,)),
    S((), T((), low=2, high=2)),
]


@op("add(Tensor input, Tensor other) -> Tensor")
class Add:
    """The sum; on bools, logical or."""

    promote, dtypes = Promote.COMMON, NUMERIC | BOOL
    infer = broadcast()
    eager = np.add
    vjp = {"input": lambda ct: ct, "other": lambda ct: ct}
    samples = PAIRS
    inplace, public, on_dims = True, False, True


@op("sub(Tensor input, Tensor other) -> Tensor")
class Sub:
    """The difference."""

    promote, dtypes = Promote.COMMON, NUMERIC
    infer = broadcast()
    eager = np.subtract
    vjp = {"input": lambda ct: ct, "other": lambda ct: -ct}
    samples = PAIRS
    inplace, public, on_dims = True, False, True


@op("mul(Tensor input, Tensor other) -> Tensor")
class Mul:
    """The product; on bools, logical and."""

    promote, dtypes = Promote.COMMON, NUMERIC | BOOL
    infer = broadcast()
    eager = np.multiply
    vjp = {"input": lambda ct, other: ct * other, "other": lambda ct, input: ct * input}
    samples = PAIRS
    inplace, on_dims = True, True


@op("div(Tensor input, Tensor other) -> Tensor")
class Div:
    """The true quotient; integers and bools are divided as f32."""

    promote, dtypes = Promote.FLOAT, FLOATS
    infer = broadcast()
    eager = np.true_divide
    vjp = {
        "input": lambda ct, other: ct / other,
        "other": lambda ct, out, other: -ct * out / other,
    }
    samples = DIVISORS
    inplace, public = True, False


@function()
def add(input: Tensor | Number, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
    """The sum `input + alpha * other`."""
    return F._add(input, _scaled(input, other, alpha))


@function()
def sub(input: Tensor | Number, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
    """The difference `input - alpha * other`."""
    return F._sub(input, _scaled(input, other, alpha))


def _scaled(input: Any, other: Any, alpha: Number) -> Any:
    """`alpha * other`, which stays a Python number if it is one, so that it is promoted as one."""
    if isinstance(alpha, float) and not any(map(_is_float, (input, other))):
        raise DTypeError(
            f"alpha={alpha} with integers", hint="give an integer, or cast them with .to('f32')"
        )
    if alpha == 1:
        return other
    if isinstance(other, (bool, int, float)):
        return other * alpha
    if not hasattr(other, "dtype"):
        return F.mul(other, alpha)
    # In the dtype of the sum: scaled in its own, an integer could wrap around before it is added.
    common = result_type((_operand(input), _operand(other)), is_strict())
    return F.mul(F.cast(other, common), alpha)


def _operand(x: Any) -> tuple[DType, Rank]:
    if not hasattr(x, "dtype"):  # a number or a symbolic size
        return of_scalar(x if isinstance(x, (bool, float)) else 0), 0
    return as_dtype(x.dtype), 2 if x.ndim else 1


def _is_float(operand: Any) -> bool:
    if isinstance(operand, (bool, int, float)):
        return isinstance(operand, float)
    return as_dtype(operand.dtype).is_float if hasattr(operand, "dtype") else False


@function()
def rsub(input: Tensor, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
    """The difference the other way round: `other - alpha * input`."""
    return F.sub(other, input, alpha=alpha)


@function()
def div(
    input: Tensor | Number, other: Tensor | Number, *, rounding_mode: str | None = None
) -> Tensor:
    """The quotient: true, or rounded towards zero ("trunc") or down ("floor")."""
    if rounding_mode is None:
        return F._div(input, other)
    if rounding_mode == "floor":
        return F.floor_divide(input, other)
    if rounding_mode == "trunc":
        return F._trunc_divide(input, other)
    raise ValueRangeError(f"rounding_mode={rounding_mode!r}", hint="it is None, 'trunc' or 'floor'")


alias("sub", "subtract")
alias("mul", "multiply")
alias("div", "divide", "true_divide")

THREE = [
    S((3, 4), (3, 4), (3, 4)),
    S((4,), (3, 1), (), value=2),
    S((), (), ()),
    S((0,), (0,), (1,)),
]


@op("addcmul(Tensor input, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor")
class Addcmul:
    """The sum `input + value * tensor1 * tensor2`."""

    promote, dtypes = Promote.COMMON, NUMERIC
    samples = [*THREE, S((2,), (2,), (2,), value=-1)]
    inplace = True

    def infer(x: TensorType, a: TensorType, b: TensorType, value: Number = 1) -> TensorType:
        if isinstance(value, float) and not x.dtype.is_float:
            raise DTypeError(
                f"addcmul() of {x.dtype} with the float value={value}",
                hint="give an integer, or cast the tensors with .to('f32')",
            )
        return broadcast(3)(x, a, b)

    def compose(x: Tensor, a: Tensor, b: Tensor, value: Number = 1) -> Tensor:
        return x + (a * b if value == 1 else a * value * b)

    def eager(x: Array, a: Array, b: Array, value: Number = 1) -> Array:
        if x.dtype.kind not in "iu":
            return _addcmul_floats(x, a, b, value=value)
        if isinstance(value, float):
            raise TypeError("a float value with integer tensors")
        return x + constant(value, x) * a * b

    vjp = {
        "input": lambda ct: ct,
        "tensor1": lambda ct, tensor2, value: ct * (tensor2 * value),
        "tensor2": lambda ct, tensor1, value: ct * (tensor1 * value),
    }


@in_f32
def _addcmul_floats(x: Array, a: Array, b: Array, value: Number) -> Array:
    return x + constant(value, x) * a * b


@op("addcdiv(Tensor input, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor")
class Addcdiv:
    """The sum `input + value * tensor1 / tensor2`; for floats."""

    promote, dtypes = Promote.COMMON, FLOATS
    infer = broadcast(3)
    samples = [
        S((3, 4), (3, 4), T((3, 4), low=1, high=3)),
        S((4,), (3, 1), T((), low=1, high=3), value=2),
        S((0,), (0,), (1,), value=0.5),
    ]
    inplace = True

    def compose(x: Tensor, a: Tensor, b: Tensor, value: Number = 1) -> Tensor:
        return x + (a / b if value == 1 else a * value / b)

    @in_f32
    def eager(x: Array, a: Array, b: Array, value: Number = 1) -> Array:
        return x + constant(value, x) * a / b

    vjp = {
        "input": lambda ct: ct,
        "tensor1": lambda ct, tensor2, value: ct * value / tensor2,
        "tensor2": lambda ct, tensor1, tensor2, value: -ct * value * tensor1 / (tensor2 * tensor2),
    }
