"""Activations: GELU of both kinds, SiLU, mish, softplus, the hard ones, ReLU and its bounds."""

from __future__ import annotations

import math
from types import SimpleNamespace

from hodu.passes._rewrite import Graph, Rule
from hodu.snapshot.ir import Value

_SQRT2, _TANH_SCALE, _TANH_CUBE = math.sqrt(2), math.sqrt(2 / math.pi), 0.044715
_FAR = 40.0  # beyond it log(1 + exp(x)) is x also in f64

_ERF = [f"erf(mul(x, ~{1 / _SQRT2}))", f"erf(div(x, ~{_SQRT2}))"]
_CUBE = ["mul(mul(x, x), x)", "mul(square(x), x)", "pow(x, 3)"]
_BENT = [
    *(f"add(x, mul({cube}, ~{_TANH_CUBE}))" for cube in _CUBE),
    f"mul(x, add(mul(square(x), ~{_TANH_CUBE}), 1))",
    f"mul(x, add(mul(mul(x, x), ~{_TANH_CUBE}), 1))",
]
_TANH = [f"tanh(mul({bent}, ~{_TANH_SCALE}))" for bent in _BENT]
# x / 2 * (1 + f), in every order of the factors.
_HALVES = [
    "mul(mul(x, 0.5), add({}, 1))",
    "mul(div(x, 2), add({}, 1))",
    "mul(x, mul(add({}, 1), 0.5))",
    "mul(x, div(add({}, 1), 2))",
    "mul(mul(x, add({}, 1)), 0.5)",
    "div(mul(x, add({}, 1)), 2)",
    "mul(x, add(mul({}, 0.5), 0.5))",
]
_SIGMOID = [
    "div(1, add(exp(neg(x)), 1))",
    "reciprocal(add(exp(neg(x)), 1))",
    "add(mul(tanh(mul(x, 0.5)), 0.5), 0.5)",
]
_LOG1P_EXP = ["log(add(exp(x), 1))", "log1p(exp(x))"]
_RELU6 = ["relu6(add(x, 3))", "clamp(add(x, 3), 0, 6)"]


def _leaky(match: SimpleNamespace, graph: Graph) -> Value | None:
    slope = graph.number(match.a)
    if slope is None:
        return None
    return graph("leaky_relu", match.x, negative_slope=float(slope))


def _bounded_leaky(match: SimpleNamespace, graph: Graph) -> Value | None:
    """The larger of x and a * x is a leaky ReLU for slopes below 1."""
    slope = graph.number(match.a)
    return _leaky(match, graph) if slope is not None and 0 < slope < 1 else None


def _clamp(match: SimpleNamespace, graph: Graph) -> Value | None:
    low, high = graph.number(match.a), graph.number(match.b)
    return None if low is None or high is None else graph("clamp", match.x, match.a, match.b)


ACTIVATIONS = [
    *(Rule(h.format(f), "gelu(x, approximate='none')") for h in _HALVES for f in _ERF),
    *(Rule(h.format(f), "gelu(x, approximate='tanh')") for h in _HALVES for f in _TANH),
    *(Rule(s, "sigmoid(x)") for s in _SIGMOID),
    Rule("mul(x, sigmoid(x))", "silu(x)"),
    Rule("div(x, add(exp(neg(x)), 1))", "silu(x)"),
    Rule("logaddexp(x, 0)", f"softplus(x, beta=1.0, threshold={_FAR})"),
    Rule("mul(x, tanh(softplus(x, beta=1.0)))", "mish(x)"),
    *(Rule(f"mul(x, tanh({s}))", "mish(x)") for s in _LOG1P_EXP),
    *(Rule(f"div({r}, 6)", "hardsigmoid(x)") for r in _RELU6),
    *(Rule(f"mul({r}, ~{1 / 6})", "hardsigmoid(x)") for r in _RELU6),
    Rule(f"clamp(add(mul(x, ~{1 / 6}), 0.5), 0, 1)", "hardsigmoid(x)"),
    Rule("clamp(add(div(x, 6), 0.5), 0, 1)", "hardsigmoid(x)"),
    Rule("mul(x, hardsigmoid(x))", "hardswish(x)"),
    *(Rule(f"div(mul(x, {r}), 6)", "hardswish(x)") for r in _RELU6),
    *(Rule(f"mul(mul(x, {r}), ~{1 / 6})", "hardswish(x)") for r in _RELU6),
    Rule("maximum(x, 0)", "relu(x)"),
    Rule("clamp(x, 0, none)", "relu(x)"),
    Rule("clamp(x, 0, 6)", "relu6(x)"),
    Rule("hardtanh(x, min_val=0, max_val=6)", "relu6(x)"),
    Rule("minimum(relu(x), 6)", "relu6(x)"),
    Rule("clamp(relu(x), none, 6)", "relu6(x)"),
    Rule("minimum(maximum(x, a), b)", _clamp),
    Rule("where(gt(x, 0), x, mul(x, a))", _leaky),
    Rule("maximum(x, mul(x, a))", _bounded_leaky),
]
