"""The cases of the official ONNX backend suite, all in one form."""

from __future__ import annotations

import functools
import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import onnx
import onnx.backend.test
from onnx import numpy_helper
from onnx.backend.test.loader import load_model_tests

DataSet: TypeAlias = tuple[list[Any], list[Any]]
GROUPS = ("node", "simple", "pytorch-converted", "pytorch-operator", "real")
DATA = Path(onnx.backend.test.__path__[0]) / "data"
_EXPANDED = re.compile(r"_expanded(_ver\d+)?$")


@dataclass(frozen=True)
class Case:
    """A model, and what it must yield for given inputs, read when it is wanted."""

    group: str
    name: str
    op: str
    rtol: float
    atol: float
    read: Callable[[], tuple[onnx.ModelProto, list[DataSet]]]


@functools.cache
def cases(group: str) -> list[Case]:
    """The cases of a group; "real" has the models whose files come with the package."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = load_model_tests(kind=group)
    if group == "node":
        return list(_node_cases(found))
    return [_file_case(group, case) for case in sorted(found, key=lambda c: c.name)]


def _node_cases(found: list[Any]) -> Iterator[Case]:
    """Expanded cases count under the operator that they expand."""
    ops = {c.name: _op_of(c.model) for c in found if not _EXPANDED.search(c.name)}
    for c in found:
        op = ops.get(_EXPANDED.sub("", c.name)) or _op_of(c.model)
        yield Case("node", c.name, op, c.rtol, c.atol, _reader(c))


def _reader(case: Any) -> Callable[[], tuple[onnx.ModelProto, list[DataSet]]]:
    def read() -> tuple[onnx.ModelProto, list[DataSet]]:
        sets = [([_array(x) for x in xs], [_array(y) for y in ys]) for xs, ys in case.data_sets]
        return case.model, sets

    return read


def _op_of(model: onnx.ModelProto) -> str:
    node = model.graph.node[-1]
    return f"{node.domain}.{node.op_type}" if node.domain else node.op_type


def _array(value: Any) -> Any:
    return numpy_helper.to_array(value) if isinstance(value, onnx.TensorProto) else value


def _file_case(group: str, case: Any) -> Case:
    def read() -> tuple[onnx.ModelProto, list[DataSet]]:
        if case.model_dir is None:
            return _light(DATA / "light" / Path(case.url).name)
        folder = Path(case.model_dir)
        model = onnx.load(str(folder / "model.onnx"))
        sets = [_data_set(model, d) for d in sorted(folder.glob("test_data_set_*"))]
        return model, sets

    return Case(group, case.name, f"({group} models)", case.rtol, case.atol, read)


def _data_set(model: onnx.ModelProto, folder: Path) -> DataSet:
    def load(prefix: str, infos: Any) -> list[Any]:
        count = len(list(folder.glob(f"{prefix}_*.pb")))
        files = [folder / f"{prefix}_{i}.pb" for i in range(count)]
        return [_value(f, i.type) for f, i in zip(files, infos, strict=False)]

    return load("input", model.graph.input), load("output", model.graph.output)


def _value(file: Path, kind: onnx.TypeProto) -> Any:
    data = file.read_bytes()
    if kind.HasField("sequence_type"):
        return numpy_helper.to_list(onnx.SequenceProto.FromString(data))
    if kind.HasField("optional_type"):
        return numpy_helper.to_optional(onnx.OptionalProto.FromString(data))
    return numpy_helper.to_array(onnx.TensorProto.FromString(data))


def _light(file: Path) -> tuple[onnx.ModelProto, list[DataSet]]:
    """A well-known network without its weights; the input is the ramp of the suite's runner."""
    model = onnx.load(str(file))
    known = {i.name for i in model.graph.initializer}
    inputs = [_ramp(i) for i in model.graph.input if i.name not in known]
    files = [file.with_name(f"{file.stem}_output_{i}.pb") for i in range(len(model.graph.output))]
    outputs = [_value(f, o.type) for f, o in zip(files, model.graph.output, strict=True)]
    return model, [(inputs, outputs)]


def _ramp(info: onnx.ValueInfoProto) -> Any:
    dims = info.type.tensor_type.shape.dim
    shape = [d.dim_value if d.HasField("dim_value") else 1 for d in dims]
    count = int(np.prod(shape))
    return (np.arange(count).reshape(shape) / count).astype(np.float32)
