"""Functions of the ops in hodu.ops.recurrent.

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


class GruLayerResult(NamedTuple):
    """Results of `gru_layer`."""

    output: Tensor
    h_n: Tensor


_GRU_LAYER = REGISTRY["gru_layer"]


def gru_layer(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    w_ih: Tensor | builtins.bool | builtins.int | builtins.float,
    w_hh: Tensor | builtins.bool | builtins.int | builtins.float,
    b_ih: Tensor | builtins.bool | builtins.int | builtins.float | None,
    b_hh: Tensor | builtins.bool | builtins.int | builtins.float | None,
    h0: Tensor | builtins.bool | builtins.int | builtins.float,
    lengths: Tensor | None = None,
    *,
    reverse: builtins.bool = False,
    linear_before_reset: builtins.bool = True,
    activations: builtins.str = "sigmoid,tanh",
    alphas: builtins.float | Sequence[builtins.float] | None = None,
    betas: builtins.float | Sequence[builtins.float] | None = None,
    clip: builtins.float | None = None,
) -> GruLayerResult:
    """Gated recurrent units; gates r, z, n.

    `activations` are those of the gates and of n. The reset gate multiplies the hidden share of
    n after its product and bias (PyTorch's way), or before if not `linear_before_reset`.
    """
    return GruLayerResult(
        *apply(
            _GRU_LAYER,
            (
                input,
                w_ih,
                w_hh,
                b_ih,
                b_hh,
                h0,
                lengths,
            ),
            {
                "reverse": reverse,
                "linear_before_reset": linear_before_reset,
                "activations": as_str(activations, "activations"),
                "alphas": None if alphas is None else as_floats(alphas, "alphas"),
                "betas": None if betas is None else as_floats(betas, "betas"),
                "clip": None if clip is None else as_float(clip, "clip"),
            },
        )
    )


class RnnLayerResult(NamedTuple):
    """Results of `rnn_layer`."""

    output: Tensor
    h_n: Tensor


_RNN_LAYER = REGISTRY["rnn_layer"]


def rnn_layer(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    w_ih: Tensor | builtins.bool | builtins.int | builtins.float,
    w_hh: Tensor | builtins.bool | builtins.int | builtins.float,
    b_ih: Tensor | builtins.bool | builtins.int | builtins.float | None,
    b_hh: Tensor | builtins.bool | builtins.int | builtins.float | None,
    h0: Tensor | builtins.bool | builtins.int | builtins.float,
    lengths: Tensor | None = None,
    *,
    reverse: builtins.bool = False,
    activations: builtins.str = "tanh",
    alphas: builtins.float | Sequence[builtins.float] | None = None,
    betas: builtins.float | Sequence[builtins.float] | None = None,
    clip: builtins.float | None = None,
) -> RnnLayerResult:
    """A plain recurrent layer: h = activation(x @ w_ih.T + b_ih + h @ w_hh.T + b_hh)."""
    return RnnLayerResult(
        *apply(
            _RNN_LAYER,
            (
                input,
                w_ih,
                w_hh,
                b_ih,
                b_hh,
                h0,
                lengths,
            ),
            {
                "reverse": reverse,
                "activations": as_str(activations, "activations"),
                "alphas": None if alphas is None else as_floats(alphas, "alphas"),
                "betas": None if betas is None else as_floats(betas, "betas"),
                "clip": None if clip is None else as_float(clip, "clip"),
            },
        )
    )
