"""Batch normalisation of running statistics taken into the layer before it."""

from __future__ import annotations

import copy
from typing import Any, TypeVar

import hodu.functional as f
from hodu._tensor import Tensor
from hodu.errors import ArgumentError
from hodu.nn.batchnorm import _BatchNorm
from hodu.nn.conv import ConvBase
from hodu.nn.linear import Linear
from hodu.nn.parameter import Parameter

_Conv = TypeVar("_Conv", bound=ConvBase)
_Linear = TypeVar("_Linear", bound=Linear)


def fuse_conv_bn_weights(
    conv_w: Tensor,
    conv_b: Tensor | None,
    bn_rm: Tensor,
    bn_rv: Tensor,
    bn_eps: float,
    bn_w: Tensor | None,
    bn_b: Tensor | None,
    transpose: bool = False,
) -> tuple[Parameter, Parameter]:
    """Weight and bias of a convolution that normalises by these statistics too."""
    dim = 1 if transpose else 0
    shape = [1] * conv_w.ndim
    shape[dim] = -1
    return _fused(conv_w, conv_b, (bn_rm, bn_rv, bn_w, bn_b), bn_eps, shape)


def fuse_linear_bn_weights(
    linear_w: Tensor,
    linear_b: Tensor | None,
    bn_rm: Tensor,
    bn_rv: Tensor,
    bn_eps: float,
    bn_w: Tensor,
    bn_b: Tensor,
) -> tuple[Parameter, Parameter]:
    """Weight and bias of an affine map that normalises by these statistics too."""
    return _fused(linear_w, linear_b, (bn_rm, bn_rv, bn_w, bn_b), bn_eps, [-1, 1])


def _fused(
    weight: Tensor, bias: Tensor | None, norm: Any, eps: float, shape: list[int]
) -> tuple[Parameter, Parameter]:
    mean, var, scale, shift = norm
    factor = f.rsqrt(var + eps) * (1 if scale is None else scale)
    moved = -mean if bias is None else bias - mean
    total = moved * factor + (0 if shift is None else shift)
    return Parameter(weight * f.reshape(factor, shape).to(weight.dtype)), Parameter(total)


def _check(layer: Any, bn: _BatchNorm) -> tuple[Tensor, Tensor]:
    if layer.training or bn.training or bn.running_mean is None or bn.running_var is None:
        raise ArgumentError(
            f"{type(layer).__name__} and {type(bn).__name__} are fused in evaluation mode, with "
            "running statistics",
            hint="call .eval() first",
        )
    return bn.running_mean, bn.running_var


def fuse_conv_bn_eval(conv: _Conv, bn: _BatchNorm, transpose: bool = False) -> _Conv:
    """A copy of the convolution that does what both do, in evaluation mode."""
    statistics = _check(conv, bn)
    fused = copy.deepcopy(conv)
    fused.weight, fused.bias = fuse_conv_bn_weights(
        conv.weight, conv.bias, *statistics, bn.eps, bn.weight, bn.bias, transpose
    )
    return fused


def fuse_linear_bn_eval(linear: _Linear, bn: _BatchNorm) -> _Linear:
    """A copy of the affine map that does what both do, in evaluation mode."""
    mean, var = _check(linear, bn)
    if bn.num_features not in (linear.out_features, 1):
        raise ArgumentError(f"{bn.num_features} features after {linear.out_features} outputs")
    norm = (mean, var, bn.weight, bn.bias)
    fused = copy.deepcopy(linear)
    fused.weight, fused.bias = _fused(linear.weight, linear.bias, norm, bn.eps, [-1, 1])
    return fused
