"""Softmax and log-softmax; and composites of narrow floats that are written out in f32."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

from hodu.dtypes import f32
from hodu.passes._rewrite import Graph, Rule
from hodu.snapshot.ir import Value

_SHIFTED = [
    "sub(x, amax(x, dim=d, keepdim=True))",
    "sub(x, max(x, dim=d, keepdim=True))",
]
_SOFTMAX = [
    "div((e := exp({})), sum(e, dim=f, keepdim=True))",
    "mul((e := exp({})), reciprocal(sum(e, dim=f, keepdim=True)))",
]
_LOG_SOFTMAX = "sub((s := {}), log(sum(exp(s), dim=f, keepdim=True)))"
# These compute narrow floats in f32 themselves, and round once.
_IN_F32 = (
    *("softmax", "log_softmax", "gelu", "silu", "mish", "elu", "celu", "selu", "softplus"),
    *("leaky_relu", "hardsigmoid", "hardswish"),
)


def one_axis(dim: int | tuple[int, ...] | None, rank: int) -> int | None:
    """The axis that a reduction goes over, if it is one."""
    if dim is None:
        return 0 if rank == 1 else None
    axes = (dim,) if isinstance(dim, int) else dim
    return axes[0] % rank if len(axes) == 1 and rank else None


def _along(op: str) -> Callable[[SimpleNamespace, Graph], Value | None]:
    """`op` of x along the one axis of both of the reductions that were found."""

    def replacement(match: SimpleNamespace, graph: Graph) -> Value | None:
        axis = one_axis(match.d, match.x.type.rank)
        if axis is None or one_axis(match.f, match.x.type.rank) != axis:
            return None
        return graph(op, match.x, dim=axis)

    return replacement


def _log_softmax(match: SimpleNamespace, graph: Graph) -> Value | None:
    axis = one_axis(match.d, match.x.type.rank)
    return None if axis is None else graph("log_softmax", match.x, dim=axis)


def _narrow(match: SimpleNamespace, graph: Graph) -> Value | None:
    """The op on the narrow float itself."""
    if not (match.x.type.dtype.is_float and match.x.type.dtype.bits < 32):
        return None
    return graph.like(match.y.producer, match.x)


SOFTMAX = [
    *(Rule(p.format(s), _along("softmax")) for p in _SOFTMAX for s in _SHIFTED),
    *(Rule(_LOG_SOFTMAX.format(s), _along("log_softmax")) for s in _SHIFTED),
    Rule("sub(x, logsumexp(x, dim=d, keepdim=True))", _log_softmax),
    *(
        Rule(f"cast((y := {op}(cast(x, dtype=t))))", _narrow, lambda m: m.t is f32, sole=True)
        for op in _IN_F32
    ),
]
