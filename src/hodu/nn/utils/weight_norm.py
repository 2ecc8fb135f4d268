"""A weight as a length and a direction, which are trained in its place.

Source: T. Salimans and D. Kingma, "Weight Normalization" (2016).
"""

from __future__ import annotations

from typing import Any, TypeVar

import hodu.functional as f
from hodu._tensor import Tensor
from hodu.errors import ArgumentError
from hodu.nn._hooks import RemovableHandle
from hodu.nn.module import Module
from hodu.nn.parameter import Parameter

_Module = TypeVar("_Module", bound=Module)
_KEPT = "_weight_norms"


def weight_norm(module: _Module, name: str = "weight", dim: int | None = 0) -> _Module:
    """Train `name` as `name_g * name_v / norm(name_v)`; returns the module.

    The norms are of the parts along `dim`, or the one of the whole weight for None. The weight is
    computed anew before each call of the module.
    """
    weight = module._parameters.get(name)
    if weight is None:
        raise ArgumentError(
            f"weight_norm(): {type(module).__name__} has no parameter {name!r}",
            hint=f"it has {', '.join(n for n, p in module._parameters.items() if p is not None)}",
        )
    axis = None if dim is None else dim % max(weight.ndim, 1)
    direction = weight.detach()
    del module._parameters[name]
    module.register_parameter(f"{name}_g", Parameter(_norms(direction, axis)))
    module.register_parameter(f"{name}_v", Parameter(direction))

    def compute(owner: Module, args: Any) -> None:
        setattr(owner, name, _weight(owner, name, axis))

    compute(module, ())
    handles: dict[str, tuple[RemovableHandle, int | None]] = vars(module).setdefault(_KEPT, {})
    handles[name] = (module.register_forward_pre_hook(compute), axis)
    return module


def _weight(module: Module, name: str, axis: int | None) -> Tensor:
    length, direction = module._parameters[f"{name}_g"], module._parameters[f"{name}_v"]
    assert length is not None and direction is not None
    return direction * (length / _norms(direction, axis))


def _norms(weight: Tensor, axis: int | None) -> Tensor:
    if axis is None:
        return f.norm(f.flatten(weight))
    others = tuple(i for i in range(weight.ndim) if i != axis)
    return f.norm(weight, 2, others, keepdim=True) if others else f.abs(weight)


def remove_weight_norm(module: _Module, name: str = "weight") -> _Module:
    """Undo `weight_norm`: the weight is one parameter again; returns the module."""
    handles = vars(module).get(_KEPT, {})
    if name not in handles:
        raise ArgumentError(f"{type(module).__name__}.{name} has no weight norm to be removed")
    handle, axis = handles.pop(name)
    handle.remove()
    weight = _weight(module, name, axis).detach()
    vars(module).pop(name, None)
    for part in ("g", "v"):
        del module._parameters[f"{name}_{part}"]
    module.register_parameter(name, Parameter(weight))
    return module
