"""The steps of recurrent layers, written once for NumPy arrays and for Tensors.

A `Math` holds the few functions in which the two differ; the rest is operators, slices and `.T`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from hodu.errors import ValueRangeError
from hodu.ops._table import F

Activation = Callable[[Any], Any]
State = tuple[Any, ...]
Step = Callable[[Any, State], State]


@dataclass(frozen=True, slots=True)
class Math:
    """The functions that steps need, over arrays or over Tensors."""

    exp: Activation
    tanh: Activation
    sigmoid: Activation
    log1p: Activation
    abs: Activation
    where: Callable[[Any, Any, Any], Any]
    clip: Callable[[Any, float | None, float | None], Any]


def _sigmoid(x: Any) -> Any:
    return 0.5 * (np.tanh(0.5 * x) + 1.0)


ARRAYS = Math(
    exp=np.exp,
    tanh=np.tanh,
    sigmoid=_sigmoid,
    log1p=np.log1p,
    abs=np.abs,
    where=np.where,
    clip=np.clip,
)
TENSORS = Math(
    exp=lambda x: F.exp(x),
    tanh=lambda x: F.tanh(x),
    sigmoid=lambda x: F.sigmoid(x),
    log1p=lambda x: F.log1p(x),
    abs=lambda x: F.abs(x),
    where=lambda condition, x, y: F.where(condition, x, y),
    clip=lambda x, low, high: F.clamp(x, low, high),
)

# Name -> (default alpha, default beta, the function), None where it has no such parameter.
# Names and defaults are ONNX's, in lower case.
_ACTIVATIONS: dict[
    str, tuple[float | None, float | None, Callable[[Math, Any, float, float], Any]]
] = {
    "sigmoid": (None, None, lambda m, x, a, b: m.sigmoid(x)),
    "tanh": (None, None, lambda m, x, a, b: m.tanh(x)),
    "relu": (None, None, lambda m, x, a, b: m.clip(x, 0.0, None)),
    "affine": (1.0, 0.0, lambda m, x, a, b: a * x + b),
    "leakyrelu": (0.01, None, lambda m, x, a, b: m.where(x < 0, a * x, x)),
    "thresholdedrelu": (1.0, None, lambda m, x, a, b: m.where(x > a, x, 0.0)),
    "scaledtanh": (1.0, 1.0, lambda m, x, a, b: a * m.tanh(b * x)),
    "hardsigmoid": (0.2, 0.5, lambda m, x, a, b: m.clip(a * x + b, 0.0, 1.0)),
    "elu": (1.0, None, lambda m, x, a, b: m.where(x < 0, a * (m.exp(m.clip(x, None, 0.0)) - 1), x)),
    "softsign": (None, None, lambda m, x, a, b: x / (1 + m.abs(x))),
    "softplus": (None, None, lambda m, x, a, b: m.clip(x, 0.0, None) + m.log1p(m.exp(-m.abs(x)))),
}


def make_activations(
    math: Math,
    names: str,
    count: int,
    alphas: Sequence[float] | None,
    betas: Sequence[float] | None,
    clip: float | None,
) -> list[Activation]:
    """The activations that `names` lists; each clips its input to [-clip, clip] first.

    `alphas` and `betas` are used up in order by the activations that have one.
    """
    listed = [name.strip() for name in names.split(",")]
    unknown = [name for name in listed if name not in _ACTIVATIONS]
    if unknown or len(listed) != count:
        raise ValueRangeError(
            f"activations={names!r}", hint=f"it lists {count} of {', '.join(_ACTIVATIONS)}"
        )
    each_alpha = _parameters("alphas", listed, 0, alphas)
    each_beta = _parameters("betas", listed, 1, betas)
    return [
        _activation(math, *args, clip) for args in zip(listed, each_alpha, each_beta, strict=True)
    ]


def _parameters(
    what: str, names: Sequence[str], index: Literal[0, 1], given: Sequence[float] | None
) -> list[float]:
    """The alpha or the beta of each activation: given, by default, or 0 where it has none."""
    defaults = [_ACTIVATIONS[name][index] for name in names]
    needed = sum(v is not None for v in defaults)
    if given is not None and len(given) != needed:
        raise ValueRangeError(
            f"{what}={list(given)}: the activations {', '.join(names)} use {needed} of them"
        )
    source = iter([v for v in defaults if v is not None] if given is None else given)
    return [0.0 if v is None else next(source) for v in defaults]


def _activation(math: Math, name: str, alpha: float, beta: float, clip: float | None) -> Activation:
    function = _ACTIVATIONS[name][2]
    if clip is None:
        return lambda x: function(math, x, alpha, beta)
    return lambda x: function(math, math.clip(x, -clip, clip), alpha, beta)


def plus(x: Any, bias: Any) -> Any:
    """`x + bias`, or `x` if there is no bias."""
    return x if bias is None else x + bias


def _peep(gate: Any, weight: Any, cell: Any) -> Any:
    return gate if weight is None else gate + weight * cell


def lstm_step(
    acts: Sequence[Activation],
    w_hh: Any,
    b_hh: Any,
    peephole: Any,
    input_forget: bool,
) -> Step:
    """The step of an LSTM: (the input's share of the gates i, f, g, o; (h, c)) -> (h, c)."""
    f, g, h = acts
    size = w_hh.shape[1]
    parts = (slice(None, size), slice(size, 2 * size), slice(2 * size, None))
    look_i, look_f, look_o = (None if peephole is None else peephole[p] for p in parts)

    def step(given: Any, state: State) -> State:
        hidden, cell = state
        gates = plus(given + hidden @ w_hh.T, b_hh)
        i, forget, new, out = (gates[:, k * size : (k + 1) * size] for k in range(4))
        i = f(_peep(i, look_i, cell))
        forget = 1 - i if input_forget else f(_peep(forget, look_f, cell))
        cell = forget * cell + i * g(new)
        return f(_peep(out, look_o, cell)) * h(cell), cell

    return step


def gru_step(acts: Sequence[Activation], w_hh: Any, b_hh: Any, linear_before_reset: bool) -> Step:
    """The step of a GRU: (the input's share of the gates r, z, n; (h,)) -> (h,).

    The reset gate multiplies `h @ w + b`, or h itself unless `linear_before_reset`.
    """
    f, g = acts
    size = w_hh.shape[1]
    split = 2 * size

    def step(given: Any, state: State) -> State:
        (hidden,) = state
        share = hidden @ (w_hh.T if linear_before_reset else w_hh[:split].T)
        share = plus(share, b_hh if b_hh is None or linear_before_reset else b_hh[:split])
        reset = f(given[:, :size] + share[:, :size])
        update = f(given[:, size:split] + share[:, size:split])
        if linear_before_reset:
            new = reset * share[:, split:]
        else:
            new = plus((reset * hidden) @ w_hh[split:].T, None if b_hh is None else b_hh[split:])
        new = g(given[:, split:] + new)
        return ((1 - update) * new + update * hidden,)

    return step


def rnn_step(acts: Sequence[Activation], w_hh: Any, b_hh: Any) -> Step:
    """The step of a plain recurrent layer: (the input's share; (h,)) -> (h,)."""

    def step(given: Any, state: State) -> State:
        (hidden,) = state
        return (acts[0](plus(given + hidden @ w_hh.T, b_hh)),)

    return step
