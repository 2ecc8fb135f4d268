"""Operators of ai.onnx.ml, and others that the suite has no cases of, against ONNX Runtime."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from hodu.errors import FormatError
from hodu.formats.onnx.backend import Compiled, Eager
from hodu.formats.onnx.importer import import_model
from tests.onnx.learned_cases import CASES, TEXTS, Case, X, forest


def same(got: Any, want: Any) -> None:
    """Compare lists, maps, texts and numbers."""
    if isinstance(want, list):
        for a, b in zip(got, want, strict=True):
            assert a.keys() == b.keys()
            np.testing.assert_allclose([*a.values()], [*b.values()], 1e-6)
    elif want.dtype.kind in "OUi":
        assert np.asarray(got).tolist() == want.tolist()
    else:
        assert (got.dtype, got.shape) == (want.dtype, want.shape)
        np.testing.assert_allclose(got, want, 1e-4, 1e-5)


@pytest.mark.parametrize("name", CASES)
def test_case(name: str) -> None:
    """Eager, and captured where that can be."""
    case = CASES[name]
    model = case.model()
    got = list(Eager.run_model(model, case.feeds()))
    for a, b in zip(got, case.expected(), strict=True):
        same(a, b)
    tensors = [*case.inputs, *got]
    if all(isinstance(t, np.ndarray) and t.dtype != object for t in tensors):
        for a, b in zip(import_model(model).run(*case.inputs), got, strict=True):
            np.testing.assert_allclose(a, b, 1e-5, 1e-6)


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
