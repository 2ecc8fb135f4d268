"""What the updates have in common.

A hyperparameter or a step count is a Python number in eager code and a 0-d f64 tensor in a capture,
so both read alike and are exact in f64 for parameters of any dtype.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np

from hodu import functional as f
from hodu._tensor import Tensor
from hodu.dispatch.base import wrap
from hodu.ops._table import Array

Scalar: TypeAlias = Any  # a float or a 0-d Tensor, which the operators take alike
State: TypeAlias = Mapping[str, Any]
Hyper: TypeAlias = Mapping[str, Any]
Update: TypeAlias = tuple[Tensor, dict[str, Tensor]]
UpdateFunction: TypeAlias = "Callable[[Tensor, Tensor, State, Hyper], Update]"
InPlace: TypeAlias = "Callable[[Array, Array, State, Hyper, Array], None]"
SCALARS = frozenset({"step", "mu_product"})  # the states that are 0-d, of whatever parameter
ELEMENTWISE: set[UpdateFunction] = set()
IN_PLACE: dict[UpdateFunction, InPlace] = {}


def elementwise(update: UpdateFunction) -> UpdateFunction:
    """Mark an update of which each element depends on the same element of its operands alone."""
    ELEMENTWISE.add(update)
    return update


def in_place_of(update: UpdateFunction) -> Callable[[InPlace], InPlace]:
    """Register the same update, to the bit, that writes flat f32 or f64 arrays in place.

    It takes the parameter, the gradient (not to be written), the state, the hyperparameters and
    two rows of scratch memory as long as they are.
    """

    def register(function: InPlace) -> InPlace:
        IN_PLACE[update] = function
        return function

    return register


def is_on(value: Scalar) -> bool:
    """Whether a hyperparameter takes part in the update: it is a tensor, or not zero."""
    return isinstance(value, Tensor) or value != 0


def choose(condition: Any, a: Scalar, b: Scalar) -> Scalar:
    """`a` if the condition holds, else `b`; all three are numbers or 0-d tensors."""
    if not isinstance(condition, Tensor):
        return a if condition else b
    return f.where(condition, _f64(a), _f64(b))


def _f64(value: Scalar) -> Tensor:
    return f.as_tensor(value, dtype="f64")


def zeros(param: Tensor, value: float = 0.0) -> Tensor:
    """A new state like `param`; with data also in a capture, since it outlives that."""
    return wrap(np.full(param.shape, value, param.dtype.numpy))


def scalar(param: Tensor, value: float = 0.0) -> Tensor:
    """A new 0-d state: f64 for an f64 parameter, else f32, as PyTorch has it."""
    return wrap(np.array(value, np.float64 if param.dtype.name == "f64" else np.float32))


def signed(grad: Tensor, hyper: Hyper) -> Tensor:
    """The gradient of what is minimised."""
    return -grad if hyper["maximize"] else grad


def penalised(param: Tensor, grad: Tensor, hyper: Hyper) -> Tensor:
    """The gradient of what is minimised, with that of weight_decay / 2 * param**2."""
    grad = signed(grad, hyper)
    weight_decay = hyper["weight_decay"]
    return grad + param * weight_decay if is_on(weight_decay) else grad


def shrunk(param: Tensor, hyper: Hyper) -> Tensor:
    """The parameter after decoupled weight decay (Loshchilov and Hutter, 2019)."""
    weight_decay = hyper["weight_decay"]
    return param * (1 - hyper["lr"] * weight_decay) if is_on(weight_decay) else param


def decayed(param: Tensor, grad: Tensor, hyper: Hyper) -> tuple[Tensor, Tensor]:
    """Parameter and gradient after weight decay, decoupled or not as the group says."""
    if hyper["decoupled_weight_decay"]:
        return shrunk(param, hyper), signed(grad, hyper)
    return param, penalised(param, grad, hyper)


def moments(param: Tensor) -> dict[str, Tensor]:
    """A new state: the step and the running means of the gradient and its square."""
    return {"step": scalar(param), "exp_avg": zeros(param), "exp_avg_sq": zeros(param)}


def averaged(state: State, grad: Tensor, betas: Any) -> dict[str, Tensor]:
    """The running means of the gradient and its square after this step."""
    return {
        "exp_avg": mean(state["exp_avg"], grad, betas[0]),
        "exp_avg_sq": mean_square(state["exp_avg_sq"], grad, betas[1]),
    }


def mean(average: Tensor, value: Tensor, beta: Scalar) -> Tensor:
    """The running mean of `value`."""
    return average + (value - average) * (1 - beta)


def mean_square(average: Tensor, value: Tensor, beta: Scalar) -> Tensor:
    """The running mean of `value` squared."""
    return average * beta + value * value * (1 - beta)


def counted(state: State) -> State:
    """The state with the number of this step as a Python number, which is also stored."""
    if "step" not in state:
        return state
    count = state["step"].numpy()
    count += 1
    return {**state, "step": float(count)}
