"""Kernels without loops of their own: scalar and reading ops, in the loops over their result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from hodu.kernel.expr import Const, Expr, Ramp, index
from hodu.kernel.ir import Block, Kernel
from hodu.kernel.walk import all_expressions
from hodu.kernel.work import instructions
from hodu.lower.collapse import Collapse, collapse
from hodu.lower.point import CannotVectorizeError
from hodu.lower.rules import SCALAR
from hodu.lower.stage import Stage
from hodu.lower.threads import GRAIN
from hodu.lower.updates import has_parts, part_of
from hodu.snapshot.ir import Node, Value

if TYPE_CHECKING:
    from hodu.lower.lowering import Lowering

_MOST = 2  # vectors side by side
_LONG = 12  # instructions that depend on each other and take longer than starting them


def lower_pointwise(lowering: Lowering, *values: Value) -> None:
    """Add the kernel that stores results of scalar or reading ops.

    Several are of one shape and made by scalar ops: each may read those before it.
    """
    nodes = [_producer(value) for value in values]
    lanes = _lanes(lowering, nodes)
    joined = _collapse(lowering, nodes)
    stage: Stage | None = None
    if lanes > 1:
        stage = _vectorized(lowering, values, joined, lanes)
    if stage is None:
        stage = _stage(lowering, values, joined)
        _loops(stage, values, 1)
    stage.finish()


def _stage(lowering: Lowering, values: Sequence[Value], joined: Collapse | None) -> Stage:
    *others, node = map(_producer, values)
    stage = Stage(lowering, node, others=others)
    stage.collapse = joined
    return stage


def _producer(value: Value) -> Node:
    assert value.producer is not None
    return value.producer


def _lanes(lowering: Lowering, nodes: Sequence[Node]) -> int:
    """How many elements of the widest dtype in the group fit a vector of the target."""
    seen = [v for n in nodes for v in (*n.outputs, *_leaves(lowering, n))]
    bits = max((v.type.dtype.bits for v in seen), default=32)
    return max(1, lowering.target.vector_bits // max(bits, 32))


def _vectorized(
    lowering: Lowering, values: Sequence[Value], joined: Collapse | None, lanes: int
) -> Stage | None:
    """The kernel with vectors in its innermost loop, None where there is no such form."""
    stage = _stage(lowering, values, joined)
    try:
        _loops(stage, values, lanes)
    except CannotVectorizeError:
        return None
    return stage if has_wide_vectors(stage.k.finish()) else None


def has_wide_vectors(kernel: Kernel) -> bool:
    """Whether a kernel has vectors of 32 or 64 bits an element, of any type but bool.

    Loops over narrower ones alone are left to the C compiler, which finds longer vectors for them.
    """
    vectors = [x for x in all_expressions(kernel.body) if x.lanes > 1 and not isinstance(x, Ramp)]
    return any(x.dtype.bits >= 32 for x in vectors)


def _loops(stage: Stage, values: Sequence[Value], lanes: int) -> None:
    if has_parts(stage, values):
        first, count = part_of(stage, int(stage.shape_of(values[-1])[0]))
        ends = first, first + count // lanes * lanes, first + count
        _vectors_and_rest(stage, values, (), ends, lanes)
        return
    extents = stage.extents(stage.shape_of(values[-1]))
    parallel = is_large(extents)
    if not extents:
        _element(stage, values, ())
        return
    with stage.k.loops(extents[:-1], kind="parallel" if parallel else "serial") as outer:
        flat = parallel and all(isinstance(i, Const) for i in outer)
        _innermost(stage, values, outer, extents[-1], lanes, flat)


def _innermost(
    stage: Stage,
    values: Sequence[Value],
    outer: tuple[Expr, ...],
    extent: Expr,
    lanes: int,
    parallel: bool,
) -> None:
    whole = extent // lanes * lanes
    done: Expr = index(0)
    if parallel:
        done = extent // (_MOST * lanes) * (_MOST * lanes)
        with stage.k.loop(done, step=GRAIN, kind="parallel", name="start") as start:
            end = (start + GRAIN).min(done)
            abreast = _abreast if lanes > 1 else 1
            with stage.k.loop(end, start, step=lanes, abreast=abreast, divides=True) as i:
                _element(stage, values, (*outer, Ramp(i, lanes) if lanes > 1 else i))
    _vectors_and_rest(stage, values, outer, (done, whole, extent), lanes)


def _vectors_and_rest(
    stage: Stage,
    values: Sequence[Value],
    outer: tuple[Expr, ...],
    ends: tuple[Expr, Expr, Expr],
    lanes: int,
) -> None:
    """The elements from the first of the `ends` to the second by vectors, then to the third."""
    first, whole, last = ends
    with stage.k.loop(whole, first, step=lanes, abreast=_abreast if lanes > 1 else 1) as i:
        _element(stage, values, (*outer, Ramp(i, lanes) if lanes > 1 else i))
    if lanes > 1:
        with stage.k.loop(last, whole) as i:
            _element(stage, values, (*outer, i))


def _abreast(body: Block) -> int:
    """How many vectors to compute side by side: several where one would wait for itself."""
    return _MOST if (instructions(body) or 0) >= _LONG else 1


def _element(stage: Stage, values: Sequence[Value], position: tuple[Expr, ...]) -> None:
    """Store an element of each result, after all have been computed: they may lie in inputs."""
    *others, last = values
    made = [(value, stage.made(value, position)) for value in others]
    final = stage.unrounded(last, position)
    if made:
        final = stage.k.let(final, "v")
    for value, element in (*made, (last, final)):
        stage.store(value, position, element)


def is_large(extents: tuple[Expr, ...]) -> bool:
    """Whether loops over this many elements are worth dividing among threads."""
    total: Expr = index(1)
    for extent in extents:
        total = total * extent
    return isinstance(total, Const) and int(total.value) >= 2 * GRAIN


def _leaves(lowering: Lowering, node: Node) -> Iterator[Value]:
    """The values that are read from memory to compute a node."""
    for value in node.inputs:
        if value is None:
            continue
        if value in lowering.storage or value.producer is None:
            yield value
        else:
            yield from _leaves(lowering, value.producer)


def _collapse(lowering: Lowering, nodes: Sequence[Node]) -> Collapse | None:
    """Axes that can be one loop; None where views need them apart."""
    if not all(_only_scalar(lowering, node) for node in nodes):
        return None
    leaves = [v.type.shape for node in nodes for v in _leaves(lowering, node)]
    return collapse(nodes[-1].outputs[0].type.shape, leaves)


def _only_scalar(lowering: Lowering, node: Node) -> bool:
    return node.op in SCALAR and all(
        v is None
        or v in lowering.storage
        or v.producer is None
        or _only_scalar(lowering, v.producer)
        for v in node.inputs
    )
