"""Moves of data that undo or repeat each other: transposes, reshapes, slices, pieces, casts."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from hodu.dims import Dim
from hodu.dtypes import DType
from hodu.passes._rewrite import Graph, Keep, Rule, rewrite
from hodu.passes._transposes import TRANSPOSES
from hodu.snapshot.ir import Node, Snapshot, Value

_VIEWS = ("reshape", "squeeze", "unsqueeze")


def _reshaped(match: SimpleNamespace, graph: Graph) -> Value:
    """Both views as one."""
    return graph("reshape", match.x, shape=match.y.type.shape)


def _is_nothing(match: SimpleNamespace) -> bool:
    """Whether a slice takes everything in order."""
    return not any(match.a) and all(s == 1 for s in match.c)


def _sliced_twice(match: SimpleNamespace, graph: Graph) -> Value:
    start = tuple(a + b * s for a, b, s in zip(match.a, match.b, match.s, strict=True))
    step = tuple(s * t for s, t in zip(match.s, match.t, strict=True))
    return graph("slice", match.x, start=start, size=match.y.type.shape, step=step)


def _is_unpadded(match: SimpleNamespace) -> bool:
    return not any(match.b) and not any(match.a)


def _one(match: SimpleNamespace, graph: Graph) -> Value | None:
    """The one tensor of a list, the empty ones left out."""
    axis = match.d % match.y.type.rank
    full = [v for v in match.xs if v.type.shape != (0,) and v.type.shape[axis] != 0]
    if not full or len(full) == len(match.xs):
        return match.xs[0] if len(match.xs) == 1 else None
    if any(v.type.dtype is not match.y.type.dtype for v in full):
        return None
    return full[0] if len(full) == 1 else graph("cat", *full, dim=match.d)


def _rejoined(match: SimpleNamespace, graph: Graph) -> Value | None:
    """What was split, where all pieces are joined again in order."""
    node = match.xs[0].producer
    if node is None or node.op != "split" or node.outputs != match.xs:
        return None
    source: Value = node.inputs[0]
    same = node.attrs["dim"] % source.type.rank == match.d % source.type.rank
    return source if same else None


def _flattened(match: SimpleNamespace, graph: Graph) -> Value | None:
    """Joined pieces of what is joined along the same dimension."""
    axis = match.d % match.y.type.rank
    parts = [_pieces(v, axis, graph) for v in match.xs]
    if all(len(p) == 1 for p in parts):
        return None
    return graph("cat", *(v for p in parts for v in p), dim=match.d)


def _pieces(value: Value, axis: int, graph: Graph) -> list[Value]:
    node = value.producer
    if node is None or not _joins(node, axis) or graph.uses(value) > 1:
        return [value]
    return [v for v in node.inputs if v is not None]


def _joins(node: Node, axis: int) -> bool:
    return node.op == "cat" and node.attrs["dim"] % node.outputs[0].type.rank == axis


def _stacked_one(match: SimpleNamespace, graph: Graph) -> Value | None:
    if len(match.xs) != 1:
        return None
    return graph("reshape", match.xs[0], shape=match.y.type.shape)


def _repeats_once(match: SimpleNamespace) -> bool:
    return all(isinstance(r, int) and r == 1 for r in match.r)


def holds(wide: DType, narrow: DType) -> bool:
    """Whether every value of `narrow` has its own in `wide`, which casts back to it."""
    if narrow is wide or narrow.name == "bool":
        return True
    if narrow.is_float and wide.is_float:
        # f16 and bf16 each have numbers that the other lacks; f8 fits into both.
        return narrow.bits < wide.bits
    if narrow.is_integer and wide.is_float:
        return narrow.bits < {32: 24, 64: 53}.get(wide.bits, 0)
    if narrow.is_integer and wide.is_integer:
        return narrow.bits < wide.bits and (wide.is_signed or not narrow.is_signed)
    return False


def _is_cast_through(match: SimpleNamespace) -> bool:
    return holds(match.a, match.x.type.dtype) and match.a.name != "bool"


def _padded_conv(match: SimpleNamespace, graph: Graph) -> Value | None:
    """A convolution or a pooling that does the padding of its input itself."""
    node = match.y.producer
    before, after, own = match.p[2:], match.q[2:], node.attrs["padding"]
    if any((*match.p[:2], *match.q[:2])) or not all(
        _is_size(d) for d in (*match.p, *match.q, *own)
    ):
        return None
    added = tuple(a + b for a, b in zip(own, (*before, *after), strict=True))
    source = (match.x, *node.inputs[1:])
    return graph(node.op, *source, **{**node.attrs, "padding": added})


def _is_size(dim: Dim) -> bool:
    return isinstance(dim, int) and dim >= 0


_PADDED = "pad(x, before=p, after=q, mode='constant', value={})"
RULES = [
    *(Rule(f"{view}(x)", "x") for view in _VIEWS),
    *(Rule(f"(y := {v}({w}(x)))", _reshaped) for v in _VIEWS for w in _VIEWS),
    *TRANSPOSES,
    Rule("flip(flip(x, dims=d), dims=d)", "x"),
    Rule("flip(x, dims=())", "x"),
    Rule("slice(x, start=a, step=c)", "x", where=_is_nothing),
    Rule("(y := slice(slice(x, start=a, step=s), start=b, step=t))", _sliced_twice),
    Rule("pad(x, before=b, after=a)", "x", where=_is_unpadded),
    Rule("(y := cat(*xs, dim=d))", _one),
    Rule("cat(*xs, dim=d)", _rejoined),
    Rule("(y := cat(*xs, dim=d))", _flattened),
    Rule("split(x)", "x"),
    Rule("(y := stack(*xs))", _stacked_one),
    Rule("repeat(x, repeats=r)", "x", where=_repeats_once),
    Rule("cast(x)", "x"),
    Rule("clone(x)", "x"),
    Rule("detach(x)", "x"),
    Rule("cast(cast(x, dtype=a), dtype=b)", "cast(x, dtype=b)", where=_is_cast_through),
    Rule(f"(y := conv({_PADDED.format(0)}, w, [b]))", _padded_conv),
    Rule(f"(y := max_pool({_PADDED.format('v')}))", _padded_conv, lambda m: m.v == -np.inf),
]


def movement(snapshot: Snapshot, keep: Keep | None = None) -> Snapshot:
    """The Snapshot without moves that cancel."""
    return rewrite(snapshot, RULES, keep)
