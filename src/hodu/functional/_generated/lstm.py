"""Functions of the ops in hodu.ops.lstm.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_float, as_floats, as_str
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor


class LstmLayerResult(NamedTuple):
    """Results of `lstm_layer`."""

    output: Tensor
    h_n: Tensor
    c_n: Tensor


_LSTM_LAYER = REGISTRY["lstm_layer"]


def lstm_layer(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    w_ih: Tensor | builtins.bool | builtins.int | builtins.float,
    w_hh: Tensor | builtins.bool | builtins.int | builtins.float,
    b_ih: Tensor | builtins.bool | builtins.int | builtins.float | None,
    b_hh: Tensor | builtins.bool | builtins.int | builtins.float | None,
    h0: Tensor | builtins.bool | builtins.int | builtins.float,
    c0: Tensor | builtins.bool | builtins.int | builtins.float,
    lengths: Tensor | None = None,
    peephole: Tensor | builtins.bool | builtins.int | builtins.float | None = None,
    *,
    reverse: builtins.bool = False,
    activations: builtins.str = "sigmoid,tanh,tanh",
    alphas: builtins.float | Sequence[builtins.float] | None = None,
    betas: builtins.float | Sequence[builtins.float] | None = None,
    clip: builtins.float | None = None,
    input_forget: builtins.bool = False,
) -> LstmLayerResult:
    """A long short-term memory; gates i, f, g, o.

    `activations` are those of the gates, of g, and of the cell before the output. `peephole`
    [3*H] holds what i, f and o see of the cell; with `input_forget`, f is 1 - i.
    """
    return LstmLayerResult(
        *apply(
            _LSTM_LAYER,
            (
                input,
                w_ih,
                w_hh,
                b_ih,
                b_hh,
                h0,
                c0,
                lengths,
                peephole,
            ),
            {
                "reverse": reverse,
                "activations": as_str(activations, "activations"),
                "alphas": None if alphas is None else as_floats(alphas, "alphas"),
                "betas": None if betas is None else as_floats(betas, "betas"),
                "clip": None if clip is None else as_float(clip, "clip"),
                "input_forget": input_forget,
            },
        )
    )
