"""Random networks in 8 bits, with integers or floats at their ends."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from onnx import helper

import hodu
from hodu import dtypes
from hodu.formats.onnx.importer import import_model
from hodu.ops.quantization import limits
from tests.onnx.graphs import info
from tests.onnx.quantized import Quantized

_ACTIVATIONS = (None, "Relu")


class RandomQuantized:
    """A Snapshot of random quantized layers from a seed, with input arrays for it."""

    float = dtypes.f32

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        rows, columns = self.pick(range(3, 18)), self.pick((4, 9))
        shape, kind = (1, self.pick((1, 3, 4, 8)), rows, columns), self.pick(("int8", "uint8"))
        options = {"exact": bool(seed & 1), "operators": bool(seed & 2)}
        self.net = Quantized(shape, kind, **options, seed=seed)
        self.sizes = {self.net.input: (rows, columns)}
        self.values = [self.net.input]
        for _ in range(self.pick(range(2, 8))):
            self._layer()
        if self.pick((True, False)):
            self._keep(self.net.linear(self.net.mean(self.values[-1]), 10), (1, 1))
        ends = (self.pick((True, False)), self.pick((True, False)))
        self.snapshot: hodu.Snapshot = import_model(self._model(shape, kind, *ends))
        self.arrays = self._arrays()

    def pick(self, choices: Any) -> Any:
        """One of the choices."""
        return list(choices)[int(self.rng.integers(len(choices)))]

    def _keep(self, value: str, size: tuple[int, int]) -> None:
        self.sizes[value] = size
        self.values.append(value)

    def _layer(self) -> None:
        x = self.pick(self.values[-2:])
        rows, columns = self.sizes[x]
        alike = [v for v in self.values if self.sizes[v] == (rows, columns)]
        kind = self.pick(("conv", "conv", "point", "deep", "add", "join", "pool"))
        if kind == "add":
            others = [v for v in alike if self.net.channels[v] == self.net.channels[x]]
            y = self.net.add(x, self.pick(others), self.pick(_ACTIVATIONS))
        elif kind == "join":
            y = self.net.join(x, self.pick(alike))
        elif kind == "pool":
            y = self.net.same("MaxPool", x, kernel_shape=[3, 3], strides=[1, 1], pads=[1, 1, 1, 1])
        else:
            return self._conv(x, kind)
        return self._keep(y, (rows, columns))

    def _conv(self, x: str, kind: str) -> None:
        inner = self.net.channels[x]
        size = 1 if kind == "point" else 3
        step = 1 if kind == "point" else self.pick((1, 1, 2))
        attrs: dict[str, Any] = {"pads": [size // 2] * 4, "strides": [step, step]}
        if kind == "deep":
            attrs["group"] = inner
        out = inner if kind == "deep" else self.pick((1, 3, 4, 8, 12, 20))
        activation = None if self.net.operators else self.pick(_ACTIVATIONS)
        y = self.net.conv(
            x, out, size, bias=self.pick((True, False)), activation=activation, **attrs
        )
        rows, columns = self.sizes[x]
        self._keep(y, (-(-rows // step), -(-columns // step)))

    def _model(
        self, shape: tuple[int, ...], kind: str, takes_floats: bool, gives_floats: bool
    ) -> onnx.ModelProto:
        """The model of the last values; without floats at its ends if so asked."""
        results = self.values[-2:] if len(self.values) > 2 else self.values[-1:]
        made = self.net.finish(*results)
        if gives_floats:
            real = self.net.real(results[-1])
            made = self.net.finish(*results)
            made.graph.output[-1].CopyFrom(info(real))
        if not takes_floats:
            del made.graph.node[0]
            type_ = helper.np_dtype_to_tensor_dtype(np.dtype(kind))
            made.graph.input[0].CopyFrom(info(self.net.input, list(shape), type_))
        return made

    def _arrays(self) -> dict[str, np.ndarray]:
        """Inputs over the whole range."""
        (x,) = self.snapshot.inputs
        if x.type.dtype is dtypes.f32:
            return {x.name: self.rng.uniform(-2, 2, x.type.shape).astype(np.float32)}
        low, high = limits(x.type.dtype, None, None)
        drawn = self.rng.integers(low, high + 1, x.type.shape)
        return {x.name: drawn.astype(x.type.dtype.numpy)}
