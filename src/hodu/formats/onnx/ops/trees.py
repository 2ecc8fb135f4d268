"""Ensembles of decision trees of ai.onnx.ml, in the form before version 5."""

from __future__ import annotations

from typing import Any

import numpy as np

import hodu.functional as f
from hodu._tensor import Tensor
from hodu.dispatch.base import wrap
from hodu.formats.onnx.node import OnnxNode
from hodu.formats.onnx.ops.learned import DOMAIN
from hodu.formats.onnx.registry import onnx_op
from hodu.formats.onnx.scores import label_count, labels, of_two, transformed
from hodu.ops._table import Array

_TESTS = {
    "BRANCH_LEQ": lambda value, split: value <= split,
    "BRANCH_LT": lambda value, split: value < split,
    "BRANCH_GTE": lambda value, split: value >= split,
    "BRANCH_GT": lambda value, split: value > split,
    "BRANCH_EQ": lambda value, split: value == split,
    "BRANCH_NEQ": lambda value, split: value != split,
}

_MOST = 1 << 27
"""How many numbers the table of what leaves give may have."""


def _values(node: OnnxNode, name: str) -> Array:
    """Numbers in f32, or in f64 as a tensor."""
    array = node.array(f"{name}_as_tensor")
    return np.array(node.attr(name) or [], np.float32) if array is None else array


class _Trees:
    """The trees as tables by place; leaves lead to themselves. `votes` is class or target."""

    def __init__(self, node: OnnxNode, votes: str) -> None:
        self.node, self.votes = node, votes
        trees, ids = node.attr("nodes_treeids"), node.attr("nodes_nodeids")
        self.places = {key: place for place, key in enumerate(zip(trees, ids, strict=True))}
        if len(self.places) != len(trees):
            raise ValueError("a node of a tree is there twice")
        self.modes = np.array(node.attr("nodes_modes"), object)
        leaf = self.modes == "LEAF"
        unknown = set(self.modes[~leaf]) - set(_TESTS)
        if unknown:
            raise node.unsupported(f"nodes_modes={sorted(unknown)}")
        own = np.arange(len(trees))
        branches = [
            np.where(
                leaf, own, [self._place(t, n, e) for t, n, e in zip(trees, ends, leaf, strict=True)]
            )
            for ends in (node.attr("nodes_truenodeids"), node.attr("nodes_falsenodeids"))
        ]
        children = {int(b[n]) for b in branches for n in own[~leaf]}
        self.roots = np.array([n for n in own if n not in children], np.int64)
        if len(self.roots) != len(set(trees)):
            raise ValueError("a tree has no root, or more than one: the trees have a cycle")
        self.depth = self._depth(branches, leaf)
        self.branches = [wrap(b.astype(np.int64)) for b in branches]
        self.features = wrap(np.where(leaf, 0, node.attr("nodes_featureids")).astype(np.int64))
        self.splits = wrap(_values(node, "nodes_values"))
        missing = node.attr("nodes_missing_value_tracks_true") or [0] * len(trees)
        self.missing = wrap(np.array(missing, bool))

    def _place(self, tree: int, number: int, is_leaf: bool) -> int:
        if is_leaf:
            return 0
        if (tree, number) not in self.places:
            raise ValueError(f"tree {tree} has no node {number}")
        return self.places[tree, number]

    def _depth(self, branches: list[Array], leaf: Array) -> int:
        """The levels to the deepest leaf."""
        level, depth = {int(n) for n in self.roots if not leaf[n]}, 0
        while level:
            level = {int(b[n]) for n in level for b in branches}
            level = {n for n in level if not leaf[n]}
            depth += 1
            if depth > len(leaf):
                raise ValueError("the trees have a cycle")
        return depth

    def leaves(self, x: Tensor) -> Tensor:
        """The places of the leaves, [N, trees]."""
        x = x if x.dtype.bits == 64 and x.dtype.is_float else x.to("f32")
        at = f.broadcast_to(wrap(self.roots), (x.shape[0], len(self.roots)))
        used = [mode for mode in _TESTS if mode in self.modes]
        numbers = np.array([used.index(m) if m in used else -1 for m in self.modes])
        for _ in range(self.depth):
            value, split = f.gather(x, 1, self.features[at]), self.splits[at]
            holds = f.zeros_like(value, dtype="bool")
            for number, mode in enumerate(used):
                tested = wrap(numbers == number)[at]
                holds = f.where(tested, _TESTS[mode](value, split), holds)
            holds = f.logical_or(holds, f.logical_and(f.isnan(value), self.missing[at]))
            at = f.where(holds, self.branches[0][at], self.branches[1][at])
        return at

    def weights(self, width: int, absent: float = 0.0) -> Array:
        """What the leaves give to each class or target, [nodes, width]."""
        given = _values(self.node, f"{self.votes}_weights")
        if width * len(self.modes) > _MOST:
            raise ValueError(f"{width:,} results of {len(self.modes):,} nodes are too many")
        table = np.full((len(self.modes), width), absent, given.dtype)
        voted = np.zeros(table.shape, bool)
        names = ("treeids", "nodeids", "ids")
        columns = [self.node.attr(f"{self.votes}_{name}") for name in names]
        for tree, number, column, weight in zip(*columns, given, strict=True):
            place = self.places[tree, number]
            table[place, column] = weight + (table[place, column] if voted[place, column] else 0)
            voted[place, column] = True
        return table


