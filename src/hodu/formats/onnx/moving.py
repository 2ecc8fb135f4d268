"""Operators that only move elements, on values that are no tensors.

Texts and narrow types have no ops. But whatever an operator such as Gather or Concat does to
elements, it does to their places: it runs on tensors of places, and the elements follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dispatch.base import wrap
from hodu.errors import CaptureError
from hodu.formats.onnx.registry import Handler
from hodu.ops._table import Array

if TYPE_CHECKING:
    from hodu.formats.onnx.node import OnnxNode


def run_on_places(handler: Handler, node: OnnxNode, inputs: Sequence[Any]) -> Any:
    """What a moving operator yields for inputs of which some are plain arrays."""
    arrays = [x for x in inputs if isinstance(x, np.ndarray)]
    elements = np.concatenate([x.ravel() for x in arrays])
    starts = iter(np.cumsum([0] + [x.size for x in arrays]).tolist())
    places = [_places(x, next(starts)) if isinstance(x, np.ndarray) else x for x in inputs]
    return _taken(handler(node, *places), elements, node)


def _places(array: Array, start: int) -> Any:
    return wrap(np.arange(start, start + array.size).reshape(array.shape))


def _taken(places: Any, elements: Array, node: OnnxNode) -> Any:
    if isinstance(places, (tuple, list)):
        return type(places)(_taken(p, elements, node) for p in places)
    if places._data is None:
        raise CaptureError(f"{node.op_type} of texts or of a narrow type cannot be captured")
    return elements[places._data]
