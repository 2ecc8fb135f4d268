"""Quantized convolutions against ONNX Runtime, and against the same ones in f32.

    python benchmarks/quantized.py [NAME ...] [--runs 20] [--seconds 0.02] [--model FILE.onnx]

The layers of a ResNet-50 and a MobileNet, each between QuantizeLinear and DequantizeLinear with a
weight scale for each channel, on one thread: the least CPU time of many turns, in which the systems
follow one another. `--model` measures a quantized model with random inputs instead. ONNX Runtime is
left out where it is not installed; where it is, all results are compared with its own.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

import hodu

Array = NDArray[Any]
Run = Callable[[], Mapping[str, Array]]


@dataclass(frozen=True)
class Layer:
    """A convolution of an image of `size` x `size` pixels."""

    inner: int
    out: int
    size: int
    kernel: int
    stride: int = 1
    groups: int = 1

    @property
    def name(self) -> str:
        """Its sizes."""
        kind = "depthwise " if self.groups > 1 else ""
        taps, step = f"{self.kernel}x{self.kernel}", f"/{self.stride}" if self.stride > 1 else ""
        return f"{kind}{taps}{step} {self.inner}-{self.out} {self.size}"

    def model(self, *, is_quantized: bool) -> onnx.ModelProto:
        """The layer with a ReLU; quantized from its input to its result, or in f32."""
        rng = np.random.default_rng(0)
        shape = (self.out, self.inner // self.groups, self.kernel, self.kernel)
        w = rng.integers(-127, 128, shape).astype(np.int8)
        scales = rng.uniform(0.5, 2, self.out).astype(np.float32) / 1000
        attrs = {"pads": [self.kernel // 2] * 4, "strides": [self.stride] * 2, "group": self.groups}
        tensors: dict[str, Array] = {"b": np.zeros(self.out, np.int32), "s": scales, "w": w}
        real = (w * scales.reshape(-1, 1, 1, 1)).astype(np.float32)
        if is_quantized:
            x, y = np.float32(1 / 51), np.float32(np.sqrt(np.prod(shape[1:])) / 500)
            tensors |= {"sx": x, "sb": x * scales, "sy": y, "z": np.array(100, np.uint8)}
            tensors["zy"] = np.array(0, np.uint8)
            nodes = [
                helper.make_node("QuantizeLinear", ["x", "sx", "z"], ["xq"]),
                helper.make_node("DequantizeLinear", ["xq", "sx", "z"], ["xr"]),
                helper.make_node("DequantizeLinear", ["w", "s"], ["wr"], axis=0),
                helper.make_node("DequantizeLinear", ["b", "sb"], ["br"], axis=0),
                helper.make_node("Conv", ["xr", "wr", "br"], ["c"], **attrs),
                helper.make_node("Relu", ["c"], ["r"]),
                helper.make_node("QuantizeLinear", ["r", "sy", "zy"], ["y"]),
            ]
        else:
            tensors = {"w": real, "b": np.zeros(self.out, np.float32)}
            nodes = [
                helper.make_node("Conv", ["x", "w", "b"], ["c"], **attrs),
                helper.make_node("Relu", ["c"], ["y"]),
            ]
        kind = TensorProto.UINT8 if is_quantized else TensorProto.FLOAT
        graph = helper.make_graph(
            nodes,
            "layer",
            [helper.make_tensor_value_info("x", 1, [1, self.inner, self.size, self.size])],
            [helper.make_tensor_value_info("y", kind, None)],
            [numpy_helper.from_array(np.asarray(v), k) for k, v in tensors.items()],
        )
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=9)


LAYERS = [
    Layer(3, 64, 224, 7, 2),
    Layer(64, 64, 56, 3),
    Layer(64, 256, 56, 1),
    Layer(128, 128, 28, 3),
    Layer(512, 128, 28, 1),
    Layer(256, 256, 14, 3),
    Layer(512, 512, 7, 3),
    Layer(2048, 512, 7, 1),
    Layer(96, 96, 56, 3, 1, 96),
    Layer(384, 384, 14, 3, 1, 384),
]


def of_hodu(path: Path, inputs: Mapping[str, Array]) -> Run:
    """A model compiled by Hodu for one thread."""
    module = hodu.compile(hodu.load(path), device="cpu", threads=1)
    return lambda: {name: t.numpy() for name, t in module.execute(inputs).items()}


def of_onnxruntime(path: Path, inputs: Mapping[str, Array]) -> Run | None:
    """The same in ONNX Runtime; None where it is not installed."""
    try:
        import onnxruntime
    except ImportError:
        return None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    names = [o.name for o in session.get_outputs()]
    return lambda: dict(zip(names, session.run(None, inputs), strict=True))


def measure(runs: Sequence[Run], turns: int, seconds: float) -> list[float]:
    """The least CPU time of a call of each in milliseconds, taken in turns."""
    counts = [max(1, int(seconds / max(_once(run), 1e-6))) for run in runs]
    best = [float("inf")] * len(runs)
    for _ in range(turns):
        for number, (run, count) in enumerate(zip(runs, counts, strict=True)):
            begun = time.process_time()
            for _ in range(count):
                run()
            spent = (time.process_time() - begun) / count * 1e3
            best[number] = min(best[number], spent)
    return best


def _once(run: Run) -> float:
    run()
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun


def report(
    name: str, path: Path, inputs: Mapping[str, Array], real: Path | None, args: Any
) -> None:
    """Measure one model and print a line."""
    runs = {"Hodu": of_hodu(path, inputs)}
    peer = of_onnxruntime(path, inputs)
    if peer is not None:
        runs["ONNX Runtime"] = peer
    if real is not None:
        runs["Hodu in f32"] = of_hodu(real, inputs)
    times = measure(list(runs.values()), args.runs, args.seconds)
    shown = ", ".join(f"{k} {t:.3f} ms" for k, t in zip(runs, times, strict=True))
    if peer is not None:
        got, wanted = runs["Hodu"](), peer()
        same = all(np.array_equal(got[k], wanted[k]) for k in wanted)
        shown += f"; {times[1] / times[0]:.2f} times as fast, {'same' if same else 'OTHER'} results"
    print(f"{name:24s} {shown}", flush=True)


def main() -> int:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=0.02)
    parser.add_argument("--model", type=Path)
    args = parser.parse_args()
    rng = np.random.default_rng(1)
    if args.model is not None:
        ports = hodu.load(args.model).inputs
        inputs = {v.name: rng.standard_normal(v.type.shape, np.float32) for v in ports}
        report(args.model.stem, args.model, inputs, None, args)
        return 0
    for layer in LAYERS:
        if args.names and not any(name in layer.name for name in args.names):
            continue
        with tempfile.TemporaryDirectory() as folder:
            paths = [Path(folder, f"{kind}.onnx") for kind in ("bytes", "reals")]
            for path, is_quantized in zip(paths, (True, False), strict=True):
                onnx.save(layer.model(is_quantized=is_quantized), path)
            x = rng.standard_normal((1, layer.inner, layer.size, layer.size), np.float32)
            report(layer.name, paths[0], {"x": x}, paths[1], args)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
