"""Quantized ONNX models made by hand: integers with scales that are powers of two, or any."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper

from tests.onnx.graphs import Array, info, model


class Quantized:
    """A model under construction; a layer takes and gives the name of a quantized value.

    `kind` is the dtype of activations. With `exact` all scales are powers of two, so that the
    arithmetic in f32 of the reference is exact and every half is met. With `operators` layers are
    QLinearConv and its like, else DequantizeLinear, a float operator, QuantizeLinear.
    """

    def __init__(
        self, shape: tuple[int, ...], kind: str, *, exact: bool, operators: bool, seed: int = 0
    ) -> None:
        self.kind, self.exact, self.operators = np.dtype(kind), exact, operators
        self.rng = np.random.default_rng(seed)
        self.nodes: list[Any] = []
        self.constants: dict[str, Array] = {}
        self.shape = shape
        self.scales: dict[str, tuple[str, str]] = {}
        self.channels: dict[str, int] = {}
        self.input = self._quantize("x", shape[1], 1 / 64)

    def _name(self, hint: str) -> str:
        return f"{hint}{len(self.nodes) + len(self.constants)}"

    def constant(self, value: Any, hint: str = "c") -> str:
        """A new constant."""
        name = self._name(hint)
        self.constants[name] = np.asarray(value)
        return name

    def node(self, op: str, inputs: list[str], **attrs: Any) -> str:
        """A new node with one result."""
        name = self._name(op.lower())
        self.nodes.append(helper.make_node(op, inputs, [name], name=name, **attrs))
        return name

    def scale(self, about: float, *size: int) -> Array:
        """Scales about as large as a power of two."""
        if self.exact:
            return np.float32(about) * np.exp2(self.rng.integers(-1, 2, size)).astype(np.float32)
        return (about * self.rng.uniform(0.6, 1.7, size)).astype(np.float32)

    def zero(self) -> int:
        """A zero point somewhere in the middle."""
        middle = 0 if self.kind == np.int8 else 128
        return middle + int(self.rng.integers(-9, 10))

    def _output(self, about: float, zero: int | None = None) -> tuple[str, str]:
        given = self.zero() if zero is None else zero
        scale = np.float32(self.scale(about))
        return self.constant(scale, "scale"), self.constant(self.kind.type(given), "zero")

    def _quantize(self, real: str, channels: int, about: float, zero: int | None = None) -> str:
        scale, offset = self._output(about, zero)
        result = self.node("QuantizeLinear", [real, scale, offset])
        self.scales[result], self.channels[result] = (scale, offset), channels
        return result

    def real(self, x: str) -> str:
        """The dequantized value."""
        return self.node("DequantizeLinear", [x, *self.scales[x]])

    def conv(
        self,
        x: str,
        out: int,
        kernel: int = 3,
        *,
        bias: bool = True,
        activation: str | None = None,
        group: int = 1,
        per_channel: bool = True,
        **attrs: Any,
    ) -> str:
        """A convolution with 8-bit weights, its bias in i32, and an activation."""
        shape = (out, self.channels[x] // group, kernel, kernel)
        weights = self.rng.integers(-127, 128, shape).astype(np.int8)
        count = (out,) if per_channel else ()
        w, scale = self.constant(weights, "w"), self.scale(1 / 256, *count)
        w_scale = self.constant(scale, "scale")
        w_zero = self.constant(np.zeros(count, np.int8), "zero")
        sums = np.broadcast_to(self.constants[self.scales[x][0]] * scale, (out,))
        b = self.constant(self.rng.integers(-9000, 9000, out).astype(np.int32), "b")
        about = 2.0 ** round(np.log2(np.sqrt(np.prod(shape[1:])) / 4))
        attrs = {"group": group, **attrs}
        if self.operators:
            scale_y, zero_y = self._output(about / 16)
            given = [x, *self.scales[x], w, w_scale, w_zero, scale_y, zero_y]
            result = self.node("QLinearConv", [*given, *([b] if bias else [])], **attrs)
            self.scales[result], self.channels[result] = (scale_y, zero_y), out
            return result
        b_scale = self.constant(np.array(sums, np.float32), "scale")
        dense = self.node("DequantizeLinear", [w, w_scale, w_zero], axis=0)
        offset = [self.node("DequantizeLinear", [b, b_scale], axis=0)] if bias else []
        real = self.node("Conv", [self.real(x), dense, *offset], **attrs)
        real = self.node(activation, [real]) if activation else real
        return self._quantize(real, out, about / 16, self.least if activation else None)

    @property
    def least(self) -> int:
        """The zero point of what is never negative, as quantizers choose it."""
        return int(np.iinfo(self.kind).min)

    def add(self, x: str, y: str, activation: str | None = None) -> str:
        """The sum of two values."""
        real = self.node("Add", [self.real(x), self.real(y)])
        real = self.node(activation, [real]) if activation else real
        return self._quantize(real, self.channels[x], 1 / 8, self.least if activation else None)

    def join(self, *xs: str) -> str:
        """Values with scales of their own, joined along the channels."""
        real = self.node("Concat", [self.real(x) for x in xs], axis=1)
        return self._quantize(real, sum(self.channels[x] for x in xs), 1 / 8)

    def same(self, op: str, x: str, **attrs: Any) -> str:
        """An operator that picks elements, between integers of one scale."""
        real = self.node(op, [self.real(x)], **attrs)
        result = self.node("QuantizeLinear", [real, *self.scales[x]])
        self.scales[result], self.channels[result] = self.scales[x], self.channels[x]
        return result

    def mean(self, x: str, size: int | None = None) -> str:
        """Global average pooling, with a size as one window of it."""
        attrs = {} if size is None else {"kernel_shape": [size, size], "strides": [size, size]}
        op = "GlobalAveragePool" if size is None else "AveragePool"
        return self._quantize(self.node(op, [self.real(x)], **attrs), self.channels[x], 1 / 32)

    def linear(self, x: str, out: int) -> str:
        """Flattened and multiplied by a matrix, per column, with a bias."""
        inner = self.channels[x]
        weights = self.rng.integers(-127, 128, (out, inner)).astype(np.int8)
        scale = self.scale(1 / 256, out)
        w, w_scale = self.constant(weights, "w"), self.constant(scale, "scale")
        sums = np.asarray(self.constants[self.scales[x][0]] * scale, np.float32)
        b = self.constant(self.rng.integers(-9000, 9000, out).astype(np.int32), "b")
        dense = self.node("DequantizeLinear", [w, w_scale], axis=0)
        offset = self.node("DequantizeLinear", [b, self.constant(sums, "scale")], axis=0)
        flat = self.node("Flatten", [self.real(x)])
        real = self.node("Gemm", [flat, dense, offset], transB=1)
        return self._quantize(real, out, 2.0 ** round(np.log2(np.sqrt(inner) / 4)) / 16)

    def finish(self, *results: str) -> onnx.ModelProto:
        """The model whose outputs are the integers named."""
        kind = {"int8": TensorProto.INT8, "uint8": TensorProto.UINT8}[self.kind.name]
        outputs = [info(name, None, kind) for name in results]
        return model(self.nodes, [info("x", list(self.shape))], outputs, self.constants, opset=19)

    def example(self, seed: int = 1) -> Array:
        """An input that uses the whole range."""
        return np.random.default_rng(seed).uniform(-2, 2, self.shape).astype(np.float32)
