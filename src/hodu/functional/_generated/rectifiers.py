"""Functions of the ops in hodu.ops.rectifiers.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_float, as_scalar
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_HARDSHRINK = REGISTRY["hardshrink"]


def hardshrink(input: Tensor, lambd: builtins.float = 0.5) -> Tensor:
    """The input where it lies outside [-lambd, lambd], else 0."""
    return apply(_HARDSHRINK, (input,), {"lambd": as_float(lambd, "lambd")})


_HARDSIGMOID = REGISTRY["hardsigmoid"]


def hardsigmoid(input: Tensor) -> Tensor:
    """The straight-line sigmoid, relu6(input + 3) / 6."""
    return apply(_HARDSIGMOID, (input,), {})


_HARDSWISH = REGISTRY["hardswish"]


def hardswish(input: Tensor) -> Tensor:
    """The straight-line swish, input * relu6(input + 3) / 6."""
    return apply(_HARDSWISH, (input,), {})


_HARDTANH = REGISTRY["hardtanh"]


def hardtanh(
    input: Tensor,
    min_val: builtins.bool | builtins.int | builtins.float = -1.0,
    max_val: builtins.bool | builtins.int | builtins.float = 1.0,
) -> Tensor:
    """Clamp to [min_val, max_val]."""
    return apply(
        _HARDTANH,
        (input,),
        {"min_val": as_scalar(min_val, "min_val"), "max_val": as_scalar(max_val, "max_val")},
    )


_LEAKY_RELU = REGISTRY["leaky_relu"]


def leaky_relu(input: Tensor, negative_slope: builtins.float = 0.01) -> Tensor:
    """The input where it is positive, else `negative_slope` times it."""
    return apply(
        _LEAKY_RELU, (input,), {"negative_slope": as_float(negative_slope, "negative_slope")}
    )


_PRELU = REGISTRY["prelu"]


def prelu(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    weight: Tensor | builtins.bool | builtins.int | builtins.float,
) -> Tensor:
    """The input where it is positive, else `weight` times it.

    The weight is one number, or one for each channel, which are along dimension 1.
    """
    return apply(
        _PRELU,
        (
            input,
            weight,
        ),
        {},
    )


_RELU = REGISTRY["relu"]


def relu(input: Tensor) -> Tensor:
    """The input where it is positive, else 0."""
    return apply(_RELU, (input,), {})


_RELU6 = REGISTRY["relu6"]


def relu6(input: Tensor) -> Tensor:
    """Clamp to [0, 6]."""
    return apply(_RELU6, (input,), {})


_SOFTSHRINK = REGISTRY["softshrink"]


def softshrink(input: Tensor, lambd: builtins.float = 0.5) -> Tensor:
    """The input brought towards 0 by `lambd`, to 0 inside [-lambd, lambd]."""
    return apply(_SOFTSHRINK, (input,), {"lambd": as_float(lambd, "lambd")})


_THRESHOLD = REGISTRY["threshold"]


def threshold(
    input: Tensor,
    threshold: builtins.bool | builtins.int | builtins.float,
    value: builtins.bool | builtins.int | builtins.float,
) -> Tensor:
    """The input where it is above `threshold`, else `value`."""
    return apply(
        _THRESHOLD,
        (input,),
        {"threshold": as_scalar(threshold, "threshold"), "value": as_scalar(value, "value")},
    )
