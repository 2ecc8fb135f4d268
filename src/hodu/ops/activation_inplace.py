"""The activations as hodu.nn.functional shows them: with `inplace`, which writes to the input."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hodu.dispatch.inplace import assign
from hodu.dtypes import Number
from hodu.ops._table import F, function

if TYPE_CHECKING:
    from hodu._tensor import Tensor


def _result(input: Tensor, result: Tensor, inplace: bool) -> Tensor:
    return assign(input, result) if inplace else result


@function(methods=False, where=("nn.functional:relu",))
def _nn_relu(input: Tensor, inplace: bool = False) -> Tensor:
    """The input where it is positive, else 0."""
    return _result(input, F.relu(input), inplace)


@function(methods=False, where=("nn.functional:relu6",))
def _nn_relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """Clamp to [0, 6]."""
    return _result(input, F.relu6(input), inplace)


@function(methods=False, where=("nn.functional:silu",))
def _nn_silu(input: Tensor, inplace: bool = False) -> Tensor:
    """input * sigmoid(input), also called swish."""
    return _result(input, F.silu(input), inplace)


@function(methods=False, where=("nn.functional:mish",))
def _nn_mish(input: Tensor, inplace: bool = False) -> Tensor:
    """input * tanh(softplus(input))."""
    return _result(input, F.mish(input), inplace)


@function(methods=False, where=("nn.functional:selu",))
def _nn_selu(input: Tensor, inplace: bool = False) -> Tensor:
    """elu with the alpha, and times the scale, that keep activations at variance 1."""
    return _result(input, F.selu(input), inplace)


@function(methods=False, where=("nn.functional:hardsigmoid",))
def _nn_hardsigmoid(input: Tensor, inplace: bool = False) -> Tensor:
    """The straight-line sigmoid, relu6(input + 3) / 6."""
    return _result(input, F.hardsigmoid(input), inplace)


@function(methods=False, where=("nn.functional:hardswish",))
def _nn_hardswish(input: Tensor, inplace: bool = False) -> Tensor:
    """The straight-line swish, input * relu6(input + 3) / 6."""
    return _result(input, F.hardswish(input), inplace)


@function(methods=False, where=("nn.functional:leaky_relu",))
def _nn_leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """The input where it is positive, else `negative_slope` times it."""
    return _result(input, F.leaky_relu(input, negative_slope), inplace)


@function(methods=False, where=("nn.functional:elu",))
def _nn_elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """The input where it is positive, else alpha * (exp(input) - 1)."""
    return _result(input, F.elu(input, alpha), inplace)


@function(methods=False, where=("nn.functional:celu",))
def _nn_celu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """The input where it is positive, else alpha * (exp(input / alpha) - 1)."""
    return _result(input, F.celu(input, alpha), inplace)


@function(methods=False, where=("nn.functional:hardtanh",))
def _nn_hardtanh(
    input: Tensor, min_val: Number = -1.0, max_val: Number = 1.0, inplace: bool = False
) -> Tensor:
    """Clamp to [min_val, max_val]."""
    return _result(input, F.hardtanh(input, min_val, max_val), inplace)


@function(methods=False, where=("nn.functional:threshold",))
def _nn_threshold(input: Tensor, threshold: Number, value: Number, inplace: bool = False) -> Tensor:
    """The input where it is above `threshold`, else `value`."""
    return _result(input, F.threshold(input, threshold, value), inplace)
