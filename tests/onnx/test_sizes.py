"""Sizes that depend on the data, and tensors that no message of Protocol Buffers can hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto

import hodu
from hodu.dims import Sym
from hodu.formats.onnx.importer import import_model
from tests.onnx.graphs import info, model, node

X = np.array([[0, 3, 0, 1], [2, 0, 0, 0], [0, 0, 5, 0]], np.float32)


def test_places_of_what_is_not_zero_are_a_size_of_their_own() -> None:
    snapshot = import_model(model([node("NonZero", ["x"], ["y"])], [info("x", [3, 4])], ["y"]))
    (output,) = snapshot.outputs.values()
    rank, count = output.type.shape
    assert rank == 2 and isinstance(count, Sym)
    np.testing.assert_array_equal(snapshot.run(X)[0], np.nonzero(X))


def test_rows_that_a_condition_keeps() -> None:
    made = model(
        [node("Compress", ["x", "c"], ["y"], axis=0), node("Relu", ["y"], ["z"])],
        [info("x", ["n", 4]), info("c", ["n"], TensorProto.BOOL)],
        ["z"],
    )
    snapshot = import_model(made)
    (output,) = snapshot.outputs.values()
    assert isinstance(output.type.shape[0], Sym) and output.type.shape[1] == 4
    kept = np.array([True, False, True])
    np.testing.assert_array_equal(snapshot.run(X, kept)[0], X[kept])


def test_a_model_over_2_gb(tmp_path: Path) -> None:
    """Its weight is a file that is mostly a hole, which is mapped and not read."""
    size = 2**31 + 4096
    with (tmp_path / "weights").open("wb") as file:
        file.seek(size - 1)
        file.write(b"\7")
    made = model(
        [node("Gather", ["w", "place"], ["y"], axis=0)],
        [info("place", [2], TensorProto.INT64)],
        ["y"],
    )
    weight = made.graph.initializer.add(name="w", dims=[size], data_type=TensorProto.UINT8)
    weight.data_location = TensorProto.EXTERNAL
    weight.external_data.add(key="location", value="weights")
    (tmp_path / "m.onnx").write_bytes(made.SerializeToString())
    snapshot = hodu.load(tmp_path / "m.onnx")
    assert snapshot.constants["w"].nbytes == size
    assert snapshot.run(np.array([size - 1, 5]))[0].tolist() == [7, 0]


@pytest.mark.parametrize("version", [5, 6])
def test_a_model_before_opset_7(version: int) -> None:
    """Add broadcast by an attribute then, which the converter turns into shapes."""
    from hodu.formats.onnx.reader import prepared

    made = model(
        [node("Add", ["x", "b"], ["y"], broadcast=1, axis=1)],
        [info("x", [3, 4]), info("b", [4])],
        [info("y", [3, 4])],
        opset=version,
    )
    newer = prepared(made)
    assert newer.opset_import[0].version == 7
    b = np.arange(4, dtype=np.float32)
    np.testing.assert_array_equal(import_model(newer).run(X, b)[0], X + b)
    assert onnx.checker.check_model(newer) is None
