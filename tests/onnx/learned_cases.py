"""Calls of the operators of ai.onnx.ml, and of others that the suite of ONNX has no cases of.

What they must yield is what ONNX Runtime computes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper

from tests.onnx.graphs import Array

RNG = np.random.default_rng(0)
X = np.round(RNG.standard_normal((12, 3)), 1).astype(np.float32)
TEXTS = np.array([["a", "b"], ["c", "zz"]], object)
PLAIN = ("GlobalLpPool", "MaxRoiPool")


@dataclass(frozen=True)
class Case:
    """A node by its operator, inputs in order and attributes.

    `keys` are the types of the keys of a sequence of maps, which is its output then; `version` is
    that of ai.onnx.ml.
    """

    name: str
    op: str
    inputs: list[Any]
    attrs: dict[str, Any]
    outputs: int = 1
    keys: int | None = None
    version: int = 3

    def model(self) -> onnx.ModelProto:
        """The model of the one node."""
        names = [f"x{i}" for i in range(len(self.inputs))]
        infos = [_info(name, x) for name, x in zip(names, self.inputs, strict=True)]
        made = [helper.make_empty_tensor_value_info(f"y{i}") for i in range(self.outputs)]
        outputs = made if self.keys is None else [_maps(self.keys)]
        results = [o.name for o in outputs]
        domain = "" if self.op in PLAIN else "ai.onnx.ml"
        node = helper.make_node(self.op, names, results, "it", domain=domain, **self.attrs)
        graph = helper.make_graph([node], "g", infos, outputs)
        imports = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", self.version)]
        return helper.make_model(graph, opset_imports=imports, ir_version=8)

    def feeds(self) -> dict[str, Any]:
        """The inputs by name."""
        return {f"x{i}": x for i, x in enumerate(self.inputs)}

    def expected(self) -> list[Any]:
        """The outputs that ONNX Runtime computes."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        session = onnxruntime.InferenceSession(self.model().SerializeToString(), options)
        found: list[Any] = session.run(None, self.feeds())
        return found


def _info(name: str, x: Any) -> onnx.ValueInfoProto:
    if isinstance(x, dict):
        key = TensorProto.STRING if isinstance(next(iter(x)), str) else TensorProto.INT64
        value = helper.make_tensor_type_proto(TensorProto.FLOAT, [])
        return helper.make_value_info(name, helper.make_map_type_proto(key, value))
    kind = TensorProto.STRING if x.dtype == object else helper.np_dtype_to_tensor_dtype(x.dtype)
    return helper.make_tensor_value_info(name, kind, x.shape)


def _maps(key: int) -> onnx.ValueInfoProto:
    one = helper.make_map_type_proto(key, helper.make_tensor_type_proto(TensorProto.FLOAT, []))
    return helper.make_value_info("y0", helper.make_sequence_type_proto(one))


def numbers(*shape: int) -> list[float]:
    """Numbers that f32 holds."""
    return [float(v) for v in RNG.standard_normal(shape).astype(np.float32).ravel()]


def features() -> Iterator[Case]:
    """Scaled, joined and encoded numbers of all dtypes."""
    for dtype in (np.float32, np.float64, np.int64, np.int32):
        x, of = (X * 5).astype(dtype), f"of_{np.dtype(dtype)}"
        x[3] = 0
        scaled: dict[str, Any] = {"offset": [1.0, 2.0, 3.0], "scale": [0.5, 2.0, 1.5]}
        yield Case(f"scaler_{of}", "Scaler", [x], scaled)
        for norm in ("MAX", "L1", "L2"):
            yield Case(f"normalizer_{norm}_{of}", "Normalizer", [x], {"norm": norm})
        sizes = {"inputdimensions": [3, 2]}
        yield Case(f"features_{of}", "FeatureVectorizer", [x, x[:, :2].copy()], sizes)
        if dtype is not np.int32:
            yield Case(f"one_hot_{of}", "OneHotEncoder", [x], {"cats_int64s": [0, 1, 2, 5]})


