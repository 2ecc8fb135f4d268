"""Operators of ai.onnx.ml: what comes from classical machine learning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

import hodu.functional as f
from hodu._tensor import Tensor
from hodu.dispatch.base import wrap
from hodu.formats.onnx.dtypes import held
from hodu.formats.onnx.node import OnnxNode
from hodu.formats.onnx.registry import onnx_op
from hodu.formats.onnx.texts import KnownTexts, chosen_texts
from hodu.ops._table import Array

DOMAIN = "ai.onnx.ml"


@onnx_op("ArrayFeatureExtractor", domain=DOMAIN, moves=True)
def array_feature_extractor(node: OnnxNode, x: Tensor, places: Tensor) -> Tensor:
    """The given entries of the last axis."""
    return x[..., places.reshape(-1)].reshape(-1, places.numel())


@onnx_op("Binarizer", domain=DOMAIN)
def binarizer(node: OnnxNode, x: Tensor) -> Tensor:
    """1 where above a threshold, else 0."""
    return (x > node.real("threshold", 0.0)).to(x.dtype)


@onnx_op("LabelEncoder", domain=DOMAIN, since=4)
def label_encoder(node: OnnxNode, x: Any) -> Any:
    """Keys replaced by their values, others by a default; of equal keys, as NaNs are, the last."""
    return _encoded(node, x, equal_nan=True)


@onnx_op("LabelEncoder", domain=DOMAIN, since=2)
def label_encoder_2(node: OnnxNode, x: Any) -> Any:
    """Before version 4 NaN is equal to nothing."""
    return _encoded(node, x, equal_nan=False)


def _encoded(node: OnnxNode, x: Any, *, equal_nan: bool) -> Any:
    keys, key_kind = _table(node, "keys")
    values, kind = _table(node, "values")
    missing = _default(node, kind)
    if not isinstance(x, Tensor):
        return exchanged(x, dict(zip(keys, values, strict=True)), missing, kind)
    if kind is object:
        at = _of_numbers(x, keys, key_kind, [*range(len(keys)), len(keys)], equal_nan)
        return chosen_texts(at, (*values, missing))
    return _of_numbers(x, keys, key_kind, np.array([*values, missing], kind), equal_nan)


def _of_numbers(x: Tensor, keys: list[Any], kind: Any, values: Any, equal_nan: bool) -> Tensor:
    """The values beside the keys, of which NaN may be one; the last one for what is no key."""
    *known, missing = np.asarray(values)
    found = numbers_for(x, np.array(keys, kind), np.array(known), missing)
    nan = [v for k, v in zip(keys, known, strict=True) if k != k] if equal_nan else []
    return f.where(x.isnan(), wrap(nan[-1]), found) if nan else found


def exchanged(x: Any, table: Mapping[Any, Any], missing: Any, kind: Any) -> Any:
    """What stands beside texts in a table; `kind` is the NumPy dtype of that."""

    def value(text: str) -> Any:
        return table.get(text, missing)

    if isinstance(x, KnownTexts):
        return x.others(value) if kind is object else x.numbers(value, kind)
    found: Array = np.empty(x.size, kind)
    found[:] = [value(text) for text in x.ravel().tolist()]
    return held(found.reshape(x.shape))


def numbers_for(x: Tensor, keys: Array, values: Array, missing: Any) -> Tensor:
    """The values beside the last keys that are equal to x, found by bisection."""
    order = np.argsort(keys, kind="stable")
    places, table = wrap(keys[order]), wrap(values[order])
    at = f.clamp(f.searchsorted(places, x, right=True) - 1, min=0)
    return f.where(places[at] == x, table[at], wrap(np.array(missing, values.dtype)))


_KINDS: dict[str, tuple[Any, str, Any]] = {
    "int64s": (np.int64, "default_int64", -1),
    "floats": (np.float32, "default_float", -0.0),
    "strings": (object, "default_string", "_Unused"),
}


def _table(node: OnnxNode, which: str) -> tuple[list[Any], Any]:
    """The keys or values, and the NumPy dtype of what they are."""
    for suffix, (kind, _, _) in _KINDS.items():
        found = node.attr(f"{which}_{suffix}")
        if found is not None:
            return list(found), kind
    array = node.array(f"{which}_tensor")
    if array is None:
        raise node.unsupported(f"no {which} are given")
    return array.ravel().tolist(), array.dtype


def _default(node: OnnxNode, kind: Any) -> Any:
    array = node.array("default_tensor")
    if array is not None:
        return array.ravel()[0]
    for dtype, name, default in _KINDS.values():
        if np.dtype(dtype) == np.dtype(kind):
            return node.attr(name, default)
    return 0


@onnx_op("TreeEnsemble", domain=DOMAIN, since=5)
def tree_ensemble(node: OnnxNode, x: Tensor) -> Tensor:
    """Decision trees descended side by side, their leaves added up by target."""
    transform = node.integer("post_transform", 0)
    if transform:
        raise node.unsupported(f"post_transform={transform}", "apply it after the operator")
    forest = _Forest(node)
    at = f.broadcast_to(f.tensor(forest.roots), (x.shape[0], len(forest.roots)))
    for _ in range(forest.depth):
        at = forest.step(x, at)
    return forest.totals(at - forest.count, x.dtype)


class _Forest:
    """The trees as tables by node number; leaf k has the number count + k and leads to itself."""

    def __init__(self, node: OnnxNode) -> None:
        def numbers(name: str) -> Array:
            return np.array(node.integers(name), np.int64)

        self.node = node
        splits, modes = node.tensor("nodes_splits"), node.tensor("nodes_modes")
        self.count = count = len(splits)
        self.targets = numbers("leaf_targetids")
        self.weights = node.tensor("leaf_weights")
        leaves = np.arange(count, count + len(self.targets))
        branches = [
            np.concatenate([numbers(ids) + count * numbers(leaf), leaves])
            for ids, leaf in (
                ("nodes_truenodeids", "nodes_trueleafs"),
                ("nodes_falsenodeids", "nodes_falseleafs"),
            )
        ]
        self.branches = [f.tensor(b) for b in branches]
        # A root whose branches are one and the same leaf is that leaf.
        self.roots = numbers("tree_roots")
        self.depth = _depth(branches, self.roots, count)
        rest = np.zeros(len(leaves), np.int64)
        self.features = f.tensor(np.concatenate([numbers("nodes_featureids"), rest]))
        self.splits = f.tensor(np.concatenate([splits, rest.astype(splits.dtype)]))
        self.modes = np.concatenate([modes.astype(np.int64), rest])
        missing = node.integers("nodes_missing_value_tracks_true") or [0] * count
        self.missing = f.tensor(np.concatenate([np.array(missing, bool), rest.astype(bool)]))
        self.members = _members(node.array("membership_values"), self.modes)

    def step(self, x: Tensor, at: Tensor) -> Tensor:
        """The nodes one level below `at`, [samples, trees]."""
        value, split = f.gather(x, 1, self.features[at]), self.splits[at]
        mode = f.tensor(self.modes)[at]
        tests = [value <= split, value < split, value >= split, value > split]
        tests += [value == split, value != split]
        holds = f.zeros_like(value, dtype="bool")
        for number, test in enumerate(tests):
            if number in self.modes:
                holds = f.where(mode == number, test, holds)
        if self.members is not None:
            inside = f.any(self.members[at] == value.unsqueeze(-1), -1)
            holds = f.where(mode == 6, inside, holds)
        holds = f.logical_or(holds, f.logical_and(f.isnan(value), self.missing[at]))
        return f.where(holds, self.branches[0][at], self.branches[1][at])

    def totals(self, leaves: Tensor, dtype: Any) -> Tensor:
        """The weights of leaves [samples, trees] joined by target, [samples, targets]."""
        weights, targets = f.tensor(self.weights)[leaves].to(dtype), f.tensor(self.targets)[leaves]
        joins = {0: "sum", 1: "sum", 2: "amin", 3: "amax"}
        how = self.node.integer("aggregate_function", 1)
        start = f.zeros(leaves.shape[0], self.node.integer("n_targets"), dtype=dtype)
        if how == 0:
            weights = weights / len(self.roots)
        return f.scatter_reduce(
            start, 1, targets, weights, joins[how], include_self=joins[how] == "sum"
        )


def _depth(branches: list[Array], roots: Array, count: int) -> int:
    """The levels to the deepest leaf."""
    level, depth = set(roots.tolist()), 0
    while level := {n for n in level if n < count}:
        level = {int(branch[n]) for n in level for branch in branches}
        depth += 1
        if depth > count:
            raise ValueError("the trees have a cycle")
    return depth


def _members(values: Array | None, modes: Array) -> Tensor | None:
    """The set of each membership node as a row padded with NaN; None if there is none."""
    if values is None:
        return None
    ends = np.flatnonzero(np.isnan(values))
    sets = np.split(values, ends + 1)[: len(ends)]
    table: Array = np.full((len(modes), max(map(len, sets), default=1)), np.nan, values.dtype)
    for row, chosen in zip(np.flatnonzero(modes == 6), sets, strict=True):
        table[row, : len(chosen)] = chosen
    return f.tensor(table)
