"""Texts: NumPy object arrays, eager only; and n-grams, of numbers too."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

import hodu.functional as f
from hodu._tensor import Tensor
from hodu.dispatch.base import wrap
from hodu.formats.onnx.node import OnnxNode
from hodu.formats.onnx.registry import onnx_op
from hodu.ops._table import Array


def _texts(values: Sequence[Any], shape: Sequence[int]) -> Array:
    """An object array of texts; NumPy would take nested lists apart."""
    array = np.empty(len(values), object)
    array[:] = values
    return array.reshape(tuple(shape))


@onnx_op("StringConcat", since=20)
def string_concat(node: OnnxNode, x: Array, y: Array) -> Array:
    """Texts joined elementwise."""
    left, right = np.broadcast_arrays(x, y)
    joined = [a + b for a, b in zip(left.ravel(), right.ravel(), strict=True)]
    return _texts(joined, left.shape)


@onnx_op("StringSplit", since=20)
def string_split(node: OnnxNode, x: Array) -> tuple[Array, Tensor]:
    """Texts cut at a delimiter, padded with "" to a common count, and the counts."""
    delimiter, limit = node.text("delimiter", "") or None, node.integer("maxsplit", -1)
    parts = [text.split(delimiter, limit) for text in x.ravel()]
    counts = np.array([len(p) for p in parts], np.int64).reshape(x.shape)
    width = int(counts.max(initial=0))
    padded = [piece for p in parts for piece in p + [""] * (width - len(p))]
    return _texts(padded, (*x.shape, width)), wrap(counts)


@onnx_op("RegexFullMatch", since=20)
def regex_full_match(node: OnnxNode, x: Array) -> Tensor:
    """Whether texts match a pattern from end to end."""
    try:
        pattern = re.compile(node.text("pattern"))
    except re.error as error:
        raise node.unsupported(f"the pattern {node.text('pattern')!r}: {error}") from error
    found = [pattern.fullmatch(text) is not None for text in x.ravel()]
    return wrap(np.array(found, bool).reshape(x.shape))


@onnx_op("StringNormalizer", since=10)
def string_normalizer(node: OnnxNode, x: Array) -> Array:
    """Texts without stop words, in upper or lower case; a row of nothing becomes one ""."""
    action, stops = node.text("case_change_action", "NONE"), node.attr("stopwords", [])
    exact = node.flag("is_case_sensitive")
    change = {"LOWER": str.lower, "UPPER": str.upper}.get(action, str)
    unwanted = set(stops) if exact else {s.casefold() for s in stops}
    kept = [
        change(_without_accents(text))
        for text in x.ravel()
        if (text if exact else text.casefold()) not in unwanted
    ]
    kept = kept or [""]
    return _texts(kept, (len(kept),) if x.ndim == 1 else (1, len(kept)))


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


@onnx_op("TfIdfVectorizer", since=9)
def tf_idf_vectorizer(node: OnnxNode, x: Any) -> Tensor:
    """How often each n-gram of a pool occurs in each row, with up to so many items skipped."""
    indexes = node.integers("ngram_indexes") or []
    columns = dict(zip(_ngrams(node), indexes, strict=True))
    rows = x.reshape(1, -1) if x.ndim == 1 else x
    if isinstance(x, Tensor):
        counts = _counted(node, rows, columns, max(indexes) + 1)
    else:
        counts = wrap(_counted_texts(node, rows, columns, max(indexes) + 1))
    weighted = _weighted(node, counts, indexes)
    return weighted if x.ndim == 2 else weighted[0]


def _counted_texts(
    node: OnnxNode, rows: Array, columns: Mapping[tuple[Any, ...], int], width: int
) -> Array:
    counts = np.zeros((len(rows), width), np.float32)
    for row, counted in zip(rows, counts, strict=True):
        for gram, times in _occurrences(node, row.tolist()).items():
            if gram in columns:
                counted[columns[gram]] += times
    return counts


def _counted(
    node: OnnxNode, rows: Tensor, columns: Mapping[tuple[Any, ...], int], width: int
) -> Tensor:
    """Each n-gram compared with every window of its length."""
    counts = f.zeros(rows.shape[0], width)
    for n, step in _forms(node):
        grams = [gram for gram in columns if len(gram) == n]
        last = int(rows.shape[1]) - (n - 1) * step
        if last <= 0 or not grams:
            continue
        windows = f.stack([rows[:, i * step : i * step + last] for i in range(n)], -1)
        found = f.all(windows.unsqueeze(2) == wrap(np.array(grams, np.int64)), -1)
        place = np.zeros((len(grams), width), np.float32)
        place[range(len(grams)), [columns[gram] for gram in grams]] = 1
        counts = counts + f.sum(found.to("f32"), 1) @ wrap(place)
    return counts


def _forms(node: OnnxNode) -> Iterator[tuple[int, int]]:
    """Lengths of n-grams, and distances of their items; a single one has nothing to skip."""
    for n in range(node.integer("min_gram_length"), node.integer("max_gram_length") + 1):
        for step in range(1, 2 if n == 1 else node.integer("max_skip_count") + 2):
            yield n, step


def _ngrams(node: OnnxNode) -> list[tuple[Any, ...]]:
    """The pool as n-grams: `ngram_counts` says where those of each length start."""
    pool = node.attr("pool_strings") or node.attr("pool_int64s")
    starts = [*(node.integers("ngram_counts") or []), len(pool)]
    return [
        tuple(pool[at : at + n])
        for n, (start, end) in enumerate(pairwise(starts), 1)
        for at in range(start, end, n)
    ]


def _occurrences(node: OnnxNode, row: list[Any]) -> Counter[tuple[Any, ...]]:
    found: Counter[tuple[Any, ...]] = Counter()
    for n, step in _forms(node):
        last = len(row) - (n - 1) * step
        found.update(tuple(row[i : i + n * step : step]) for i in range(last))
    return found


def _weighted(node: OnnxNode, counts: Tensor, indexes: list[int]) -> Tensor:
    mode, weights = node.text("mode"), node.attr("weights")
    if mode == "IDF":
        counts = f.clamp(counts, max=1)
    if mode == "TF" or not weights:
        return counts
    scale = np.zeros(int(counts.shape[1]), np.float32)
    scale[indexes] = weights
    return counts * wrap(scale)