def imputed() -> Iterator[Case]:
    """Numbers in the place of missing ones."""
    x = X.copy()
    x[1, 2], x[0, 0] = np.nan, 7
    nan = {"imputed_value_floats": [1.0, 2.0, 3.0], "replaced_value_float": float("nan")}
    yield Case("imputer_nan", "Imputer", [x], nan)
    seven = {"imputed_value_floats": [9.0], "replaced_value_float": 7.0}
    yield Case("imputer_seven", "Imputer", [x], seven)
    whole = np.arange(6).reshape(2, 3) % 4
    one: dict[str, Any] = {"imputed_value_int64s": [9], "replaced_value_int64": 1}
    yield Case("imputer_whole", "Imputer", [whole], one)


def labels() -> Iterator[Case]:
    """Numbers to others, of all pairs of types; NaN is a key too, from version 4 on."""
    x = np.array([[5, 3, 8], [-2, 3, 4]])
    kinds: dict[str, tuple[Any, Any]] = {"int64s": (int, 7), "floats": (float, 0.5)}
    for value, (kind, default) in kinds.items():
        attrs = {f"values_{value}": [kind(i) for i in range(4)], f"default_{value[:-1]}": default}
        whole = {**attrs, "keys_int64s": [3, 5, -2, 9]}
        yield Case(f"labels_of_numbers_{value}", "LabelEncoder", [x], whole)
        y = x.astype(np.float32)
        y[0, 2] = np.nan
        real = {**attrs, "keys_floats": [3.0, 5.0, float("nan"), -2.0]}
        for version in (3, 4):
            name = f"labels_of_floats_{value}_{version}"
            yield Case(name, "LabelEncoder", [y], real, version=version)


def texts() -> Iterator[Case]:
    """Texts to numbers and back."""
    yield Case("one_hot_texts", "OneHotEncoder", [TEXTS], {"cats_strings": ["b", "a"]})
    names: dict[str, Any] = {"cats_strings": ["b", "a"], "cats_int64s": [4, 6]}
    yield Case("category_number", "CategoryMapper", [TEXTS], {**names, "default_int64": -3})
    codes = [np.array([4, 6, 8])]
    yield Case("category_text", "CategoryMapper", codes, {**names, "default_string": "?"})


def maps() -> Iterator[Case]:
    """Maps to tensors and back."""
    words = {"string_vocabulary": ["c", "a", "q", "z"]}
    yield Case("dict_vectorizer", "DictVectorizer", [{"a": 1.0, "z": 2.0}], words)
    given: list[Any] = [{3: 1.5, 1: 2.25}]
    sparse = {"map_form": "SPARSE", "max_map": 5}
    for to in ("TO_FLOAT", "TO_INT64"):
        yield Case(f"cast_map_{to}", "CastMap", given, {"cast_to": to})
        yield Case(f"cast_map_sparse_{to}", "CastMap", given, {"cast_to": to, **sparse})
    yield Case("cast_map_TO_STRING", "CastMap", given, {"cast_to": "TO_STRING"})
    labels = {"classlabels_int64s": [4, 8, 9]}
    yield Case("zip_map", "ZipMap", [X], labels, keys=TensorProto.INT64)
    words = {"classlabels_strings": ["u", "v", "w"]}
    yield Case("zip_map_texts", "ZipMap", [X], words, keys=TensorProto.STRING)


def linear_models() -> Iterator[Case]:
    """Linear regressors and classifiers."""
    for post in ("NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"):
        weights = [abs(v) / 20 for v in numbers(9)]
        attrs: dict[str, Any] = {
            "coefficients": weights,
            "intercepts": [0.5, 0.6, 0.3],
            "post_transform": post,
        }
        yield Case(f"linear_regressor_{post}", "LinearRegressor", [X], {**attrs, "targets": 3})
        three = {**attrs, "classlabels_ints": [3, 5, 9]}
        yield Case(f"linear_classifier_{post}", "LinearClassifier", [X], three, 2)
        one: dict[str, Any] = {**attrs, "coefficients": numbers(3), "intercepts": [0.1]}
        if post != "PROBIT":
            one["classlabels_strings"] = ["a", "b"]
            yield Case(f"linear_classifier_texts_{post}", "LinearClassifier", [X], one, 2)


