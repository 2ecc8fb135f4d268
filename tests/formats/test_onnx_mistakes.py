"""ONNX files with mistakes: each is refused with an error that names what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import onnx
import pytest
from onnx import TensorProto, helper

import hodu

FLOAT = TensorProto.FLOAT
X = helper.make_tensor_value_info("x", FLOAT, [2])
Y = helper.make_tensor_value_info("y", FLOAT, [2])


def model(
    nodes: list[onnx.NodeProto], inputs: Any = (X,), opset: int = 17, **fields: Any
) -> onnx.ModelProto:
    graph = helper.make_graph(nodes, "g", list(inputs), [Y])
    imports = [helper.make_opsetid("", opset), helper.make_opsetid("my", 1)]
    return helper.make_model(graph, opset_imports=imports, **fields)


def failure(made: onnx.ModelProto, tmp_path: Path) -> str:
    path = tmp_path / "m.onnx"
    path.write_bytes(made.SerializeToString())
    with pytest.raises(hodu.HoduError) as caught:
        hodu.load(path)
    return str(caught.value)


def relu(source: str = "x") -> onnx.NodeProto:
    return helper.make_node("Relu", [source], ["y"])


def function(name: str, calls: str) -> onnx.FunctionProto:
    call = helper.make_node(calls, ["a"], ["b"], domain="my")
    return helper.make_function("my", name, ["a"], ["b"], [call], [helper.make_opsetid("my", 1)])


def test_functions_that_call_one_another_in_a_circle(tmp_path: Path) -> None:
    call = helper.make_node("F", ["x"], ["y"], domain="my")
    made = model([call], functions=[function("F", "G"), function("G", "F")])
    assert "calls itself: F -> G -> F" in failure(made, tmp_path)


@pytest.mark.parametrize("location", ["", "a\0b"])
def test_external_data_without_a_file_name(tmp_path: Path, location: str) -> None:
    weight = TensorProto(name="w", data_type=FLOAT, dims=[2], data_location=TensorProto.EXTERNAL)
    weight.external_data.add(key="location", value=location)
    made = model([relu("w")], inputs=())
    made.graph.initializer.append(weight)
    assert "the external data of tensor 'w' names no file" in failure(made, tmp_path)


def test_an_external_offset_of_thousands_of_digits(tmp_path: Path) -> None:
    (tmp_path / "w.bin").write_bytes(bytes(8))
    weight = TensorProto(name="w", data_type=FLOAT, dims=[2], data_location=TensorProto.EXTERNAL)
    weight.external_data.add(key="location", value="w.bin")
    weight.external_data.add(key="offset", value="9" * 5000)
    made = model([relu("w")], inputs=())
    made.graph.initializer.append(weight)
    assert "'w' has a size '999" in failure(made, tmp_path)


def test_an_opset_that_does_not_exist(tmp_path: Path) -> None:
    assert "imports the opset 0; they count from 1" in failure(model([relu()], opset=0), tmp_path)


def test_a_sequence_as_an_input(tmp_path: Path) -> None:
    sequence = helper.make_tensor_sequence_value_info("x", FLOAT, None)
    message = failure(model([relu()], inputs=[sequence]), tmp_path)
    assert "the input 'x' is of the kind sequence_type" in message


def test_an_if_without_a_branch(tmp_path: Path) -> None:
    condition = helper.make_tensor_value_info("c", TensorProto.BOOL, [])
    branch = helper.make_graph([relu()], "then", [], [Y])
    node = helper.make_node("If", ["c"], ["y"], then_branch=branch)
    message = failure(model([node], inputs=[X, condition]), tmp_path)
    assert "the attribute 'else_branch' is missing" in message
