"""Expressions of the loop IR as C."""

from __future__ import annotations

import math
from collections.abc import Callable

from hodu.dtypes import DType, bool_
from hodu.kernel import expr as e
from hodu.kernel.expr import INDEX, Expr
from hodu.kernel.narrow import LAYOUTS, stored
from hodu.render.c_types import (
    identifier,
    memory_type,
    scalar_type,
    unsigned_type,
    value_type,
    vector_type,
)

_INFIX = {
    "add": "+",
    "sub": "-",
    "mul": "*",
    "div": "/",
    "rem": "%",
    "and": "&",
    "or": "|",
    "xor": "^",
    "shl": "<<",
    "shr": ">>",
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
}
_ROUNDED = frozenset({"sqrt", "floor", "ceil", "trunc", "rint"})


class ExprWriter:
    """Writes expressions; collects the helpers and vector types that they need.

    `mask_bits` is the width of the elements of the kernel's vectors.
    """

    def __init__(self) -> None:
        self.helpers: dict[str, None] = {}
        self.types: dict[str, None] = {}
        self.mask_bits = 32

    def type_of(self, x: Expr) -> str:
        """The C type of an expression."""
        return self.named(x.dtype, x.lanes)

    def named(self, dtype: DType, lanes: int) -> str:
        """The C type of a value, with its vector type noted down."""
        if lanes > 1:
            self.types[vector_type(dtype, lanes, self.mask_bits)] = None
        return value_type(dtype, lanes, self.mask_bits)

    def use(self, name: str) -> str:
        """The name of a helper, noted down."""
        self.helpers[name] = None
        return name

    def __call__(self, x: Expr) -> str:
        return self._write[type(x)](self, x)

    # -- leaves ---------------------------------------------------------------------------------

    def _const(self, x: e.Const) -> str:
        text = literal(x.value, x.dtype)
        return text if x.lanes == 1 else self._spread(text, x.dtype, x.lanes)

    def _spread(self, text: str, dtype: DType, lanes: int) -> str:
        name = self.named(dtype, lanes)
        if dtype is bool_:
            return f"(({name}){{0}} - {text})"
        # x - 0 keeps the sign of a zero, x + 0 would not
        return f"({text} - ({name}){{0}})" if dtype.is_float else f"(({name}){{0}} + {text})"

    def _var(self, x: e.Var) -> str:
        return identifier(x.name)

    def _load(self, x: e.Load) -> str:
        name = identifier(x.buf.name)
        if isinstance(x.index, e.Ramp) and x.buf.lanes == 1:
            at = self(x.index.base)
            inner = stored(x.dtype)
            if x.dtype is bool_:
                self.types[f"u8x{x.lanes}"] = None
                wide = self.named(bool_, x.lanes)
                narrow = f"*(const u8x{x.lanes}_m *)({name} + {at})"
                return f"(__builtin_convertvector({narrow}, {wide}) != 0)"
            return f"*(const {self.named(inner, x.lanes)}_m *)({name} + {at})"
        if x.buf.role == "local" and x.buf.size == 1:
            return name
        return f"{name}[{self(x.index)}]"

    def _ramp(self, x: e.Ramp) -> str:
        raise TypeError("consecutive positions stand only in loads and stores")

    def _broadcast(self, x: e.Broadcast) -> str:
        a = self(x.a)
        if x.dtype.is_integer:  # a literal may have made it a long long, which is no int64_t
            a = f"({scalar_type(x.dtype)}){_bracketed(a)}"
        return self._spread(a, x.dtype, x.lanes)

    # -- operators ------------------------------------------------------------------------------

    def _unary(self, x: e.Unary) -> str:
        a = self(x.a)
        if x.op in _ROUNDED:
            suffix = x.dtype.name if x.lanes == 1 else vector_type(x.dtype, x.lanes, 32)
            self.named(x.dtype, x.lanes)
            return f"{self.use(f'{x.op}_{suffix}')}({a})"
        if x.op == "not":
            return f"!{a}" if x.dtype is bool_ and x.lanes == 1 else self._narrowed(f"~{a}", x)
        if x.op == "neg":
            return (
                self._narrowed(f"(-{a})", x) if x.dtype.is_float else self._wrapped("-", "0", a, x)
            )
        return self._abs(x, a)

    def _abs(self, x: e.Unary, a: str) -> str:
        if x.lanes > 1:
            if x.dtype.is_float:
                bits = f"i{x.dtype.bits}x{x.lanes}"
                self.types[bits] = None
                mask = f"INT{x.dtype.bits}_MAX"
                return f"({self.type_of(x)})(({bits}){a} & {mask})"
            zero = e.Const(0, x.dtype, x.lanes)
            return self(e.Select(e.Binary("lt", x.a, zero), e.Unary("neg", x.a), x.a))
        if x.dtype.is_float:
            return f"__builtin_fabs{'f' if x.dtype.bits == 32 else ''}({a})"
        return f"({a} < 0 ? {self._wrapped('-', '0', a, x)} : {a})"

    def _binary(self, x: e.Binary) -> str:
        a, b = self(x.a), self(x.b)
        if x.op in ("min", "max"):
            sign = "<" if x.op == "min" else ">"
            if x.lanes == 1:
                return f"({a} {sign} {b} ? {a} : {b})"
            return self(e.Select(e.Binary("lt" if x.op == "min" else "gt", x.a, x.b), x.a, x.b))
        sign = _INFIX[x.op]
        if x.op in ("add", "sub", "mul", "shl") and x.a.dtype.is_integer and x.dtype is not INDEX:
            return self._wrapped(sign, a, b, x)
        return self._narrowed(f"({a} {sign} {b})", x)

    def _wrapped(self, sign: str, a: str, b: str, x: Expr) -> str:
        """Integer arithmetic that wraps around, done on unsigned numbers."""
        if x.lanes > 1 or x.dtype is INDEX:
            return f"({a} {sign} {b})"
        if x.dtype.bits < 32:
            return f"({scalar_type(x.dtype)})(uint32_t)((uint32_t){a} {sign} (uint32_t){b})"
        wide = unsigned_type(x.dtype)
        return f"({scalar_type(x.dtype)})(({wide}){a} {sign} ({wide}){b})"

    def _narrowed(self, text: str, x: Expr) -> str:
        """Small integers back from the int that C makes of them."""
        if x.lanes == 1 and x.dtype.is_integer and x.dtype.bits < 32:
            return f"({scalar_type(x.dtype)}){text}"
        return text

    def _select(self, x: e.Select) -> str:
        given = ", ".join(map(self, (x.condition, x.a, x.b)))
        if x.lanes == 1:
            return f"({self(x.condition)} ? {self(x.a)} : {self(x.b)})"
        if x.dtype is bool_:
            m, a, b = map(self, (x.condition, x.a, x.b))
            return f"(({m} & {a}) | (~{m} & {b}))"
        name = vector_type(x.dtype, x.lanes, self.mask_bits)
        self.named(x.dtype, x.lanes)
        return f"{self.use(f'select_{name}')}({given})"

    def _cast(self, x: e.Cast) -> str:
        a = self(x.a)
        if x.lanes == 1:
            if x.dtype is bool_:
                return f"({a} != 0)"
            return f"({scalar_type(x.dtype)}){_bracketed(a)}"
        if x.dtype is bool_:
            return f"({a} != 0)"
        if x.a.dtype is bool_:
            a = f"(-{a})"
        return f"__builtin_convertvector({a}, {self.type_of(x)})"

    def _bitcast(self, x: e.Bitcast) -> str:
        if x.a.dtype in LAYOUTS or x.dtype in LAYOUTS:
            return self(x.a)
        if x.lanes > 1:
            return f"({self.type_of(x)}){_bracketed(self(x.a))}"
        if x.a.dtype.is_integer and x.dtype.is_integer:
            return f"({scalar_type(x.dtype)}){_bracketed(self(x.a))}"
        return f"{self.use(f'bits_{x.dtype.name}_{x.a.dtype.name}')}({self(x.a)})"

    def _call(self, x: e.Call) -> str:
        args = [self(a) for a in x.args]
        if x.name == "fma":
            return f"({args[0]} * {args[1]} + {args[2]})"
        vector = x.args[0]
        kind = x.name.removeprefix("reduce_") + "lanes"
        self.named(vector.dtype, vector.lanes)
        return f"{self.use(f'{kind}_{vector_type(vector.dtype, vector.lanes, 32)}')}({args[0]})"

    _write: dict[type, Callable[..., str]] = {
        e.Const: _const,
        e.Var: _var,
        e.Load: _load,
        e.Ramp: _ramp,
        e.Broadcast: _broadcast,
        e.Unary: _unary,
        e.Binary: _binary,
        e.Select: _select,
        e.Cast: _cast,
        e.Bitcast: _bitcast,
        e.Call: _call,
    }


