"""Affine and bilinear maps."""

from __future__ import annotations

import math
from typing import Any

import hodu.functional as f
from hodu._tensor import Tensor
from hodu.devices import Device, require_cpu
from hodu.dtypes import DTypeLike
from hodu.errors import ValueRangeError
from hodu.nn import functional as F
from hodu.nn import init
from hodu.nn.module import Module
from hodu.nn.parameter import Parameter


def empty_parameter(
    *size: int, dtype: DTypeLike | None = None, device: Device | str | None = None
) -> Parameter:
    """A parameter of this size, f32 by default, that is still to be initialised."""
    require_cpu(device)
    if any(n < 0 for n in size):
        raise ValueRangeError(f"a parameter of size {list(size)}", hint="sizes are 0 or more")
    return Parameter(f.zeros(size, dtype=dtype))


class Identity(Module):
    """Its input; takes any arguments."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Any) -> Any:
        """The input."""
        return input


class Linear(Module):
    """The affine map `input @ weight.T + bias`; weight is [out_features, in_features]."""

    weight: Parameter
    bias: Parameter | None

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        device: Device | str | None = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__()
        self.in_features, self.out_features = in_features, out_features
        self.weight = empty_parameter(out_features, in_features, dtype=dtype, device=device)
        self.register_parameter(
            "bias", empty_parameter(out_features, dtype=dtype) if bias else None
        )
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Uniform numbers up to 1 / sqrt(in_features)."""
        bound = 1 / math.sqrt(self.in_features) if self.in_features else 0.0
        for parameter in self.parameters(recurse=False):
            init.uniform_(parameter, -bound, bound)

    def forward(self, input: Tensor) -> Tensor:
        """[..., in_features] to [..., out_features]."""
        return F.linear(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        """The sizes, and whether there is a bias."""
        return (
            f"in_features={self.in_features}, out_features={self.out_features}, "
            f"bias={self.bias is not None}"
        )


class Bilinear(Module):
    """The bilinear map `input1 @ weight @ input2 + bias`; weight is [out, in1, in2]."""

    weight: Parameter
    bias: Parameter | None

    def __init__(
        self,
        in1_features: int,
        in2_features: int,
        out_features: int,
        bias: bool = True,
        device: Device | str | None = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__()
        if in1_features < 1:
            raise ValueRangeError(f"in1_features={in1_features}", hint="use 1 or more")
        self.in1_features, self.in2_features = in1_features, in2_features
        self.out_features = out_features
        sizes = (out_features, in1_features, in2_features)
        self.weight = empty_parameter(*sizes, dtype=dtype, device=device)
        self.register_parameter(
            "bias", empty_parameter(out_features, dtype=dtype) if bias else None
        )
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Uniform numbers up to 1 / sqrt(in1_features)."""
        bound = 1 / math.sqrt(self.in1_features)
        for parameter in self.parameters(recurse=False):
            init.uniform_(parameter, -bound, bound)

    def forward(self, input1: Tensor, input2: Tensor) -> Tensor:
        """[..., in1_features] and [..., in2_features] to [..., out_features]."""
        return F.bilinear(input1, input2, self.weight, self.bias)

    def extra_repr(self) -> str:
        """The sizes, and whether there is a bias."""
        return (
            f"in1_features={self.in1_features}, in2_features={self.in2_features}, "
            f"out_features={self.out_features}, bias={self.bias is not None}"
        )
