"""Sequences and optionals across the border of compiled models."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper

from hodu.formats.onnx.backend import Compiled
from hodu.runtime.module import NativeModule
from tests.onnx.graphs import info, model, node

TENSOR = helper.make_tensor_type_proto(1, None)
SEQUENCE = helper.make_sequence_type_proto(TENSOR)
OPTIONAL = helper.make_optional_type_proto(SEQUENCE)
A, B = np.arange(6, dtype=np.float32).reshape(2, 3), np.full((1, 3), 7, np.float32)


def value(name: str, kind: Any = SEQUENCE) -> Any:
    return helper.make_value_info(name, kind)


def native(made: onnx.ModelProto, *inputs: Any) -> Any:
    prepared = Compiled.prepare(made)
    found = prepared.run(list(inputs))
    assert all(isinstance(module, NativeModule) for module in prepared.modules)
    return found


def same(found: Any, wanted: Any) -> None:
    assert len(found) == len(wanted)
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(one, other)


def test_sequences_go_in_and_out() -> None:
    nodes = [
        node("ConcatFromSequence", ["s"], ["joined"], axis=0),
        node("Neg", ["joined"], ["n"]),
        node("SequenceInsert", ["s", "n"], ["longer"]),
    ]
    made = model(nodes, [value("s")], ["joined", value("longer")])
    joined, longer = native(made, [A, B])
    np.testing.assert_array_equal(joined, np.concatenate([A, B]))
    same(longer, [A, B, -joined])


def test_each_length_and_shape_is_compiled() -> None:
    made = model([node("ConcatFromSequence", ["s"], ["y"], axis=0)], [value("s")], ["y"])
    prepared = Compiled.prepare(made)
    for given in ([A], [A, B], [B, A], [B - 1, A]):
        np.testing.assert_array_equal(prepared.run([given])[0], np.concatenate(given))
    assert len(prepared.modules) == 3


@pytest.mark.parametrize("given", [None, [], [A]])
def test_optionals_are_followed(given: Any) -> None:
    nodes = [node("OptionalHasElement", ["o"], ["has"]), node("Identity", ["o"], ["same"])]
    outputs = [info("has", [], onnx.TensorProto.BOOL), value("same", OPTIONAL)]
    has, found = native(model(nodes, [value("o", OPTIONAL)], outputs), given)
    assert has == (given is not None)
    assert found is None if given is None else len(found) == len(given)


def test_names_of_elements_keep_clear_of_other_names() -> None:
    nodes = [
        node("SequenceConstruct", ["x", "s.0"], ["y"]),
        node("ConcatFromSequence", ["s"], ["y.0"], axis=0),
    ]
    made = model(nodes, [value("s"), info("x", [2]), info("s.0", [1])], [value("y"), "y.0"])
    two, one = np.array([1, 2], np.float32), np.array([3], np.float32)
    pair, joined = native(made, [A, B], two, one)
    same(pair, [two, one])
    np.testing.assert_array_equal(joined, np.concatenate([A, B]))
