"""What hyperparameters may be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypedDict

from hodu._tensor import Tensor
from hodu.errors import ArgumentError, UnsupportedError, ValueRangeError
from hodu.source import location


class Implementation(TypedDict, total=False):
    """Keywords by which PyTorch chooses how to compute a step; here they change nothing.

    A step can always be captured, and a compiler fuses it. `differentiable` must be False.
    """

    foreach: bool | None
    fused: bool | None
    capturable: bool
    differentiable: bool


_IMPLEMENTATION: Implementation = {
    "foreach": None,
    "fused": None,
    "capturable": False,
    "differentiable": False,
}


def implementation(given: Implementation) -> dict[str, Any]:
    """All the keywords of `Implementation`; raises for others and for what is not there."""
    unknown = [name for name in given if name not in _IMPLEMENTATION]
    if unknown:
        raise ArgumentError(f"unknown argument {unknown[0]!r} of an optimizer", where=location())
    if given.get("differentiable"):
        raise UnsupportedError(
            "differentiable=True: gradients do not flow through optimizer steps",
            where=location(),
            hint="call the optimizer's pure function, update(param, grad, state, hyper), on "
            "tensors that require gradients",
        )
    return {**_IMPLEMENTATION, **given}


_POSITIVE: tuple[str, Callable[[Any], bool]] = ("at least 0", lambda x: x >= 0)
_FRACTION: tuple[str, Callable[[Any], bool]] = ("from 0 to 1", lambda x: 0 <= x <= 1)
_BELOW_ONE: tuple[str, Callable[[Any], bool]] = ("in [0, 1)", lambda x: 0 <= x < 1)
_RANGES = {
    **dict.fromkeys(("lr", "eps", "weight_decay", "momentum", "momentum_decay"), _POSITIVE),
    **dict.fromkeys(("lr_decay", "initial_accumulator_value", "alpha"), _POSITIVE),
    "rho": _FRACTION,
    "betas": _BELOW_ONE,
}


def check_ranges(entries: Mapping[str, Any]) -> None:
    """Raise ValueRangeError for the first hyperparameter outside its range."""
    for name in entries.keys() & _RANGES.keys():
        text, holds = _RANGES[name]
        value = entries[name]
        numbers = value if isinstance(value, (tuple, list)) else (value,)
        if name == "betas" and len(numbers) != 2:
            raise ValueRangeError(f"betas are two numbers, not {value!r}", where=location())
        for number in numbers:
            if not holds(float(number) if isinstance(number, Tensor) else number):
                raise ValueRangeError(f"{name} is {text}, not {number!r}", where=location())
