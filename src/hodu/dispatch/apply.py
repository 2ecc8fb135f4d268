"""The one path that every op call takes: `apply(op, inputs, attrs)`.

Eager: the inputs are brought to the dtypes that the op's promotion asks for and its NumPy kernel
runs. Captured: if an input belongs to a capture, the active recorder adds a node instead. A call
whose inputs are all known runs at once also during a capture, which is how shape arithmetic folds.

The eager path is hot. What depends only on the dtypes (which casts, whether they are allowed) is
worked out once and kept in `OpDef.plans`; floating-point warnings are silenced by running
kernels in a context of their own, which costs 40 ns where `numpy.errstate` costs 1.7 us.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hodu import dtypes
from hodu.dispatch.autocast import known_cast
from hodu.dispatch.base import (
    Attrs,
    TensorBase,
    quiet,
    recorder_var,
    recording,
    wrap,
    wrap_dims,
)
from hodu.dispatch.compute import compute, run
from hodu.dispatch.inputs import (
    as_argument,
    as_arrays,
    eager_inputs,
    flatten,
    flatten_inputs,
    key_of,
)
from hodu.dispatch.plan import make_plan
from hodu.dispatch.tape import is_tracked
from hodu.dispatch.track import track, tracks
from hodu.errors import ShapeError
from hodu.ops._table import REGISTRY, OpDef


def apply(op: OpDef, inputs: Sequence[Any], attrs: Attrs) -> Any:
    """Call `op`; `inputs` are as in its schema, `attrs` already normalized.

    Raises HoduError with the op, the types and the user's line.
    """
    tracked = False
    arrays: list[Any] = []
    kinds = []
    try:
        for x in inputs:
            if x._node is not None:
                tracked = True
            array = x._data
            arrays.append(array)
            kinds.append((array.dtype, array.ndim == 0))
    except AttributeError:
        return _apply_mixed(op, inputs, attrs)
    key = tuple(kinds)
    if tracked and tracks(op):
        if op.plans.get(key) == ():
            return track(op, inputs, attrs, arrays)
        return track(op, operands(op, inputs), attrs)
    if (op.random or op.dim_attrs) and recorder_var.get() is not None:
        return _apply_general(op, inputs, attrs)
    casts = op.plans.get(key)
    if casts is None:
        casts = make_plan(op, inputs, key)
    if casts:
        pairs = zip(arrays, casts, strict=True)
        arrays = [a if t is None else quiet.run(a.astype, t) for a, t in pairs]
    return run(op, arrays, attrs)


def _apply_mixed(op: OpDef, inputs: Sequence[Any], attrs: Attrs) -> Any:
    """The way of eager calls with numbers, lists or absent inputs whose casts are known.

    Numbers that `op.prepare` must see are those that overflow, which the general way then takes.
    """
    tracked = is_tracked(inputs) and tracks(op)
    if recorder_var.get() is None:
        mixed = eager_inputs(op, inputs)
        casts = None if mixed is None else op.plans.get(mixed[1])
        if mixed is not None and casts is not None:
            try:
                arrays = quiet.run(as_arrays, mixed[0], casts)
            except OverflowError:  # a number that wraps around
                arrays = None
            if arrays is not None and not tracked:
                return run(op, arrays, attrs)
            if arrays is not None and (tensors := _uncast(inputs, arrays)) is not None:
                return track(op, tensors, attrs, arrays)
    return track(op, operands(op, inputs), attrs) if tracked else _apply_general(op, inputs, attrs)


def _uncast(inputs: Sequence[Any], arrays: Sequence[Any]) -> list[Any] | None:
    """The inputs as tensors over the arrays; None where a cast is to be on the tape, or a list."""
    tensors: list[Any] = []
    for x, array in zip(inputs, arrays, strict=True):
        if isinstance(x, TensorBase):
            if x._data is not array:
                return None
            tensors.append(x)
        elif isinstance(array, list):
            return None
        else:
            tensors.append(None if array is None else wrap(array))
    return tensors


def _apply_general(op: OpDef, inputs: Sequence[Any], attrs: Attrs) -> Any:
    if op.prepare is not None:
        inputs = op.prepare(*inputs)
    tensors = [as_argument(op, p, x) for p, x in zip(op.inputs, inputs, strict=True)]
    if op.on_dims and any(t._data is None and t._dims is not None for t in flatten(tensors)):
        folded = _fold_dims(op, tensors, attrs)
        if folded is not None:
            return folded
    return compute(op, _promoted(op, inputs, tensors), attrs)


def operands(op: OpDef, inputs: Sequence[Any]) -> Sequence[Any]:
    """The inputs of a call as tensors in the dtypes that the op's promotion asks for."""
    if op.prepare is not None:
        inputs = op.prepare(*inputs)
    tensors = [as_argument(op, p, x) for p, x in zip(op.inputs, inputs, strict=True)]
    return _promoted(op, inputs, tensors)


def _promoted(op: OpDef, inputs: Sequence[Any], tensors: Sequence[Any]) -> Sequence[Any]:
    key = tuple([key_of(x) for x in flatten_inputs(inputs, tensors)])
    casts = op.plans.get(key)
    if casts is None:
        casts = make_plan(op, inputs, key)
    return _cast_all(tensors, iter(casts)) if casts else tensors


def _cast_all(tensors: Sequence[Any], casts: Any) -> list[Any]:
    def cast(t: Any) -> Any:
        if isinstance(t, list):
            return [cast(e) for e in t]
        if t is None:
            return None
        target = next(casts)
        if target is None:
            return t
        if t._node is not None:
            dtype = dtypes.FROM_NUMPY[target]
            known = known_cast(t, dtype)
            return apply(REGISTRY["cast"], (t,), {"dtype": dtype}) if known is None else known
        if t._data is not None:
            return wrap(quiet.run(t._data.astype, target))
        return recording().record(REGISTRY["cast"], [t], {"dtype": dtypes.FROM_NUMPY[target]})

    return [cast(t) for t in tensors]


def _fold_dims(op: OpDef, tensors: Sequence[Any], attrs: Attrs) -> Any:
    """Evaluate shape arithmetic over symbolic dimensions; None if it does not fold."""

    def contents(t: Any) -> Any:
        if isinstance(t, list):
            return [contents(e) for e in t]
        if t is None:
            return None
        if t._data is None:
            if t._dims is None:
                raise ShapeError("not a known tensor")
            return t._dims
        dtype = dtypes.FROM_NUMPY[t._data.dtype]
        if dtype.is_float:
            raise ShapeError("dimensions are integers")
        return t._data.astype(object) if dtype.is_integer else t._data

    try:
        kernel = op.on_dims if callable(op.on_dims) else op.eager
        assert kernel is not None
        result = quiet.run(kernel, *map(contents, tensors), **attrs)
    except (ShapeError, TypeError, ValueError):
        return None
    if isinstance(result, (tuple, list)):
        return type(result)(map(wrap_dims, result))
    array = np.asarray(result)
    return wrap(array) if array.dtype == np.bool_ else wrap_dims(array)
