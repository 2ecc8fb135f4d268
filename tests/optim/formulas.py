"""Each update once more, in NumPy and as its paper writes it.

A formula takes the parameter, the gradient, the state so far, the number of the step and the
options, and returns the new parameter; it changes the state, a dict that starts out empty.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hodu.ops._table import Array

Memory = dict[str, Any]


def sgd(
    x: Array,
    g: Array,
    s: Memory,
    t: int,
    lr: float = 1e-3,
    momentum: float = 0,
    dampening: float = 0,
    weight_decay: float = 0,
    nesterov: bool = False,
) -> Array:
    """b = mu b + (1 - tau) g, x = x - lr b."""
    g = g + weight_decay * x
    if momentum:
        s["b"] = momentum * s["b"] + (1 - dampening) * g if "b" in s else g
        g = g + momentum * s["b"] if nesterov else s["b"]
    return x - lr * g


def _moments(g: Array, s: Memory, betas: tuple[float, float]) -> tuple[Array, Array]:
    b1, b2 = betas
    s["m"] = b1 * s.get("m", 0) + (1 - b1) * g
    s["v"] = b2 * s.get("v", 0) + (1 - b2) * g**2
    return s["m"], s["v"]


def _decayed(
    x: Array, g: Array, lr: float, weight_decay: float, decoupled: bool
) -> tuple[Array, Array]:
    """The weight decay in the parameter itself, or in the gradient."""
    if decoupled:
        return x - lr * weight_decay * x, g
    return x, g + weight_decay * x


def adam(
    x: Array,
    g: Array,
    s: Memory,
    t: int,
    lr: float = 1e-3,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: float = 0,
    amsgrad: bool = False,
    decoupled_weight_decay: bool = False,
) -> Array:
    """m^ = m / (1 - b1^t), v^ = v / (1 - b2^t), x = x - lr m^ / (sqrt(v^) + eps)."""
    x, g = _decayed(x, g, lr, weight_decay, decoupled_weight_decay)
    m, v = _moments(g, s, betas)
    if amsgrad:
        v = s["max"] = np.maximum(s.get("max", 0), v)
    first, second = m / (1 - betas[0] ** t), v / (1 - betas[1] ** t)
    return x - lr * first / (np.sqrt(second) + eps)


def adamw(x: Array, g: Array, s: Memory, t: int, weight_decay: float = 1e-2, **rest: Any) -> Array:
    """Adam, with the weight decay beside the gradient."""
    return adam(x, g, s, t, weight_decay=weight_decay, decoupled_weight_decay=True, **rest)


def rmsprop(
    x: Array,
    g: Array,
    s: Memory,
    t: int,
    lr: float = 1e-2,
    alpha: float = 0.99,
    eps: float = 1e-8,
    weight_decay: float = 0,
    momentum: float = 0,
    centered: bool = False,
) -> Array:
    """v = a v + (1 - a) g^2, x = x - lr g / (sqrt(v) + eps)."""
    g = g + weight_decay * x
    v = s["v"] = alpha * s.get("v", 0) + (1 - alpha) * g**2
    if centered:
        s["mean"] = alpha * s.get("mean", 0) + (1 - alpha) * g
        v = v - s["mean"] ** 2
    s["b"] = momentum * s.get("b", 0) + g / (np.sqrt(v) + eps)
    return x - lr * s["b"]


def adagrad(
    x: Array,
    g: Array,
    s: Memory,
    t: int,
    lr: float = 1e-2,
    lr_decay: float = 0,
    weight_decay: float = 0,
    initial_accumulator_value: float = 0,
    eps: float = 1e-10,
) -> Array:
    """G = G + g^2, x = x - lr g / (sqrt(G) + eps)."""
    g = g + weight_decay * x
    s["sum"] = s.get("sum", initial_accumulator_value) + g**2
    return x - lr / (1 + (t - 1) * lr_decay) * g / (np.sqrt(s["sum"]) + eps)


def adadelta(
    x: Array,
    g: Array,
    s: Memory,
    t: int,
    lr: float = 1.0,
    rho: float = 0.9,
    eps: float = 1e-6,
    weight_decay: float = 0,
) -> Array:
    """x = x - lr RMS(delta) / RMS(g) g."""
    g = g + weight_decay * x
    s["g"] = rho * s.get("g", 0) + (1 - rho) * g**2
    delta = np.sqrt(s.get("d", 0) + eps) / np.sqrt(s["g"] + eps) * g
    s["d"] = rho * s.get("d", 0) + (1 - rho) * delta**2
    return x - lr * delta


def adamax(
    x: Array,
    g: Array,
    s: Memory,
    t: int,
    lr: float = 2e-3,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: float = 0,
) -> Array:
    """u = max(b2 u, |g|), x = x - lr / (1 - b1^t) m / u."""
    g = g + weight_decay * x
    m = s["m"] = betas[0] * s.get("m", 0) + (1 - betas[0]) * g
    s["u"] = np.maximum(betas[1] * s.get("u", 0), np.abs(g) + eps)
    return x - lr / (1 - betas[0] ** t) * m / s["u"]


def nadam(
    x: Array,
    g: Array,
    s: Memory,
    t: int,
    lr: float = 2e-3,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: float = 0,
    momentum_decay: float = 4e-3,
    decoupled_weight_decay: bool = False,
) -> Array:
    """m^ of the momentum of the next step, and the gradient by that of this one."""
    x, g = _decayed(x, g, lr, weight_decay, decoupled_weight_decay)
    m, v = _moments(g, s, betas)
    mu, after = (betas[0] * (1 - 0.96 ** (k * momentum_decay) / 2) for k in (t, t + 1))
    product = s["product"] = s.get("product", 1.0) * mu
    first = after * m / (1 - product * after) + (1 - mu) * g / (1 - product)
    return x - lr * first / (np.sqrt(v / (1 - betas[1] ** t)) + eps)


def radam(
    x: Array,
    g: Array,
    s: Memory,
    t: int,
    lr: float = 1e-3,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: float = 0,
    decoupled_weight_decay: bool = False,
) -> Array:
    """x = x - lr r m^ l where rho > 5, else x - lr m^; l = sqrt(1 - b2^t) / (sqrt(v) + eps)."""
    x, g = _decayed(x, g, lr, weight_decay, decoupled_weight_decay)
    m, v = _moments(g, s, betas)
    first = m / (1 - betas[0] ** t)
    most = 2 / (1 - betas[1]) - 1
    rho = most - 2 * t * betas[1] ** t / (1 - betas[1] ** t)
    if rho <= 5:
        return x - lr * first
    r = np.sqrt((rho - 4) * (rho - 2) * most / ((most - 4) * (most - 2) * rho))
    return x - lr * r * first * np.sqrt(1 - betas[1] ** t) / (np.sqrt(v) + eps)


def lamb(
    x: Array,
    g: Array,
    s: Memory,
    t: int,
    lr: float = 1e-3,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-6,
    weight_decay: float = 0,
) -> Array:
    """x = x - lr |x| / |r| r, where r is Adam's direction with weight decay."""
    m, v = _moments(g, s, betas)
    r = m / (1 - betas[0] ** t) / (np.sqrt(v / (1 - betas[1] ** t)) + eps) + weight_decay * x
    size, length = np.linalg.norm(x), np.linalg.norm(r)
    return x - lr * (size / length if size > 0 and length > 0 else 1) * r


def lion(
    x: Array,
    g: Array,
    s: Memory,
    t: int,
    lr: float = 1e-4,
    betas: tuple[float, float] = (0.9, 0.99),
    weight_decay: float = 0,
) -> Array:
    """x = x - lr (sign(b1 m + (1 - b1) g) + wd x), then m = b2 m + (1 - b2) g."""
    m = s.get("m", 0)
    s["m"] = betas[1] * m + (1 - betas[1]) * g
    return x - lr * (np.sign(betas[0] * m + (1 - betas[0]) * g) + weight_decay * x)
