"""Write the tiny benchmark models in 8 bits: `python benchmarks/quantize_models.py [names]`.

ONNX Runtime's quantizer makes QDQ models of tiny_*.onnx in $HODU_MODELS or benchmarks/models/:
weights in i8 with a scale for each channel, activations in i8, calibrated on 32 seeded inputs. The
first QuantizeLinear and the last DequantizeLinear are left to the caller, as firmware has them, so
that inputs and outputs are i8: NAME_int8.onnx.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

MODELS = Path(os.environ.get("HODU_MODELS", Path(__file__).resolve().parent / "models"))


class Inputs(CalibrationDataReader):  # type: ignore[misc]
    """Seeded inputs for calibration."""

    def __init__(self, model: onnx.ModelProto) -> None:
        (given,) = model.graph.input
        shape = [d.dim_value for d in given.type.tensor_type.shape.dim]
        chance = np.random.default_rng(0)
        arrays = (chance.standard_normal(shape).astype(np.float32) for _ in range(32))
        self._rest: Iterator[dict[str, Any]] = iter([{given.name: array} for array in arrays])

    def get_next(self) -> dict[str, Any] | None:
        """The next one, None after the last."""
        return next(self._rest, None)


def without_borders(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model from the result of its first QuantizeLinear to what its last DequantizeLinear
    reads."""
    graph = model.graph
    (given,), (result,) = graph.input, graph.output
    first = next(n for n in graph.node if given.name in n.input)
    last = next(n for n in graph.node if result.name in n.output)
    if first.op_type != "QuantizeLinear" or last.op_type != "DequantizeLinear":
        raise SystemExit(f"{graph.name} is quantized in another way than expected")
    renamed = {first.output[0]: given.name, last.input[0]: result.name}
    for node in (first, last):
        graph.node.remove(node)
    for node in graph.node:
        node.input[:] = [renamed.get(name, name) for name in node.input]
        node.output[:] = [renamed.get(name, name) for name in node.output]
    for value in (given, result):
        value.type.tensor_type.elem_type = TensorProto.INT8
    del graph.value_info[:]
    return model


def quantize(source: Path) -> Path:
    """Write a model in 8 bits beside one in f32."""
    target = source.with_name(f"{source.stem}_int8.onnx")
    quant_pre_process(source, target)
    quantize_static(
        target,
        target,
        Inputs(onnx.load(source)),
        quant_format=QuantFormat.QDQ,
        per_channel=True,
        activation_type=QuantType.QInt8,
        weight_type=QuantType.QInt8,
    )
    onnx.save(without_borders(onnx.load(target)), target)
    return target


def main() -> None:
    """Quantize the models that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*")
    names = parser.parse_args().names
    found = [p for p in sorted(MODELS.glob("tiny_*.onnx")) if not p.stem.endswith("_int8")]
    for source in found:
        if not names or source.stem in names:
            print(quantize(source), flush=True)


if __name__ == "__main__":
    main()