def support_vectors() -> Iterator[Case]:
    """Support vector machines."""
    for kernel in ("LINEAR", "POLY", "RBF", "SIGMOID"):
        kind: dict[str, Any] = {"kernel_type": kernel, "kernel_params": [0.3, 0.5, 3.0]}
        given: dict[str, Any] = {
            **kind,
            "support_vectors": numbers(5, 3),
            "coefficients": numbers(5),
            "rho": [0.3],
        }
        for one in (0, 1):
            attrs: dict[str, Any] = {**given, "n_supports": 5, "one_class": one}
            yield Case(f"svm_regressor_{kernel}_{one}", "SVMRegressor", [X], attrs)
        for sizes in ([2, 3], [2, 3, 2]):
            count, pairs = sum(sizes), len(sizes) * (len(sizes) - 1) // 2
            attrs = {**kind, "support_vectors": numbers(count, 3), "vectors_per_class": sizes}
            attrs |= {"coefficients": numbers(len(sizes) - 1, count), "rho": numbers(pairs)}
            attrs["classlabels_ints"] = [4, 7, 9][: len(sizes)]
            name = f"svm_classifier_{kernel}_{len(sizes)}"
            yield Case(name, "SVMClassifier", [X], attrs, 2)
            odds = {"prob_a": [-abs(v) for v in numbers(pairs)], "prob_b": numbers(pairs)}
            yield Case(f"{name}_odds", "SVMClassifier", [X], {**attrs, **odds}, 2)


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


def trees() -> Iterator[Case]:
    """Ensembles of decision trees."""
    x = X.copy()
    x[::5, 1] = np.nan
    mixed, positive = numbers(11), [abs(v) / 4 for v in numbers(11)]
    every = "LEQ LT GTE GT EQ NEQ"
    for how in ("SUM", "AVERAGE", "MIN", "MAX"):
        attrs: dict[str, Any] = {**forest("target", [0, 1], mixed, every), "n_targets": 2}
        attrs["aggregate_function"] = how
        yield Case(f"tree_regressor_{how}", "TreeEnsembleRegressor", [x], attrs)
    attrs = {**forest("target", [0], mixed), "n_targets": 1, "base_values": [0.7]}
    yield Case("tree_regressor_f64", "TreeEnsembleRegressor", [x.astype(np.float64)], attrs)
    for post in ("NONE", "SOFTMAX", "LOGISTIC"):
        name, end = f"tree_classifier_{post}", {"post_transform": post}
        three = {**forest("class", [0, 1, 2], mixed), "classlabels_int64s": [4, 5, 9], **end}
        yield Case(name, "TreeEnsembleClassifier", [x], three, 2)
        for only in (0, 1):
            for kind, weights in (("mixed", mixed), ("positive", positive)):
                one: dict[str, Any] = {
                    **forest("class", [only], weights),
                    "classlabels_strings": ["u", "v"],
                    **end,
                }
                yield Case(f"{name}_{only}_{kind}", "TreeEnsembleClassifier", [x], one, 2)


def pools() -> Iterator[Case]:
    """Pools of ai.onnx that the suite leaves out."""
    x: Array = RNG.standard_normal((2, 3, 10, 8)).astype(np.float32)
    rows = [[0, 1, 1, 6, 6], [1, 0, 2, 3, 9], [0, 4.6, 4.4, 2, 2], [1, 7, 7, 30, 30]]
    rois = np.array(rows, np.float32)
    yield Case("max_roi_pool", "MaxRoiPool", [x, rois], {"pooled_shape": [3, 2]})
    scaled: dict[str, Any] = {"pooled_shape": [2, 5], "spatial_scale": 0.6}
    yield Case("max_roi_pool_scaled", "MaxRoiPool", [x, rois], scaled)
    for p in (1, 2, 3):
        yield Case(f"global_lp_pool_{p}", "GlobalLpPool", [x], {"p": p})


FAMILIES = [features, imputed, labels, texts, maps, linear_models, support_vectors, trees, pools]
CASES = {case.name: case for family in FAMILIES for case in family()}
