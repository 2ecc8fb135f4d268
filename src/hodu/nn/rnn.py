"""Recurrent layers, stacked and in one or both directions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

import hodu.functional as f
from hodu._tensor import Tensor
from hodu.devices import Device
from hodu.dtypes import DTypeLike
from hodu.errors import ShapeError, ValueRangeError
from hodu.nn import functional as F
from hodu.nn import init
from hodu.nn.linear import empty_parameter
from hodu.nn.module import Module
from hodu.shapes import format_shape

_GATES = {"RNN_TANH": 1, "RNN_RELU": 1, "LSTM": 4, "GRU": 3}


class RNNBase(Module):
    """What recurrent layers share.

    The weights of layer k are `weight_ih_lk` [gates * hidden, input], `weight_hh_lk`, `bias_ih_lk`
    and `bias_hh_lk`, with the suffix "_reverse" for the other direction.
    """

    states: ClassVar[int] = 1

    def __init__(
        self,
        mode: str,
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
        super().__init__()
        self.mode, self.input_size, self.hidden_size = mode, input_size, hidden_size
        self.num_layers, self.bias, self.batch_first = num_layers, bias, batch_first
        self.dropout, self.bidirectional, self.proj_size = dropout, bidirectional, proj_size
        self._check()
        for layer in range(num_layers):
            for suffix in self._suffixes(layer):
                self._add_weights(layer, suffix, device, dtype)
        self.reset_parameters()

    def _check(self) -> None:
        if self.mode not in _GATES:
            raise ValueRangeError(f"mode={self.mode!r}", hint=f"it is one of {', '.join(_GATES)}")
        if self.hidden_size < 1 or self.num_layers < 1:
            raise ValueRangeError(
                f"hidden_size={self.hidden_size} and num_layers={self.num_layers}",
                hint="use 1 or more",
            )
        if not 0 <= self.dropout <= 1:
            raise ValueRangeError(f"dropout={self.dropout}", hint="it lies in [0, 1]")
        is_projected = self.proj_size != 0
        if self.proj_size < 0 or (is_projected and self.mode != "LSTM"):
            raise ValueRangeError(f"proj_size={self.proj_size}", hint="only LSTM projects")
        if self.proj_size >= self.hidden_size:
            raise ValueRangeError(
                f"proj_size={self.proj_size}", hint=f"less than hidden_size={self.hidden_size}"
            )

    @property
    def _output_size(self) -> int:
        """The size of a state h, and of one direction of the output."""
        return self.proj_size or self.hidden_size

    def _suffixes(self, layer: int) -> list[str]:
        return [f"_l{layer}", f"_l{layer}_reverse"][: 1 + self.bidirectional]

    def _add_weights(
        self, layer: int, suffix: str, device: Device | str | None, dtype: DTypeLike | None
    ) -> None:
        rows = _GATES[self.mode] * self.hidden_size
        width = self.input_size if layer == 0 else self._output_size * (1 + self.bidirectional)
        sizes: dict[str, tuple[int, ...]] = {
            "weight_ih": (rows, width),
            "weight_hh": (rows, self._output_size),
        }
        if self.bias:
            sizes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
        if self.proj_size:
            sizes["weight_hr"] = (self.proj_size, self.hidden_size)
        for name, size in sizes.items():
            made = empty_parameter(*size, dtype=dtype, device=device)
            self.register_parameter(name + suffix, made)

    def reset_parameters(self) -> None:
        """Uniform numbers up to 1 / sqrt(hidden_size)."""
        bound = 1 / math.sqrt(self.hidden_size)
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def flatten_parameters(self) -> None:
        """Nothing: the weights are used as they lie."""

    @property
    def all_weights(self) -> list[list[Any]]:
        """The weights, by layer and direction."""
        return [
            [p for name, p in self._parameters.items() if name.endswith(suffix)]
            for layer in range(self.num_layers)
            for suffix in self._suffixes(layer)
        ]

    # -- forward ----------------------------------------------------------------------------

    def _run(self, input: Tensor, given: Sequence[Tensor] | None) -> tuple[Tensor, list[Tensor]]:
        """The outputs, and the last states [layers * directions, (n,) size]."""
        is_single = self._is_single(input)
        x = f.unsqueeze(input, 0 if self.batch_first else 1) if is_single else input
        x = f.transpose(x, 0, 1) if self.batch_first else x
        states = self._states(x, given, is_single)
        last: list[list[Tensor]] = [[] for _ in range(self.states)]
        for layer in range(self.num_layers):
            outputs = []
            for direction, suffix in enumerate(self._suffixes(layer)):
                place = layer * (1 + self.bidirectional) + direction
                output, *new = self._layer(x, suffix, [s[place] for s in states], direction == 1)
                outputs.append(output)
                for kept, state in zip(last, new, strict=True):
                    kept.append(state)
            x = f.cat(outputs, -1) if self.bidirectional else outputs[0]
            if self.dropout and layer < self.num_layers - 1:
                x = F.dropout(x, self.dropout, self.training)
        x = f.transpose(x, 0, 1) if self.batch_first else x
        finals = [f.stack(kept) for kept in last]
        if is_single:
            x = f.squeeze(x, 0 if self.batch_first else 1)
            finals = [f.squeeze(s, 1) for s in finals]
        return x, finals

    def _is_single(self, input: Tensor) -> bool:
        if input.ndim not in (2, 3) or input.shape[-1] != self.input_size:
            order = "[(n,) l, i]" if self.batch_first else "[l, (n,) i]"
            raise ShapeError(
                f"{type(self).__name__} of {format_shape(input.shape)}",
                hint=f"it takes {order} with i = {self.input_size}",
            )
        return input.ndim == 2

    def _states(self, x: Tensor, given: Sequence[Tensor] | None, is_single: bool) -> list[Tensor]:
        count = self.num_layers * (1 + self.bidirectional)
        sizes = [self._output_size, self.hidden_size][: self.states]
        wanted = [(count, x.shape[1], size) for size in sizes]
        if given is None:
            return [f.zeros(size, dtype=x.dtype) for size in wanted]
        states = [f.unsqueeze(s, 1) if is_single else s for s in given]
        if [tuple(s.shape) for s in states] != wanted:
            raise ShapeError(
                f"{type(self).__name__}: states {[format_shape(s.shape) for s in given]}",
                hint=f"they are {[format_shape(size) for size in wanted]} "
                "(without the batch for an input without one)",
            )
        return states

    def _weights(self, suffix: str) -> list[Any]:
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        return [self._parameters.get(name + suffix) for name in names]

    def _layer(
        self, x: Tensor, suffix: str, states: Sequence[Tensor], reverse: bool
    ) -> Sequence[Tensor]:
        """The output [l, n, size] of one layer in one direction, and its last states."""
        raise NotImplementedError

    def extra_repr(self) -> str:
        """The sizes and the options that are not the usual."""
        text = f"{self.input_size}, {self.hidden_size}"
        usual = {"proj_size": 0, "num_layers": 1, "bias": True, "batch_first": False}
        usual |= {"dropout": 0, "bidirectional": False}
        for name, value in usual.items():
            text += f", {name}={getattr(self, name)}" if getattr(self, name) != value else ""
        return text


class RNN(RNNBase):
    """Plain recurrent layers, of the nonlinearity "tanh" or "relu".

    Takes [l, n, input_size] (or [n, l, input_size] with `batch_first`, or no batch) and the first
    states [layers * directions, n, hidden_size]; gives the outputs and the last states.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Device | str | None = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        if nonlinearity not in ("tanh", "relu"):
            raise ValueRangeError(f"nonlinearity={nonlinearity!r}", hint="'tanh' or 'relu'")
        options = (num_layers, bias, batch_first, dropout, bidirectional, 0, device, dtype)
        super().__init__(f"RNN_{nonlinearity.upper()}", input_size, hidden_size, *options)
        self.nonlinearity = nonlinearity

    def forward(self, input: Tensor, hx: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """The outputs, and the last states."""
        output, (last,) = self._run(input, None if hx is None else (hx,))
        return output, last

    def _layer(
        self, x: Tensor, suffix: str, states: Sequence[Tensor], reverse: bool
    ) -> Sequence[Tensor]:
        weights = self._weights(suffix)
        return f.rnn_layer(x, *weights, *states, reverse=reverse, activations=self.nonlinearity)


class GRU(RNNBase):
    """Layers of gated recurrent units; shapes as those of `RNN`."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Device | str | None = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        options = (num_layers, bias, batch_first, dropout, bidirectional, 0, device, dtype)
        super().__init__("GRU", input_size, hidden_size, *options)

    def forward(self, input: Tensor, hx: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """The outputs, and the last states."""
        output, (last,) = self._run(input, None if hx is None else (hx,))
        return output, last

    def _layer(
        self, x: Tensor, suffix: str, states: Sequence[Tensor], reverse: bool
    ) -> Sequence[Tensor]:
        return f.gru_layer(x, *self._weights(suffix), *states, reverse=reverse)
