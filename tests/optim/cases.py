"""Every optimizer with its options, and parameters with gradients that are set by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import hodu
from hodu import optim
from hodu.ops._table import Array

CASES: dict[str, list[dict[str, Any]]] = {
    "SGD": [
        {},
        {"lr": 0.1, "momentum": 0.9},
        {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.05},
        {"lr": 0.1, "momentum": 0.8, "dampening": 0.3},
        {"lr": 0.1, "momentum": 0.8, "dampening": 0.3, "weight_decay": 0.1, "maximize": True},
        {"lr": 0.01, "weight_decay": 0.1, "maximize": True},
    ],
    "Adam": [
        {},
        {"lr": 0.01, "betas": (0.8, 0.95), "eps": 1e-6},
        {"lr": 0.01, "amsgrad": True, "weight_decay": 0.1},
        {"lr": 0.01, "weight_decay": 0.1, "decoupled_weight_decay": True},
        {"lr": 0.01, "maximize": True, "betas": (0.0, 0.9)},
    ],
    "AdamW": [
        {},
        {"lr": 0.01, "weight_decay": 0.3, "amsgrad": True},
        {"lr": 0.01, "betas": (0.8, 0.9), "eps": 1e-4, "weight_decay": 0, "maximize": True},
    ],
    "RMSprop": [
        {},
        {"lr": 0.001, "alpha": 0.9, "eps": 1e-5, "weight_decay": 0.1},
        {"lr": 0.001, "momentum": 0.9},
        {"lr": 0.001, "momentum": 0.5, "centered": True, "maximize": True},
        {"centered": True},
    ],
    "Adagrad": [
        {},
        {"lr": 0.1, "lr_decay": 0.05, "weight_decay": 0.1},
        {"lr": 0.1, "initial_accumulator_value": 0.5, "eps": 1e-6, "maximize": True},
    ],
    "Adadelta": [
        {},
        {"lr": 0.5, "rho": 0.8, "eps": 1e-4, "weight_decay": 0.1},
        {"maximize": True},
    ],
    "Adamax": [
        {},
        {"lr": 0.01, "betas": (0.8, 0.95), "eps": 1e-6, "weight_decay": 0.1},
        {"maximize": True},
    ],
    "NAdam": [
        {},
        {"lr": 0.01, "betas": (0.8, 0.95), "momentum_decay": 0.02, "weight_decay": 0.1},
        {"lr": 0.01, "weight_decay": 0.1, "decoupled_weight_decay": True, "maximize": True},
    ],
    "RAdam": [
        {},
        {"lr": 0.01, "betas": (0.8, 0.95), "eps": 1e-6, "weight_decay": 0.1},
        {"lr": 0.01, "weight_decay": 0.1, "decoupled_weight_decay": True, "maximize": True},
        {"lr": 0.01, "betas": (0.9, 0.6)},
    ],
    "LAMB": [
        {},
        {"lr": 0.01, "betas": (0.8, 0.95), "eps": 1e-4, "weight_decay": 0.1},
        {"maximize": True},
    ],
    "Lion": [
        {},
        {"lr": 0.001, "betas": (0.8, 0.9), "weight_decay": 0.2},
        {"maximize": True},
    ],
}
ALL = [(name, options) for name, several in CASES.items() for options in several]
SHAPES = [(3, 4), (5,), ()]
RTOL = {"f32": 1e-5, "f64": 1e-10}


def identify(value: Any) -> str:
    """A readable id of a case."""
    if isinstance(value, dict):
        return ",".join(f"{k}={v}" for k, v in value.items()) or "defaults"
    return str(value)


def starts(dtype: str) -> list[Array]:
    """First values of the parameters; one element is zero."""
    rng = np.random.default_rng(0)
    arrays = [np.asarray(rng.normal(size=shape), getattr(hodu, dtype).numpy) for shape in SHAPES]
    arrays[0][0, 0] = 0
    return arrays


def gradients(steps: int, dtype: str) -> Iterator[list[Array]]:
    """Gradients of each step; one parameter sits out now and then, one element is always zero."""
    rng = np.random.default_rng(1)
    for _ in range(steps):
        grads = [np.asarray(rng.normal(size=s), getattr(hodu, dtype).numpy) for s in SHAPES]
        grads[1][2] = 0
        yield grads


def parameters(dtype: str) -> list[Any]:
    """The parameters of Hodu."""
    return [parameter(array) for array in starts(dtype)]


def parameter(array: Array) -> Any:
    """A parameter over a copy of `array`."""
    return hodu.tensor(array, requires_grad=True)


def run(
    optimizer: optim.Optimizer,
    params: list[Any],
    steps: int,
    dtype: str,
    after: Callable[[int], None] = lambda step: None,
) -> None:
    """Take steps with the gradients above; every fifth time the last parameter has none."""
    for step, grads in enumerate(gradients(steps, dtype)):
        for param, grad in zip(params, grads, strict=True):
            param.grad = hodu.tensor(grad)
        if step % 5 == 4:
            params[-1].grad = None
        optimizer.step()
        after(step)
