"""A stand-in for a capture: captured tensors whose values are known to the test.

Each recorded op runs on the values, and what its type rule says is checked against the result.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import hodu
from hodu import dtypes
from hodu.dims import Sym, evaluate, symbols
from hodu.dispatch.apply import kernel
from hodu.dispatch.base import recorder_var, type_of, wrap_value
from hodu.ops._table import OpDef
from hodu.shapes import TensorType
from tests.ops.cases import leaves


@dataclass(frozen=True)
class Shadow:
    """A captured value: its type, maybe symbolic, and the array that it stands for."""

    type: TensorType
    array: np.ndarray


@dataclass
class Shadows:
    """A recorder; `sizes` binds the symbolic dimensions, `ops` lists what was recorded."""

    sizes: dict[str, int] = field(default_factory=dict)
    ops: list[str] = field(default_factory=list)

    def captured(self, array: Any, shape: tuple[Any, ...] | None = None) -> hodu.Tensor:
        """A captured tensor that stands for `array`, with the shape it is declared to have."""
        array = np.asarray(array)
        dtype = dtypes.FROM_NUMPY[array.dtype]
        return wrap_value(Shadow(TensorType(shape or array.shape, dtype), array))

    def value(self, tensor: Any) -> Any:
        """The array behind a tensor, captured or not."""
        if isinstance(tensor, (list, tuple)):
            return [self.value(t) for t in tensor]
        if tensor is None or tensor._data is not None:
            return None if tensor is None else tensor._data
        if tensor._dims is not None:
            return np.vectorize(lambda d: evaluate(d, self.sizes), [np.int64])(tensor._dims)
        return tensor._value.array

    def record(self, op: OpDef, inputs: Any, attrs: Any) -> Any:
        self.ops.append(op.name)
        arrays = [self.value(t) for t in inputs]
        bound = {k: self._bound(v) if k in op.dim_attrs else v for k, v in attrs.items()}
        with _paused():
            results = kernel(op, arrays, bound)
        types = self._types(op, inputs, attrs, results)
        tensors = [wrap_value(Shadow(t, a)) for t, a in zip(types, results, strict=True)]
        return tensors[0] if op.schema.results == ("output",) else tensors

    def rebind(self, target: Any, result: Any) -> None:
        assert type_of(target) == type_of(result)
        target._data, target._value, target._dims = None, result._value, None

    def type_of(self, tensor: Any) -> TensorType:
        return type_of(tensor)

    def _bound(self, value: Any) -> Any:
        if isinstance(value, (tuple, list)):
            return tuple(self._bound(v) for v in value)
        return evaluate(value, self.sizes) if isinstance(value, (int, Sym)) else value

    def _types(self, op: OpDef, inputs: Any, attrs: Any, results: Any) -> list[TensorType]:
        actual = [TensorType(a.shape, dtypes.FROM_NUMPY[a.dtype]) for a in results]
        if op.infer is None:
            return actual
        given = [[_type(e) for e in t] if isinstance(t, list) else _type(t) for t in inputs]
        types = leaves(op.infer(*given, **attrs))
        known = [all(n in self.sizes for n in symbols(t.shape)) for t in types]
        for inferred, found, is_known in zip(types, actual, known, strict=True):
            if is_known:
                assert self._bound(inferred.shape) == found.shape
        return [t if k else a for t, a, k in zip(types, actual, known, strict=True)]


def _type(tensor: Any) -> TensorType | None:
    return None if tensor is None else type_of(tensor)


@contextlib.contextmanager
def _paused() -> Iterator[None]:
    token = recorder_var.set(None)
    try:
        yield
    finally:
        recorder_var.reset(token)


@contextlib.contextmanager
def shadowing(**sizes: int) -> Iterator[Shadows]:
    """A capture in which the symbols named have these sizes."""
    recorder = Shadows(dict(sizes))
    token = recorder_var.set(recorder)
    try:
        yield recorder
    finally:
        recorder_var.reset(token)
