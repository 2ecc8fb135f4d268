"""LSTM, GRU and RNN: one direction each, gates brought into ONNX's order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hodu.dtypes import i32
from hodu.formats.onnx.export.emitter import Emitter
from hodu.formats.onnx.export.ops.moving import shape_of_input
from hodu.formats.onnx.export.registry import exports
from hodu.snapshot.ir import Node

_ACTIVATIONS = {name.lower(): name for name in ("Sigmoid", "Tanh", "Relu", "Softsign", "Softplus")}
_LSTM, _GRU, _RNN = (0, 3, 1, 2), (1, 0, 2), (0,)


def _is_usual(node: Node) -> bool:
    """Whether the activations take no numbers and are known to ONNX."""
    a = node.attrs
    known = all(name in _ACTIVATIONS for name in a["activations"].split(","))
    return known and a["alphas"] is None and a["betas"] is None


def _ordered(g: Emitter, x: str, order: Sequence[int]) -> str:
    """The gates, stacked along the first axis, in another order; constants are moved here."""
    if len(order) == 1:
        return x
    array = g.known(x)
    if array is not None:
        parts = np.split(array, len(order))
        return g.const(np.concatenate([parts[i] for i in order]), f"{x}.onnx")
    gates = g.multi("Split", [x], len(order), axis=0, num_outputs=len(order))
    return g.op("Concat", *(gates[i] for i in order), axis=0)


def _one(g: Emitter, x: str) -> str:
    """With an axis of one direction in front."""
    return g.op("Unsqueeze", x, g.ints([0]))


def _bias(
    g: Emitter, node: Node, b_ih: str | None, b_hh: str | None, order: Sequence[int], like: str
) -> str | None:
    if b_ih is None and b_hh is None:
        return None
    zeros = g.op("Expand", g.number(0, like), g.shape(shape_of_input(node, 2)[:1]))
    halves = [zeros if b is None else _ordered(g, b, order) for b in (b_ih, b_hh)]
    return _one(g, g.op("Concat", *halves, axis=0))


def _layer(
    g: Emitter, node: Node, kind: str, order: Sequence[int], tensors: Sequence[Any], **more: Any
) -> list[str]:
    """A layer: the outputs [time, batch, hidden], then the last states [batch, hidden]."""
    x, w_ih, w_hh, b_ih, b_hh, lengths, *rest = tensors
    weights = [_one(g, _ordered(g, w, order)) for w in (w_ih, w_hh)]
    bias = _bias(g, node, b_ih, b_hh, order, x)
    sizes = None if lengths is None else g.cast(lengths, i32)
    states = [None if t is None else _one(g, t) for t in rest]
    names = [_ACTIVATIONS[n] for n in node.attrs["activations"].split(",")]
    output, *last = g.multi(
        kind,
        [x, *weights, bias, sizes, *states],
        len(node.outputs),
        hidden_size=int(shape_of_input(node, 2)[1]),
        direction="reverse" if node.attrs["reverse"] else "forward",
        activations=names,
        clip=node.attrs["clip"],
        **more,
    )
    return [g.op("Squeeze", output, g.ints([1])), *(g.op("Squeeze", s, g.ints([0])) for s in last)]


@exports("lstm_layer", when=_is_usual)
def lstm(
    g: Emitter, node: Node, x: str, w_ih: str, w_hh: str, b_ih: str | None, b_hh: str | None,
    h0: str, c0: str, lengths: str | None, peephole: str | None,
) -> list[str]:  # fmt: skip
    """Long short-term memory."""
    look = None if peephole is None else _ordered(g, peephole, (0, 2, 1))
    tensors = (x, w_ih, w_hh, b_ih, b_hh, lengths, h0, c0, look)
    forget = int(node.attrs["input_forget"])
    return _layer(g, node, "LSTM", _LSTM, tensors, input_forget=forget or None)


@exports("gru_layer", when=_is_usual)
def gru(
    g: Emitter, node: Node, x: str, w_ih: str, w_hh: str, b_ih: str | None, b_hh: str | None,
    h0: str, lengths: str | None,
) -> list[str]:  # fmt: skip
    """Gated recurrent unit."""
    tensors = (x, w_ih, w_hh, b_ih, b_hh, lengths, h0)
    linear = int(node.attrs["linear_before_reset"])
    return _layer(g, node, "GRU", _GRU, tensors, linear_before_reset=linear)


@exports("rnn_layer", when=_is_usual)
def rnn(
    g: Emitter, node: Node, x: str, w_ih: str, w_hh: str, b_ih: str | None, b_hh: str | None,
    h0: str, lengths: str | None,
) -> list[str]:  # fmt: skip
    """The simple recurrent layer."""
    return _layer(g, node, "RNN", _RNN, (x, w_ih, w_hh, b_ih, b_hh, lengths, h0))
