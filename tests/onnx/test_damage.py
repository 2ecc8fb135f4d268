"""Damaged models: whatever bytes come in, the answer is an error of Hodu's, or a model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import hodu
from hodu.errors import FormatError, HoduError
from hodu.formats.onnx.importer import import_model
from hodu.formats.onnx.reader import parse, prepared
from tests.onnx.graphs import graph, info, model, node


def whole() -> bytes:
    """A model with attributes of all kinds, initializers and a subgraph."""
    branch = graph([node("Identity", ["r"], ["b"])], [], ["b"])
    made = model(
        [
            node("Conv", ["x", "w", "bias"], ["c"], pads=[1, 1, 1, 1], strides=[2, 2]),
            node("Relu", ["c"], ["r"]),
            node("If", ["yes"], ["i"], then_branch=branch, else_branch=branch),
            node("Reshape", ["i", "shape"], ["f"]),
            node("Gemm", ["f", "m"], ["g"], alpha=0.5, transB=1),
            node("Softmax", ["g"], ["y"], axis=-1),
        ],
        [info("x", ["n", 2, 4, 4])],
        [info("y", None)],
        {
            "w": np.ones((3, 2, 3, 3), np.float32),
            "bias": np.ones(3, np.float32),
            "yes": np.array(True),
            "shape": np.array([-1, 12]),
            "m": np.ones((5, 12), np.float32),
        },
    )
    return made.SerializeToString()


WHOLE = whole()


def try_import(data: bytes) -> None:
    """Import, expecting success or an error of Hodu's."""
    try:
        import_model(prepared(parse(data)))
    except HoduError as error:
        assert str(error)


def test_the_model_is_whole() -> None:
    snapshot = import_model(prepared(parse(WHOLE)))
    assert [n.op for n in snapshot.nodes][-1] == "softmax"


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(WHOLE) - 1))
def test_models_that_are_cut_short(length: int) -> None:
    try_import(WHOLE[:length])


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), max_size=4))
@example([(120, 128), (143, 0)])  # a graph, whose attribute is of no type, with a name of no text
def test_models_with_wrong_bytes(changes: list[tuple[int, int]]) -> None:
    data = bytearray(WHOLE)
    for place, value in changes:
        data[place] = value
    try_import(bytes(data))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    try_import(data)


@pytest.mark.parametrize("data", [b"", b"not a model", b"\x08\x07"])
def test_files_that_are_no_models(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "m.onnx"
    path.write_bytes(data)
    with pytest.raises(FormatError, match="not an ONNX model") as caught:
        hodu.load(path)
    assert caught.value.where == str(path)
