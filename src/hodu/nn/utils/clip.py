"""Holding gradients to a norm or to a range."""

from __future__ import annotations

import math
from collections.abc import Iterable

import hodu.functional as f
from hodu._tensor import Tensor
from hodu.errors import ValueRangeError
from hodu.nn._writing import write
from hodu.source import location

Parameters = Tensor | Iterable[Tensor]


def _grads(parameters: Parameters) -> list[Tensor]:
    """The gradients of those that have one."""
    given = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    return [p.grad for p in given if p.grad is not None]


def get_total_norm(
    tensors: Parameters,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """The norm of all tensors as one vector; 0 of none. `foreach` has no effect."""
    given = [tensors] if isinstance(tensors, Tensor) else list(tensors)
    if not given:
        return f.tensor(0.0)
    norms = f.stack([f.norm(f.flatten(t), norm_type) for t in given])
    total = f.norm(norms, norm_type)
    if error_if_nonfinite and total._data is not None and not math.isfinite(total.item()):
        raise ValueRangeError(
            f"the {norm_type}-norm of the gradients is {total.item()}",
            where=location(),
            hint="error_if_nonfinite=False scales by it all the same",
        )
    return total


def clip_grads_with_norm_(
    parameters: Parameters, max_norm: float, total_norm: Tensor, foreach: bool | None = None
) -> None:
    """Scale the gradients by `max_norm / total_norm` where that is below 1, in place."""
    scale = f.clamp(max_norm / (total_norm + 1e-6), max=1.0)  # 1e-6 as in PyTorch
    for grad in _grads(parameters):
        write(grad, (grad * scale).to(grad.dtype))


def clip_grad_norm_(
    parameters: Parameters,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Scale the gradients, in place, so that their norm is at most `max_norm`; returns the norm."""
    given = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    total = get_total_norm(_grads(given), norm_type, error_if_nonfinite)
    clip_grads_with_norm_(given, max_norm, total)
    return total


def clip_grad_value_(
    parameters: Parameters, clip_value: float, foreach: bool | None = None
) -> None:
    """Clamp the gradients to [-clip_value, clip_value], in place."""
    for grad in _grads(parameters):
        write(grad, f.clamp(grad, -clip_value, clip_value))
