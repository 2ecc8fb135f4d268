"""`cond`, `while_loop` and `scan` as users call them: Python when eager, nodes when captured.

The bodies are traced by `hodu.snapshot.regions`, which stands above the ops.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hodu.dispatch.base import TensorBase, recorder
from hodu.errors import ArgumentError, ShapeError
from hodu.ops._table import F, function
from hodu.ops.control_flow import Region
from hodu.shapes import TensorType
from hodu.source import location

if TYPE_CHECKING:
    from hodu._tensor import Tensor


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
    assert not isinstance(pred, bool)
    traced = _tracer().trace([true_fn, false_fn], list(operands), ["then", "else"])
    if [len(s.outputs) for s in traced.regions] != [len(traced.regions[0].outputs)] * 2:
        raise ArgumentError("the branches of cond() yield different counts", where=location())
    results = F._cond(
        pred if pred.ndim == 0 else F.reshape(pred, ()),
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
