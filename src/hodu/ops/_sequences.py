"""What the recurrent ops share: their shapes, the order of steps, running a layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dims import provably_different
from hodu.dtypes import FLOATS, INDEX, DType
from hodu.errors import OutOfRangeError, ShapeError
from hodu.ops._cells import Activation, State, Step, plus
from hodu.ops._precision import narrow, wide, widen
from hodu.ops._table import Array, F
from hodu.shapes import Shape, TensorType, format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor

FLOATING = ("input", "w_ih", "w_hh", "b_ih", "b_hh", "h0", "c0", "peephole")
DTYPES = dict.fromkeys(FLOATING, FLOATS) | {"lengths": INDEX}
Sizes = tuple[Any, Any, Any]


def check_sizes(name: str, gates: int, **operands: Any) -> Sizes:
    """T, B and H of arrays or types by name; raises ShapeError where a shape does not fit."""
    x, w_hh = operands["input"].shape, operands["w_hh"].shape
    if len(x) != 3 or len(w_hh) != 2:
        raise ShapeError(
            f"{name}() of an input {format_shape(x)} and w_hh {format_shape(w_hh)}",
            hint=f"they are [T, B, I] and [{gates} * H, H]",
        )
    wanted = _wanted(gates, x, w_hh[1])
    for key, operand in operands.items():
        if operand is None or key == "input":
            continue
        shape, want = operand.shape, wanted[key]
        if len(shape) != len(want) or any(map(provably_different, shape, want)):
            raise ShapeError(
                f"{name}(): {key} has shape {format_shape(shape)}; for an input {format_shape(x)} "
                f"and {w_hh[1]} hidden features it must be {format_shape(want)}"
            )
    return x[0], x[1], w_hh[1]


def _wanted(gates: int, x: Shape, hidden: Any) -> dict[str, Shape]:
    _, batch, features = x
    rows = gates * hidden
    return {
        "w_ih": (rows, features),
        "w_hh": (rows, hidden),
        "b_ih": (rows,),
        "b_hh": (rows,),
        "h0": (batch, hidden),
        "c0": (batch, hidden),
        "peephole": (3 * hidden,),
        "lengths": (batch,),
    }


def result_types(sizes: Sizes, dtype: DType, states: int) -> tuple[TensorType, ...]:
    """The types of the output and of the last states."""
    state = TensorType(sizes[1:], dtype)
    return (TensorType(sizes, dtype), *[state] * states)


def _backwards(x: Any) -> Any:
    return x[::-1]


def _array_schedule(
    steps: int, lengths: Array | None, reverse: bool
) -> tuple[Activation | None, Any]:
    """How to reverse each sequence if need be, and whether it still runs: [T, B, 1] or None."""
    if lengths is None:
        return (_backwards if reverse else None), None
    wrong = lengths[(lengths < 0) | (lengths > steps)]
    if wrong.size:
        raise OutOfRangeError(
            f"lengths holds {wrong[0]}, the sequences have {steps} steps",
            hint=f"lengths must lie in [0, {steps}]",
        )
    time, ends = np.arange(steps)[:, None, None], lengths.astype(np.int64)[None, :, None]
    live = time < ends
    order = np.where(live, ends - 1 - time, time)
    return ((lambda x: np.take_along_axis(x, order, 0)) if reverse else None), live


def _tensor_schedule(
    steps: int, lengths: Tensor | None, reverse: bool
) -> tuple[Activation | None, Any]:
    if lengths is None:
        return (_backwards if reverse else None), None
    time = F.reshape(F.arange(steps), (-1, 1, 1))
    ends = F.reshape(lengths, (1, -1, 1))
    live = time < ends
    order = F.where(live, ends - 1 - time, time)
    return ((lambda x: F.take_along_dim(x, order, 0)) if reverse else None), live


def run_arrays(
    x: Array,
    w_ih: Array,
    b_ih: Array | None,
    state: State,
    step: Step,
    lengths: Array | None,
    reverse: bool,
) -> tuple[Array, ...]:
    """The output and the last states; the input's share of all steps is one matrix product.

    A sequence that has ended keeps its state and gives 0.
    """
    given = plus(np.matmul(wide(x), wide(w_ih).T), wide(b_ih))
    turn, live = _array_schedule(x.shape[0], lengths, reverse)
    given = given if turn is None else turn(given)
    state = tuple(map(wide, state))
    output = np.empty((*given.shape[:2], state[0].shape[1]), given.dtype)
    for t in range(len(given)):
        new = step(given[t], state)
        output[t] = new[0] if live is None else np.where(live[t], new[0], 0.0)
        state = new if live is None else _kept(np.where, live[t], new, state)
    output = output if turn is None else turn(output)
    return tuple(np.array(v, dtype=x.dtype) for v in (output, *state))


def _kept(where: Callable[..., Any], live: Any, new: State, old: State) -> State:
    return tuple(where(live, a, b) for a, b in zip(new, old, strict=True))


def run_tensors(
    x: Tensor,
    w_ih: Tensor,
    b_ih: Tensor | None,
    state: State,
    step: Step,
    lengths: Tensor | None,
    reverse: bool,
) -> tuple[Tensor, ...]:
    """The same over Tensors: a scan, so that a long sequence is no larger a program."""
    given = plus(F.matmul(widen(x), widen(w_ih).T), widen(b_ih))
    state = tuple(map(widen, state))
    if not x.shape[0]:
        return tuple(narrow(v, x.dtype) for v in (given[:, :, : state[0].shape[1]], *state))
    turn, live = _tensor_schedule(int(x.shape[0]), lengths, reverse)
    given = given if turn is None else turn(given)

    def advance(state: State, rows: tuple[Tensor, ...]) -> tuple[State, Tensor]:
        new = step(rows[0], state)
        if live is None:
            return new, new[0]
        return _kept(F.where, rows[1], new, state), F.where(rows[1], new[0], 0.0)

    state, output = F.scan(advance, state, (given,) if live is None else (given, live))
    output = output if turn is None else turn(output)
    return tuple(narrow(v, x.dtype) for v in (output, *state))
