"""LSTM, GRU and RNN: gates brought into PyTorch's order, one op a direction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import hodu.functional as f
from hodu.dispatch.base import wrap_value
from hodu.formats.onnx.made import joined, unwrapped
from hodu.formats.onnx.node import OnnxNode
from hodu.formats.onnx.registry import onnx_op

if TYPE_CHECKING:
    from hodu._tensor import Tensor


def _reordered(x: Tensor, order: Sequence[int]) -> Tensor:
    """The gates, which are stacked along the first axis, in another order."""
    if len(order) == 1:
        return x
    before = _in_order(x, order)
    if before is not None:
        return before
    gates = f.chunk(x, len(order), 0)
    return f.cat([gates[i] for i in order], 0)


def _in_order(x: Tensor, order: Sequence[int]) -> Any:
    """The tensor whose gates an export brought into the order of `x`, None if there is none."""
    parts = joined(x)
    cut = parts[0].producer if parts else None
    if cut is None or cut.op != "split" or len(cut.outputs) != len(order):
        return None
    if len(parts) != len(order) or any(part.producer is not cut for part in parts):
        return None
    places = [cut.outputs.index(part) for part in parts]
    if [places[i] for i in order] != list(range(len(order))):
        return None
    whole = cut.inputs[0]
    return wrap_value(whole) if cut.attrs["dim"] in (0, -whole.type.rank) else None


def of_direction(x: Tensor, direction: int) -> Tensor:
    """The part of one direction."""
    inner = unwrapped(x, 0)
    return x[direction] if inner is None else inner


def _halves(x: Tensor) -> Sequence[Tensor]:
    parts = joined(x)
    if len(parts) == 2 and parts[0].type == parts[1].type:
        return [wrap_value(part) for part in parts]
    return f.chunk(x, 2, 0)


class Layer:
    """The attributes and states that the three operators share."""

    def __init__(self, node: OnnxNode, x: Tensor, defaults: list[str]) -> None:
        self.node = node
        self.hidden = node.integer("hidden_size")
        direction = node.text("direction", "forward")
        self.reverse = {"forward": [False], "reverse": [True]}.get(direction, [False, True])
        self.batch_first = node.flag("layout")
        self.x = x.permute(1, 0, 2) if self.batch_first else x
        given = node.attr("activations") or defaults * len(self.reverse)
        self.names = [str(name).lower() for name in given]
        self.each = len(defaults)

    def state(self, initial: Tensor | None, direction: int) -> Tensor:
        """The initial state of a direction, [batch, hidden]."""
        if initial is None:
            return f.zeros(self.x.shape[1], self.hidden, dtype=self.x.dtype)
        return initial[:, direction] if self.batch_first else of_direction(initial, direction)

    def options(self, direction: int) -> dict[str, Any]:
        """The attributes of the op for one direction."""
        part = slice(direction * self.each, (direction + 1) * self.each)
        options: dict[str, Any] = {
            "reverse": self.reverse[direction],
            "activations": ",".join(self.names[part]),
            "clip": self.node.attr("clip"),
        }
        for name, key in (("activation_alpha", "alphas"), ("activation_beta", "betas")):
            values = self.node.attr(name)
            if values is not None:
                per = len(values) // len(self.reverse)
                options[key] = tuple(values[direction * per : (direction + 1) * per])
        return options

    def run(self, step: Callable[[int], tuple[Tensor, ...]]) -> tuple[Tensor, ...]:
        """Run every direction; outputs and states in ONNX's layout."""
        results = [step(direction) for direction in range(len(self.reverse))]
        output = f.stack([r[0] for r in results], 1)
        states = [f.stack(list(s), 0) for s in zip(*(r[1:] for r in results), strict=True)]
        if self.batch_first:
            return output.permute(2, 0, 1, 3), *(s.permute(1, 0, 2) for s in states)
        return output, *states


def biases(b: Tensor | None, direction: int, order: Sequence[int] = (0,)) -> list[Any]:
    """The biases of the input and of the state, gates in order; None if there are none."""
    if b is None:
        return [None, None]
    return [_reordered(half, order) for half in _halves(of_direction(b, direction))]


@onnx_op("LSTM")
def lstm(
    node: OnnxNode,
    x: Tensor,
    w: Tensor,
    r: Tensor,
    b: Tensor | None = None,
    lengths: Tensor | None = None,
    h0: Tensor | None = None,
    c0: Tensor | None = None,
    p: Tensor | None = None,
) -> tuple[Tensor, ...]:
    """Long short-term memory; ONNX's gates i, o, f, c become i, f, c, o."""
    layer = Layer(node, x, ["Sigmoid", "Tanh", "Tanh"])
    order = [0, 2, 3, 1]

    def step(d: int) -> tuple[Tensor, ...]:
        b_input, b_state = biases(b, d, order)
        peephole = None if p is None else _reordered(of_direction(p, d), [0, 2, 1])
        return f.lstm_layer(
            layer.x,
            _reordered(of_direction(w, d), order),
            _reordered(of_direction(r, d), order),
            b_input,
            b_state,
            layer.state(h0, d),
            layer.state(c0, d),
            lengths,
            peephole,
            input_forget=node.flag("input_forget"),
            **layer.options(d),
        )

    return layer.run(step)


@onnx_op("GRU")
def gru(
    node: OnnxNode,
    x: Tensor,
    w: Tensor,
    r: Tensor,
    b: Tensor | None = None,
    lengths: Tensor | None = None,
    h0: Tensor | None = None,
) -> tuple[Tensor, ...]:
    """Gated recurrent unit; ONNX's gates z, r, h become r, z, h."""
    layer = Layer(node, x, ["Sigmoid", "Tanh"])
    order = [1, 0, 2]

    def step(d: int) -> tuple[Tensor, ...]:
        b_input, b_state = biases(b, d, order)
        return f.gru_layer(
            layer.x,
            _reordered(of_direction(w, d), order),
            _reordered(of_direction(r, d), order),
            b_input,
            b_state,
            layer.state(h0, d),
            lengths,
            linear_before_reset=node.flag("linear_before_reset"),
            **layer.options(d),
        )

    return layer.run(step)


@onnx_op("RNN")
def rnn(
    node: OnnxNode,
    x: Tensor,
    w: Tensor,
    r: Tensor,
    b: Tensor | None = None,
    lengths: Tensor | None = None,
    h0: Tensor | None = None,
) -> tuple[Tensor, ...]:
    """The simple recurrent layer."""
    layer = Layer(node, x, ["Tanh"])

    def step(d: int) -> tuple[Tensor, ...]:
        b_input, b_state = biases(b, d)
        state, options = layer.state(h0, d), layer.options(d)
        return f.rnn_layer(
            layer.x, of_direction(w, d), of_direction(r, d), b_input, b_state, state, lengths,
            **options,
        )  # fmt: skip

    return layer.run(step)
