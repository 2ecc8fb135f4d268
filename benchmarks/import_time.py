"""What importing ONNX models costs.

    HODU_MODELS=FOLDER python benchmarks/import_time.py

ResNet-50 is a file that `benchmarks/build_models.py` makes; BERT-base is written here, with random
weights and the nodes that exporters make of it, and so is a graph of 5,000 nodes. Each is loaded in
a process of its own, several times; the least CPU time counts. The bars are for what comes beyond
parsing Protocol Buffers, which is in the figures: `hodu.load` does not parse what large tensors
hold, so that it may take less than `onnx.load`. Exits with 1 if a bar is missed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

MODELS = Path(os.environ.get("HODU_MODELS") or Path(__file__).parent / "models")
RUNS = 5
NODES = 5000
LAYERS, HEADS, WIDTH, INNER, WORDS, POSITIONS = 12, 12, 768, 3072, 30522, 512
_LOAD = """
import sys, time, hodu, onnx, hodu.formats.onnx.importer
def seconds(load):
    start = time.process_time()
    load(sys.argv[1])
    return time.process_time() - start
hodu.load(sys.argv[1])
whole, parsed = ([seconds(f) for _ in range(int(sys.argv[2]))] for f in (hodu.load, onnx.load))
print(min(whole), min(parsed))
"""


class Graph:
    """Nodes and initializers under construction."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []
        self.rng = np.random.default_rng(0)

    def op(self, kind: str, *inputs: str, **attrs: object) -> str:
        """Add a node; returns the name of its result."""
        name = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], name, **attrs))
        return name

    def const(self, array: np.ndarray) -> str:
        """Add an initializer; returns its name."""
        name = f"w{len(self.initializers)}"
        self.initializers.append(numpy_helper.from_array(array, name))
        return name

    def ints(self, *values: int) -> str:
        """Add a vector of i64."""
        return self.const(np.array(values))

    def weight(self, *shape: int) -> str:
        """Add random weights."""
        return self.const(self.rng.standard_normal(shape, np.float32))

    def save(self, path: Path, inputs: list[onnx.ValueInfoProto], output: str) -> Path:
        """Write the model with this output."""
        results = [helper.make_empty_tensor_value_info(output)]
        graph = helper.make_graph(self.nodes, path.stem, inputs, results, self.initializers)
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), path)
        return path


def linear(g: Graph, x: str, inputs: int, outputs: int) -> str:
    """A product and a bias, as exporters write them."""
    return g.op("Add", g.op("MatMul", x, g.weight(inputs, outputs)), g.weight(outputs))


