"""Operators of ai.onnx.ml, and others that the suite has no cases of, against ONNX Runtime."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import onnx
import pytest

from hodu.backends.interp.module import InterpModule
from hodu.errors import CaptureError, FormatError
from hodu.formats.onnx.backend import Compiled, CompiledRep, Eager
from hodu.formats.onnx.importer import import_model
from hodu.snapshot.ir import Snapshot
from tests.onnx.learned_cases import CASES, TEXTS, Case, X, forest

GRAPH = """
    <ir_version: 8, opset_import: ["" : 17, "ai.onnx.ml" : 3]>
    labels (float[n, 3] x) => (string[n] label, int64[n] number, string[n] other, float[n] real)
    <int64[1] all = {-1}>
    {
        best = ArgMax <axis = 1, keepdims = 0> (x)
        names = Constant <value_strings = ["a", "10", "3.5"]> ()
        row = ai.onnx.ml.ArrayFeatureExtractor (names, best)
        cast = Cast <to = 8> (row)
        label = Reshape (cast, all)
        number = ai.onnx.ml.LabelEncoder
            <keys_strings = ["a", "3.5"], values_int64s = [7, 8], default_int64 = 9> (label)
        other = ai.onnx.ml.LabelEncoder
            <keys_int64s = [7, 9], values_strings = ["seven", "nine"], default_string = "?">
            (number)
        some = ai.onnx.ml.LabelEncoder
            <keys_strings = ["a"], values_strings = ["-2"], default_string = "4.5"> (label)
        real = Cast <to = 1> (some)
    }"""


def same(got: Any, want: Any, rtol: float = 1e-4, atol: float = 1e-5) -> None:
    """Compare lists, maps, texts and numbers."""
    if isinstance(want, list):
        for a, b in zip(got, want, strict=True):
            assert a.keys() == b.keys()
            np.testing.assert_allclose([*a.values()], [*b.values()], 1e-6)
    elif want.dtype.kind in "OUi":
        assert np.asarray(got).tolist() == want.tolist()
    else:
        assert (got.dtype, got.shape) == (want.dtype, want.shape)
        np.testing.assert_allclose(got, want, rtol, atol)


class _Interpreted(CompiledRep):
    def executable(self, snapshot: Snapshot) -> Any:
        return InterpModule(snapshot)


@pytest.mark.parametrize("name", CASES)
def test_case(name: str) -> None:
    """Eager, and captured where that can be."""
    case = CASES[name]
    model = case.model()
    got = list(Eager.run_model(model, case.feeds()))
    for a, b in zip(got, case.expected(), strict=True):
        same(a, b)
    if all(isinstance(t, np.ndarray) and t.dtype != object for t in case.inputs):
        for a, b in zip(_Interpreted(model).run(case.inputs), got, strict=True):
            same(a, b, 1e-5, 1e-6)


def test_texts_are_captured_as_their_places_and_put_together_again() -> None:
    """A Snapshot has places among the texts of its metadata; the backend gives texts."""
    model = onnx.parser.parse_model(GRAPH)
    wanted = list(Eager.run_model(model, [X]))
    for got, want in zip(Compiled.run_model(model, [X]), wanted, strict=True):
        same(got, want)
    snapshot = import_model(model)
    places, numbers, others, _ = snapshot.run(X)
    assert numbers.tolist() == wanted[1].tolist() and {7, 8, 9} == set(numbers.tolist())
    for name, found, want in (("label", places, wanted[0]), ("other", others, wanted[2])):
        texts = json.loads(snapshot.metadata[f"onnx.texts.{name}"])
        assert [texts[i] for i in found.tolist()] == want.tolist()


def test_what_no_text_can_be_in_a_capture_is_named() -> None:
    model = onnx.parser.parse_model(GRAPH.replace("Cast <to = 1>", "Neg"))
    with pytest.raises(CaptureError, match="Neg of texts cannot be captured"):
        import_model(model)


def test_labels_of_the_first_version() -> None:
    old = Case("old", "LabelEncoder", [TEXTS], {"classes_strings": ["b", "a"]}).model()
    old.opset_import[1].version = 1
    assert Eager.run_model(old, [TEXTS])[0].tolist() == [[1, 0], [-1, -1]]


@pytest.mark.parametrize("name", ["zip_map", "zip_map_texts"])
def test_maps_are_captured_as_their_values_and_put_together_again(name: str) -> None:
    """A Snapshot has the values, and its metadata the keys; the backend gives maps."""
    case = CASES[name]
    snapshot = import_model(case.model())
    assert snapshot.run(X)[0].tolist() == X.tolist()
    (maps,) = Compiled.run_model(case.model(), case.feeds())
    (wanted,) = case.expected()
    same(maps, wanted)
    assert json.loads(snapshot.metadata["onnx.keys.y0"]) == list(wanted[0])


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [({1: 2, 2: 1}, "cycle"), ({0: 9}, "tree 0 has no node 9")],
)
def test_trees_that_are_none(wrong: dict[int, int], reason: str) -> None:
    attrs = forest("target", [0], [1.0]) | {"n_targets": 1}
    for node, child in wrong.items():
        attrs["nodes_truenodeids"][node] = child
    with pytest.raises(FormatError, match=reason):
        import_model(Case("wrong", "TreeEnsembleRegressor", [X], attrs).model())
