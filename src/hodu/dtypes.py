"""The fifteen data types and the promotion rules between them.

A `DType` knows its NumPy, C and ONNX names. Promotion follows PyTorch's categories
(bool < integer < float), in which a dimensioned tensor outranks a 0-d tensor, and that one a
Python scalar: https://docs.pytorch.org/docs/stable/tensor_attributes.html#type-promotion-doc
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import ml_dtypes
import numpy as np

from hodu.errors import DTypeError, ValueRangeError

if TYPE_CHECKING:
    import numpy.typing as npt

Kind = Literal["bool", "uint", "int", "float"]
Number: TypeAlias = "bool | int | float"
DTypeLike: TypeAlias = "DType | str | type | np.dtype[np.generic]"


@dataclass(frozen=True, slots=True, eq=False)
class DType:
    """A data type: its short name, kind, width and its names in NumPy, C and ONNX.

    `onnx` is the number of the type in `onnx.TensorProto.DataType`.
    """

    name: str
    kind: Kind
    bits: int
    numpy: np.dtype[np.generic]
    c: str
    onnx: int
    alias: str

    @property
    def itemsize(self) -> int:
        """Bytes of one element."""
        return self.bits // 8

    @property
    def is_float(self) -> bool:
        """Whether this is a floating-point type."""
        return self.kind == "float"

    @property
    def is_integer(self) -> bool:
        """Whether this is a signed or unsigned integer type (bool is not)."""
        return self.kind in ("int", "uint")

    @property
    def is_signed(self) -> bool:
        """Whether values can be negative."""
        return self.kind in ("int", "float")

    @property
    def category(self) -> int:
        """The promotion category: 0 bool, 1 integer, 2 float."""
        return 0 if self.kind == "bool" else 2 if self.kind == "float" else 1

    def __repr__(self) -> str:
        return f"hodu.{self.name}"

    def __str__(self) -> str:
        return self.name

    def __reduce__(self) -> str:
        return "bool_" if self.kind == "bool" else self.name


def _of(name: str, kind: Kind, numpy: npt.DTypeLike, c: str, onnx: int, alias: str) -> DType:
    np_dtype = np.dtype(numpy)
    return DType(name, kind, np_dtype.itemsize * 8, np_dtype, c, onnx, alias)


bool_ = _of("bool", "bool", np.bool_, "bool", 9, "bool")
f8e4m3 = _of("f8e4m3", "float", ml_dtypes.float8_e4m3fn, "uint8_t", 17, "float8_e4m3fn")
f8e5m2 = _of("f8e5m2", "float", ml_dtypes.float8_e5m2, "uint8_t", 19, "float8_e5m2")
bf16 = _of("bf16", "float", ml_dtypes.bfloat16, "uint16_t", 16, "bfloat16")
f16 = _of("f16", "float", np.float16, "_Float16", 10, "float16")
f32 = _of("f32", "float", np.float32, "float", 1, "float32")
f64 = _of("f64", "float", np.float64, "double", 11, "float64")
u8 = _of("u8", "uint", np.uint8, "uint8_t", 2, "uint8")
u16 = _of("u16", "uint", np.uint16, "uint16_t", 4, "uint16")
u32 = _of("u32", "uint", np.uint32, "uint32_t", 12, "uint32")
u64 = _of("u64", "uint", np.uint64, "uint64_t", 13, "uint64")
i8 = _of("i8", "int", np.int8, "int8_t", 3, "int8")
i16 = _of("i16", "int", np.int16, "int16_t", 5, "int16")
i32 = _of("i32", "int", np.int32, "int32_t", 6, "int32")
i64 = _of("i64", "int", np.int64, "int64_t", 7, "int64")

ALL = (bool_, f8e4m3, f8e5m2, bf16, f16, f32, f64, u8, u16, u32, u64, i8, i16, i32, i64)
FLOATS = frozenset(t for t in ALL if t.kind == "float")
INTS = frozenset(t for t in ALL if t.is_integer)
BOOL = frozenset({bool_})
NUMERIC = FLOATS | INTS
ANY = frozenset(ALL)
SIGNED = frozenset(t for t in ALL if t.is_signed)
BITS = INTS | BOOL
INDEX = frozenset({u8, u16, u32, i8, i16, i32, i64})

FROM_NUMPY: dict[np.dtype[np.generic], DType] = {t.numpy: t for t in ALL}
_BY_NAME: dict[str, DType] = {t.name: t for t in ALL} | {t.alias: t for t in ALL}
_BY_NAME |= {"float": f32, "double": f64, "half": f16, "int": i32, "long": i64, "short": i16}
_BY_PYTHON: dict[object, DType] = {bool: bool_, int: i64, float: f32}

_strict = False


def set_promotion(mode: Literal["torch", "strict"]) -> None:
    """Choose how mixed dtypes are treated: promoted as PyTorch does, or refused ("strict")."""
    global _strict
    if mode not in ("torch", "strict"):
        raise ValueRangeError(f"promotion mode must be 'torch' or 'strict', not {mode!r}")
    _strict = mode == "strict"
    join.cache_clear()
    result_type.cache_clear()


def is_strict() -> bool:
    """Whether mixed dtypes are refused."""
    return _strict


def as_dtype(spec: object) -> DType:
    """The DType that `spec` names: a DType, "f32", "float32", a NumPy dtype, or a Python type."""
    if isinstance(spec, DType):
        return spec
    found = _BY_NAME.get(spec) if isinstance(spec, str) else _BY_PYTHON.get(_hashable(spec))
    if found is not None:
        return found
    try:
        if spec is None:
            raise TypeError("NumPy takes None for float64")
        np_dtype = np.dtype(spec).newbyteorder("=")  # type: ignore[call-overload]
        return FROM_NUMPY[np_dtype]
    except (TypeError, KeyError, ValueError):
        names = ", ".join(t.name for t in ALL)
        raise DTypeError(f"{spec!r} is not a dtype", hint=f"the dtypes are {names}") from None


def _hashable(spec: object) -> object:
    return spec if isinstance(spec, type) else None


@functools.cache
def join(a: DType, b: DType) -> DType:
    """The smallest dtype that both promote to; refused for u64 with a signed integer."""
    if a is b:
        return a
    if _strict:
        raise DTypeError(
            f"mixed dtypes under strict promotion: {a} and {b}",
            hint=f"cast one of them, as in x.to('{a}')",
        )
    if a.category != b.category:
        return a if a.category > b.category else b
    return _join_floats(a, b) if a.is_float else _join_ints(a, b)


def _join_floats(a: DType, b: DType) -> DType:
    if a.bits != b.bits:
        return a if a.bits > b.bits else b
    return f32 if a.bits == 16 else f16


def _join_ints(a: DType, b: DType) -> DType:
    if a.kind == b.kind:
        return a if a.bits > b.bits else b
    signed, unsigned = (a, b) if a.kind == "int" else (b, a)
    if signed.bits > unsigned.bits:
        return signed
    if unsigned.bits == 64:
        raise DTypeError(
            f"no integer dtype holds both {a} and {b}", hint="cast one of them first, with .to()"
        )
    return {8: i16, 16: i32, 32: i64}[unsigned.bits]


def of_scalar(value: Number) -> DType:
    """The dtype of a Python scalar on its own: bool, i64 or f32."""
    return _BY_PYTHON[type(value)] if type(value) in _BY_PYTHON else as_dtype(type(value))


def python_value(array: npt.NDArray[np.generic]) -> Number:
    """The one element of `array` as a Python bool, int or float."""
    dtype = FROM_NUMPY[array.dtype]
    value = array.reshape(())
    return bool(value) if dtype is bool_ else int(value) if dtype.is_integer else float(value)


def shortest_decimal(value: float, dtype: DType) -> float:
    """The number with the fewest decimal digits that rounds to `value` in `dtype`."""
    if dtype is f64 or not math.isfinite(value):
        return value
    decimals = (float(f"{value:.{digits}g}") for digits in range(1, 10))
    with np.errstate(all="ignore"):
        return next((d for d in decimals if np.float64(d).astype(dtype.numpy) == value), value)


Rank = Literal[0, 1, 2]
"""How much an operand's dtype counts: 0 a Python scalar, 1 a 0-d tensor, 2 a dimensioned one."""


@functools.lru_cache(maxsize=4096)
def result_type(operands: tuple[tuple[DType, Rank], ...], strict: bool = False) -> DType:
    """The dtype that operands promote to, with PyTorch's priority of ranks.

    A lower rank only matters when its category (bool, integer, float) is higher. If `strict`, all
    tensors must have one dtype, and a scalar of a higher category is refused.
    """
    if strict:
        _refuse_mixed(operands)
    result: DType | None = None
    for rank in (2, 1, 0):
        at_rank = [dtype for dtype, r in operands if r == rank]
        if not at_rank:
            continue
        joined = functools.reduce(join, at_rank)
        if result is None or joined.category > result.category:
            result = joined
    assert result is not None
    return result


def _refuse_mixed(operands: tuple[tuple[DType, Rank], ...]) -> None:
    tensors = [dtype for dtype, rank in operands if rank > 0]
    for dtype, rank in operands:
        first = tensors[0] if tensors else dtype
        if dtype.category > first.category if rank == 0 else dtype is not first:
            what = "tensor" if rank else "number"
            raise DTypeError(
                f"mixed dtypes under strict promotion: a {what} of {dtype} with {first}",
                hint=f"cast one of them, as in x.to('{dtype}')",
            )
