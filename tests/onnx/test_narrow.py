"""Element types that Hodu has no dtype for, compiled: the same bits as eagerly."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import pytest

from hodu.errors import CaptureError
from hodu.formats.onnx.backend import Compiled
from hodu.formats.onnx.dtypes import NARROW
from hodu.formats.onnx.importer import import_model
from hodu.formats.onnx.narrow import codes_of, narrow_bits
from hodu.runtime.module import NativeModule
from tests.onnx.graphs import INT64, Array, compiled, eager, info, model, node

FLOATS = {1: np.float32, 10: np.float16, 11: np.float64}
kinds = pytest.mark.parametrize("kind", NARROW, ids=onnx.TensorProto.DataType.Name)
INT4, UINT4 = onnx.TensorProto.INT4, onnx.TensorProto.UINT4


def codes(array: Any) -> Array:
    return codes_of(np.asarray(array))


def every(kind: int) -> Array:
    dtype = NARROW[kind]
    return np.arange(1 << narrow_bits(dtype), dtype=np.uint8).view(dtype)


def hard_values(kind: int, source: Any) -> Array:
    """Every value of the type, the middles between them, their neighbours, and special ones."""
    exact = np.unique(every(kind).astype(np.float64))
    exact = exact[np.isfinite(exact)]
    near = np.concatenate([exact, (exact[1:] + exact[:-1]) / 2, exact[-1:] * 1.03, exact[:1] * 1.2])
    with np.errstate(over="ignore"):
        given = near.astype(source)
    given = np.concatenate([given, np.nextafter(given, source(np.inf)), -given])
    return np.concatenate([given, np.array([0.0, -0.0, 1e-9, -1e-9], source)])


@pytest.mark.parametrize("saturate", [0, 1])
@pytest.mark.parametrize("number", FLOATS)
@kinds
def test_floats_become_narrow(kind: int, number: int, saturate: int) -> None:
    x = hard_values(kind, FLOATS[number])
    if "int" not in NARROW[kind].name:
        x = np.concatenate([x, np.array([np.nan, np.inf, -np.inf], x.dtype)])
    cast = node("Cast", ["x"], ["y"], to=kind, saturate=saturate)
    made = model([cast], [info("x", x.shape, number)], [info("y", x.shape, kind)], opset=25)
    prepared = Compiled.prepare(made)
    (found,), (wanted,) = prepared.run([x]), eager(made, x)
    assert found.dtype == wanted.dtype == NARROW[kind]
    np.testing.assert_array_equal(codes(found), codes(wanted))
    (module,) = prepared.modules
    assert isinstance(module, NativeModule)
    assert [i.name for i in module.inputs] == ["x"]


@pytest.mark.parametrize("mode", ["up", "down", "nearest"])
def test_powers_of_two_round_as_the_node_says(mode: str) -> None:
    kind = int(onnx.TensorProto.FLOAT8E8M0)
    x = np.exp2(np.random.default_rng(1).uniform(-126, 127, 200)).astype(np.float32)
    cast = node("Cast", ["x"], ["y"], to=kind, round_mode=mode)
    made = model([cast], [info("x")], [info("y", None, kind)], opset=25)
    np.testing.assert_array_equal(codes(compiled(made, x)[0]), codes(eager(made, x)[0]))
    alone = np.float32(3)
    (wanted,) = eager(made, alone)
    assert wanted.shape == ()
    np.testing.assert_array_equal(compiled(made, alone)[0], wanted)


@pytest.mark.parametrize("number", FLOATS)
@kinds
def test_narrow_becomes_float(kind: int, number: int) -> None:
    x = every(kind).reshape(2, -1)
    cast = node("Cast", ["x"], ["y"], to=number)
    made = model([cast], [info("x", x.shape, kind)], [info("y", x.shape, number)], opset=25)
    with np.errstate(over="ignore"):
        wanted = x.astype(np.float32).astype(FLOATS[number])
    np.testing.assert_array_equal(compiled(made, x)[0], wanted)


@pytest.mark.parametrize("kind", [INT4, UINT4])
def test_integers_keep_their_low_bits(kind: int) -> None:
    x = np.arange(-40, 40)
    cast = node("Cast", ["x"], ["y"], to=kind)
    made = model([cast], [info("x", x.shape, INT64)], [info("y", x.shape, kind)], opset=25)
    np.testing.assert_array_equal(compiled(made, x)[0], x.astype(NARROW[kind]))


def test_narrow_elements_move() -> None:
    x, more = every(INT4).reshape(4, 4), every(INT4)[:4].reshape(1, 4)
    nodes = [
        node("Transpose", ["x"], ["t"]),
        node("Concat", ["t", "more"], ["both"], axis=0),
        node("Gather", ["both", "i"], ["y"]),
    ]
    inputs = [info("x", [4, 4], INT4), info("i", [3], INT64)]
    made = model(nodes, inputs, [info("y", [3, 4], INT4)], {"more": more}, opset=25)
    (found,) = compiled(made, x, np.array([4, 0, 2]))
    np.testing.assert_array_equal(found, np.concatenate([x.T, more])[[4, 0, 2]])


def test_constants_are_chosen_by_captured_indices() -> None:
    table = every(UINT4)
    nodes = [node("Gather", ["table", "i"], ["g"]), node("Cast", ["g"], ["y"], to=1)]
    made = model(nodes, [info("i", [2, 2], INT64)], ["y"], {"table": table}, opset=25)
    index = np.array([[3, 15], [0, 8]])
    np.testing.assert_array_equal(compiled(made, index)[0], index.astype(np.float32))


def test_four_bits_are_quantized_and_back() -> None:
    x = np.random.default_rng(2).normal(size=(3, 8)).astype(np.float32)
    scale, zero = np.array([0.2, 0.4, 0.1], np.float32), np.array([1, 0, -2], NARROW[INT4])
    nodes = [
        node("QuantizeLinear", ["x", "scale", "zero"], ["q"], axis=0),
        node("DequantizeLinear", ["q", "scale", "zero"], ["y"], axis=0),
    ]
    inputs = [info("x", x.shape), info("scale", [3]), info("zero", [3], INT4)]
    made = model(nodes, inputs, [info("q", x.shape, INT4), "y"], opset=25)
    found, wanted = compiled(made, x, scale, zero), eager(made, x, scale, zero)
    spread, offset = scale[:, None], zero.astype(np.float32)[:, None]
    by_hand = np.clip(np.rint(x / spread) + offset, -8, 7)
    np.testing.assert_array_equal(found[0].astype(np.float32), by_hand)
    np.testing.assert_allclose(found[1], (by_hand - offset) * spread, rtol=1e-6)
    np.testing.assert_array_equal(found[0], wanted[0])


def test_a_snapshot_has_no_narrow_outputs() -> None:
    cast = node("Cast", ["x"], ["y"], to=INT4)
    made = model([cast], [info("x", [2])], [info("y", [2], INT4)], opset=25)
    with pytest.raises(CaptureError, match="output 'y' is of the type int4"):
        import_model(made)
