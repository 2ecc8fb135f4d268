"""Large tensors stay in the file while its message is parsed, and come out the same."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

import hodu
from hodu.errors import FormatError, HoduError
from hodu.formats.onnx import reader
from hodu.formats.onnx.reader import open_model
from hodu.formats.onnx.wire import LEAST, place_of, without_tensors
from tests.onnx.graphs import info, model, node

LARGE = np.arange(LEAST, dtype=np.float32).reshape(64, -1)
SMALL = np.ones(3, np.float32)


def two_large() -> onnx.ModelProto:
    """A model with a large initializer, a large Constant and small ones."""
    value = numpy_helper.from_array(-LARGE)
    made = model(
        [
            node("Constant", [], ["c"], value=value),
            node("Add", ["x", "w"], ["s"]),
            node("Mul", ["s", "c"], ["y"]),
        ],
        [info("x", LARGE.shape)],
        ["y"],
        {"w": LARGE, "b": SMALL},
    )
    made.metadata_props.add(key="a", value="b")
    return made


def saved(folder: Path, made: onnx.ModelProto) -> Path:
    path = folder / "m.onnx"
    path.write_bytes(made.SerializeToString())
    return path


def test_only_large_contents_are_cut_out() -> None:
    whole = two_large()
    data = whole.SerializeToString()
    cut = without_tensors(memoryview(data))
    assert cut is not None
    assert len(cut) < len(data) - 2 * LARGE.nbytes + 300
    found = onnx.ModelProto.FromString(cut)
    tensors = [*found.graph.initializer, found.graph.node[0].attribute[0].t]
    wanted = [*whole.graph.initializer, whole.graph.node[0].attribute[0].t]
    for tensor, want in zip(tensors, wanted, strict=True):
        place = place_of(tensor)
        if want.name != "b":
            assert place is not None
            tensor.raw_data = data[place[0] : place[0] + place[1]]
            del tensor.external_data[:]
        assert tensor == want
    assert found == whole


def test_contents_are_read_from_the_file_and_do_not_depend_on_it_any_more(tmp_path: Path) -> None:
    path = saved(tmp_path, two_large())
    snapshot = hodu.load(path)
    path.write_bytes(b"")
    y = hodu.compile(snapshot, compiler="interp").execute({"x": LARGE})["y"].numpy()
    np.testing.assert_array_equal(y, -(LARGE + LARGE) * LARGE)
    arrays = [a for a in snapshot.constants.values() if a.size > 1]
    assert not any(a.flags.writeable for a in arrays)


def test_a_large_tensor_of_a_narrow_type(tmp_path: Path) -> None:
    values = np.arange(4 * LEAST) % 8
    tensor = helper.make_tensor("w", TensorProto.INT4, values.shape, values)
    made = model(
        [node("Cast", ["w"], ["c"], to=1), node("Add", ["x", "c"], ["y"])],
        [info("x", values.shape)],
        ["y"],
    )
    made.graph.initializer.append(tensor)
    snapshot = hodu.load(saved(tmp_path, made))
    x = np.zeros(values.shape, np.float32)
    y = hodu.compile(snapshot, compiler="interp").execute({"x": x})["y"].numpy()
    np.testing.assert_array_equal(y, values)


def test_a_tensor_that_also_names_a_file_is_left_alone() -> None:
    tensor = numpy_helper.from_array(LARGE, "w")
    tensor.external_data.add(key="location", value="w.bin")
    graph = onnx.GraphProto(initializer=[tensor])
    data = onnx.ModelProto(graph=graph).SerializeToString()
    assert without_tensors(memoryview(data)) == data


def test_a_model_to_convert_is_parsed_whole(tmp_path: Path) -> None:
    made = two_large()
    made.opset_import[0].version = 6
    with open_model(saved(tmp_path, made)) as (converted, _):
        tensor = next(i for i in converted.graph.initializer if i.name == "w")
        np.testing.assert_array_equal(numpy_helper.to_array(tensor), LARGE)


@pytest.mark.parametrize("count", [0, LEAST])
def test_sizes_that_disagree(tmp_path: Path, count: int) -> None:
    tensor = TensorProto(name="w", data_type=1, dims=LARGE.shape, raw_data=b"\0" * (count + 2))
    made = two_large()
    made.graph.initializer[0].CopyFrom(tensor)
    with pytest.raises(FormatError, match=f"holds {count + 2} bytes, its type and shape take"):
        hodu.load(saved(tmp_path, made))


@pytest.mark.parametrize("data", [b"\xff" * 20, b"\x3a\x05a", b"\x0b", b"\x3a\xff\xff\xff\x7f"])
def test_bytes_that_are_no_messages(data: bytes) -> None:
    assert without_tensors(memoryview(data)) is None or data == b"\xff" * 20


WHOLE = two_large().SerializeToString()
STARTS = [WHOLE.find(contents.tobytes()) for contents in (LARGE, -LARGE)]
OUTSIDE = [i for i in range(len(WHOLE)) if not any(s <= i < s + LARGE.nbytes for s in STARTS)]


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 4))
def test_damage_gives_the_same_answer_as_a_whole_parse(seed: int, changes: int) -> None:
    chance = random.Random(seed)
    data = bytearray(WHOLE)
    for _ in range(changes):
        data[chance.choice(OUTSIDE)] = chance.randrange(256)
    cut = without_tensors(memoryview(data))
    if cut is not None:
        assert _answer(cut) == _answer(bytes(data))


def _answer(data: bytes) -> Any:
    try:
        found = reader.parse(data)
    except HoduError as error:
        return str(error)
    return [str(n) for n in found.graph.node[1:]], [i.name for i in found.graph.initializer]


def test_a_file_that_changes_while_it_is_read(tmp_path: Path) -> None:
    path = saved(tmp_path, two_large())
    with (
        pytest.raises(FormatError, match="was written to while it was read") as caught,
        open_model(path),
    ):
        os.truncate(path, 100)
    assert caught.value.where == str(path)


def test_a_file_that_shrinks_while_it_is_read(tmp_path: Path) -> None:
    from hodu.formats.onnx.tensors import to_array

    path = saved(tmp_path, two_large())
    with (
        pytest.raises(FormatError, match="is cut short: the file has changed"),
        open_model(path) as (found, origin),
    ):
        os.truncate(path, 100)
        to_array(found.graph.initializer[0], origin)
