"""Expressions of the loop IR as C."""

from __future__ import annotations

import math
from collections.abc import Callable

from hodu.dtypes import DType, bool_
from hodu.kernel import expr as e
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import INDEX, Expr
from hodu.kernel.narrow import LAYOUTS, stored
from hodu.render.c_halves import HALVES
from hodu.render.c_types import (
    identifier,
    memory_type,
    scalar_type,
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
# How tightly operators bind, of those that are commonly known well enough to leave out brackets.
_LEVELS = {"mul": 3, "div": 3, "add": 2, "sub": 2}
_LEVELS |= dict.fromkeys(("eq", "ne", "lt", "le", "gt", "ge"), 1)
_WRAPPING = frozenset({"add", "sub", "mul", "shl"})
_FARTHEST = 4096  # from a register that a load of Arm can reach
_ROUNDED = frozenset({"sqrt", "floor", "ceil", "trunc", "rint"})


class ExprWriter:
    """Writes expressions; collects the helpers and vector types that they need.

    `mask_bits` is the width of the kernel's masks, `index` the type of its
    positions. With `exact` only products and sums that belong together are fused, whatever the C
    compiler may do with others.
    """

    def __init__(self, *, exact: bool = False) -> None:
        self.exact = exact
        self.helpers: dict[str, None] = {}
        self.types: dict[str, None] = {}
        self.mask_bits = 32
        self.index = "hodu_index"

    def type_of(self, x: Expr) -> str:
        """The C type of an expression."""
        return self.named(x.dtype, x.lanes)

    def named(self, dtype: DType, lanes: int) -> str:
        """The C type of a value, with its vector type noted down."""
        if lanes > 1:
            self.types[vector_type(dtype, lanes, self.mask_bits)] = None
        return value_type(dtype, lanes, self.mask_bits, self.index)

    def scalar(self, dtype: DType) -> str:
        """The C type of one element."""
        return scalar_type(dtype, self.index)

    def use(self, name: str) -> str:
        """The name of a helper, noted down."""
        self.helpers[name] = None
        return name

    def __call__(self, x: Expr) -> str:
        """The text as an operand of anything: in brackets unless it is one piece."""
        return self._write[type(x)](self, x)

    def whole(self, x: Expr) -> str:
        """The text where nothing stands beside it: a right side, an argument, an index."""
        return _opened(self(x))

    def _beside(self, x: Expr, level: int) -> str:
        """The text as an operand of an operator; those that bind as tightly need no brackets."""
        binds = isinstance(x, e.Binary) and _LEVELS.get(x.op, 0) >= level
        return self.whole(x) if binds else self(x)

    # -- leaves ---------------------------------------------------------------------------------

    def _const(self, x: e.Const) -> str:
        text = literal(x.value, x.dtype)
        return text if x.lanes == 1 else self._spread(text, x.dtype, x.lanes)

    def _spread(self, text: str, dtype: DType, lanes: int) -> str:
        name = self.named(dtype, lanes)
        if text in ("0", "0.0", "0.0f"):
            return f"({name}){{0}}"
        if dtype is bool_:
            return f"(({name}){{0}} - {text})"
        return f"{self.use(f'all_{name}')}({_opened(text)})"

    def _var(self, x: e.Var) -> str:
        return identifier(x.name)

    def _load(self, x: e.Load) -> str:
        if isinstance(x.index, e.Ramp) and x.buf.lanes == 1:
            at = self.address(x.buf, x.index.base)
            inner = stored(x.dtype)
            if x.dtype is bool_:
                self.types[f"u8x{x.lanes}"] = None
                wide = self.named(bool_, x.lanes)
                narrow = f"*(const u8x{x.lanes}_m *){at}"
                return f"(__builtin_convertvector({narrow}, {wide}) != 0)"
            return f"*(const {self.named(inner, x.lanes)}_m *){at}"
        return self.element(x.buf, x.index)

    def element(self, buf: Buf, index: Expr) -> str:
        """An element of a buffer."""
        name = identifier(buf.name)
        is_variable = buf.role == "local" and buf.size == 1
        return name if is_variable else f"{name}[{self.whole(index)}]"

    def address(self, buf: Buf, index: Expr) -> str:
        """Where an element lies."""
        name, at = identifier(buf.name), self._beside(index, 3)
        return name if at == "0" else f"({name} + {at})"

    def _ramp(self, x: e.Ramp) -> str:
        raise TypeError("consecutive positions stand only in loads and stores")

    def _broadcast(self, x: e.Broadcast) -> str:
        a = self(x.a)
        if x.dtype.is_integer:  # a literal may have made it a long long, which is no int64_t
            a = f"({self.scalar(x.dtype)}){_bracketed(a)}"
        return self._spread(a, x.dtype, x.lanes)

    # -- operators ------------------------------------------------------------------------------

    def _unary(self, x: e.Unary) -> str:
        a = self(x.a)
        if x.op in _ROUNDED:
            suffix = x.dtype.name if x.lanes == 1 else vector_type(x.dtype, x.lanes, 32)
            self.named(x.dtype, x.lanes)
            return f"{self.use(f'{x.op}_{suffix}')}({_opened(a)})"
        if x.op == "not":
            return f"!{a}" if x.dtype is bool_ and x.lanes == 1 else self._narrowed(f"~{a}", x)
        if x.op == "neg":
            return (
                self._narrowed(f"(-{a})", x)
                if x.dtype.is_float
                else self._wrapped("-", "0", self._wide(x.a), x)
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
        return f"({a} < 0 ? {self._wrapped('-', '0', self._wide(x.a), x)} : {a})"

    def _binary(self, x: e.Binary) -> str:
        if x.op in ("min", "max"):
            a, b = self(x.a), self(x.b)
            sign = "<" if x.op == "min" else ">"
            if x.lanes == 1:
                return f"({a} {sign} {b} ? {a} : {b})"
            return self(e.Select(e.Binary("lt" if x.op == "min" else "gt", x.a, x.b), x.a, x.b))
        sign = _INFIX[x.op]
        if x.op in _WRAPPING and x.a.dtype.is_integer and x.dtype is not INDEX:
            return self._wrapped(sign, self._wide(x.a), self._wide(x.b), x)
        level = _LEVELS.get(x.op, 4)
        left = self._beside(x.a, max(level, 2))  # a < b < c is not what it looks like
        text = f"({left} {sign} {self._beside(x.b, level + 1)})"
        return self._mask(text, x.a) if x.dtype is bool_ else self._narrowed(text, x)

    def _mask(self, text: str, compared: Expr) -> str:
        """A comparison as a mask of the kernel's width; C makes it as wide as what is compared."""
        bits = stored(compared.dtype).bits
        if compared.lanes == 1 or compared.dtype is bool_ or bits == self.mask_bits:
            return text
        return f"__builtin_convertvector({_opened(text)}, {self.named(bool_, compared.lanes)})"

    def _condition(self, x: e.Select) -> str:
        """The mask of a choice, as wide as what it selects between."""
        text, bits = self.whole(x.condition), stored(x.dtype).bits
        if bits == self.mask_bits:
            return text
        name = vector_type(bool_, x.lanes, bits)
        self.types[name] = None
        return f"__builtin_convertvector({text}, {name})"

    def _wide(self, x: Expr) -> str:
        """An integer operand of arithmetic that wraps around, which is done on unsigned numbers."""
        text = self(x)
        if x.lanes > 1 or x.dtype is INDEX:
            return text
        if isinstance(x, e.Const) and x.dtype.bits <= 32 and x.value >= 0:
            return f"{int(x.value)}u"
        if isinstance(x, e.Binary) and x.op in _WRAPPING and x.dtype.bits >= 32:
            return text.removeprefix(f"({self.scalar(x.dtype)})")
        return f"(uint{max(x.dtype.bits, 32)}_t){text}"

    def _wrapped(self, sign: str, a: str, b: str, x: Expr) -> str:
        """Operands from `_wide` as an integer of the dtype of `x`."""
        if x.lanes > 1 or x.dtype is INDEX:
            return f"({a} {sign} {b})"
        unsigned = "(uint32_t)" if x.dtype.bits < 32 else ""
        return f"({self.scalar(x.dtype)}){unsigned}({a} {sign} {b})"

    def _narrowed(self, text: str, x: Expr) -> str:
        """Small integers back from the int that C makes of them."""
        if x.lanes == 1 and x.dtype.is_integer and x.dtype.bits < 32:
            return f"({self.scalar(x.dtype)}){text}"
        return text

    def _select(self, x: e.Select) -> str:
        if x.lanes == 1:
            return f"({self._beside(x.condition, 1)} ? {self(x.a)} : {self(x.b)})"
        if x.dtype is bool_:
            m, a, b = map(self, (x.condition, x.a, x.b))
            return f"(({m} & {a}) | (~{m} & {b}))"
        name = vector_type(x.dtype, x.lanes, self.mask_bits)
        self.named(x.dtype, x.lanes)
        given = ", ".join((self._condition(x), self.whole(x.a), self.whole(x.b)))
        return f"{self.use(f'select_{name}')}({given})"

    def _cast(self, x: e.Cast) -> str:
        a = self(x.a)
        if x.lanes == 1:
            if x.dtype is bool_:
                return f"({a} != 0)"
            return f"({self.scalar(x.dtype)}){_bracketed(a)}"
        if x.dtype is bool_:
            return self._mask(f"({a} != 0)", x.a)
        if x.a.dtype is bool_:
            a = f"(-{a})"
        return f"__builtin_convertvector({_opened(a)}, {self.type_of(x)})"

    def _bitcast(self, x: e.Bitcast) -> str:
        if x.a.dtype in LAYOUTS or x.dtype in LAYOUTS:
            return self(x.a)
        if x.lanes > 1:
            return f"({self.type_of(x)}){_bracketed(self(x.a))}"
        if x.a.dtype.is_integer and x.dtype.is_integer:
            return f"({self.scalar(x.dtype)}){_bracketed(self(x.a))}"
        return f"{self.use(f'bits_{x.dtype.name}_{x.a.dtype.name}')}({self.whole(x.a)})"

    def _call(self, x: e.Call) -> str:
        if x.name == "fma":
            a, b, c = x.args
            if self.exact:
                name = self.use(f"fma_{self.type_of(x) if x.lanes > 1 else stored(x.dtype).name}")
                return f"{name}({', '.join(map(self.whole, x.args))})"
            return f"({self._beside(a, 3)} * {self(b)} + {self._beside(c, 3)})"
        if x.name == "apart":
            kind = self.type_of(x) if x.lanes > 1 else x.dtype.name
            return f"{self.use(f'apart_{kind}')}({self.whole(x.args[0])})"
        if x.name == "dot4":
            return self._dot(x)
        if x.name == "word":
            load = x.args[0]
            assert isinstance(load, e.Load) and isinstance(load.index, e.Ramp)
            return f"{self.use('word')}({_opened(self.address(load.buf, load.index.base))})"
        if x.name == "dot_halves":
            return self._dot_halves(x)
        if x.name in HALVES or x.name == "scaled16":
            return f"{self.use(x.name)}({', '.join(map(self.whole, x.args))})"
        if x.name == "anew":
            return self._anew(x.args[0])
        vector = x.args[0]
        if x.name.startswith("interleave_"):
            start = x.lanes // 2 if x.name == "interleave_high" else 0
            turns = range(start, start + x.lanes // 2)
            lanes = ", ".join(f"{i}, {i + x.lanes}" for i in turns)
            return f"__builtin_shufflevector({self(vector)}, {self(x.args[1])}, {lanes})"
        kind = x.name.removeprefix("reduce_") + "lanes"
        self.named(vector.dtype, vector.lanes)
        name = f"{kind}_{vector_type(vector.dtype, vector.lanes, 32)}"
        return f"{self.use(name)}({self.whole(vector)})"

    def _anew(self, x: Expr) -> str:
        if isinstance(x, e.Load):
            kind = memory_type(x.buf.dtype)
            return f"*(const volatile {kind} *){self.address(x.buf, x.index)}"
        return f"{self.use(f'anew_{self.scalar(x.dtype)}')}({self.whole(x)})"

    def _dot(self, x: e.Call) -> str:
        for given in x.args:
            self.named(given.dtype, given.lanes)
        result = "i32" if x.lanes == 1 else f"i32x{x.lanes}"
        name = self.use(f"dot4_{x.args[0].dtype.name}_{result}")
        return f"{name}({', '.join(map(self.whole, x.args))})"

    def _dot_halves(self, x: e.Call) -> str:
        """With the part of the position that is a number apart."""
        even, odd, load, total = x.args
        assert isinstance(load, e.Load) and isinstance(load.index, e.Ramp)
        base, beyond = split_number(load.index.base)
        if not 0 <= beyond < _FARTHEST:
            base, beyond = load.index.base, 0
        at = _opened(self.address(load.buf, base))
        given = f"{self.whole(even)}, {self.whole(odd)}, {at}, {beyond}, {self.whole(total)}"
        return f"{self.use(x.name)}({given})"

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


def _opened(text: str) -> str:
    """A text without the brackets around all of it."""
    if text[0] != "(" or text[-1] != ")":
        return text
    depth = 0
    for at, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return text[1:-1] if at == len(text) - 1 else text
    return text


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


def split_number(index: Expr) -> tuple[Expr, int]:
    """A position as one and a number to add to it."""
    if isinstance(index, e.Binary) and index.op == "add" and isinstance(index.b, e.Const):
        return index.a, int(index.b.value)
    return index, 0


def memory_pointer(dtype: DType, *, constant: bool) -> str:
    """The C type of a pointer to memory of a dtype."""
    return f"{'const ' if constant else ''}{memory_type(dtype)} *"
