"""Division with rounding, and its remainders."""

from __future__ import annotations

import numpy as np

from hodu.dims import Dim
from hodu.dtypes import NUMERIC
from hodu.errors import DivisionByZeroError
from hodu.ops._precision import in_f32
from hodu.ops._rules import broadcast
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, Promote, op
from hodu.ops.arithmetic import DIVISORS

SIGNS = [
    S(T(values=[7, 7, 8, 9, 0]), T(values=[2, 3, 4, 5, 3])),
    *(
        S(T(dtype=t, values=[-7, 7, -7, 7, -8, -9]), T(dtype=t, values=[2, -2, -2, 2, 4, -3]))
        for t in ("i8", "i64", "bf16", "f32", "f64")
    ),
]


def _refuse_zero(y: Array) -> None:
    """Integers have no infinity to return, so a zero divisor is an error."""
    if y.dtype.kind in "iu" and not y.all():
        where = [int(i) for i in np.argwhere(y == 0)[0]]
        raise DivisionByZeroError(
            "integer division by zero" + (f": the divisor is 0 at index {where}" if where else ""),
            hint="mask the zeros out first, or divide as floats",
        )


@op("floor_divide(Tensor input, Tensor other) -> Tensor")
class FloorDivide:
    """The quotient rounded towards minus infinity; a zero integer divisor is an error."""

    promote, dtypes = Promote.COMMON, NUMERIC
    infer = broadcast()
    samples = DIVISORS + SIGNS
    inplace, on_dims = True, True

    def eager(x: Array, y: Array) -> Array:
        _refuse_zero(y)
        return np.floor_divide(x, y)

    vjp = {"input": lambda ct: F.zeros_like(ct), "other": lambda ct: F.zeros_like(ct)}


def _trunc_dims(a: Dim, b: Dim) -> Dim:
    return a // b if (a >= 0) == (b > 0) else -(-a // b)


@op("trunc_divide(Tensor input, Tensor other) -> Tensor")
class TruncDivide:
    """The quotient rounded towards zero; a zero integer divisor is an error."""

    promote, dtypes = Promote.COMMON, NUMERIC
    infer = broadcast()
    samples = DIVISORS + SIGNS
    public, on_dims = False, np.frompyfunc(_trunc_dims, 2, 1)

    def eager(x: Array, y: Array) -> Array:
        if x.dtype.kind not in "iu":
            return _trunc_divide_floats(x, y)
        _refuse_zero(y)
        quotient = np.floor_divide(x, y)
        return quotient + ((quotient < 0) & (quotient * y != x)).astype(x.dtype)

    vjp = {"input": lambda ct: F.zeros_like(ct), "other": lambda ct: F.zeros_like(ct)}


@in_f32
def _trunc_divide_floats(x: Array, y: Array) -> Array:
    return np.trunc(np.true_divide(x, y))


@op("remainder(Tensor input, Tensor other) -> Tensor")
class Remainder:
    """The remainder with the sign of the divisor; a zero integer divisor is an error."""

    promote, dtypes = Promote.COMMON, NUMERIC
    infer = broadcast()
    samples = DIVISORS + SIGNS
    inplace, on_dims = True, True

    def eager(x: Array, y: Array) -> Array:
        _refuse_zero(y)
        return np.remainder(x, y)

    vjp = {
        "input": lambda ct: ct,
        "other": lambda ct, input, other: -ct * F.floor_divide(input, other),
    }


@op("fmod(Tensor input, Tensor other) -> Tensor")
class Fmod:
    """The remainder with the sign of the dividend; a zero integer divisor is an error."""

    promote, dtypes = Promote.COMMON, NUMERIC
    infer = broadcast()
    samples = DIVISORS + SIGNS
    inplace = True

    def eager(x: Array, y: Array) -> Array:
        _refuse_zero(y)
        return np.fmod(x, y)

    vjp = {
        "input": lambda ct: ct,
        "other": lambda ct, input, other: -ct * F._trunc_divide(input, other),
    }
