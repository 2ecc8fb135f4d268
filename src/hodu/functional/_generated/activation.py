"""Functions of the ops in hodu.ops.activation.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_float, as_str
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_CELU = REGISTRY["celu"]


def celu(input: Tensor, alpha: builtins.float = 1.0) -> Tensor:
    """The input where it is positive, else alpha * (exp(input / alpha) - 1)."""
    return apply(_CELU, (input,), {"alpha": as_float(alpha, "alpha")})


_ELU = REGISTRY["elu"]


def elu(input: Tensor, alpha: builtins.float = 1.0) -> Tensor:
    """The input where it is positive, else alpha * (exp(input) - 1)."""
    return apply(_ELU, (input,), {"alpha": as_float(alpha, "alpha")})


_GELU = REGISTRY["gelu"]


def gelu(input: Tensor, *, approximate: builtins.str = "none") -> Tensor:
    """input * Phi(input) with the normal distribution Phi, exact or by "tanh".

    D. Hendrycks and K. Gimpel, "Gaussian Error Linear Units" (2016).
    """
    return apply(_GELU, (input,), {"approximate": as_str(approximate, "approximate")})


_LOG_SIGMOID = REGISTRY["log_sigmoid"]


def log_sigmoid(input: Tensor) -> Tensor:
    """The logarithm of sigmoid, without underflow."""
    return apply(_LOG_SIGMOID, (input,), {})


_MISH = REGISTRY["mish"]


def mish(input: Tensor) -> Tensor:
    """input * tanh(softplus(input))."""
    return apply(_MISH, (input,), {})


_SELU = REGISTRY["selu"]


def selu(input: Tensor) -> Tensor:
    """elu with the alpha, and times the scale, that keep activations at variance 1."""
    return apply(_SELU, (input,), {})


_SILU = REGISTRY["silu"]


def silu(input: Tensor) -> Tensor:
    """input * sigmoid(input), also called swish."""
    return apply(_SILU, (input,), {})


_SOFTPLUS = REGISTRY["softplus"]


def softplus(input: Tensor, beta: builtins.float = 1.0, threshold: builtins.float = 20.0) -> Tensor:
    """log(1 + exp(beta * input)) / beta; the input itself where beta * input > threshold."""
    return apply(
        _SOFTPLUS,
        (input,),
        {"beta": as_float(beta, "beta"), "threshold": as_float(threshold, "threshold")},
    )


_SOFTSIGN = REGISTRY["softsign"]


def softsign(input: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
    """input / (1 + abs(input))."""
    return apply(_SOFTSIGN, (input,), {})


_TANHSHRINK = REGISTRY["tanhshrink"]


def tanhshrink(input: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
    """input - tanh(input)."""
    return apply(_TANHSHRINK, (input,), {})