def _bracketed(text: str) -> str:
    return text if text.isidentifier() or text[0] == "(" else f"({text})"


def literal(value: int | float | bool, dtype: DType) -> str:
    """A number of a dtype as a C literal of its type."""
    if dtype is bool_:
        return str(int(value))
    if dtype.is_float:
        return _float_literal(float(value), "f" if dtype.bits == 32 else "")
    if dtype is INDEX or dtype.bits < 32:
        return str(int(value)) if value >= 0 else f"({int(value)})"
    suffix = ("U" if dtype.kind == "uint" else "") + ("LL" if dtype.bits == 64 else "")
    least = -(1 << (dtype.bits - 1))
    if value == least:
        return f"(-{-least - 1}{suffix} - 1)"
    return f"{int(value)}{suffix}" if value >= 0 else f"(-{-int(value)}{suffix})"


def _float_literal(value: float, suffix: str) -> str:
    if math.isnan(value):
        return f'__builtin_nan{suffix}("")'
    if math.isinf(value):
        return f"{'(-' if value < 0 else ''}__builtin_inf{suffix}(){')' if value < 0 else ''}"
    text = repr(value)
    text = text if any(c in text for c in ".e") else f"{text}.0"
    text = text + suffix
    return f"({text})" if value < 0 or text[0] == "-" else text


def memory_pointer(dtype: DType, *, constant: bool) -> str:
    """The C type of a pointer to memory of a dtype."""
    return f"{'const ' if constant else ''}{memory_type(dtype)} *"
