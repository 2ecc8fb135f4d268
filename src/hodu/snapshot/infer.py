"""The result types of an op, for primitives by their rule and for composites by tracing them."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hodu.dispatch.base import recorder_var, type_of, wrap_value
from hodu.dispatch.plan import casts_of
from hodu.errors import HoduError, VerifyError
from hodu.ops import _autocast
from hodu.ops._table import REGISTRY, OpDef
from hodu.shapes import TensorType
from hodu.snapshot.ir import Value, group

if TYPE_CHECKING:
    from hodu.snapshot.builder import Builder


def infer_types(op: OpDef, inputs: Sequence[Any], attrs: Mapping[str, Any]) -> list[TensorType]:
    """Result types for input types grouped as in the schema; raises the op's own errors."""
    if op.infer is not None:
        result = op.infer(*inputs, **attrs)
        return list(result) if isinstance(result, (tuple, list)) else [result]
    flat: list[Any] = []
    for x in inputs:
        flat.extend(x) if isinstance(x, list) else flat.append(x)
    try:
        return list(_traced(op.name, tuple(flat), tuple(attrs.items())))
    except TypeError as error:
        if "unhashable" not in str(error):
            raise
        return list(_trace(op, flat, attrs))


def forget() -> None:
    """Work types out anew, because an op has been defined again."""
    _traced.cache_clear()


@functools.lru_cache(maxsize=4096)
def _traced(
    name: str, flat: tuple[TensorType | None, ...], attrs: tuple[tuple[str, Any], ...]
) -> tuple[TensorType, ...]:
    return tuple(_trace(REGISTRY[name], flat, dict(attrs)))


def _trace(op: OpDef, flat: Sequence[Any], attrs: Mapping[str, Any]) -> list[TensorType]:
    return [type_of(t) for t in trace(op, flat, attrs)[1]]


def trace(
    op: OpDef, flat: Sequence[TensorType | None], attrs: Mapping[str, Any]
) -> tuple[Builder, Sequence[Any]]:
    """The nodes that a composite is made of, in a builder of its own, and its result tensors."""
    from hodu.snapshot.builder import Builder

    assert op.compose is not None
    builder = Builder(f"{op.name}.types")
    tensors = [
        None if t is None else wrap_value(builder.add_input(f"i{i}", t)) for i, t in enumerate(flat)
    ]
    token = recorder_var.set(builder)
    try:
        result = _autocast.call_outside(op.compose, group(op.schema, tensors), attrs)
    finally:
        recorder_var.reset(token)
    return builder, result if isinstance(result, (tuple, list)) else (result,)


def check_dtypes(op: OpDef, inputs: Sequence[Value | None]) -> None:
    """Raise VerifyError unless the op takes inputs of these dtypes as they are."""
    grouped = group(op.schema, inputs)
    key = tuple((v.type.dtype.numpy, not v.type.shape) for v in inputs if v is not None)
    try:
        casts = casts_of(op, grouped, key)
    except HoduError as error:
        raise VerifyError(error.message) from error
    if casts:
        shown = ", ".join(str(v.type) for v in inputs if v is not None)
        raise VerifyError(f"{op.name}({shown}): the inputs need casts that are not in the graph")
