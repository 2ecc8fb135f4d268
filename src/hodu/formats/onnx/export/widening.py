"""Element types of ONNX nodes: what an operator takes, and what it gives.

Where an operator does not take a type, it is computed in the next wider one that it takes and the
result is cast back: narrow floats then round once, and integers wrap as they do in Hodu.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import onnx.defs

from hodu import dtypes
from hodu.dtypes import DType
from hodu.errors import UnsupportedError
from hodu.snapshot.ir import Node

if TYPE_CHECKING:
    from hodu.formats.onnx.export.emitter import Emitter

_WIDER: dict[str, tuple[DType, ...]] = {
    "bool": (dtypes.u8, dtypes.i32, dtypes.i64, dtypes.f32),
    "u8": (dtypes.i32, dtypes.u32, dtypes.i64, dtypes.f32),
    "i8": (dtypes.i32, dtypes.i64, dtypes.f32),
    "u16": (dtypes.i32, dtypes.u32, dtypes.i64, dtypes.f32),
    "i16": (dtypes.i32, dtypes.i64, dtypes.f32),
    "u32": (dtypes.i64, dtypes.u64, dtypes.f64),
    "i32": (dtypes.i64, dtypes.f64),
    "u64": (dtypes.i64,),
    "f8e4m3": (dtypes.f32,),
    "f8e5m2": (dtypes.f32,),
    "bf16": (dtypes.f32,),
    "f16": (dtypes.f32,),
    "f32": (dtypes.f64,),
}
_NAMES = {f"tensor({name})": t for name, t in {
    "bool": dtypes.bool_, "uint8": dtypes.u8, "uint16": dtypes.u16, "uint32": dtypes.u32,
    "uint64": dtypes.u64, "int8": dtypes.i8, "int16": dtypes.i16, "int32": dtypes.i32,
    "int64": dtypes.i64, "float16": dtypes.f16, "bfloat16": dtypes.bf16, "float": dtypes.f32,
    "double": dtypes.f64, "float8e4m3fn": dtypes.f8e4m3, "float8e5m2": dtypes.f8e5m2,
}.items()}  # fmt: skip


def in_f32(emit: Callable[..., str]) -> Callable[..., str]:
    """The mapping of an op of floats to several nodes; narrow ones go through all of it as f32."""

    @functools.wraps(emit)
    def widened(g: Emitter, node: Node, *inputs: str) -> str:
        dtype = node.outputs[0].type.dtype
        if not dtype.is_float or dtype.bits >= 32:
            return emit(g, node, *inputs)
        return g.cast(emit(g, node, *(g.cast(x, dtypes.f32) for x in inputs)), dtype)

    return widened


@functools.cache
def schema_of(kind: str, opset: int) -> Any:
    """The definition of an operator; raises UnsupportedError if the opset has none."""
    try:
        return onnx.defs.get_schema(kind, opset)
    except onnx.defs.SchemaError:
        raise UnsupportedError(f"ONNX has {kind} only after opset {opset}") from None


@functools.cache
def _allowed(kind: str, opset: int, variable: str) -> frozenset[DType]:
    found = next(
        c.allowed_type_strs
        for c in schema_of(kind, opset).type_constraints
        if c.type_param_str == variable
    )
    return frozenset(_NAMES[name] for name in found if name in _NAMES)


def variable_of(formal: Sequence[Any], position: int) -> str:
    """The type, or the type variable, of an input or output; the last one may be variadic."""
    return str(formal[min(position, len(formal) - 1)].type_str)


def named_type(type_str: str) -> DType | None:
    """The dtype of a type that is no variable."""
    return _NAMES.get(type_str)


def fixed_type(kind: str, opset: int, type_str: str) -> DType | None:
    """The dtype of a type that is no variable, or of a variable that has one type."""
    if type_str in _NAMES:
        return _NAMES[type_str]
    allowed = _allowed(kind, opset, type_str)
    return next(iter(allowed)) if len(allowed) == 1 else None


def computed_in(kind: str, opset: int, variable: str, dtype: DType) -> DType:
    """The dtype itself where the operator takes it, else the first wider one that it takes."""
    allowed = _allowed(kind, opset, variable)
    for candidate in (dtype, *_WIDER.get(dtype.name, ())):
        if candidate in allowed:
            return candidate
    raise UnsupportedError(f"{kind} of ONNX opset {opset} takes no {dtype.name}")
