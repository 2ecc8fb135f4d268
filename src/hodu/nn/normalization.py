"""Normalisation over features, groups of channels, or neighbouring channels."""

from __future__ import annotations

from collections.abc import Sequence

from hodu._tensor import Tensor
from hodu.devices import Device
from hodu.dispatch.attrs import as_ints
from hodu.dtypes import DTypeLike
from hodu.errors import ValueRangeError
from hodu.nn import functional as F
from hodu.nn import init
from hodu.nn.linear import empty_parameter
from hodu.nn.module import Module
from hodu.nn.parameter import Parameter


class _Scaled(Module):
    """What all share: a weight and a bias, where there are such."""

    weight: Parameter | None
    bias: Parameter | None

    def reset_parameters(self) -> None:
        """Weight 1 and bias 0."""
        for name, parameter in self.named_parameters(recurse=False):
            init.constant_(parameter, name == "weight")


class LayerNorm(_Scaled):
    """The trailing dimensions to mean 0 and variance 1, then scaled and shifted."""

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: Device | str | None = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = as_ints(normalized_shape, "normalized_shape")
        self.eps, self.elementwise_affine = eps, elementwise_affine
        wanted = {"weight": elementwise_affine, "bias": elementwise_affine and bias}
        for name, is_wanted in wanted.items():
            size = self.normalized_shape
            made = empty_parameter(*size, dtype=dtype, device=device) if is_wanted else None
            self.register_parameter(name, made)
        self.reset_parameters()

    def forward(self, input: Tensor) -> Tensor:
        """[..., *normalized_shape] to the same shape."""
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """The shape and the options."""
        return (
            f"{self.normalized_shape}, eps={self.eps}, "
            f"elementwise_affine={self.elementwise_affine}, bias={self.bias is not None}"
        )


class RMSNorm(_Scaled):
    """Divided by the root of the mean square over the trailing dimensions, then scaled."""

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float | None = None,
        elementwise_affine: bool = True,
        device: Device | str | None = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = as_ints(normalized_shape, "normalized_shape")
        self.eps, self.elementwise_affine = eps, elementwise_affine
        size = self.normalized_shape
        made = empty_parameter(*size, dtype=dtype, device=device) if elementwise_affine else None
        self.register_parameter("weight", made)
        self.reset_parameters()

    def forward(self, input: Tensor) -> Tensor:
        """[..., *normalized_shape] to the same shape."""
        return F.rms_norm(input, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        """The shape and the options."""
        return (
            f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"
        )


class GroupNorm(_Scaled):
    """Groups of channels to mean 0 and variance 1, then each channel scaled and shifted."""

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        device: Device | str | None = None,
        dtype: DTypeLike | None = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        if num_groups < 1 or num_channels % num_groups:
            raise ValueRangeError(
                f"num_groups={num_groups} does not divide num_channels={num_channels}"
            )
        self.num_groups, self.num_channels = num_groups, num_channels
        self.eps, self.affine = eps, affine
        for name, is_wanted in (("weight", affine), ("bias", affine and bias)):
            made = empty_parameter(num_channels, dtype=dtype, device=device) if is_wanted else None
            self.register_parameter(name, made)
        self.reset_parameters()

    def forward(self, input: Tensor) -> Tensor:
        """[n, num_channels, ...] to the same shape."""
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """The sizes and the options."""
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
            f"bias={self.bias is not None}"
        )


class LocalResponseNorm(Module):
    """Divided by a power of the mean square of `size` neighbouring channels."""

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        super().__init__()
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, input: Tensor) -> Tensor:
        """[n, c, ...] to the same shape."""
        return F.local_response_norm(input, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self) -> str:
        """The options."""
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"
