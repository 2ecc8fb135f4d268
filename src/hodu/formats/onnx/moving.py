"""Operators that only move elements, on values that are no tensors.

Texts and narrow types have no ops. But whatever an operator such as Gather or Concat does to
elements, it does to their places: it runs on tensors of places, and the elements follow. In a
capture the codes of narrow types are moved themselves, and of texts the places remain.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dispatch.base import TensorBase, wrap
from hodu.formats.onnx.narrow import NarrowTensor, codes_of
from hodu.formats.onnx.registry import Handler
from hodu.formats.onnx.texts import KnownTexts, chosen_texts
from hodu.ops._table import Array

if TYPE_CHECKING:
    from hodu.formats.onnx.node import OnnxNode


def run_on_places(handler: Handler, node: OnnxNode, inputs: Sequence[Any]) -> Any:
    """What a moving operator yields for inputs of which some are plain arrays."""
    is_captured = any(isinstance(x, (NarrowTensor, KnownTexts)) or _is_captured(x) for x in inputs)
    if is_captured and any(_holds_texts(x) for x in inputs):
        return _texts_moved(handler, node, inputs)
    if is_captured:
        return _codes_moved(handler, node, inputs)
    arrays = [x for x in inputs if isinstance(x, np.ndarray)]
    elements = np.concatenate([x.ravel() for x in arrays])
    starts = iter(np.cumsum([0] + [x.size for x in arrays]).tolist())
    places = [_places(x, next(starts)) if isinstance(x, np.ndarray) else x for x in inputs]
    return _taken(handler(node, *places), elements)


def _is_captured(x: Any) -> bool:
    return isinstance(x, TensorBase) and x._data is None


def _holds_texts(x: Any) -> bool:
    return isinstance(x, KnownTexts) or (isinstance(x, np.ndarray) and x.dtype == object)


def _texts_moved(handler: Handler, node: OnnxNode, inputs: Sequence[Any]) -> Any:
    texts: list[str] = []
    places: list[Any] = []
    for x in inputs:
        if isinstance(x, KnownTexts):
            places.append(x.places + len(texts))
            texts += x.texts
        elif _holds_texts(x):
            places.append(_places(x, len(texts)))
            texts += x.ravel().tolist()
        else:
            places.append(x)
    return _as_texts(handler(node, *places), tuple(texts))


def _as_texts(places: Any, texts: tuple[str, ...]) -> Any:
    if isinstance(places, (tuple, list)):
        return type(places)(_as_texts(p, texts) for p in places)
    return chosen_texts(places, texts)


def _codes_moved(handler: Handler, node: OnnxNode, inputs: Sequence[Any]) -> Any:
    given = [_as_codes(x) if isinstance(x, np.ndarray) else x for x in inputs]
    dtype = next(x.dtype for x in given if isinstance(x, NarrowTensor))
    codes = [x.codes if isinstance(x, NarrowTensor) else x for x in given]
    return _as_narrow(handler(node, *codes), dtype)


def _as_codes(x: Array) -> NarrowTensor:
    return NarrowTensor(wrap(codes_of(x)), x.dtype)


def _as_narrow(codes: Any, dtype: np.dtype[Any]) -> Any:
    if isinstance(codes, (tuple, list)):
        return type(codes)(_as_narrow(c, dtype) for c in codes)
    return NarrowTensor(codes, dtype)


def _places(array: Array, start: int) -> Any:
    return wrap(np.arange(start, start + array.size).reshape(array.shape))


def _taken(places: Any, elements: Array) -> Any:
    if isinstance(places, (tuple, list)):
        return type(places)(_taken(p, elements) for p in places)
    return elements[places._data]
