"""Write the benchmark models as ONNX: `python benchmarks/build_models.py [names]`.

Each becomes NAME.onnx and NAME.npz (inputs as in__*, ONNX Runtime's outputs as out__*) in
$HODU_MODELS or benchmarks/models/: about 240 MB for all twelve.
"""

import argparse
import logging
import sys
import time
import warnings
from importlib.util import find_spec

if missing := [
    package
    for package in ("torch", "onnx", "onnxruntime", "onnxscript", "transformers")
    if find_spec(package) is None
]:
    sys.exit(
        f"build_models.py needs {', '.join(missing)}, which this Python does not have. Run:\n"
        f"  {sys.executable} -m pip install torch==2.13.0 onnx onnxruntime onnxscript transformers"
    )

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import NodeProto, TensorProto, helper, numpy_helper
from torch import nn

import zoo

Array = np.ndarray
OPSET = 18
TOLERANCE = 1e-3


def export(module: nn.Module, inputs: dict[str, Array]) -> onnx.ModelProto:
    """The module as PyTorch exports it, with static shapes and one output, y."""
    program = torch.onnx.export(
        module,
        tuple(torch.from_numpy(value) for value in inputs.values()),
        input_names=list(inputs),
        output_names=["y"],
        opset_version=OPSET,
        dynamo=True,
        verbose=False,
    )
    assert program is not None
    return program.model_proto


def iofc(weight: Array) -> Array:
    """PyTorch's gates (input, forget, cell, output) in ONNX's order, along axis 0."""
    i, f, c, o = np.split(weight, 4)
    return np.concatenate([i, o, f, c])


def lstm_weights(lstm: nn.LSTM, layer: int) -> list[TensorProto]:
    """W, R and B of one layer, with ONNX's leading axis of directions."""
    kinds = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    w, r, bw, br = (iofc(getattr(lstm, f"{kind}_l{layer}").numpy()) for kind in kinds)
    named = {"W": w, "R": r, "B": np.concatenate([bw, br])}
    return [numpy_helper.from_array(v[None], f"{k}{layer}") for k, v in named.items()]


def lstm_nodes(layers: int, width: int) -> list[NodeProto]:
    """An LSTM and a Squeeze of its axis of directions for each layer, from x to y."""
    values = ["x", *(f"s{k}" for k in range(layers - 1)), "y"]
    nodes = []
    for k in range(layers):
        inputs = [values[k], f"W{k}", f"R{k}", f"B{k}"]
        nodes.append(helper.make_node("LSTM", inputs, [f"Y{k}"], hidden_size=width))
        nodes.append(helper.make_node("Squeeze", [f"Y{k}", "axes"], [values[k + 1]]))
    return nodes


def export_lstm(module: nn.Module, inputs: dict[str, Array]) -> onnx.ModelProto:
    """The LSTM as ONNX's own LSTM operator, which PyTorch's exporter takes apart."""
    lstm, x = module.lstm, inputs["x"]
    assert isinstance(lstm, nn.LSTM)
    weights = [tensor for k in range(lstm.num_layers) for tensor in lstm_weights(lstm, k)]
    weights.append(numpy_helper.from_array(np.array([1], np.int64), "axes"))
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, x.shape) for n in ("x", "y")]
    nodes = lstm_nodes(lstm.num_layers, lstm.hidden_size)
    graph = helper.make_graph(nodes, "lstm", ends[:1], ends[1:], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9)


def run_onnxruntime(name: str, inputs: dict[str, Array]) -> Array:
    """What ONNX Runtime makes of the written file."""
    providers = ["CPUExecutionProvider"]
    session = onnxruntime.InferenceSession(zoo.model_path(name), providers=providers)
    return np.asarray(session.run(None, inputs)[0])


def build(name: str) -> str:
    """Write the model and its data, check them against PyTorch, and say so in a line."""
    start = time.perf_counter()
    module, inputs = zoo.load(name)
    proto = (export_lstm if isinstance(module, zoo.LSTM) else export)(module, inputs)
    onnx.checker.check_model(proto)
    onnx.save(proto, zoo.model_path(name))
    y = run_onnxruntime(name, inputs)
    arrays = {f"in__{key}": value for key, value in inputs.items()} | {"out__y": y}
    np.savez(zoo.npz_path(name), **arrays)
    error = np.abs(module(*map(torch.from_numpy, inputs.values())).numpy() - y).max()
    if not error < TOLERANCE:
        raise ArithmeticError(f"{name}: ONNX Runtime differs from PyTorch by {error:.2g}")
    size, seconds = zoo.model_path(name).stat().st_size / 1e6, time.perf_counter() - start
    nodes = len(proto.graph.node)
    return f"{name:16} {size:6.1f} MB  {nodes:3} nodes  error {error:.1e}  {seconds:4.1f} s"


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the benchmark models as ONNX.")
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(zoo.ZOO)}")
    names = parser.parse_args().names or list(zoo.ZOO)
    if unknown := set(names) - set(zoo.ZOO):
        parser.error(
            f"no model called {', '.join(sorted(unknown))}; there are {', '.join(zoo.ZOO)}"
        )
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    torch.set_num_threads(1)
    zoo.MODELS.mkdir(parents=True, exist_ok=True)
    for name in names:
        print(build(name), flush=True)


if __name__ == "__main__":
    main()
