"""Decisions and loops: run in Python when eager, nodes that own Snapshots when captured.

The bodies are traced by `hodu.snapshot.regions`, which stands above the ops. An op's operands are
its carried values followed by the outer values that the bodies use.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from hodu.dims import Dim, provably_different, symbol
from hodu.dispatch.base import TensorBase, recorder
from hodu.dtypes import BOOL, bool_
from hodu.errors import ArgumentError, DTypeError, ShapeError
from hodu.ops._table import Array, F, function, op
from hodu.shapes import TensorType, numel
from hodu.source import location

if TYPE_CHECKING:
    from hodu._tensor import Tensor


class Region(Protocol):
    """What these ops need of a Snapshot."""

    inputs: tuple[Any, ...]
    outputs: Any

    def run(self, *arrays: Array) -> tuple[Array, ...]:
        """Run it on arrays."""


def _types(region: Region) -> list[TensorType]:
    return [v.type for v in region.outputs.values()]


def _check_inputs(op: str, part: str, region: Region, given: list[TensorType]) -> None:
    """Raise ShapeError unless a body takes what it is given."""
    taken = [v.type for v in region.inputs]
    if len(taken) != len(given) or not all(map(_fits, taken, given)):
        raise ShapeError(
            f"the {part} of {op}() takes ({', '.join(map(str, taken))}) and is given "
            f"({', '.join(map(str, given))})"
        )


def _fits(a: TensorType, b: TensorType) -> bool:
    return (
        a.dtype is b.dtype
        and a.rank == b.rank
        and not any(map(provably_different, a.shape, b.shape))
    )


def _check_results(op: str, body: Region, carried: list[TensorType]) -> None:
    """Raise ShapeError unless the first results of a body can be carried into its next run."""
    results = _types(body)[: len(carried)]
    if len(results) != len(carried) or not all(map(_fits, results, carried)):
        raise ShapeError(
            f"{op}() carries ({', '.join(map(str, carried))}) and its body yields "
            f"({', '.join(map(str, results))})"
        )


def _joined(a: TensorType, b: TensorType, what: str) -> TensorType:
    """The type that covers both; sizes that differ become symbols."""
    if a.dtype is not b.dtype or a.rank != b.rank:
        raise DTypeError(f"the branches of cond() yield {a} and {b} for {what}")
    dims: list[Dim] = [
        x if x == y else symbol(f"cond_{i}", lo=0)
        for i, (x, y) in enumerate(zip(a.shape, b.shape, strict=True))
    ]
    return TensorType(tuple(dims), a.dtype)


@op(
    "cond(Tensor pred, Tensor[] operands, *, Snapshot then_branch, Snapshot else_branch)"
    " -> Tensor[]"
)
class Cond:
    """The results of `then_branch` on the operands where `pred` is true, else of the other."""

    dtypes = {"pred": BOOL}
    public = methods = False
    samples = ()

    def infer(
        pred: TensorType, operands: list[TensorType], then_branch: Region, else_branch: Region
    ) -> list[TensorType]:
        _check_inputs("cond", "then branch", then_branch, operands)
        _check_inputs("cond", "else branch", else_branch, operands)
        if len(then_branch.outputs) != len(else_branch.outputs):
            raise ArgumentError("the branches of cond() yield different counts")
        return [
            _joined(a, b, f"result {i}")
            for i, (a, b) in enumerate(zip(_types(then_branch), _types(else_branch), strict=True))
        ]

    def eager(
        pred: Array, operands: list[Array], then_branch: Region, else_branch: Region
    ) -> list[Array]:
        return list((then_branch if pred.item() else else_branch).run(*operands))


@op("while_loop(Tensor[] operands, *, int carried, Snapshot cond, Snapshot body) -> Tensor[]")
class WhileLoop:
    """The carried operands after `body` has been applied for as long as `cond` holds."""

    public = methods = False
    samples = ()

    def infer(
        operands: list[TensorType], carried: int, cond: Region, body: Region
    ) -> list[TensorType]:
        _check_inputs("while_loop", "condition", cond, operands)
        _check_inputs("while_loop", "body", body, operands)
        _check_results("while_loop", body, operands[:carried])
        if [(t.dtype, numel(t.shape)) for t in _types(cond)] != [(bool_, 1)]:
            raise ShapeError("the condition of while_loop() must yield one bool")
        return _types(body)

    def eager(operands: list[Array], carried: int, cond: Region, body: Region) -> list[Array]:
        state, outer = list(operands[:carried]), operands[carried:]
        while cond.run(*state, *outer)[0].item():
            state = list(body.run(*state, *outer))
        return state


@op(
    "scan(Tensor[] operands, *, int carried, int scanned, Snapshot body, bool reverse=False)"
    " -> Tensor[]"
)
class Scan:
    """The carried operands after a pass over the first axis of the scanned ones, and the stacked
    further results of `body`."""

    public = methods = False
    samples = ()

    def infer(
        operands: list[TensorType], carried: int, scanned: int, body: Region, reverse: bool
    ) -> list[TensorType]:
        over, outer = operands[carried : carried + scanned], operands[carried + scanned :]
        if len(over) != scanned or not over or not all(t.shape for t in over):
            raise ShapeError("scan() needs tensors with a first axis to go over")
        rows = [TensorType(t.shape[1:], t.dtype) for t in over]
        _check_inputs("scan", "body", body, [*operands[:carried], *rows, *outer])
        _check_results("scan", body, operands[:carried])
        length = over[0].shape[0]
        types = _types(body)
        stacked = [TensorType((length, *t.shape), t.dtype) for t in types[carried:]]
        return types[:carried] + stacked

    def eager(
        operands: list[Array], carried: int, scanned: int, body: Region, reverse: bool
    ) -> list[Array]:
        state = list(operands[:carried])
        over, outer = operands[carried : carried + scanned], operands[carried + scanned :]
        order = range(len(over[0]))
        rows: list[list[Array]] = []
        for i in reversed(order) if reverse else order:
            results = body.run(*state, *(np.asarray(x[i]) for x in over), *outer)
            state = list(results[:carried])
            rows.append(list(results[carried:]))
        return state + _stack(rows[::-1] if reverse else rows, body, carried)


def _stack(rows: list[list[Array]], body: Region, carried: int) -> list[Array]:
    if rows:
        return [np.stack(column) for column in zip(*rows, strict=True)]
    return [
        np.empty((0, *(d if isinstance(d, int) else 0 for d in t.shape)), t.dtype.numpy)
        for t in _types(body)[carried:]
    ]


def _captured(*tensors: Any) -> bool:
    return any(isinstance(t, TensorBase) and t._data is None for t in tensors)


def _tuple(result: Any) -> tuple[Any, ...]:
    return tuple(result) if isinstance(result, (tuple, list)) else (result,)


def _like(result: Any, tensors: list[Any]) -> Any:
    """`tensors` in the form in which a traced function returned `result`."""
    if isinstance(result, (tuple, list)):
        return type(result)(tensors)
    return tensors[0]


def _tracer() -> Any:
    from hodu.snapshot import regions

    return regions


@function(methods=False)
def cond(
    pred: Tensor | bool,
    true_fn: Callable[..., Any],
    false_fn: Callable[..., Any],
    operands: Any = (),
) -> Any:
    """`true_fn(*operands)` if `pred` (one bool) is true, else `false_fn(*operands)`.

    Captured, both are traced and must yield results of the same dtypes and ranks.
    """
    if not _captured(pred):
        return (true_fn if bool(pred) else false_fn)(*operands)
    traced = _tracer().trace([true_fn, false_fn], list(operands), ["then", "else"])
    if [len(s.outputs) for s in traced.regions] != [len(traced.regions[0].outputs)] * 2:
        raise ArgumentError("the branches of cond() yield different counts", where=location())
    results = F._cond(
        F.reshape(pred, ()),
        traced.operands,
        then_branch=traced.regions[0],
        else_branch=traced.regions[1],
    )
    return _like(traced.results[0], results)


@function(methods=False)
def while_loop(
    cond_fn: Callable[..., Any], body_fn: Callable[..., Any], carried_inputs: Any
) -> tuple[Any, ...]:
    """Apply `body_fn` to the carried values for as long as `cond_fn` of them is true.

    Captured, the carried values must keep their shapes and dtypes.
    """
    state = tuple(carried_inputs)
    if recorder() is None or not _captured(*state, cond_fn(*state)):
        while bool(cond_fn(*state)):
            state = _tuple(body_fn(*state))
            if recorder() is not None and _captured(*state):
                return while_loop(cond_fn, body_fn, state)
        return state
    traced = _tracer().trace([cond_fn, body_fn], list(state), ["cond", "body"])
    _check_carried(traced.operands[: len(state)], traced.regions[1], "while_loop")
    return tuple(
        F._while_loop(
            traced.operands, carried=len(state), cond=traced.regions[0], body=traced.regions[1]
        )
    )


@function(methods=False)
def scan(f: Callable[..., Any], init: Any, xs: Any, *, reverse: bool = False) -> tuple[Any, Any]:
    """Carry `init` through `carry, y = f(carry, x)` over the first axis of `xs`; stack the ys.

    `init` and `xs` are tensors or tuples of them; returns the last carry and the stacked ys in
    the same form.
    """
    carry, over = _tuple(init), _tuple(xs)
    if not over:
        raise ArgumentError("scan() needs something to scan over", where=location())
    if len({x.shape[0] for x in over}) != 1:
        raise ShapeError(f"scan() over lengths {[x.shape[0] for x in over]}", where=location())
    step = _ScanStep(f, init, xs)
    if recorder() is None or not _captured(*carry, *over):
        return _scan_eager(step, carry, over, reverse)
    rows = [F.select(x, 0, 0) for x in over]
    traced = _tracer().trace([step], [*carry, *rows], ["body"])
    n = len(carry)
    _check_carried(traced.operands[:n], traced.regions[0], "scan")
    operands = [*traced.operands[:n], *over, *traced.operands[n + len(over) :]]
    results = F._scan(
        operands, carried=n, scanned=len(over), body=traced.regions[0], reverse=reverse
    )
    return step.assemble(results[:n], results[n:])


class _ScanStep:
    """The scanned function over flat values; remembers the form of its results."""

    def __init__(self, f: Callable[..., Any], init: Any, xs: Any) -> None:
        self.f = f
        self.init, self.xs = init, xs
        self.ys: Any = ()

    def __call__(self, *flat: Any) -> tuple[Any, ...]:
        n = len(_tuple(self.init))
        carry, self.ys = self.f(_like(self.init, list(flat[:n])), _like(self.xs, list(flat[n:])))
        return (*_tuple(carry), *_tuple(self.ys))

    def assemble(self, carry: Any, ys: Any) -> tuple[Any, Any]:
        """The final result from flat carries and stacked ys."""
        return _like(self.init, list(carry)), _like(self.ys, list(ys))


def _scan_eager(
    step: _ScanStep, carry: tuple[Any, ...], over: tuple[Any, ...], reverse: bool
) -> tuple[Any, Any]:
    if over[0].shape[0] == 0:
        raise ShapeError("scan() over no elements", where=location(), hint="check the length")
    order = range(over[0].shape[0])
    rows: list[tuple[Any, ...]] = []
    for i in reversed(order) if reverse else order:
        results = step(*carry, *(x[i] for x in over))
        carry, row = results[: len(carry)], results[len(carry) :]
        rows.append(row)
    columns = zip(*(rows[::-1] if reverse else rows), strict=True)
    return step.assemble(carry, [F.stack(list(c)) for c in columns])


def _check_carried(operands: list[Any], body: Region, what: str) -> None:
    for i, (operand, value) in enumerate(zip(operands, body.outputs.values(), strict=False)):
        given = TensorType(operand.shape, operand.dtype)
        if given != value.type:
            raise ShapeError(
                f"{what}(): carried value {i} enters as {given} and leaves as {value.type}",
                where=location(),
                hint="a captured loop keeps the shapes and dtypes of what it carries",
            )
