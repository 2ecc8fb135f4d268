"""One step of recurrent layers."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import hodu.functional as f
from hodu._tensor import Tensor
from hodu.devices import Device
from hodu.dtypes import DTypeLike
from hodu.errors import ShapeError, ValueRangeError
from hodu.nn import init
from hodu.nn.linear import empty_parameter
from hodu.nn.module import Module
from hodu.nn.parameter import Parameter
from hodu.shapes import format_shape


class RNNCellBase(Module):
    """What the cells share: weights [gates * hidden, input] and [gates * hidden, hidden]."""

    weight_ih: Parameter
    weight_hh: Parameter
    bias_ih: Parameter | None
    bias_hh: Parameter | None

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool,
        num_chunks: int,
        device: Device | str | None = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__()
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        rows = num_chunks * hidden_size
        self.weight_ih = empty_parameter(rows, input_size, dtype=dtype, device=device)
        self.weight_hh = empty_parameter(rows, hidden_size, dtype=dtype)
        for name in ("bias_ih", "bias_hh"):
            self.register_parameter(name, empty_parameter(rows, dtype=dtype) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Uniform numbers up to 1 / sqrt(hidden_size)."""
        bound = 1 / math.sqrt(self.hidden_size) if self.hidden_size else 0.0
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def _step(self, op: Any, input: Tensor, states: Any, **options: Any) -> tuple[Tensor, ...]:
        """The new states after one step of a layer; operands may be without a batch."""
        if input.ndim not in (1, 2) or any(s.ndim != input.ndim for s in states or ()):
            raise ShapeError(
                f"{type(self).__name__} of an input {format_shape(input.shape)}",
                hint="it takes [(n,) input_size] and states [(n,) hidden_size]",
            )
        is_single = input.ndim == 1
        x = f.unsqueeze(input, 0) if is_single else input
        if states is None:
            zeros = f.zeros((x.shape[0], self.hidden_size), dtype=input.dtype)
            given = [zeros] * self.states
        else:
            given = [f.unsqueeze(s, 0) if is_single else s for s in states]
        weights = (self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        _, *new = op(f.unsqueeze(x, 0), *weights, *given, **options)
        return tuple(f.squeeze(s, 0) if is_single else s for s in new)

    states: ClassVar[int] = 1

    def extra_repr(self) -> str:
        """The sizes and the options that are not the usual."""
        text = f"{self.input_size}, {self.hidden_size}"
        return text if self.bias else f"{text}, bias={self.bias}"


class RNNCell(RNNCellBase):
    """A step of a plain recurrent layer, of the nonlinearity "tanh" or "relu"."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: Device | str | None = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        if nonlinearity not in ("tanh", "relu"):
            raise ValueRangeError(f"nonlinearity={nonlinearity!r}", hint="'tanh' or 'relu'")
        super().__init__(input_size, hidden_size, bias, 1, device, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        """[(n,) input_size] and the state [(n,) hidden_size], 0 by default, to the new state."""
        states = None if hx is None else (hx,)
        return self._step(f.rnn_layer, input, states, activations=self.nonlinearity)[0]

    def extra_repr(self) -> str:
        """The sizes and the options that are not the usual."""
        text = super().extra_repr()
        return text if self.nonlinearity == "tanh" else f"{text}, nonlinearity={self.nonlinearity}"


class LSTMCell(RNNCellBase):
    """A step of a long short-term memory."""

    states = 2

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: Device | str | None = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 4, device, dtype)

    def forward(
        self, input: Tensor, hx: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Tensor, Tensor]:
        """[(n,) input_size] and the states (h, c), 0 by default, to the new (h, c)."""
        h, c = self._step(f.lstm_layer, input, hx)
        return h, c


class GRUCell(RNNCellBase):
    """A step of gated recurrent units."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: Device | str | None = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 3, device, dtype)

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        """[(n,) input_size] and the state [(n,) hidden_size], 0 by default, to the new state."""
        return self._step(f.gru_layer, input, None if hx is None else (hx,))[0]
