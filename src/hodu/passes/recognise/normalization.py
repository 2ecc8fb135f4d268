"""LayerNorm, RMSNorm and GroupNorm, and the scale and shift that belong to them."""

from __future__ import annotations

from types import SimpleNamespace

from hodu.passes._rewrite import Graph, Rule
from hodu.shapes import Shape, numel
from hodu.snapshot.ir import Value

_CENTERED = "(c := sub(x, mean(x, dim=d, keepdim=True)))"
_SQUARES = ["mul({0}, {0})", "square({0})", "pow({0}, 2)"]
_OVER_ROOT = [
    "div({}, sqrt(add({}, e)))",
    "mul({}, rsqrt(add({}, e)))",
    "mul({}, reciprocal(sqrt(add({}, e))))",
    "mul({}, div(1, sqrt(add({}, e))))",
    "div({}, pow(add({}, e), 0.5))",
    "mul({}, pow(add({}, e), -0.5))",
]
_VARIANCES = [
    *(f"mean({s.format('c')}, dim=f, keepdim=True)" for s in _SQUARES),
    "var(x, dim=f, correction=0, keepdim=True)",
]


def _trailing(dim: tuple[int, ...] | None, shape: Shape) -> Shape | None:
    """The shape of the axes `dim` if they are the last ones."""
    if not shape:
        return None
    axes = range(len(shape)) if dim is None else sorted(d % len(shape) for d in dim)
    count = len(axes)
    return shape[-count:] if count and list(axes) == list(range(len(shape)))[-count:] else None


def _mean(match: SimpleNamespace, graph: Graph) -> Value | None:
    """A sum over as many elements as it is divided by."""
    if not match.x.type.rank:
        return None
    axes = range(match.x.type.rank) if match.d is None else match.d
    count = numel(match.x.type.shape[d] for d in axes)
    number = graph.number(match.a)
    if not number or not isinstance(count, int):
        return None
    divisor = 1 / number if match.y.producer.op == "mul" else number
    if abs(divisor - count) > 1e-6 * count:
        return None
    return graph("mean", match.x, dim=match.d, keepdim=match.k)


def _layer_norm(match: SimpleNamespace, graph: Graph) -> Value | None:
    shape, eps = _trailing(match.d, match.x.type.shape), graph.number(match.e)
    if shape is None or eps is None or _trailing(match.f, match.x.type.shape) != shape:
        return None
    return graph("layer_norm", match.x, None, None, normalized_shape=shape, eps=float(eps))


def _rms_norm(match: SimpleNamespace, graph: Graph) -> Value | None:
    shape, eps = _trailing(match.f, match.x.type.shape), graph.number(match.e)
    if shape is None or eps is None:
        return None
    return graph("rms_norm", match.x, None, normalized_shape=shape, eps=float(eps))


def _vector(value: Value, shape: Shape, like: Value, graph: Graph) -> Value | None:
    """A factor or term as the op takes it: without leading axes of size 1."""
    extra = value.type.rank - len(shape)
    fits = extra >= 0 and value.type.shape == (1,) * extra + shape
    if not fits or value.type.dtype is not like.type.dtype:
        return None
    return graph("reshape", value, shape=shape) if extra else value


def _with_weight(match: SimpleNamespace, graph: Graph) -> Value | None:
    norm = match.n.producer
    x, _, *rest = norm.inputs
    weight = _vector(match.a, norm.attrs["normalized_shape"], x, graph)
    return None if weight is None else graph.like(norm, x, weight, *rest)


def _with_bias(match: SimpleNamespace, graph: Graph) -> Value | None:
    norm = match.n.producer
    x, weight, _ = norm.inputs
    bias = _vector(match.a, norm.attrs["normalized_shape"], x, graph)
    return None if bias is None else graph.like(norm, x, weight, bias)


def _group_norm(match: SimpleNamespace, graph: Graph) -> Value | None:
    """A batch of groups normalised each as one instance, by weights of 1 and biases of 0."""
    grouped, shape = match.r.type.shape, match.x.type.shape
    if len(grouped) != 3 or grouped[0] != shape[0] or not isinstance(grouped[1], int):
        return None
    if not (_is_absent_or(match.w, 1, graph) and _is_absent_or(match.b, 0, graph)):
        return None
    return graph("group_norm", match.x, None, None, num_groups=grouped[1], eps=match.e)


def _is_absent_or(value: Value | None, number: int, graph: Graph) -> bool:
    return value is None or graph.number(value) == number


def _by_channel(value: Value, x: Value, graph: Graph) -> Value | None:
    """A factor or term for each channel, along dimension 1, as a vector."""
    rank, channels = x.type.rank, x.type.shape[1]
    shape = (channels, *(1,) * (rank - 2))
    extra = value.type.rank - len(shape)
    if extra not in (0, 1) or value.type.shape != (1,) * extra + shape:
        return None
    return graph("reshape", value, shape=(channels,))


def _group_weight(match: SimpleNamespace, graph: Graph) -> Value | None:
    norm = match.n.producer
    weight = _by_channel(match.a, norm.inputs[0], graph)
    return None if weight is None else graph.like(norm, norm.inputs[0], weight, None)


def _group_bias(match: SimpleNamespace, graph: Graph) -> Value | None:
    norm = match.n.producer
    bias = _by_channel(match.a, norm.inputs[0], graph)
    return None if bias is None else graph.like(norm, *norm.inputs[:2], bias)


NORMALIZATIONS = [
    Rule("(y := div(sum(x, dim=d, keepdim=k, dtype=None), a))", _mean, sole=True),
    Rule("(y := mul(sum(x, dim=d, keepdim=k, dtype=None), a))", _mean, sole=True),
    *(Rule(r.format(_CENTERED, v), _layer_norm) for r in _OVER_ROOT for v in _VARIANCES),
    *(
        Rule(r.format("x", f"mean({s.format('x')}, dim=f, keepdim=True)"), _rms_norm)
        for r in _OVER_ROOT
        for s in _SQUARES
    ),
    Rule("mul((n := layer_norm(x, none, none)), a)", _with_weight, sole=True),
    Rule("mul((n := rms_norm(x, none)), a)", _with_weight, sole=True),
    Rule("add((n := layer_norm(x, [w], none)), a)", _with_bias, sole=True),
    Rule("reshape(instance_norm((r := reshape(x)), [w], [b], eps=e))", _group_norm, sole=True),
    Rule("mul((n := group_norm(x, none, none)), a)", _group_weight, sole=True),
    Rule("add((n := group_norm(x, [w], none)), a)", _group_bias, sole=True),
]