def _plus_base(node: OnnxNode, scores: Tensor) -> Tensor:
    base = _values(node, "base_values")
    return scores + wrap(base) if base.size else scores


@onnx_op("TreeEnsembleRegressor", domain=DOMAIN)
def tree_ensemble_regressor(node: OnnxNode, x: Tensor) -> Tensor:
    """What the leaves give to each target, joined over the trees."""
    trees, how = _Trees(node, "target"), node.text("aggregate_function", "SUM")
    width, leaves = node.integer("n_targets"), trees.leaves(x)
    if how in ("SUM", "AVERAGE"):
        y = f.sum(wrap(trees.weights(width))[leaves], 1)
        y = y / len(trees.roots) if how == "AVERAGE" else y
    elif how in ("MIN", "MAX"):
        join, absent = (f.amin, np.inf) if how == "MIN" else (f.amax, -np.inf)
        y = join(wrap(trees.weights(width, absent))[leaves], 1)
        y = f.where(y == absent, 0, y)
    else:
        raise node.unsupported(f"aggregate_function={how!r}", "it is SUM, AVERAGE, MIN or MAX")
    return transformed(node, _plus_base(node, y).to("f32"))


@onnx_op("TreeEnsembleClassifier", domain=DOMAIN)
def tree_ensemble_classifier(node: OnnxNode, x: Tensor) -> tuple[Any, Tensor]:
    """The class with the greatest sum of votes, and the sums; votes of one class decide of two."""
    trees, count = _Trees(node, "class"), label_count(node)
    voted = set(node.attr("class_ids"))
    if max(voted) >= count:
        raise ValueError(f"votes for the class {max(voted)} of {count}")
    scores = f.sum(wrap(trees.weights(count))[trees.leaves(x)], 1)
    if count != 2 or len(voted) > 1:
        scores = _plus_base(node, scores).to("f32")
        return labels(node, f.argmax(scores, 1)), transformed(node, scores)
    (only,) = voted
    base = _values(node, "base_values")
    score = scores[:, only : only + 1] + (float(base[-1]) if base.size else 0.0)
    score = score.to("f32")
    around = 0.5 if _values(node, "class_weights").min() >= 0 else 0.0
    if only:
        z = transformed(node, f.cat([f.zeros_like(score), score], 1))
    else:
        z = of_two(node, score, around=around)
    return labels(node, (score[:, 0] > around).to("i64")), z
