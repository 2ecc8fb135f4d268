"""A sample of the official ONNX suite out and in again; `make roundtrip` takes all of it."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx.reference import ReferenceEvaluator

import hodu
from hodu.errors import HoduError, ShapeError
from hodu.formats.onnx.export.writing import model_proto
from hodu.formats.onnx.importer import import_model
from tests.onnx.test_conformance import cases, sample
from tools.roundtrip import BACK, LOST, NOT_IMPORTED, Outcome, round_trip, summary


def test_a_sample_comes_back() -> None:
    """The import of the export computes the same, and another export and import change nothing."""
    found = [round_trip(case, runtime=False) for case in sample(cases("node"))]
    assert [f"{o.name}: {o.reason[:200]}" for o in found if o.status == LOST] == []
    assert sum(o.status == BACK for o in found) >= 0.9 * len(found)


@pytest.mark.parametrize("group", ["pytorch-converted", "pytorch-operator", "simple"])
def test_networks_come_back(group: str) -> None:
    found = [round_trip(case, runtime=False) for case in cases(group)[::6]]
    assert [f"{o.name}: {o.reason[:200]}" for o in found if o.status == LOST] == []


def test_the_summary_lists_what_is_lost() -> None:
    outcomes = [
        Outcome("node", "test_a", BACK),
        Outcome("node", "test_b", LOST, "it  is\nwrong"),
        Outcome("node", "test_c", NOT_IMPORTED, "texts"),
    ]
    text = summary(outcomes, failures=False)
    assert "test_b: lost: it is wrong" in text and "test_c" not in text
    assert "test_c: not imported: texts" in summary(outcomes, failures=True)


@pytest.mark.parametrize("direction", ["LEFT", "RIGHT"])
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "uint32", "uint64"])
def test_a_shift_by_the_width_or_more_is_two_in_the_export_and_one_again(dtype, direction):
    text = f'''<ir_version: 9, opset_import: ["" : 18]>
        shifts ({dtype}[5] x, {dtype}[5] y) => ({dtype}[5] z)
        {{ z = BitShift <direction: string = "{direction}"> (x, y) }}'''
    snapshot = import_model(onnx.parser.parse_model(text))
    exported = model_proto(snapshot, 18)
    assert [n.op_type for n in exported.graph.node].count("BitShift") == 2
    assert [n.op for n in import_model(exported).nodes] == [n.op for n in snapshot.nodes]
    bits = 8 * np.dtype(dtype).itemsize
    x = np.full(5, 2**bits - 3, dtype)
    y = np.array([0, 3, bits - 1, bits, 2**bits - 1], dtype)
    tensors = hodu.from_numpy(x), hodu.from_numpy(y)
    wanted = tensors[0] << tensors[1] if direction == "LEFT" else tensors[0] >> tensors[1]
    (got,) = ReferenceEvaluator(exported).run(None, {"x": x, "y": y})
    np.testing.assert_array_equal(got, wanted.numpy())


def _of_open_size(body: str) -> onnx.ModelProto:
    return onnx.parser.parse_model(
        f"""<ir_version: 9, opset_import: ["" : 18]> squeezes (float[n, 2] x) => (float[2] y)
        <int64[1] zero = {{0}}, int64[1] one = {{1}}, int64[1] two = {{2}}> {{ {body} }}"""
    )


@pytest.mark.parametrize(
    ("body", "good", "wanted"),
    [
        ("part = Slice(x, one, two, zero) y = Squeeze(part, zero)", 3, [2, 3]),
        ("y = Squeeze(x, zero)", 1, [0, 1]),
    ],
)
def test_what_is_squeezed_has_size_1_whatever_the_sizes_say(body, good, wanted):
    snapshot = import_model(_of_open_size(body))
    again = import_model(model_proto(snapshot, 18))
    assert [str(n.outputs) for n in again.nodes] == [str(n.outputs) for n in snapshot.nodes]
    x = np.arange(2 * good, dtype=np.float32).reshape(good, 2)
    assert again.run(x)[0].tolist() == wanted
    with pytest.raises(HoduError):
        again.run(np.zeros((4 - good, 2), np.float32))


def test_dimensions_of_other_sizes_are_not_squeezed():
    model = _of_open_size("y = Squeeze(x, one)")
    with pytest.raises(ShapeError, match=r"dimension 1 of .* has 2"):
        import_model(model)
