"""Features of ai.onnx.ml: scaled, encoded, and brought from and to maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

import hodu.functional as f
from hodu._tensor import Tensor
from hodu.dispatch.base import wrap
from hodu.dtypes import FLOATS
from hodu.errors import CaptureError
from hodu.formats.onnx.node import OnnxNode
from hodu.formats.onnx.ops.learned import DOMAIN
from hodu.formats.onnx.packing import ZippedMaps
from hodu.formats.onnx.registry import onnx_op
from hodu.ops._table import Array

_MOST = 1 << 24
"""How many values a map may become."""


def floats(node: OnnxNode, name: str) -> Tensor | None:
    """An attribute of numbers as a vector, None if it is not given."""
    given = node.attr(name)
    return None if given is None else wrap(np.array(given, np.float32))


@onnx_op("Scaler", domain=DOMAIN)
def scaler(node: OnnxNode, x: Tensor) -> Tensor:
    """(x - offset) * scale, for each feature or for all."""
    offset, scale = floats(node, "offset"), floats(node, "scale")
    y = x.to("f32")
    y = y if offset is None else y - offset
    return y if scale is None else y * scale


@onnx_op("Normalizer", domain=DOMAIN)
def normalizer(node: OnnxNode, x: Tensor) -> Tensor:
    """Rows by their greatest element, the sum of their magnitudes, or their length."""
    x, kind = x.to("f32"), node.text("norm", "MAX")
    if kind == "MAX":
        size = f.amax(x, -1, keepdim=True)
    elif kind == "L1":
        size = f.sum(f.abs(x), -1, keepdim=True)
    elif kind == "L2":
        size = f.sqrt(f.sum(x * x, -1, keepdim=True))
    else:
        raise node.unsupported(f"norm={kind!r}", "the norms are MAX, L1 and L2")
    return f.where(size == 0, x, x / f.where(size == 0, 1, size))


@onnx_op("Imputer", domain=DOMAIN)
def imputer(node: OnnxNode, x: Tensor) -> Tensor:
    """Elements that are one value, which may be NaN, replaced by that of their feature."""
    suffix = "float" if x.dtype in FLOATS else "int64"
    chosen = np.array(node.attr(f"imputed_value_{suffix}s"), x.dtype.numpy)
    replaced = node.attr(f"replaced_value_{suffix}", 0)
    is_nan = suffix == "float" and np.isnan(replaced)
    return f.where(f.isnan(x) if is_nan else x == replaced, wrap(chosen), x)


@onnx_op("FeatureVectorizer", domain=DOMAIN)
def feature_vectorizer(node: OnnxNode, *xs: Tensor) -> Tensor:
    """Features side by side as f32; `inputdimensions` says how many of each."""
    rows = [x.reshape(1, -1) if x.ndim == 1 else x for x in xs]
    sizes = node.integers("inputdimensions") or [int(row.shape[1]) for row in rows]
    parts = [
        f.pad(row[:, :n], [0, max(n - int(row.shape[1]), 0)]).to("f32")
        for row, n in zip(rows, sizes, strict=True)
    ]
    return f.cat(parts, 1)


@onnx_op("OneHotEncoder", domain=DOMAIN)
def one_hot_encoder(node: OnnxNode, x: Any) -> Tensor:
    """One more axis, with a one at the place of the category; zeros for others, if allowed."""
    numbers, texts = node.integers("cats_int64s"), node.attr("cats_strings")
    if isinstance(x, Tensor):
        found = (x.to("i64").unsqueeze(-1) == wrap(np.array(numbers, np.int64))).to("f32")
    else:
        found = wrap((x[..., None] == np.array(texts, object)).astype(np.float32))
    if not node.flag("zeros", True) and found._data is not None and not found._data.any(-1).all():
        raise ValueError("an element is of no category, and zeros=0 does not allow that")
    return found


@onnx_op("CategoryMapper", domain=DOMAIN)
def category_mapper(node: OnnxNode, x: Any) -> Any:
    """Texts to integers or back (eager)."""
    return exchanged(node, x, node.integers("cats_int64s") or [], node.attr("cats_strings") or [])


@onnx_op("LabelEncoder", domain=DOMAIN)
def label_encoder_1(node: OnnxNode, x: Any) -> Any:
    """Texts to their places in `classes_strings`, or back (eager)."""
    classes = node.attr("classes_strings") or []
    return exchanged(node, x, range(len(classes)), classes)


def exchanged(node: OnnxNode, x: Any, numbers: Sequence[int], texts: Sequence[str]) -> Any:
    """Integers replaced by the texts beside them, or texts by integers."""
    if isinstance(x, Tensor):
        if x._data is None:
            raise CaptureError(
                f"{node.op_type} makes texts, which cannot be captured",
                hint="run the model with hodu.formats.onnx.backend.Eager",
            )
        named = dict(zip(numbers, texts, strict=True))
        return _looked_up(x.numpy(), named, node.text("default_string", "_Unused"), object)
    numbered = dict(zip(texts, numbers, strict=True))
    return wrap(_looked_up(x, numbered, node.integer("default_int64", -1), np.int64))


def _looked_up(x: Array, table: Mapping[Any, Any], missing: Any, kind: Any) -> Array:
    found: Array = np.empty(x.size, kind)
    found[:] = [table.get(key, missing) for key in x.ravel().tolist()]
    return found.reshape(x.shape)


@onnx_op("DictVectorizer", domain=DOMAIN)
def dict_vectorizer(node: OnnxNode, x: Mapping[Any, Any]) -> Any:
    """The values of a map in the order of a vocabulary, [1, words]; 0 for a word without one."""
    words = node.attr("int64_vocabulary") or node.attr("string_vocabulary") or []
    values = [x.get(word) for word in words]
    kind: Any = type(next((v for v in values if v is not None), 0.0))
    if issubclass(kind, str):
        return np.array([[v or "" for v in values]], object)
    dtype = np.float32 if kind is float else np.int64 if kind is int else kind
    return wrap(np.array([[v or 0 for v in values]], dtype))


@onnx_op("CastMap", domain=DOMAIN)
def cast_map(node: OnnxNode, x: Mapping[int, Any]) -> Any:
    """The values of a map in the order of its keys, or at the places that these are, [1, size]."""
    if node.text("map_form", "DENSE") == "SPARSE":
        size = node.integer("max_map", 1)
        if not 0 <= size <= _MOST:
            raise node.unsupported(f"max_map={size}", f"it is at most {_MOST:,}")
        values: list[Any] = [x.get(i) for i in range(size)]
    else:
        values = [x[key] for key in sorted(x)]
    to = node.text("cast_to", "TO_FLOAT")
    if to == "TO_STRING":
        return np.array([["0" if v is None else _text(v) for v in values]], object)
    kind = {"TO_FLOAT": np.float32, "TO_INT64": np.int64}[to]
    return wrap(np.array([[float(v or 0) for v in values]]).astype(kind))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:f}"


@onnx_op("ZipMap", domain=DOMAIN)
def zip_map(node: OnnxNode, x: Tensor) -> Any:
    """Each row as a map from the labels of the classes; captured, the rows beside the labels."""
    labels = node.attr("classlabels_strings") or node.integers("classlabels_int64s") or []
    rows = x.reshape(-1, len(labels))
    if rows._data is None:
        return ZippedMaps(rows, tuple(labels))
    return [dict(zip(labels, row, strict=True)) for row in rows.tolist()]
