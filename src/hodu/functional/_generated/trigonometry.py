"""Functions of the ops in hodu.ops.trigonometry.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_ACOS = REGISTRY["acos"]


def acos(input: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
    """The angle in [0, pi] with this cosine."""
    return apply(_ACOS, (input,), {})


_ACOSH = REGISTRY["acosh"]


def acosh(input: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
    """The inverse hyperbolic cosine, not negative."""
    return apply(_ACOSH, (input,), {})


_ASIN = REGISTRY["asin"]


def asin(input: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
    """The angle in [-pi/2, pi/2] with this sine."""
    return apply(_ASIN, (input,), {})


_ASINH = REGISTRY["asinh"]


def asinh(input: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
    """The inverse hyperbolic sine."""
    return apply(_ASINH, (input,), {})


_ATAN = REGISTRY["atan"]


def atan(input: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
    """The angle in [-pi/2, pi/2] with this tangent."""
    return apply(_ATAN, (input,), {})


_ATAN2 = REGISTRY["atan2"]


def atan2(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    other: Tensor | builtins.bool | builtins.int | builtins.float,
) -> Tensor:
    """The angle in [-pi, pi] of the point (other, input); `input` is the ordinate."""
    return apply(
        _ATAN2,
        (
            input,
            other,
        ),
        {},
    )


_ATANH = REGISTRY["atanh"]


def atanh(input: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
    """The inverse hyperbolic tangent."""
    return apply(_ATANH, (input,), {})


_COS = REGISTRY["cos"]


def cos(input: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
    """The cosine of an angle in radians."""
    return apply(_COS, (input,), {})


_COSH = REGISTRY["cosh"]


def cosh(input: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
    """The hyperbolic cosine."""
    return apply(_COSH, (input,), {})


_HYPOT = REGISTRY["hypot"]


def hypot(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    other: Tensor | builtins.bool | builtins.int | builtins.float,
) -> Tensor:
    """The length of the hypotenuse, sqrt(input**2 + other**2), without overflow."""
    return apply(
        _HYPOT,
        (
            input,
            other,
        ),
        {},
    )


_SIN = REGISTRY["sin"]


def sin(input: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
    """The sine of an angle in radians."""
    return apply(_SIN, (input,), {})


_SINH = REGISTRY["sinh"]


def sinh(input: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
    """The hyperbolic sine."""
    return apply(_SINH, (input,), {})


_TAN = REGISTRY["tan"]


def tan(input: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
    """The tangent of an angle in radians."""
    return apply(_TAN, (input,), {})


_TANH = REGISTRY["tanh"]


def tanh(input: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
    """The hyperbolic tangent."""
    return apply(_TANH, (input,), {})
