"""Ops of single elements that ONNX lacks, written so that they stay exact at the edges."""

from __future__ import annotations

import math

from hodu import dtypes
from hodu.dtypes import DType
from hodu.formats.onnx.export.emitter import Emitter
from hodu.formats.onnx.export.registry import exports
from hodu.formats.onnx.export.widening import in_f32
from hodu.snapshot.ir import Node


def _is_float(node: Node) -> bool:
    return node.outputs[0].type.dtype.is_float


@exports("expm1")
@in_f32
def expm1(g: Emitter, node: Node, x: str) -> str:
    """exp(x) - 1 = tanh(x / 2) (exp(x) + 1), which loses nothing near zero.

    W. Kahan's identity as in N. Higham, "Accuracy and Stability of Numerical Algorithms", 1.14.
    """
    half = g.op("Tanh", g.op("Mul", x, g.number(0.5, x)))
    return g.op("Mul", half, g.op("Add", g.op("Exp", x), g.number(1, x)))


@exports("log1p")
@in_f32
def log1p(g: Emitter, node: Node, x: str) -> str:
    """log(1 + x), with what 1 + x rounds away put right near zero (Higham, problem 1.5)."""
    return _log1p(g, x)


def _log1p(g: Emitter, x: str) -> str:
    one = g.number(1, x)
    u = g.op("Add", x, one)
    log, kept = g.op("Log", u), g.op("Sub", u, one)
    is_zero = g.op("Equal", kept, g.number(0, x))
    near = g.op("Mul", log, g.op("Div", x, g.op("Where", is_zero, one, kept)))
    small = g.op("Less", g.op("Abs", x), g.number(0.5, x))
    return g.op("Where", is_zero, x, g.op("Where", small, near, log))


@exports("logaddexp")
@in_f32
def logaddexp(g: Emitter, node: Node, a: str, b: str) -> str:
    """From the greater one on, so that nothing overflows; equal infinities stay."""
    distance = g.op("Neg", g.op("Abs", g.op("Sub", a, b)))
    equal = g.op("Equal", a, b)
    sum_ = g.op("Add", g.op("Max", a, b), _log1p(g, g.op("Exp", distance)))
    return g.op("Where", equal, g.op("Add", a, g.number(math.log(2), a)), sum_)


@exports("fmax", "fmin")
@in_f32
def extreme_of_numbers(g: Emitter, node: Node, a: str, b: str) -> str:
    """The extreme; a NaN gives way to a number."""
    kind = {"fmax": "Max", "fmin": "Min"}[node.op]
    if not _is_float(node):
        return g.op(kind, a, b)
    either = g.op("Where", g.op("IsNaN", b), a, g.op(kind, a, b))
    return g.op("Where", g.op("IsNaN", a), b, either)


@exports("fmod")
@in_f32
def fmod(g: Emitter, node: Node, a: str, b: str) -> str:
    """The remainder with the sign of the dividend."""
    return g.op("Mod", a, b, fmod=1)


@exports("remainder")
@in_f32
def remainder(g: Emitter, node: Node, a: str, b: str) -> str:
    """The remainder with the sign of the divisor."""
    if not _is_float(node):
        return g.op("Mod", a, b)
    return _float_remainder(g, a, b)


def _float_remainder(g: Emitter, a: str, b: str) -> str:
    zero, rest = g.number(0, a), g.op("Mod", a, b, fmod=1)
    signs = g.op("Xor", g.op("Less", rest, zero), g.op("Less", b, zero))
    apart = g.op("And", signs, g.op("Not", g.op("Equal", rest, zero)))
    return g.op("Where", apart, g.op("Add", rest, b), rest)


@exports("floor_divide")
@in_f32
def floor_divide(g: Emitter, node: Node, a: str, b: str) -> str:
    """The quotient of what the remainder leaves."""
    if not _is_float(node):
        return g.op("Div", g.op("Sub", a, g.op("Mod", a, b)), b)
    whole = g.op("Round", g.op("Div", g.op("Sub", a, _float_remainder(g, a, b)), b))
    by_zero = g.op("Equal", b, g.number(0, b))
    return g.op("Where", by_zero, g.op("Div", a, b), whole)


@exports("trunc_divide")
@in_f32
def trunc_divide(g: Emitter, node: Node, a: str, b: str) -> str:
    """The quotient without its fraction; Div of integers is that."""
    quotient = g.op("Div", a, b)
    if not _is_float(node):
        return quotient
    return g.op("Mul", g.op("Sign", quotient), g.op("Floor", g.op("Abs", quotient)))


