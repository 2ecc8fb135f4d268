"""Gradients of captured control flow: control flow over the gradients of its bodies.

A body is called again in the backward pass, on the operands that it had, so that nothing but these
is kept. The rules make nodes that have gradients in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from hodu.autograd.api import grad
from hodu.dispatch.tape import grad_enabled, require
from hodu.ops._precision import accumulator, narrow, widen
from hodu.ops._table import F
from hodu.snapshot.ir import Snapshot
from hodu.snapshot.regions import trace
from hodu.snapshot.replay import replay

Tensors: TypeAlias = Sequence[Any]
Gradients: TypeAlias = list[Any]


def cond_gradient(
    cts: Tensors, pred: Any, operands: Tensors, branches: Sequence[Snapshot]
) -> Gradients:
    """The gradients of the operands through the branch that was taken."""
    live = [i for i, ct in enumerate(cts) if ct is not None]
    n = len(operands)

    def back(branch: Snapshot) -> Callable[..., Gradients]:
        return lambda *flat: _pullback(branch, flat[:n], dict(zip(live, flat[n:], strict=True)))

    traced = trace(
        [back(b) for b in branches], [*operands, *(cts[i] for i in live)], ["then", "else"]
    )
    then_branch, else_branch = traced.regions
    found = F._cond(pred, traced.operands, then_branch=then_branch, else_branch=else_branch)
    return _spread(found, operands)


def while_gradient(
    cts: Tensors, operands: Tensors, carried: int, cond: Snapshot, body: Snapshot
) -> Gradients:
    """That of a scan over as many steps as the loop takes, which are counted first."""
    state, outer = operands[:carried], operands[carried:]
    count = _steps(state, outer, cond, body)
    over = F.repeat_interleave(F.zeros((1,), dtype="bool"), F.reshape(count, (1,)))
    row = F.zeros((), dtype="bool")

    def step(*flat: Any) -> Gradients:
        return replay(body, [*flat[:carried], *flat[carried + 1 :]])

    traced = trace([step], [*state, row, *outer], ["body"])
    region = traced.regions[0]
    given = [*state, over, *outer]
    found = scan_gradient(cts, given, carried, 1, region, reverse=False)
    return found[:carried] + found[carried + 1 :]


def _steps(state: Tensors, outer: Tensors, cond: Snapshot, body: Snapshot) -> Any:
    """How often the loop runs its body."""
    n = len(state)

    def holds(*flat: Any) -> Gradients:
        return replay(cond, [*flat[:n], *flat[n + 1 :]])

    def count(*flat: Any) -> Gradients:
        return [*replay(body, [*flat[:n], *flat[n + 1 :]]), flat[n] + 1]

    zero = F.zeros((), dtype="i64")
    traced = trace([holds, count], [*state, zero, *outer], ["cond", "body"])
    test, step = traced.regions
    return F._while_loop(traced.operands, carried=n + 1, cond=test, body=step)[n]


def scan_gradient(
    cts: Tensors, operands: Tensors, carried: int, scanned: int, body: Snapshot, *, reverse: bool
) -> Gradients:
    """The gradients of the operands by a scan the other way, over what each step was given.

    Carried values as they entered the steps are computed again by a scan that stacks them.
    """
    init, over = operands[:carried], operands[carried : carried + scanned]
    outer = operands[carried + scanned :]
    given = [*_entered(init, over, outer, body, reverse), *over]
    moving = _floats(init)
    live = [i for i, ct in enumerate(cts) if i >= carried and ct is not None]
    start = [F.zeros_like(init[i]) if cts[i] is None else cts[i] for i in moving]
    sums = [F.zeros_like(outer[i], dtype=accumulator(outer[i].dtype)) for i in _floats(outer)]
    n, m = len(start), len(sums)

    def back(*flat: Any) -> Gradients:
        ct_carried, so_far, rest = flat[:n], flat[n : n + m], flat[n + m :]
        ct_rows, inputs = rest[: len(live)], rest[len(live) :]
        weights = dict(zip([*moving, *live], [*ct_carried, *ct_rows], strict=True))
        found = _pullback(body, inputs, weights)
        rows, by_outer = found[n : len(found) - m], found[len(found) - m :]
        added = [F._add(s, widen(g)) for s, g in zip(so_far, by_outer, strict=True)]
        return [*found[:n], *added, *rows]

    found = _scan(back, [*start, *sums], [*(cts[i] for i in live), *given], outer, not reverse)
    by_outer = [narrow(g, outer[i].dtype) for g, i in zip(found[n:], _floats(outer), strict=False)]
    return [
        *_spread(found[:n], init),
        *_spread(found[n + m :], over),
        *_spread(by_outer, outer),
    ]


def _entered(
    init: Tensors, over: Tensors, outer: Tensors, body: Snapshot, reverse: bool
) -> Gradients:
    """What each step of a scan was given of the carried values, stacked."""
    n = len(init)

    def step(*flat: Any) -> Gradients:
        return [*replay(body, flat)[:n], *flat[:n]]

    return _scan(step, init, over, outer, reverse)[n:]


def _scan(
    step: Callable[..., Gradients], init: Tensors, over: Tensors, outer: Tensors, reverse: bool
) -> Gradients:
    """A scan node of a step over flat operands."""
    rows = [F.select(x, 0, 0) for x in over]
    traced = trace([step], [*init, *rows, *outer], ["body"])
    operands = [*init, *over, *traced.operands[len(init) + len(over) :]]
    sizes = {"carried": len(init), "scanned": len(over)}
    found: Gradients = F._scan(operands, **sizes, body=traced.regions[0], reverse=reverse)
    return found


def _pullback(body: Snapshot, inputs: Tensors, cts: Mapping[int, Any]) -> Gradients:
    """The gradients of the floats among `inputs`, from those of some results of the body."""
    wanted = [require(inputs[i]) for i in _floats(inputs)]
    create = grad_enabled.get()
    token = grad_enabled.set(True)
    try:
        results = replay(body, inputs)
    finally:
        grad_enabled.reset(token)
    live = [i for i in cts if results[i]._node is not None]
    if not live:
        return [F.zeros_like(x) for x in wanted]
    outputs = [results[i] for i in live]
    weights = [_shaped(cts[i], results[i]) for i in live]
    return list(grad(outputs, wanted, weights, create_graph=create, materialize_grads=True))


def _shaped(ct: Any, like: Any) -> Any:
    """The gradient of a result whose branches differ in size, as that of one of them."""
    return ct if ct.shape == like.shape else F.reshape(ct, like.shape)


def _floats(tensors: Tensors) -> list[int]:
    """The positions of those that may have gradients."""
    return [i for i, t in enumerate(tensors) if t.dtype.is_float]


def _spread(found: Tensors, operands: Tensors) -> Gradients:
    """Gradients of the floats among the operands, with None for the others."""
    rest = iter(found)
    return [next(rest) if t.dtype.is_float else None for t in operands]
