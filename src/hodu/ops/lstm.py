"""LSTM layers; shapes and options as in `hodu.ops.recurrent`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hodu.ops._cells import ARRAYS, TENSORS, lstm_step, make_activations
from hodu.ops._precision import wide, widen
from hodu.ops._samples import S
from hodu.ops._sequences import (
    DTYPES,
    FLOATING,
    check_sizes,
    result_types,
    run_arrays,
    run_tensors,
)
from hodu.ops._table import Array, Promote, op
from hodu.ops.recurrent import ALL_LENGTHS, LENGTHS, Floats, sample_layer
from hodu.shapes import TensorType

if TYPE_CHECKING:
    from hodu._tensor import Tensor


@op(
    "lstm_layer(Tensor input, Tensor w_ih, Tensor w_hh, Tensor? b_ih, Tensor? b_hh, Tensor h0,"
    " Tensor c0, Tensor? lengths=None, Tensor? peephole=None, *, bool reverse=False,"
    ' str activations="sigmoid,tanh,tanh", float[]? alphas=None, float[]? betas=None,'
    " float? clip=None, bool input_forget=False) -> (Tensor output, Tensor h_n, Tensor c_n)"
)
class LstmLayer:
    """A long short-term memory; gates i, f, g, o.

    `activations` are those of the gates, of g, and of the cell before the output. `peephole`
    [3*H] holds what i, f and o see of the cell; with `input_forget`, f is 1 - i.
    """

    promote, promoted, dtypes = Promote.COMMON, FLOATING, DTYPES
    autocast = "low"
    methods, domain = False, (-1.0, 1.0)
    samples = [
        S(*sample_layer(4, states=2), None, None),
        S(*sample_layer(4, biases=False, states=2), None, None, reverse=True),
        S(*sample_layer(4, states=2), LENGTHS, None),
        S(*sample_layer(4, states=2), ALL_LENGTHS, (6,), reverse=True),
        S(*sample_layer(4, states=2), None, (6,), input_forget=True, clip=0.25),
        S(*sample_layer(4, 1, states=2), None, None, activations="hardsigmoid,softsign,softplus"),
        S(*sample_layer(4, 0, states=2), None, None),
    ]

    def infer(
        x: TensorType,
        w_ih: TensorType,
        w_hh: TensorType,
        b_ih: TensorType | None,
        b_hh: TensorType | None,
        h0: TensorType,
        c0: TensorType,
        lengths: TensorType | None,
        peephole: TensorType | None,
        **attrs: Any,
    ) -> tuple[TensorType, ...]:
        parts = {"w_ih": w_ih, "b_ih": b_ih, "b_hh": b_hh, "h0": h0, "c0": c0}
        parts |= {"lengths": lengths, "peephole": peephole}
        sizes = check_sizes("lstm_layer", 4, input=x, w_hh=w_hh, **parts)
        return result_types(sizes, x.dtype, 2)

    def eager(
        x: Array,
        w_ih: Array,
        w_hh: Array,
        b_ih: Array | None,
        b_hh: Array | None,
        h0: Array,
        c0: Array,
        lengths: Array | None,
        peephole: Array | None,
        reverse: bool = False,
        activations: str = "sigmoid,tanh,tanh",
        alphas: Floats = None,
        betas: Floats = None,
        clip: float | None = None,
        input_forget: bool = False,
    ) -> tuple[Array, ...]:
        parts = {"w_ih": w_ih, "b_ih": b_ih, "b_hh": b_hh, "h0": h0, "c0": c0}
        parts |= {"lengths": lengths, "peephole": peephole}
        check_sizes("lstm_layer", 4, input=x, w_hh=w_hh, **parts)
        acts = make_activations(ARRAYS, activations, 3, alphas, betas, clip)
        bias, look = wide(b_hh), wide(peephole)
        step = lstm_step(acts, wide(w_hh), bias, look, input_forget)
        return run_arrays(x, w_ih, b_ih, (h0, c0), step, lengths, reverse)

    def compose(
        x: Tensor,
        w_ih: Tensor,
        w_hh: Tensor,
        b_ih: Tensor | None,
        b_hh: Tensor | None,
        h0: Tensor,
        c0: Tensor,
        lengths: Tensor | None,
        peephole: Tensor | None,
        reverse: bool = False,
        activations: str = "sigmoid,tanh,tanh",
        alphas: Floats = None,
        betas: Floats = None,
        clip: float | None = None,
        input_forget: bool = False,
    ) -> tuple[Tensor, ...]:
        acts = make_activations(TENSORS, activations, 3, alphas, betas, clip)
        bias, look = widen(b_hh), widen(peephole)
        step = lstm_step(acts, widen(w_hh), bias, look, input_forget)
        return run_tensors(x, w_ih, b_ih, (h0, c0), step, lengths, reverse)
