"""Smooth activations by C's math library."""

import math

from tests.ops.elementwise import real


def _exponential(x, scale, alpha=1.0):
    return x if x > 0 else alpha * math.expm1(x / scale)


def _gelu(x, approximate="none"):
    if approximate == "none":
        return x * math.erfc(-x / math.sqrt(2)) / 2
    # 1 + tanh(u) = 2 / (1 + exp(-2u))
    u = math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)
    return 0.0 if u < -300 else x / (1 + math.exp(-2 * u))


def _softplus(x, beta=1.0, threshold=20.0):
    z = beta * x
    return x if z > threshold else (max(z, 0) + math.log1p(math.exp(-abs(z)))) / beta


def _sigmoid(x):
    return 1 / (1 + math.exp(-x)) if x > 0 else math.exp(x) / (1 + math.exp(x))


SELU = (1.6732632423543772, 1.0507009873554805)
ORACLES = {
    "elu": real(lambda x, alpha=1.0: _exponential(x, 1.0, alpha)),
    "celu": real(lambda x, alpha=1.0: _exponential(x, alpha, alpha)),
    "selu": real(lambda x: SELU[1] * _exponential(x, 1.0, SELU[0])),
    "gelu": real(_gelu),
    "silu": real(lambda x: x * _sigmoid(x)),
    "mish": real(lambda x: x * math.tanh(_softplus(x))),
    "softplus": real(_softplus),
    "softsign": real(lambda x: x / (1 + abs(x))),
    "log_sigmoid": real(lambda x: -_softplus(-x, 1.0, 1e9)),
    "tanhshrink": real(lambda x: x - math.tanh(x)),
}
