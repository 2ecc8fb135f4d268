"""The LSTM of com.microsoft with 8-bit weights; what it multiplies is quantized as it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import hodu.functional as f
from hodu.dispatch.base import wrap_dims
from hodu.formats.onnx.node import OnnxNode
from hodu.formats.onnx.ops.microsoft_activation import DOMAIN
from hodu.formats.onnx.ops.microsoft_quantized import dynamic_quantize_matmul
from hodu.formats.onnx.ops.recurrent import Layer
from hodu.formats.onnx.registry import onnx_op
from hodu.ops._cells import TENSORS, make_activations

if TYPE_CHECKING:
    from hodu._tensor import Tensor


class _Direction:
    """One direction; `weights` and `states` are triples of integers, scales and zero points."""

    def __init__(
        self, layer: Layer, direction: int, weights: Any, states: Any, b: Tensor | None,
        p: Tensor | None,
    ) -> None:  # fmt: skip
        self.node, self.direction, self.reverse = layer.node, direction, layer.reverse[direction]
        self.weights, self.states = ([x[direction] for x in xs] for xs in (weights, states))
        self.bias: Any = (
            0 if b is None else f.chunk(b[direction], 2)[0] + f.chunk(b[direction], 2)[1]
        )
        self.peepholes = [None] * 3 if p is None else f.chunk(p[direction], 3)
        options = layer.options(direction)
        names, clip = options["activations"], options["clip"]
        alphas, betas = options.get("alphas"), options.get("betas")
        self.functions = make_activations(TENSORS, names, 3, alphas, betas, clip)
        # ONNX Runtime does not clip the cell that is shown.
        self.functions[2] = make_activations(TENSORS, names, 3, alphas, betas, None)[2]

    def run(self, x: Tensor, lengths: Tensor | None, h: Tensor, c: Tensor) -> tuple[Tensor, ...]:
        """Outputs [T, B, H] and the last states; ended rows give 0 and keep their states."""
        time = f.arange(x.shape[0]).reshape(-1, 1, 1)
        if lengths is None:
            lengths = f.broadcast_to(wrap_dims(x.shape[0]), (x.shape[1],))
        ends = lengths.to("i64").reshape(1, -1, 1)
        live = time < ends
        order = f.where(live, ends - 1 - time, time)
        # The range of what is quantized ends with the longest row.
        x = f.where(time < f.amax(ends), x, 0)
        x = _turned(x, order) if self.reverse else x
        given = dynamic_quantize_matmul(self.node, x, *self.weights)

        def step(state: Any, row: Any) -> Any:
            share, runs, seen = row
            new_h, new_c = self.cell(share, f.where(seen, state[0], 0), state[1])
            kept = f.where(runs, new_h, state[0]), f.where(runs, new_c, state[1])
            return kept, f.where(runs, new_h, 0)

        # Of a row that has ended, its last output and then 0 is quantized with the others.
        (h, c), output = f.scan(step, (h, c), (given, live, time <= ends))
        return (_turned(output, order) if self.reverse else output), h, c

    def cell(self, given: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        """The next states; gates are i, o, f and c."""
        gate, candidate, shown = self.functions
        i, o, forget, new = f.chunk(
            given + dynamic_quantize_matmul(self.node, h, *self.states) + self.bias, 4, -1
        )
        p_i, p_o, p_f = self.peepholes
        i = gate(i if p_i is None else i + p_i * c)
        if self.node.flag("input_forget"):
            forget = 1 - i
        else:
            forget = gate(forget if p_f is None else forget + p_f * c)
        c = forget * c + i * candidate(new)
        return gate(o if p_o is None else o + p_o * c) * shown(c), c


def _turned(x: Tensor, order: Tensor) -> Tensor:
    return f.take_along_dim(x, order, 0)


@onnx_op("DynamicQuantizeLSTM", domain=DOMAIN)
def dynamic_quantize_lstm(
    node: OnnxNode,
    x: Tensor,
    w: Tensor,
    r: Tensor,
    b: Tensor | None,
    lengths: Tensor | None,
    h0: Tensor | None,
    c0: Tensor | None,
    p: Tensor | None,
    w_scale: Tensor,
    w_zero: Tensor,
    r_scale: Tensor,
    r_zero: Tensor,
) -> tuple[Tensor, ...]:
    """Long short-term memory with weights [D, I, 4 H] and [D, H, 4 H]: gates i, o, f, c."""
    layer = Layer(node, x, ["Sigmoid", "Tanh", "Tanh"])

    def step(d: int) -> tuple[Tensor, ...]:
        made = _Direction(layer, d, (w, w_scale, w_zero), (r, r_scale, r_zero), b, p)
        return made.run(layer.x, lengths, layer.state(h0, d), layer.state(c0, d))

    return layer.run(step)
