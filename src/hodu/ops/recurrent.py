"""GRU and plain recurrent layers: one layer, one direction, over a whole sequence.

Shapes are input [T, B, I], w_ih [G*H, I], w_hh [G*H, H], biases [G*H] and states [B, H], with the
gates in PyTorch's order. `lengths` [B] ends sequences early: from there on the output is 0 and
the state stays. With `reverse` each sequence is read from its end. The names in `activations` are
those of `hodu.ops._cells`; what goes into them is clipped to [-clip, clip] if `clip` is given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hodu.ops._cells import ARRAYS, TENSORS, gru_step, make_activations, rnn_step
from hodu.ops._precision import wide, widen
from hodu.ops._samples import S, T
from hodu.ops._sequences import (
    DTYPES,
    FLOATING,
    check_sizes,
    result_types,
    run_arrays,
    run_tensors,
)
from hodu.ops._table import Array, Promote, op
from hodu.shapes import TensorType

if TYPE_CHECKING:
    from hodu._tensor import Tensor

Floats = tuple[float, ...] | None
LENGTHS = T(dtype="i64", values=[3, 1])
ALL_LENGTHS = T(dtype="i64", values=[0, 4])


def sample_layer(gates: int, steps: int = 4, biases: bool = True, states: int = 1) -> list[Any]:
    """The operands of a sample: 2 sequences, 3 features, 2 hidden."""
    bias = (2 * gates,) if biases else None
    return [(steps, 2, 3), (2 * gates, 3), (2 * gates, 2), bias, bias, *[(2, 2)] * states]


@op(
    "gru_layer(Tensor input, Tensor w_ih, Tensor w_hh, Tensor? b_ih, Tensor? b_hh, Tensor h0,"
    " Tensor? lengths=None, *, bool reverse=False, bool linear_before_reset=True,"
    ' str activations="sigmoid,tanh", float[]? alphas=None, float[]? betas=None,'
    " float? clip=None) -> (Tensor output, Tensor h_n)"
)
class GruLayer:
    """Gated recurrent units; gates r, z, n.

    `activations` are those of the gates and of n. The reset gate multiplies the hidden share of
    n after its product and bias (PyTorch's way), or before if not `linear_before_reset`.
    """

    promote, promoted, dtypes = Promote.COMMON, FLOATING, DTYPES
    autocast = "low"
    methods, domain = False, (-1.0, 1.0)
    samples = [
        S(*sample_layer(3), None),
        S(*sample_layer(3, biases=False), None, reverse=True),
        S(*sample_layer(3), LENGTHS, reverse=True),
        S(*sample_layer(3), None, linear_before_reset=False),
        S(*sample_layer(3, biases=False), ALL_LENGTHS, linear_before_reset=False, clip=0.5),
        S(*sample_layer(3, 1), None, activations="affine,relu", alphas=(0.5,), betas=(0.1,)),
        S(*sample_layer(3, 0), None),
    ]

    def infer(
        x: TensorType,
        w_ih: TensorType,
        w_hh: TensorType,
        b_ih: TensorType | None,
        b_hh: TensorType | None,
        h0: TensorType,
        lengths: TensorType | None,
        **attrs: Any,
    ) -> tuple[TensorType, ...]:
        parts = {"w_ih": w_ih, "b_ih": b_ih, "b_hh": b_hh, "h0": h0, "lengths": lengths}
        sizes = check_sizes("gru_layer", 3, input=x, w_hh=w_hh, **parts)
        return result_types(sizes, x.dtype, 1)

    def eager(
        x: Array,
        w_ih: Array,
        w_hh: Array,
        b_ih: Array | None,
        b_hh: Array | None,
        h0: Array,
        lengths: Array | None,
        reverse: bool = False,
        linear_before_reset: bool = True,
        activations: str = "sigmoid,tanh",
        alphas: Floats = None,
        betas: Floats = None,
        clip: float | None = None,
    ) -> tuple[Array, ...]:
        parts = {"w_ih": w_ih, "b_ih": b_ih, "b_hh": b_hh, "h0": h0, "lengths": lengths}
        check_sizes("gru_layer", 3, input=x, w_hh=w_hh, **parts)
        acts = make_activations(ARRAYS, activations, 2, alphas, betas, clip)
        step = gru_step(acts, wide(w_hh), wide(b_hh), linear_before_reset)
        return run_arrays(x, w_ih, b_ih, (h0,), step, lengths, reverse)

    def compose(
        x: Tensor,
        w_ih: Tensor,
        w_hh: Tensor,
        b_ih: Tensor | None,
        b_hh: Tensor | None,
        h0: Tensor,
        lengths: Tensor | None,
        reverse: bool = False,
        linear_before_reset: bool = True,
        activations: str = "sigmoid,tanh",
        alphas: Floats = None,
        betas: Floats = None,
        clip: float | None = None,
    ) -> tuple[Tensor, ...]:
        acts = make_activations(TENSORS, activations, 2, alphas, betas, clip)
        step = gru_step(acts, widen(w_hh), widen(b_hh), linear_before_reset)
        return run_tensors(x, w_ih, b_ih, (h0,), step, lengths, reverse)


@op(
    "rnn_layer(Tensor input, Tensor w_ih, Tensor w_hh, Tensor? b_ih, Tensor? b_hh, Tensor h0,"
    ' Tensor? lengths=None, *, bool reverse=False, str activations="tanh",'
    " float[]? alphas=None, float[]? betas=None, float? clip=None) -> (Tensor output, Tensor h_n)"
)
class RnnLayer:
    """A plain recurrent layer: h = activation(x @ w_ih.T + b_ih + h @ w_hh.T + b_hh)."""

    promote, promoted, dtypes = Promote.COMMON, FLOATING, DTYPES
    autocast = "low"
    methods, domain = False, (-1.0, 1.0)
    samples = [
        S(*sample_layer(1), None),
        S(*sample_layer(1, biases=False), None, reverse=True, activations="relu"),
        S(*sample_layer(1), LENGTHS, reverse=True),
        S(*sample_layer(1), ALL_LENGTHS, activations="leakyrelu", clip=0.5),
        S(*sample_layer(1, 1), None, activations="scaledtanh", alphas=(0.5,), betas=(2.0,)),
        S(*sample_layer(1, 1), None, activations="elu"),
        S(*sample_layer(1, 1), None, activations="thresholdedrelu", alphas=(0.25,)),
        S(*sample_layer(1, 0), None),
    ]

    def infer(
        x: TensorType,
        w_ih: TensorType,
        w_hh: TensorType,
        b_ih: TensorType | None,
        b_hh: TensorType | None,
        h0: TensorType,
        lengths: TensorType | None,
        **attrs: Any,
    ) -> tuple[TensorType, ...]:
        parts = {"w_ih": w_ih, "b_ih": b_ih, "b_hh": b_hh, "h0": h0, "lengths": lengths}
        sizes = check_sizes("rnn_layer", 1, input=x, w_hh=w_hh, **parts)
        return result_types(sizes, x.dtype, 1)

    def eager(
        x: Array,
        w_ih: Array,
        w_hh: Array,
        b_ih: Array | None,
        b_hh: Array | None,
        h0: Array,
        lengths: Array | None,
        reverse: bool = False,
        activations: str = "tanh",
        alphas: Floats = None,
        betas: Floats = None,
        clip: float | None = None,
    ) -> tuple[Array, ...]:
        parts = {"w_ih": w_ih, "b_ih": b_ih, "b_hh": b_hh, "h0": h0, "lengths": lengths}
        check_sizes("rnn_layer", 1, input=x, w_hh=w_hh, **parts)
        acts = make_activations(ARRAYS, activations, 1, alphas, betas, clip)
        step = rnn_step(acts, wide(w_hh), wide(b_hh))
        return run_arrays(x, w_ih, b_ih, (h0,), step, lengths, reverse)

    def compose(
        x: Tensor,
        w_ih: Tensor,
        w_hh: Tensor,
        b_ih: Tensor | None,
        b_hh: Tensor | None,
        h0: Tensor,
        lengths: Tensor | None,
        reverse: bool = False,
        activations: str = "tanh",
        alphas: Floats = None,
        betas: Floats = None,
        clip: float | None = None,
    ) -> tuple[Tensor, ...]:
        acts = make_activations(TENSORS, activations, 1, alphas, betas, clip)
        step = rnn_step(acts, widen(w_hh), widen(b_hh))
        return run_tensors(x, w_ih, b_ih, (h0,), step, lengths, reverse)