def heads(g: Graph, x: str) -> str:
    """[N, S, W] as [N, heads, S, W / heads]; the sizes are read in the model."""
    sizes = [g.op("Gather", g.op("Shape", x), g.ints(i), axis=0) for i in (0, 1)]
    shape = g.op("Concat", *sizes, g.ints(HEADS, WIDTH // HEADS), axis=0)
    return g.op("Transpose", g.op("Reshape", x, shape), perm=[0, 2, 1, 3])


def attention(g: Graph, x: str, mask: str) -> str:
    """Self-attention in the nodes it is made of."""
    q, k, v = (heads(g, linear(g, x, WIDTH, WIDTH)) for _ in range(3))
    scores = g.op("MatMul", q, g.op("Transpose", k, perm=[0, 1, 3, 2]))
    scores = g.op("Add", g.op("Div", scores, g.const(np.float32(8))), mask)
    found = g.op("MatMul", g.op("Softmax", scores, axis=-1), v)
    return linear(
        g,
        g.op("Reshape", g.op("Transpose", found, perm=[0, 2, 1, 3]), g.ints(0, 0, WIDTH)),
        WIDTH,
        WIDTH,
    )


def normalized(g: Graph, x: str) -> str:
    """LayerNorm in the nodes it is made of."""
    centred = g.op("Sub", x, g.op("ReduceMean", x, axes=[-1]))
    square = g.op("Pow", centred, g.const(np.float32(2)))
    spread = g.op(
        "Sqrt", g.op("Add", g.op("ReduceMean", square, axes=[-1]), g.const(np.float32(1e-12)))
    )
    scaled = g.op("Mul", g.op("Div", centred, spread), g.weight(WIDTH))
    return g.op("Add", scaled, g.weight(WIDTH))


def gelu(g: Graph, x: str) -> str:
    """x * (1 + erf(x / sqrt(2))) / 2."""
    erf = g.op("Erf", g.op("Div", x, g.const(np.float32(2**0.5))))
    return g.op(
        "Mul", g.op("Mul", x, g.op("Add", erf, g.const(np.float32(1)))), g.const(np.float32(0.5))
    )


def bert(path: Path) -> Path:
    """BERT-base over named batch and sequence sizes."""
    g = Graph()
    length = g.op("Gather", g.op("Shape", "input_ids"), g.const(np.array(1)), axis=0)
    places = g.op("Range", g.const(np.array(0)), length, g.const(np.array(1)))
    words = g.op("Gather", g.weight(WORDS, WIDTH), "input_ids")
    kinds = g.op("Gather", g.weight(2, WIDTH), "token_type_ids")
    x = g.op("Add", g.op("Add", words, kinds), g.op("Gather", g.weight(POSITIONS, WIDTH), places))
    x = normalized(g, x)
    mask = g.op("Unsqueeze", "attention_mask", g.ints(1, 2))
    mask = g.op("Sub", g.const(np.float32(1)), g.op("Cast", mask, to=TensorProto.FLOAT))
    mask = g.op("Mul", mask, g.const(np.finfo(np.float32).min))
    for _ in range(LAYERS):
        x = normalized(g, g.op("Add", x, attention(g, x, mask)))
        inner = linear(g, gelu(g, linear(g, x, WIDTH, INNER)), INNER, WIDTH)
        x = normalized(g, g.op("Add", x, inner))
    names = ("input_ids", "attention_mask", "token_type_ids")
    inputs = [
        helper.make_tensor_value_info(n, TensorProto.INT64, ["batch", "sequence"]) for n in names
    ]
    return g.save(path, inputs, x)


def many_nodes(path: Path) -> Path:
    """5,000 nodes of several kinds, half of them with a constant."""
    g, x = Graph(), "x"
    shape = g.ints(0, 64)
    while len(g.nodes) < NODES:
        y = g.op("Mul", g.op("Relu", x), g.weight(64))
        y = g.op("Reshape", g.op("Transpose", g.op("Transpose", y)), shape)
        x = g.op("Add", g.op("Tanh", g.op("MatMul", y, g.weight(64, 64))), x)
        x = g.op("Slice", g.op("Concat", x, y, axis=1), g.ints(0), g.ints(64), g.ints(1))
    return g.save(path, [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 64])], x)


def seconds(path: Path) -> float:
    """CPU seconds of loading a model."""
    command = [sys.executable, "-c", _LOAD, str(path), str(RUNS)]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    whole, parsed = map(float, result.stdout.split())
    print(f"{path.stem:<12}{whole:8.2f} s by hodu.load, {parsed:.2f} s by onnx.load", flush=True)
    return whole


def main() -> None:
    """Measure, print and compare with the bars."""
    with tempfile.TemporaryDirectory() as folder:
        found = {
            "ResNet-50": (seconds(MODELS / "resnet50.onnx"), 1.0),
            "BERT-base": (seconds(bert(Path(folder) / "bert.onnx")), 1.0),
            "5,000 nodes": (seconds(many_nodes(Path(folder) / "nodes.onnx")), 3.0),
        }
    for name, (taken, bar) in found.items():
        print(f"{name:<12}{taken:8.2f} s, at most {bar:.0f} s")
    sys.exit(any(taken > bar for taken, bar in found.values()))


if __name__ == "__main__":
    main()
