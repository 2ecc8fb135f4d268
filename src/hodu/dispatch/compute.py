"""Doing what a call says, once its inputs are tensors of the right dtypes: run it or record it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from hodu.dims import Sym
from hodu.dispatch.base import Attrs, quiet, recorder_var, recording, wrap
from hodu.dispatch.explain import explain
from hodu.dispatch.inputs import data_of, flatten
from hodu.errors import HoduError
from hodu.ops import _autocast
from hodu.ops._table import Array, OpDef, as_array

_LARGEST_CONSTANT = 1 << 20


def compute(op: OpDef, tensors: Sequence[Any], attrs: Attrs) -> Any:
    """Call `op` on tensors (None and lists allowed) after promotion."""
    if must_record(op, flatten(tensors), attrs):
        return recording().record(op, tensors, attrs)
    return run(op, [data_of(t) for t in tensors], attrs)


def run(op: OpDef, arrays: Sequence[Any], attrs: Attrs) -> Any:
    """Run the op's kernel on arrays (None and lists allowed) and wrap what it returns."""
    kernel = op.eager
    try:
        if kernel is None:
            assert op.compose is not None
            return _autocast.call_outside(op.compose, [*map(wrap_nested, arrays)], attrs)
        if op.has_regions:  # whose nodes run kernels in turn, and a context cannot be nested
            result = kernel(*arrays, **attrs)
        else:
            result = quiet.run(kernel, *arrays, **attrs)
    except (ArithmeticError, LookupError, TypeError, ValueError, HoduError) as error:
        raise explain(op, arrays, attrs, error) from error
    return wrap(result) if type(result) is np.ndarray else wrap_nested(result)


def wrap_nested(value: Any) -> Any:
    """Tensors over arrays, also in tuples and lists; None stays."""
    if isinstance(value, (tuple, list)):
        return type(value)(map(wrap_nested, value))
    return None if value is None else wrap(value)


def kernel(op: OpDef, arrays: Sequence[Any], attrs: Attrs) -> tuple[Array, ...]:
    """Run `op` on arrays of the right dtypes, for an executor; always returns a tuple."""
    if op.eager is None:
        result = run(op, arrays, attrs)
        tensors = result if isinstance(result, (tuple, list)) else (result,)
        return tuple(t._data for t in tensors)
    if op.has_regions:
        result = op.eager(*arrays, **attrs)
    else:
        result = quiet.run(op.eager, *arrays, **attrs)
    return tuple(map(as_array, result if isinstance(result, (tuple, list)) else (result,)))


def must_record(op: OpDef, flat: Any, attrs: Attrs) -> bool:
    """Whether a call on these tensors is a node of the capture under way."""
    if any(t._data is None for t in flat):
        return True
    if recorder_var.get() is None:
        return False
    sizes = [attrs.get(name) for name in op.dim_attrs]
    return op.random or any(map(_has_symbol, sizes)) or (not op.schema.inputs and _is_large(sizes))


def _is_large(sizes: Sequence[Any]) -> bool:
    """Whether a created tensor is better a node than a constant kept in the Snapshot."""
    return any(isinstance(s, tuple) and math.prod(s) > _LARGEST_CONSTANT for s in sizes)


def _has_symbol(value: Any) -> bool:
    if isinstance(value, (tuple, list)):
        return any(isinstance(v, Sym) for v in value)
    return isinstance(value, Sym)
