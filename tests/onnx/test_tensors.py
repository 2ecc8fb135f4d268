"""Contents of TensorProtos: sharing, external files, narrow types, damage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

import hodu
from hodu.errors import FormatError, UnsupportedError
from hodu.formats.onnx.dtypes import NARROW, is_readable
from hodu.formats.onnx.tensors import NOWHERE, Origin, to_array, to_dense
from tests.onnx.graphs import compiled, eager, info, model, node, save

VALUES = np.arange(6, dtype=np.float32).reshape(2, 3)


def external(location: str, **entries: str) -> TensorProto:
    """A tensor of 2 by 3 f32 whose contents are in another file."""
    proto = TensorProto(name="w", data_type=1, dims=(2, 3))
    proto.data_location = TensorProto.EXTERNAL
    for key, value in {"location": location, **entries}.items():
        proto.external_data.add(key=key, value=value)
    return proto


@pytest.mark.parametrize("kind", ["f4", "f8", "f2", "i1", "i8", "u2", "?", ml_dtypes.bfloat16])
def test_raw_and_typed_data(kind: Any) -> None:
    array = np.array([[0, 1], [1, 0], [1, 1]]).astype(kind)
    raw = numpy_helper.from_array(array, "w")
    typed = TensorProto(name="w", data_type=raw.data_type, dims=array.shape)
    field = helper.tensor_dtype_to_field(raw.data_type)
    stored = array.view(np.uint16) if array.dtype.name in ("float16", "bfloat16") else array
    number = int if stored.dtype.kind in "biu" else float
    getattr(typed, field).extend(number(v) for v in stored.ravel())
    for proto in (raw, typed):
        found = to_array(proto, NOWHERE)
        assert found.dtype == array.dtype
        assert not found.flags.writeable
        np.testing.assert_array_equal(found, array)


def test_the_memory_of_weights_is_shared_with_the_snapshot() -> None:
    from hodu.formats.onnx.importer import import_model

    made = model([node("Add", ["x", "w"], ["y"])], [info("x", [2, 3])], ["y"], {"w": VALUES})
    array = import_model(made).constants["w"]
    assert not array.flags.owndata
    assert not array.flags.writeable


def test_external_data_is_mapped(tmp_path: Path) -> None:
    (tmp_path / "w.bin").write_bytes(b"\0" * 64 + VALUES.tobytes())
    proto = external("w.bin", offset="64", length="24")
    found = to_array(proto, Origin(tmp_path))
    np.testing.assert_array_equal(found, VALUES)
    assert not found.flags.writeable


def test_a_model_with_external_data(tmp_path: Path) -> None:
    made = model([node("Add", ["x", "w"], ["y"])], [info("x", [2, 3])], ["y"], {"w": VALUES})
    path = tmp_path / "m.onnx"
    onnx.save_model(
        made, str(path), save_as_external_data=True, location="m.data", size_threshold=0
    )
    assert (tmp_path / "m.data").exists()
    y = hodu.compile(hodu.load(path)).execute({"x": VALUES})["y"].numpy()
    np.testing.assert_array_equal(y, VALUES * 2)


@pytest.mark.parametrize(
    ("proto", "says"),
    [
        (external("../w.bin"), "lies outside the model's folder"),
        (external("/etc/hostname"), "lies outside the model's folder"),
        (external("none.bin"), "is missing: 'none.bin'"),
        (external(""), "names no file"),
        (external("x" * 5000), "cannot be a path"),
        (external("a\0b"), "names no file"),
        (external("w.bin", offset="8"), "needs 24 bytes; its external data claims 24 at offset 8"),
        (external("w.bin", offset="-8"), "has a size '-8'"),
        (external("w.bin", length="12"), "needs 24 bytes; its external data claims 12"),
        (external("w.bin", length="9" * 400), "has a size '9999"),
    ],
)
def test_external_data_that_cannot_be(tmp_path: Path, proto: TensorProto, says: str) -> None:
    folder = tmp_path / "models"
    folder.mkdir()
    for place in (folder, tmp_path):
        (place / "w.bin").write_bytes(VALUES.tobytes())
    with pytest.raises(FormatError) as caught:
        to_array(proto, Origin(folder))
    assert says in str(caught.value)


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "models"
    folder.mkdir()
    (tmp_path / "w.bin").write_bytes(VALUES.tobytes())
    (folder / "w.bin").symlink_to(tmp_path / "w.bin")
    with pytest.raises(FormatError, match="lies outside"):
        to_array(external("w.bin"), Origin(folder))


@pytest.mark.parametrize(
    ("proto", "says"),
    [
        (TensorProto(name="w", data_type=1, dims=(2,), raw_data=b"123"), "holds 3 bytes"),
        (TensorProto(name="w", data_type=1, dims=(2,), float_data=[1]), "holds 1 elements"),
        (TensorProto(name="w", data_type=1, dims=(-1,), raw_data=b""), "negative size"),
        (TensorProto(name="w", data_type=1, dims=(2**62, 2**62), raw_data=b""), "no memory"),
        (TensorProto(name="w", data_type=8, dims=(2,), string_data=[b"a"]), "holds 1 strings"),
        (TensorProto(name="w", data_type=22, dims=(3,), raw_data=b"a"), "holds 1 bytes"),
        (TensorProto(name="w", data_type=9, dims=(1,), raw_data=b"\7"), "booleans"),
    ],
)
def test_sizes_that_disagree(proto: TensorProto, says: str) -> None:
    with pytest.raises(FormatError, match=says):
        to_array(proto, NOWHERE)


def test_complex_numbers_are_unsupported() -> None:
    proto = TensorProto(name="w", data_type=TensorProto.COMPLEX64, dims=(1,), raw_data=b"\0" * 8)
    assert not is_readable(TensorProto.COMPLEX64)
    with pytest.raises(UnsupportedError, match="COMPLEX64") as caught:
        to_array(proto, NOWHERE)
    assert "FLOAT16" in str(caught.value.hint)


@pytest.mark.parametrize("number", NARROW)
def test_narrow_types_are_read_and_cast(number: int) -> None:
    array = np.array([0.5 if "e8m0" in str(NARROW[number]) else 0, 1]).astype(NARROW[number])
    proto = numpy_helper.from_array(array, "w")
    np.testing.assert_array_equal(to_array(proto, NOWHERE), array)
    made = model([node("Cast", ["w"], ["y"], to=1)], [], ["y"], opset=24)
    made.graph.initializer.append(proto)
    np.testing.assert_array_equal(eager(made)[0], array.astype(np.float32))


def test_narrow_external_data_is_unpacked(tmp_path: Path) -> None:
    packed = numpy_helper.from_array(np.array([1, -2, 3]).astype(ml_dtypes.int4), "w")
    (tmp_path / "w.bin").write_bytes(packed.raw_data)
    proto = external("w.bin")
    proto.data_type, proto.dims[:] = packed.data_type, [3]
    assert to_array(proto, Origin(tmp_path)).astype(int).tolist() == [1, -2, 3]


def test_4_bit_weights_are_dequantized_while_a_model_is_captured(tmp_path: Path) -> None:
    weights = np.array([[1, -2, 3], [4, -5, 6]]).astype(ml_dtypes.int4)
    made = model(
        [
            node("DequantizeLinear", ["w", "scale"], ["d"], axis=0),
            node("MatMul", ["x", "d"], ["y"]),
        ],
        [info("x", [1, 2])],
        ["y"],
        {"scale": np.float32([0.5, 2])},
        opset=21,
    )
    made.graph.initializer.append(numpy_helper.from_array(weights, "w"))
    y = hodu.compile(hodu.load(save(made, tmp_path))).execute({"x": np.ones((1, 2), np.float32)})
    np.testing.assert_array_equal(y["y"].numpy(), [[8.5, -11, 13.5]])


def test_texts_move_like_other_elements() -> None:
    made = model(
        [
            node("Concat", ["a", "b"], ["c"], axis=0),
            node("Transpose", ["c"], ["t"]),
            node("Gather", ["t", "i"], ["g"], axis=0),
            node("Where", ["m", "g", "t"], ["w"]),
            node("Split", ["w"], ["y", "z"], axis=1, num_outputs=2),
        ],
        [info("a", None, TensorProto.STRING)],
        [info("y", None, TensorProto.STRING), info("z", None, TensorProto.STRING)],
        {
            "b": np.array([["e", "f"], ["g", "h"]], object),
            "i": np.array([1, 0]),
            "m": np.array([[True], [False]]),
        },
    )
    y, z = eager(made, np.array([["a", "b"], ["c", "d"]], object))
    assert y.tolist() == [["b", "d"], ["b", "d"]]
    assert z.tolist() == [["f", "h"], ["f", "h"]]


def test_texts_are_refused_by_the_compiled_backend() -> None:
    made = model([node("Identity", ["x"], ["y"])], [info("x", [1], TensorProto.STRING)], ["y"])
    with pytest.raises(hodu.HoduError, match="'x' holds texts, which cannot be captured"):
        compiled(made, np.array(["a"], object))


def sparse(indices: Any, shape: tuple[int, ...] = (2, 3)) -> onnx.SparseTensorProto:
    """A sparse tensor `w` with the values 1, 2, ..."""
    places = np.array(indices, np.int64)
    values = np.arange(1, len(places) + 1, dtype=np.float32)
    return helper.make_sparse_tensor(
        numpy_helper.from_array(values, "w"), numpy_helper.from_array(places, "i"), shape
    )


@pytest.mark.parametrize("indices", [[1, 5], [[0, 1], [1, 2]]])
def test_sparse_tensors_are_filled_with_zeros(indices: Any) -> None:
    made = model([node("Add", ["x", "w"], ["y"])], [info("x", [2, 3])], ["y"])
    made.graph.sparse_initializer.append(sparse(indices))
    np.testing.assert_array_equal(
        eager(made, VALUES)[0], VALUES + np.float32([[0, 1, 0], [0, 0, 2]])
    )
    constant = model([node("Constant", [], ["y"], sparse_value=sparse(indices))], [], ["y"])
    np.testing.assert_array_equal(eager(constant)[0], [[0, 1, 0], [0, 0, 2]])


@pytest.mark.parametrize("indices", [[1, 6], [[0, 1], [1, 3]], [[0, 1, 2], [1, 2, 3]]])
def test_sparse_places_that_are_not_there(indices: Any) -> None:
    with pytest.raises(FormatError, match=r"sparse tensor 'w' of shape \[2, 3\]"):
        to_dense(sparse(indices), NOWHERE)