@exports("atan2")
@in_f32
def atan2(g: Emitter, node: Node, y: str, x: str) -> str:
    """By the arc tangent of the smaller over the greater, put in its quadrant."""
    zero = g.number(0, x)
    ay, ax = g.op("Abs", y), g.op("Abs", x)
    steep = g.op("Greater", ay, ax)
    great, small = g.op("Max", ay, ax), g.op("Min", ay, ax)
    none = g.op("Equal", great, zero)
    ratio = g.op("Div", small, g.op("Where", none, g.number(1, x), great))
    same = g.op("Equal", ay, ax)  # also where both are infinite
    ratio = g.op("Where", g.op("And", same, g.op("Not", none)), g.number(1, x), ratio)
    angle = g.op("Atan", ratio)
    angle = g.op("Where", steep, g.op("Sub", g.number(math.pi / 2, x), angle), angle)
    left = g.op("Less", _sign_of(g, x), zero)
    angle = g.op("Where", left, g.op("Sub", g.number(math.pi, x), angle), angle)
    return g.op("Mul", angle, _sign_of(g, y))


def _sign_of(g: Emitter, x: str) -> str:
    """1 or -1 by the sign bit, of zeros too."""
    zero, one = g.number(0, x), g.number(1, x)
    is_zero = g.op("Equal", x, zero)
    probe = g.op("Where", is_zero, g.op("Div", one, x), x)
    negative = g.op("Less", probe, zero)
    return g.op("Where", negative, g.number(-1, x), one)


@exports("hypot")
@in_f32
def hypot(g: Emitter, node: Node, a: str, b: str) -> str:
    """Scaled by the greater one, so that no square overflows."""
    a, b = g.op("Abs", a), g.op("Abs", b)
    great, small = g.op("Max", a, b), g.op("Min", a, b)
    one = g.number(1, a)
    plain = g.op("Or", g.op("Equal", great, g.number(0, a)), g.op("IsInf", great))
    ratio = g.op("Div", small, g.op("Where", plain, one, great))
    root = g.op("Sqrt", g.op("Add", g.op("Mul", ratio, ratio), one))
    return g.op("Where", plain, great, g.op("Mul", great, root))


_UNSIGNED: dict[str, DType] = {
    "i8": dtypes.u8,
    "i16": dtypes.u16,
    "i32": dtypes.u32,
    "i64": dtypes.u64,
}


@exports("bitwise_left_shift", "bitwise_right_shift")
def shift(g: Emitter, node: Node, x: str, count: str) -> str:
    """BitShift takes unsigned numbers: negative ones are shifted as their complement."""
    own = node.outputs[0].type.dtype
    unsigned = _UNSIGNED.get(own.name)
    left = node.op == "bitwise_left_shift"
    if unsigned is None:
        return _shifted(g, x, count, own, left)
    if left:
        bits = _shifted(g, g.cast(x, unsigned), g.cast(count, unsigned), unsigned, True)
        return g.cast(bits, own)
    negative = g.cast(g.op("Less", x, g.number(0, x)), dtypes.i64)
    ones = g.cast(g.op("Neg", negative), own)
    flipped = g.op("BitwiseXor", x, ones)
    bits = _shifted(g, g.cast(flipped, unsigned), g.cast(count, unsigned), unsigned, False)
    return g.op("BitwiseXor", g.cast(bits, own), ones)


def _shifted(g: Emitter, x: str, count: str, dtype: DType, left: bool) -> str:
    """Shifts by the width or more push everything out; BitShift leaves them undefined.

    So they are done in two: by one less than the width at most, and by one more. Runtimes lack Min
    for many integers; in f32 all counts are exact that are below the width. The import takes the
    two for one again.
    """
    known = g.known(count)
    direction = "LEFT" if left else "RIGHT"
    if known is not None and (known < dtype.bits).all():
        return g.op("BitShift", x, count, direction=direction)
    count = g.cast(count, dtypes.f32)
    first = g.op("Min", count, g.number(dtype.bits - 1, count))
    beyond = g.op("Min", g.op("Sub", count, first), g.number(1, count))
    for step in (first, beyond):
        x = g.op("BitShift", x, g.cast(step, dtype), direction=direction)
    return x
