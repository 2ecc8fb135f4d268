"""Small ONNX models for the tests, and running them in every way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnx.reference
from onnx import TensorProto, helper, numpy_helper

import hodu
from hodu.formats.onnx.backend import Compiled, Eager
from hodu.formats.onnx.importer import import_model

Array = npt.NDArray[Any]
node = helper.make_node
NEWEST = onnx.defs.onnx_opset_version()
INT64 = TensorProto.INT64


def info(name: str, shape: Sequence[int | str] | None = None, kind: int = 1) -> Any:
    """The declaration of a tensor, f32 by default."""
    return helper.make_tensor_value_info(name, kind, shape)


def graph(
    nodes: Sequence[Any],
    inputs: Sequence[Any],
    outputs: Sequence[Any],
    constants: Mapping[str, Any] | None = None,
) -> Any:
    """A graph; `constants` are its initializers."""
    tensors = [numpy_helper.from_array(np.asarray(v), k) for k, v in (constants or {}).items()]
    outputs = [info(o) if isinstance(o, str) else o for o in outputs]
    return helper.make_graph(nodes, "g", inputs, outputs, tensors)


def model(
    nodes: Sequence[Any],
    inputs: Sequence[Any],
    outputs: Sequence[Any],
    constants: Mapping[str, Any] | None = None,
    opset: int = 18,
    **domains: int,
) -> onnx.ModelProto:
    """A model of one graph."""
    imports = [helper.make_opsetid("", opset)]
    imports += [helper.make_opsetid(name, version) for name, version in domains.items()]
    made: onnx.ModelProto = helper.make_model(
        graph(nodes, inputs, outputs, constants), opset_imports=imports, ir_version=9
    )
    return made


def save(made: onnx.ModelProto, folder: Path, name: str = "m.onnx") -> Path:
    """The model as a file."""
    path = folder / name
    path.write_bytes(made.SerializeToString())
    return path


def eager(made: onnx.ModelProto, *inputs: Any) -> list[Any]:
    """The outputs of an eager run."""
    return list(Eager.run_model(made, list(inputs)))


def compiled(made: onnx.ModelProto, *inputs: Any) -> list[Any]:
    """The outputs of the compiled backend."""
    return list(Compiled.run_model(made, list(inputs)))


def captured(made: onnx.ModelProto, *inputs: Array) -> list[Array]:
    """The outputs of the imported Snapshot, with every input captured."""
    snapshot = import_model(made)
    names = [v.name for v in snapshot.inputs]
    outputs = hodu.compile(snapshot).execute(dict(zip(names, inputs, strict=True)))
    return [t.numpy() for t in outputs.values()]


def check(made: onnx.ModelProto, *inputs: Array, want: Sequence[Any] | None = None) -> None:
    """Eager and captured runs yield what ONNX's reference yields, or what is wanted."""
    names = [i.name for i in made.graph.input]
    if want is None:
        reference = onnx.reference.ReferenceEvaluator(made)
        want = list(reference.run(None, dict(zip(names, inputs, strict=True))))
    wanted: Sequence[Any] = want
    for run in (eager, captured):
        for found, expected in zip(run(made, *inputs), wanted, strict=True):
            assert found.dtype == np.asarray(expected).dtype, run.__name__
            np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6, err_msg=run.__name__)
