"""Calls with an input on the tape: what they compute is put on it too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hodu.dispatch import views
from hodu.dispatch.base import Attrs, TensorBase, recorder_var, type_of
from hodu.dispatch.compute import compute, run
from hodu.dispatch.explain import explain
from hodu.dispatch.inputs import data_of, flatten
from hodu.dispatch.node import OpNode
from hodu.dispatch.tape import attach, grad_enabled
from hodu.dtypes import FROM_NUMPY
from hodu.errors import HoduError
from hodu.ops import _autocast
from hodu.ops._table import OpDef

_FLOATS = frozenset(n for n, t in FROM_NUMPY.items() if t.is_float)


def tracks(op: OpDef) -> bool:
    """Whether a call of `op` with an input on the tape goes on it."""
    return op.nondiff is None and grad_enabled.get()


def track(
    op: OpDef, tensors: Sequence[Any], attrs: Attrs, arrays: Sequence[Any] | None = None
) -> Any:
    """Call `op` on tensors after promotion and put the results on the tape.

    A composite without a rule of its own is computed by its parts, which have theirs. `arrays`
    are the data of the tensors, where all of them have some.
    """
    if (active := recorder_var.get()) is not None:
        for t in flatten(tensors):
            if t._data is not None:
                active.saw(t)
        arrays = None
    if op.vjp is None and op.compose is not None:
        return _by_parts(op, tensors, attrs)
    result = compute(op, tensors, attrs) if arrays is None else run(op, arrays, attrs)
    results = result if isinstance(result, (tuple, list)) else (result,)
    put_on_tape(op, tensors, attrs, results)
    if op.view:
        _link(tensors[0], results)
    return result


def put_on_tape(op: OpDef, tensors: Sequence[Any], attrs: Attrs, results: Sequence[Any]) -> None:
    """Note that `results` were made by this call; only floats have gradients."""
    node = None
    for index, t in enumerate(results):
        if _is_float(t):
            node = node or OpNode(op, tensors, attrs, results)
            attach(t, node, index)


def _link(source: TensorBase, results: Sequence[Any]) -> None:
    """Note which eager results look into the memory of the input; captured ones are noted there."""
    if source._data is not None:
        seen = [t for t in results if np.may_share_memory(t._data, source._data)]
        views.link(source, [t for t in seen if t._node is not None])


def _by_parts(op: OpDef, tensors: Sequence[Any], attrs: Attrs) -> Any:
    assert op.compose is not None
    try:
        return _autocast.call_outside(op.compose, tensors, attrs)
    except (ArithmeticError, LookupError, TypeError, ValueError, HoduError) as error:
        if any(t._data is None for t in flatten(tensors)):
            raise
        raise explain(op, [data_of(t) for t in tensors], attrs, error) from error


def _is_float(tensor: TensorBase) -> bool:
    if tensor._data is not None:
        return tensor._data.dtype in _FLOATS
    return type_of(tensor).dtype.is_float
