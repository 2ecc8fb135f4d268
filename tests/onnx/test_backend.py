"""The classes of ONNX's backend interface."""

from __future__ import annotations

import numpy as np
import onnx
import pytest

from hodu.errors import ArgumentError, UnsupportedError
from hodu.formats.onnx.backend import Compiled, Eager
from tests.onnx.graphs import INT64, info, model, node

X = np.arange(6, dtype=np.float32).reshape(2, 3)


@pytest.mark.parametrize("backend", [Eager, Compiled])
def test_inputs_in_order_by_name_and_alone(backend: type[Eager]) -> None:
    made = model([node("Sub", ["a", "b"], ["y"])], [info("a", [2, 3]), info("b", [2, 3])], ["y"])
    prepared = backend.prepare(made)
    for inputs in ([X, X * 3], {"a": X, "b": X * 3}):
        np.testing.assert_array_equal(prepared.run(inputs)[0], X * -2)
    with pytest.raises(ArgumentError, match="3 inputs for a model that takes 2"):
        prepared.run([X, X, X])
    alone = model([node("Neg", ["a"], ["y"])], [info("a", [2, 3])], ["y"])
    np.testing.assert_array_equal(backend.run_model(alone, X)[0], -X)


@pytest.mark.parametrize("backend", [Eager, Compiled])
def test_a_single_node(backend: type[Eager]) -> None:
    made = onnx.helper.make_node("Add", ["a", "a"], ["y"])
    np.testing.assert_array_equal(backend.run_node(made, [X])[0], X * 2)


def test_only_the_host_is_supported() -> None:
    assert Eager.supports_device("CPU")
    assert not Eager.supports_device("CUDA")


def test_preparing_refuses_what_is_unsupported() -> None:
    made = model([node("Unknown", ["x"], ["y"])], [info("x", [2])], ["y"])
    for backend in (Eager, Compiled):
        with pytest.raises(UnsupportedError, match="Unknown"):
            backend.prepare(made)


def test_inputs_that_decide_about_shapes_are_compiled_in() -> None:
    made = model(
        [node("Reshape", ["x", "s"], ["y"])], [info("x", [2, 3]), info("s", [2], INT64)], ["y"]
    )
    prepared = Compiled.prepare(made)
    for shape in ([3, 2], [6, 1], [3, 2], [1, -1]):
        np.testing.assert_array_equal(prepared.run([X, np.array(shape)])[0], X.reshape(shape))
    assert len(prepared._modules) == 3


def test_other_inputs_are_not_compiled_in() -> None:
    made = model([node("Clip", ["x", "low"], ["y"])], [info("x", [2, 3]), info("low", [])], ["y"])
    prepared = Compiled.prepare(made)
    for low in (1, 3):
        np.testing.assert_array_equal(prepared.run([X, np.float32(low)])[0], X.clip(low))
    assert len(prepared._modules) == 1


def test_inputs_that_are_not_there_are_named() -> None:
    made = model([node("Sub", ["a", "b"], ["y"])], [info("a", [2, 3]), info("b", [2, 3])], ["y"])
    for given, what in (([X], "no value for the input 'b'"), ({"q": X}, "has no input 'q'")):
        with pytest.raises(ArgumentError, match=what):
            Eager.run_model(made, given)


def test_inputs_of_another_type_are_all_named() -> None:
    made = model([node("Add", ["a", "b"], ["y"])], [info("a", [2, 3]), info("b", ["n", 3])], ["y"])
    with pytest.raises(ArgumentError) as raised:
        Eager.run_model(made, [X.astype(np.float64), X[0]])
    assert "'a' takes FLOAT and is given DOUBLE" in str(raised.value)
    assert "'b' has the shape [n, 3] and is given [3]" in str(raised.value)
    Eager.run_model(made, [X, X[:1]])
