"""Importing: names, dimensions, constants, and errors that say what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnx.reference
import pytest
from onnx import helper

import hodu
from hodu.errors import ArgumentError, CaptureError, FormatError, UnsupportedError
from hodu.formats.onnx.importer import import_model
from tests.onnx.graphs import NEWEST, graph, info, model, node, save

X = np.arange(6, dtype=np.float32).reshape(2, 3)


def two_steps() -> onnx.ModelProto:
    """relu(x) + weight, with names, metadata and a symbolic batch."""
    made = model(
        [
            node("Relu", ["x"], ["/act/out"], name="/act"),
            node("Add", ["/act/out", "layer.weight"], ["y"], name="/sum"),
        ],
        [info("x", ["batch", 3])],
        [info("y", ["batch", 3])],
        {"layer.weight": np.float32([1, 2, 3])},
    )
    helper.set_model_props(made, {"author": "somebody"})
    made.producer_name, made.doc_string = "maker", "what it is"
    return made


def test_names_of_values_are_kept(tmp_path: Path) -> None:
    snapshot = hodu.load(save(two_steps(), tmp_path))
    assert [v.name for n in snapshot.nodes for v in n.outputs] == ["/act/out", "y"]
    assert list(snapshot.constants) == ["layer.weight"]
    assert snapshot.nodes[0].loc == "node '/act' (Relu)"


def test_metadata_is_kept() -> None:
    metadata = import_model(two_steps()).metadata
    assert metadata["author"] == "somebody"
    assert metadata["onnx.producer"] == "maker"
    assert metadata["onnx.doc"] == "what it is"
    assert metadata["onnx.opset"] == "ai.onnx 18"


def test_a_snapshot_of_a_model_survives_a_file(tmp_path: Path) -> None:
    snapshot = import_model(two_steps())
    hodu.save(snapshot, tmp_path / "m.hdss")
    assert str(hodu.load(tmp_path / "m.hdss")) == str(snapshot)


def test_named_dimensions_are_symbols_until_bound(tmp_path: Path) -> None:
    path = save(two_steps(), tmp_path)
    module = hodu.compile(hodu.load(path))
    for rows in (1, 2):
        y = module.execute({"x": X[:rows]})["y"].numpy()
        np.testing.assert_array_equal(y, X[:rows] + np.float32([1, 2, 3]))
    bound = hodu.load(path, dims={"batch": 2})
    assert bound.outputs["y"].type.shape == (2, 3)


def test_a_dimension_that_the_model_lacks(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="no dimension 'rows'") as caught:
        hodu.load(save(two_steps(), tmp_path), dims={"rows": 2})
    assert caught.value.hint == "its named dimensions are batch"


def test_nameless_dimensions_are_named_after_the_input() -> None:
    made = model([node("Relu", ["x"], ["y"])], [info("x", [None, 3])], ["y"])
    assert str(import_model(made).inputs[0].type.shape[0]) == "x_0"


def test_initializers_that_are_inputs_are_constants() -> None:
    made = model(
        [node("Add", ["x", "w"], ["y"])], [info("x", [3]), info("w", [3])], ["y"], {"w": X[0]}
    )
    snapshot = import_model(made)
    assert [v.name for v in snapshot.inputs] == ["x"]


def test_shape_arithmetic_folds_over_symbols() -> None:
    made = model(
        [
            node("Shape", ["x"], ["s"]),
            node("Gather", ["s", "zero"], ["rows"]),
            node("Concat", ["rows", "minus"], ["wanted"], axis=0),
            node("Reshape", ["x", "wanted"], ["y"]),
        ],
        [info("x", ["n", 2, 3])],
        ["y"],
        {"zero": np.array([0]), "minus": np.array([-1])},
    )
    snapshot = import_model(made)
    assert [n.op for n in snapshot.nodes] == ["reshape"]
    assert str(snapshot.outputs["y"].type) == "f32[n, 6]"


def test_every_unsupported_node_is_listed_at_once() -> None:
    body = graph([node("Unknown2", [], ["b"], name="inner")], [], ["b"])
    made = model(
        [
            node("Unknown1", ["x"], ["a"], name="first"),
            node("If", ["c"], ["b"], then_branch=body, else_branch=body),
            node("Relu", ["a"], ["r"], name="fine"),
            node("Op", ["x"], ["y"], name="other", domain="com.example"),
            node("Einsum", ["x"], ["z"], name="late", equation="ij->ji"),
        ],
        [info("x", [2]), info("c", [], onnx.TensorProto.BOOL)],
        ["y"],
        opset=11,
    )
    with pytest.raises(UnsupportedError) as caught:
        import_model(made)
    text = str(caught.value)
    assert "4 in all" in text
    assert "node 'first': Unknown1 of opset 11: no such operator in Hodu" in text
    assert "node 'inner': Unknown2" in text
    assert "node 'other': com.example.Op: the model imports no opset" in text
    assert "node 'late': Einsum of opset 11: supported from opset 12 on" in text
    assert "fine" not in text


def test_an_opset_from_the_future() -> None:
    made = model([node("Relu", ["x"], ["y"])], [info("x", [2])], ["y"])
    made.opset_import[0].version = NEWEST + 1
    with pytest.raises(UnsupportedError, match=f"needs opset {NEWEST + 1}") as caught:
        from hodu.formats.onnx.reader import prepared

        prepared(made)
    assert caught.value.hint == "pip install -U onnx"


def test_functions_of_an_old_opset_are_not_written_out(tmp_path: Path) -> None:
    made = model([node("f0", ["x"], ["y"], domain="own")], [info("x", [2])], ["y"], opset=6, own=1)
    imports = [helper.make_opsetid("own", 1), helper.make_opsetid("", 6)]
    for i in range(60):  # each calls the next one twice
        calls = [node(f"f{i + 1}", [a], [b], domain="own") for a, b in (("x", "t"), ("t", "y"))]
        made.functions.append(helper.make_function("own", f"f{i}", ["x"], ["y"], calls, imports))
    with pytest.raises(UnsupportedError, match="opset 6 and has functions"):
        hodu.load(save(made, tmp_path))


def test_an_old_opset_is_converted(tmp_path: Path) -> None:
    made = model(
        [node("Add", ["x", "w"], ["y"], broadcast=1, axis=0)],
        [info("x", [2, 3]), info("w", [2])],
        [info("y", [2, 3])],
        opset=6,
    )
    snapshot = hodu.load(save(made, tmp_path))
    y = hodu.compile(snapshot).execute({"x": X, "w": np.float32([10, 20])})["y"].numpy()
    np.testing.assert_array_equal(y, X + np.float32([[10], [20]]))


@pytest.mark.parametrize(
    ("nodes", "says"),
    [
        ([node("Relu", ["missing"], ["y"])], "the value 'missing' is used before it is made"),
        ([node("Add", ["x"], ["y"])], "it takes 2 inputs, 1 are given"),
        ([node("Relu", ["x"], ["x"])], "the value 'x' is made twice"),
        ([node("Reshape", ["x", "bad"], ["y"])], "bad"),
        ([node("Relu", ["x"], ["z"])], "the value 'y' is used before it is made"),
    ],
)
def test_models_that_are_not_valid(nodes: list[Any], says: str) -> None:
    made = model(nodes, [info("x", [2, 3])], ["y"])
    with pytest.raises(FormatError, match=says):
        import_model(made)


def test_errors_name_the_node() -> None:
    made = model(
        [node("MatMul", ["x", "w"], ["y"], name="product")],
        [info("x", [2, 3])],
        ["y"],
        {"w": np.ones((4, 2), np.float32)},
    )
    with pytest.raises(hodu.HoduError, match=r"3.*4|4.*3") as caught:
        import_model(made)
    assert caught.value.where == "node 'product' (MatMul)"


def test_a_shape_that_depends_on_data() -> None:
    made = model(
        [node("Reshape", ["x", "s"], ["y"], name="form")],
        [info("x", [2, 3]), info("s", [2], onnx.TensorProto.INT64)],
        ["y"],
    )
    with pytest.raises(CaptureError, match="depends on the data") as caught:
        import_model(made)
    assert caught.value.where == "node 'form' (Reshape)"


def test_texts_and_sequences_cannot_be_captured() -> None:
    made = model([node("SequenceConstruct", ["x"], ["y"])], [info("x", [2])], ["y"])
    with pytest.raises(CaptureError, match="the output 'y' is a sequence"):
        import_model(made)
    made = model([node("Identity", ["x"], ["y"])], [info("x", [2], onnx.TensorProto.STRING)], ["y"])
    with pytest.raises(UnsupportedError, match="the input 'x' holds texts"):
        import_model(made)


def test_sequences_inside_of_a_model_are_followed() -> None:
    made = model(
        [
            node("SplitToSequence", ["x"], ["s"], axis=0),
            node("SequenceAt", ["s", "one"], ["y"]),
        ],
        [info("x", [2, 3])],
        ["y"],
        {"one": np.array(1)},
    )
    y = hodu.compile(import_model(made)).execute({"x": X})["y"].numpy()
    np.testing.assert_array_equal(y, X[1:])


def test_functions_of_a_model() -> None:
    made = model(
        [node("Scaled", ["x"], ["y"], domain="local", by=2.0)],
        [info("x", [3])],
        ["y"],
        local=1,
    )
    by = helper.make_node("Constant", [], ["k"])
    by.attribute.add(name="value_float", ref_attr_name="by", type=onnx.AttributeProto.FLOAT)
    body = [by, node("Mul", ["v", "k"], ["w"])]
    opsets = [helper.make_opsetid("", 18)]
    made.functions.append(
        helper.make_function("local", "Scaled", ["v"], ["w"], body, opsets, attributes=["by"])
    )
    y = hodu.compile(import_model(made)).execute({"x": X[0]})["y"].numpy()
    np.testing.assert_array_equal(y, X[0] * 2)


def test_progress_is_reported() -> None:
    from hodu.plugins.interfaces import LoadOptions

    seen: list[tuple[int, int]] = []
    import_model(two_steps(), options=LoadOptions(progress=lambda *at: seen.append(at)))
    assert seen == [(1, 2), (2, 2)]


def test_a_symbolic_batch_passes_through_resizing() -> None:
    made = model(
        [node("Resize", ["x", "", "scales"], ["y"], mode="linear")],
        [info("x", ["n", 1, 2, 3])],
        ["y"],
        {"scales": np.float32([1, 1, 2, 2])},
    )
    snapshot = import_model(made)
    assert str(snapshot.outputs["y"].type) == "f32[n, 1, 4, 6]"
    image = np.arange(12, dtype=np.float32).reshape(2, 1, 2, 3)
    y = hodu.compile(snapshot).execute({"x": image})["y"].numpy()
    (want,) = onnx.reference.ReferenceEvaluator(made).run(None, {"x": image})
    np.testing.assert_allclose(y, want, rtol=1e-6)
