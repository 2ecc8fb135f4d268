"""The ops of decisions and loops: nodes that own Snapshots.

Their operands are the carried values followed by the outer values that the bodies use.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from hodu.dims import Dim, provably_different, symbol
from hodu.dtypes import BOOL, bool_
from hodu.errors import ArgumentError, DTypeError, ShapeError
from hodu.ops._table import Array, op
from hodu.shapes import TensorType, numel


def _gradients() -> Any:
    """The rules, which trace bodies; for that they stand above the ops."""
    from hodu.snapshot import region_gradients

    return region_gradients


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

    def vjp(
        ct: Any, pred: Any, operands: Any, then_branch: Region, else_branch: Region
    ) -> tuple[None, list[Any]]:
        branches = then_branch, else_branch
        return None, _gradients().cond_gradient(ct, pred, operands, branches)


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

    def vjp(ct: Any, operands: Any, carried: int, cond: Region, body: Region) -> tuple[list[Any]]:
        return (_gradients().while_gradient(ct, operands, carried, cond, body),)


@op(
    "scan(Tensor[] operands, *, int carried, int scanned, Snapshot body, bool reverse=False)"
    " -> Tensor[]"
)
class Scan:
    """The carried operands after `body` has gone over the first axis of the scanned ones.

    What else `body` yields follows, stacked along a first axis.
    """

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

    def vjp(
        ct: Any, operands: Any, carried: int, scanned: int, body: Region, reverse: bool
    ) -> tuple[list[Any]]:
        sizes = carried, scanned
        return (_gradients().scan_gradient(ct, operands, *sizes, body, reverse=reverse),)


def _stack(rows: list[list[Array]], body: Region, carried: int) -> list[Array]:
    if rows:
        return [np.stack(column) for column in zip(*rows, strict=True)]
    return [
        np.empty((0, *(d if isinstance(d, int) else 0 for d in t.shape)), t.dtype.numpy)
        for t in _types(body)[carried:]
    ]
