"""Batch and instance normalisation, with running statistics."""

from __future__ import annotations

from typing import Any, ClassVar

import hodu.functional as f
from hodu._tensor import Tensor
from hodu.devices import Device, require_cpu
from hodu.dtypes import DTypeLike, i64
from hodu.errors import ShapeError
from hodu.nn import functional as F
from hodu.nn import init
from hodu.nn._writing import current, stateful, write
from hodu.nn.linear import empty_parameter
from hodu.nn.module import Module
from hodu.nn.parameter import Parameter
from hodu.shapes import format_shape


class _ChannelNorm(Module):
    """What both share: weight, bias and running statistics of the channels."""

    ranks: ClassVar[tuple[int, ...]]
    weight: Parameter | None
    bias: Parameter | None
    running_mean: Tensor | None
    running_var: Tensor | None
    num_batches_tracked: Tensor | None

    def _make(
        self,
        num_features: int,
        eps: float,
        momentum: float | None,
        affine: bool,
        track_running_stats: bool,
        device: Device | str | None,
        dtype: DTypeLike | None,
        bias: bool,
    ) -> None:
        require_cpu(device)
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        for name, wanted in (("weight", affine), ("bias", affine and bias)):
            made = empty_parameter(num_features, dtype=dtype) if wanted else None
            self.register_parameter(name, made)
        tracked = track_running_stats
        zeros, ones = (make((num_features,), dtype=dtype) for make in (f.zeros, f.ones))
        self.register_buffer("running_mean", zeros if tracked else None)
        self.register_buffer("running_var", ones if tracked else None)
        count = f.zeros((), dtype=i64) if tracked else None
        self.register_buffer("num_batches_tracked", count)
        self.reset_parameters()

    def reset_running_stats(self) -> None:
        """Forget the batches seen: mean 0, variance 1."""
        for buffer, value in (
            (self.running_mean, 0),
            (self.running_var, 1),
            (self.num_batches_tracked, 0),
        ):
            if buffer is not None:
                init.constant_(buffer, value)

    def reset_parameters(self) -> None:
        """Weight 1, bias 0, and no statistics."""
        self.reset_running_stats()
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def _statistics(self, written: bool) -> tuple[Any, Any]:
        """The running mean and variance, as states where they are written."""
        if self.running_mean is None or self.running_var is None:
            return None, None
        if written:
            return stateful(self.running_mean, "running_mean"), stateful(
                self.running_var, "running_var"
            )
        return current(self.running_mean), current(self.running_var)

    def _check(self, input: Tensor) -> None:
        if input.ndim not in self.ranks:
            raise ShapeError(
                f"{type(self).__name__} of {format_shape(input.shape)}",
                hint=f"it takes {' or '.join(map(str, self.ranks))} dimensions",
            )

    def extra_repr(self) -> str:
        """The options."""
        text = f"{self.num_features}, eps={self.eps}, momentum={self.momentum}"
        text += f", affine={self.affine}, bias={self.bias is not None}"
        return f"{text}, track_running_stats={self.track_running_stats}"


class _BatchNorm(_ChannelNorm):
    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Device | str | None = None,
        dtype: DTypeLike | None = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        options = (eps, momentum, affine, track_running_stats)
        self._make(num_features, *options, device, dtype, bias)

    def forward(self, input: Tensor) -> Tensor:
        """Normalised by the batch in training or without statistics, else by the running ones.

        With `momentum=None` the running statistics are the plain means over the batches.
        """
        self._check(input)
        by_batch = self.training or self.running_mean is None
        tracks = self.training and self.track_running_stats
        share: Any = 0.0 if self.momentum is None else self.momentum
        if tracks and self.num_batches_tracked is not None:
            count = stateful(self.num_batches_tracked, "num_batches_tracked")
            write(count, count + 1)
            if self.momentum is None:
                share = 1 / count.to("f64")
        mean, var = self._statistics(written=tracks)
        if self.training and not tracks:
            mean = var = None
        return F.batch_norm(input, mean, var, self.weight, self.bias, by_batch, share, self.eps)


class BatchNorm1d(_BatchNorm):
    """Each channel of [n, c] or [n, c, l] to mean 0 and variance 1, then scaled and shifted."""

    ranks = (2, 3)


class BatchNorm2d(_BatchNorm):
    """Each channel of [n, c, h, w] to mean 0 and variance 1, then scaled and shifted."""

    ranks = (4,)


class BatchNorm3d(_BatchNorm):
    """Each channel of [n, c, d, h, w] to mean 0 and variance 1, then scaled and shifted."""

    ranks = (5,)


class _InstanceNorm(_ChannelNorm):
    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device: Device | str | None = None,
        dtype: DTypeLike | None = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        options = (eps, momentum, affine, track_running_stats)
        self._make(num_features, *options, device, dtype, bias)

    def forward(self, input: Tensor) -> Tensor:
        """Normalised by each instance in training or without statistics, else by the running."""
        self._check(input)
        is_single = input.ndim == self.ranks[0]
        by_instance = self.training or not self.track_running_stats
        mean, var = self._statistics(written=self.training)
        share = 0.0 if self.momentum is None else self.momentum
        x = f.unsqueeze(input, 0) if is_single else input
        y = F.instance_norm(x, mean, var, self.weight, self.bias, by_instance, share, self.eps)
        return f.squeeze(y, 0) if is_single else y


class InstanceNorm1d(_InstanceNorm):
    """Each channel of each instance of [(n,) c, l] to mean 0 and variance 1."""

    ranks = (2, 3)


class InstanceNorm2d(_InstanceNorm):
    """Each channel of each instance of [(n,) c, h, w] to mean 0 and variance 1."""

    ranks = (3, 4)


class InstanceNorm3d(_InstanceNorm):
    """Each channel of each instance of [(n,) c, d, h, w] to mean 0 and variance 1."""

    ranks = (4, 5)
