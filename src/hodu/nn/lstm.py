"""Layers of long short-term memories."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import hodu.functional as f
from hodu._tensor import Tensor
from hodu.devices import Device
from hodu.dtypes import DTypeLike
from hodu.nn import functional as F
from hodu.nn.rnn import RNNBase


class LSTM(RNNBase):
    """Layers of long short-term memories; shapes as those of `RNN`, with states (h, c).

    With `proj_size` the states h are projected to that size (H. Sak et al., "Long short-term
    memory based recurrent neural network architectures", 2014).
    """

    states = 2

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Device | str | None = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        options = (num_layers, bias, batch_first, dropout, bidirectional, proj_size, device, dtype)
        super().__init__("LSTM", input_size, hidden_size, *options)

    def forward(
        self, input: Tensor, hx: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """The outputs, and the last states (h, c)."""
        output, (h, c) = self._run(input, hx)
        return output, (h, c)

    def _layer(
        self, x: Tensor, suffix: str, states: Sequence[Tensor], reverse: bool
    ) -> Sequence[Tensor]:
        weights = self._weights(suffix)
        if self.proj_size:
            return _projected(x, weights, getattr(self, f"weight_hr{suffix}"), states, reverse)
        return f.lstm_layer(x, *weights, *states, reverse=reverse)


def _projected(
    x: Tensor, weights: Sequence[Any], down: Tensor, states: Sequence[Tensor], reverse: bool
) -> Sequence[Tensor]:
    """A layer whose h is `down @ (o * tanh(c))`."""
    w_ih, w_hh, b_ih, b_hh = weights
    h, c = states
    shares = F.linear(x, w_ih, b_ih)
    steps = range(int(x.shape[0]))
    outputs: list[Any] = [None] * len(steps)
    for step in reversed(steps) if reverse else steps:
        i, forget, new, o = f.chunk(shares[step] + F.linear(h, w_hh, b_hh), 4, -1)
        c = F.sigmoid(forget) * c + F.sigmoid(i) * F.tanh(new)
        h = F.linear(F.sigmoid(o) * F.tanh(c), down)
        outputs[step] = h
    return f.stack(outputs), h, c
