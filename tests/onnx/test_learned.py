"""Operators of ai.onnx.ml, and MaxRoiPool, against ONNX Runtime; the suite has no cases of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper

from hodu.errors import CaptureError, FormatError
from hodu.formats.onnx.backend import Eager
from hodu.formats.onnx.importer import import_model
from tests.onnx.graphs import Array

RNG = np.random.default_rng(0)
X = np.round(RNG.standard_normal((12, 3)), 1).astype(np.float32)
TEXTS = np.array([["a", "b"], ["c", "zz"]], object)


def numbers(*shape: int) -> list[float]:
    """Numbers that f32 holds."""
    return [float(v) for v in RNG.standard_normal(shape).astype(np.float32).ravel()]


def model(op: str, inputs: list[Any], attrs: dict[str, Any], outputs: list[Any]) -> Any:
    """One node of ai.onnx.ml; its outputs are as many as given, or declared."""
    domain = "" if op == "MaxRoiPool" else "ai.onnx.ml"
    names = [f"x{i}" for i in range(len(inputs))]
    infos = []
    for name, x in zip(names, inputs, strict=True):
        if isinstance(x, dict):
            key = TensorProto.STRING if isinstance(next(iter(x)), str) else TensorProto.INT64
            value = helper.make_tensor_type_proto(TensorProto.FLOAT, [])
            infos.append(helper.make_value_info(name, helper.make_map_type_proto(key, value)))
        else:
            kind = TensorProto.STRING if x.dtype == object else None
            kind = kind or helper.np_dtype_to_tensor_dtype(x.dtype)
            infos.append(helper.make_tensor_value_info(name, kind, x.shape))
    node = helper.make_node(op, names, [o.name for o in outputs], "it", domain=domain, **attrs)
    graph = helper.make_graph([node], "g", infos, outputs)
    imports = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
    return helper.make_model(graph, opset_imports=imports, ir_version=8)


def unknown(count: int) -> list[onnx.ValueInfoProto]:
    """Outputs of any type."""
    return [helper.make_empty_tensor_value_info(f"y{i}") for i in range(count)]


def maps(key: int) -> list[onnx.ValueInfoProto]:
    """A sequence of maps to floats."""
    one = helper.make_map_type_proto(key, helper.make_tensor_type_proto(TensorProto.FLOAT, []))
    return [helper.make_value_info("y0", helper.make_sequence_type_proto(one))]


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


def check(op: str, inputs: list[Any], attrs: dict[str, Any], outputs: Any = 1) -> list[Any]:
    """Eager, and captured where that can be, against ONNX Runtime."""
    made = model(op, inputs, attrs, unknown(outputs) if isinstance(outputs, int) else outputs)
    feeds = {f"x{i}": x for i, x in enumerate(inputs)}
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(made.SerializeToString(), options)
    want = session.run(None, feeds)
    got = list(Eager.run_model(made, feeds))
    for a, b in zip(got, want, strict=True):
        same(a, b)
    tensors = [*inputs, *got]
    if all(isinstance(t, np.ndarray) and t.dtype != object for t in tensors):
        for a, b in zip(import_model(made).run(*inputs), got, strict=True):
            np.testing.assert_allclose(a, b, 1e-5, 1e-6)
    return got


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64, np.int32])
def test_numbers(dtype: Any) -> None:
    x = (X * 5).astype(dtype)
    x[3] = 0
    check("Scaler", [x], {"offset": [1.0, 2.0, 3.0], "scale": [0.5, 2.0, 1.5]})
    for norm in ("MAX", "L1", "L2"):
        check("Normalizer", [x], {"norm": norm})
    check("FeatureVectorizer", [x, x[:, :2].copy()], {"inputdimensions": [3, 2]})
    if dtype is not np.int32:
        check("OneHotEncoder", [x], {"cats_int64s": [0, 1, 2, 5]})


def test_imputed() -> None:
    x = X.copy()
    x[1, 2], x[0, 0] = np.nan, 7
    nan = {"imputed_value_floats": [1.0, 2.0, 3.0], "replaced_value_float": float("nan")}
    check("Imputer", [x], nan)
    check("Imputer", [x], {"imputed_value_floats": [9.0], "replaced_value_float": 7.0})
    whole = np.arange(6).reshape(2, 3) % 4
    check("Imputer", [whole], {"imputed_value_int64s": [9], "replaced_value_int64": 1})


def test_texts_and_maps() -> None:
    check("OneHotEncoder", [TEXTS], {"cats_strings": ["b", "a"]})
    names = {"cats_strings": ["b", "a"], "cats_int64s": [4, 6]}
    check("CategoryMapper", [TEXTS], {**names, "default_int64": -3})
    check("CategoryMapper", [np.array([4, 6, 8])], {**names, "default_string": "?"})
    words = {"string_vocabulary": ["c", "a", "q", "z"]}
    check("DictVectorizer", [{"a": 1.0, "z": 2.0}], words)
    for form in ({}, {"map_form": "SPARSE", "max_map": 5}):
        for to in ("TO_FLOAT", "TO_INT64"):
            check("CastMap", [{3: 1.5, 1: 2.25}], {"cast_to": to, **form})
    check("CastMap", [{3: 1.5, 1: 2.25}], {"cast_to": "TO_STRING"})
    check("ZipMap", [X], {"classlabels_int64s": [4, 8, 9]}, maps(TensorProto.INT64))
    check("ZipMap", [X], {"classlabels_strings": ["u", "v", "w"]}, maps(TensorProto.STRING))
    old = model("LabelEncoder", [TEXTS], {"classes_strings": ["b", "a"]}, unknown(1))
    old.opset_import[1].version = 1
    assert Eager.run_model(old, [TEXTS])[0].tolist() == [[1, 0], [-1, -1]]


@pytest.mark.parametrize("post", ["NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"])
def test_linear_models(post: str) -> None:
    weights = [abs(v) / 20 for v in numbers(9)]
    attrs = {"coefficients": weights, "intercepts": [0.5, 0.6, 0.3], "post_transform": post}
    check("LinearRegressor", [X], {**attrs, "targets": 3})
    check("LinearClassifier", [X], {**attrs, "classlabels_ints": [3, 5, 9]}, 2)
    one = {**attrs, "coefficients": numbers(3), "intercepts": [0.1]}
    if post != "PROBIT":
        check("LinearClassifier", [X], {**one, "classlabels_strings": ["a", "b"]}, 2)


@pytest.mark.parametrize("kernel", ["LINEAR", "POLY", "RBF", "SIGMOID"])
def test_support_vectors(kernel: str) -> None:
    kind = {"kernel_type": kernel, "kernel_params": [0.3, 0.5, 3.0]}
    given = {**kind, "support_vectors": numbers(5, 3), "coefficients": numbers(5), "rho": [0.3]}
    for one_class in (0, 1):
        check("SVMRegressor", [X], {**given, "n_supports": 5, "one_class": one_class})
    for sizes in ([2, 3], [2, 3, 2]):
        count, pairs = sum(sizes), len(sizes) * (len(sizes) - 1) // 2
        attrs = {**kind, "support_vectors": numbers(count, 3), "vectors_per_class": sizes}
        attrs |= {"coefficients": numbers(len(sizes) - 1, count), "rho": numbers(pairs)}
        attrs["classlabels_ints"] = [4, 7, 9][: len(sizes)]
        check("SVMClassifier", [X], attrs, 2)
        odds = {"prob_a": [-abs(v) for v in numbers(pairs)], "prob_b": numbers(pairs)}
        check("SVMClassifier", [X], {**attrs, **odds}, 2)


def forest(votes: str, ids: list[int], weights: list[float], modes: str = "LEQ") -> dict[str, Any]:
    """Two trees of three levels; each leaf votes for all ids."""
    nodes: dict[str, list[Any]] = {}
    voted: dict[str, list[Any]] = {}
    names = modes.split()
    for tree in (0, 1):
        for i in range(7):
            leaf = i > 2
            for name, value in (
                ("treeids", tree), ("nodeids", i), ("featureids", 0 if leaf else (i + tree) % 3),
                ("values", 0.0 if leaf else [0.1, -0.3, 0.4][i]),
                ("modes", "LEAF" if leaf else f"BRANCH_{names[(i + tree) % len(names)]}"),
                ("truenodeids", 0 if leaf else 2 * i + 1),
                ("falsenodeids", 0 if leaf else 2 * i + 2),
                ("missing_value_tracks_true", int(i == 1)),
            ):  # fmt: skip
                nodes.setdefault(f"nodes_{name}", []).append(value)
            for number in ids if leaf else []:
                weight = weights[(7 * tree + i + 3 * number) % len(weights)]
                row = (("treeids", tree), ("nodeids", i), ("ids", number), ("weights", weight))
                for name, value in row:
                    voted.setdefault(f"{votes}_{name}", []).append(value)
    return nodes | voted


def test_trees() -> None:
    x = X.copy()
    x[::5, 1] = np.nan
    mixed, positive = numbers(11), [abs(v) / 4 for v in numbers(11)]
    every = "LEQ LT GTE GT EQ NEQ"
    for how in ("SUM", "AVERAGE", "MIN", "MAX"):
        attrs = {**forest("target", [0, 1], mixed, every), "n_targets": 2}
        check("TreeEnsembleRegressor", [x], {**attrs, "aggregate_function": how})
    attrs = {**forest("target", [0], mixed), "n_targets": 1, "base_values": [0.7]}
    check("TreeEnsembleRegressor", [x.astype(np.float64)], attrs)
    for post in ("NONE", "SOFTMAX", "LOGISTIC"):
        three = {**forest("class", [0, 1, 2], mixed), "classlabels_int64s": [4, 5, 9]}
        check("TreeEnsembleClassifier", [x], {**three, "post_transform": post}, 2)
        for only, weights in ((0, mixed), (0, positive), (1, mixed), (1, positive)):
            one = {**forest("class", [only], weights), "classlabels_strings": ["u", "v"]}
            check("TreeEnsembleClassifier", [x], {**one, "post_transform": post}, 2)


def test_regions() -> None:
    x: Array = RNG.standard_normal((2, 3, 10, 8)).astype(np.float32)
    rois = [[0, 1, 1, 6, 6], [1, 0, 2, 3, 9], [0, 4.6, 4.4, 2, 2], [1, 7, 7, 30, 30]]
    check("MaxRoiPool", [x, np.array(rois, np.float32)], {"pooled_shape": [3, 2]})
    attrs = {"pooled_shape": [2, 5], "spatial_scale": 0.6}
    check("MaxRoiPool", [x, np.array(rois, np.float32)], attrs)


def test_what_cannot_be() -> None:
    zipped = model("ZipMap", [X], {"classlabels_int64s": [4, 8, 9]}, maps(TensorProto.INT64))
    with pytest.raises(CaptureError, match="maps, which cannot be captured"):
        import_model(zipped)
    cycle = forest("target", [0], [1.0]) | {"n_targets": 1}
    cycle["nodes_truenodeids"][2] = 1
    cycle["nodes_truenodeids"][1] = 2
    with pytest.raises(FormatError, match="cycle"):
        import_model(model("TreeEnsembleRegressor", [X], cycle, unknown(1)))
    lost = forest("target", [0], [1.0]) | {"n_targets": 1}
    lost["nodes_truenodeids"][0] = 9
    with pytest.raises(FormatError, match="tree 0 has no node 9"):
        import_model(model("TreeEnsembleRegressor", [X], lost, unknown(1)))
