"""Ops of single elements that are ONNX operators, or a few of them."""

from __future__ import annotations

import math

import numpy as np

from hodu.dtypes import bool_, f64, i64
from hodu.formats.onnx.export.emitter import Emitter
from hodu.formats.onnx.export.registry import exact_attrs, exports, renamed
from hodu.formats.onnx.export.widening import in_f32
from hodu.snapshot.ir import Node

renamed({
    "add": "Add", "sub": "Sub", "mul": "Mul", "div": "Div", "pow": "Pow",
    "maximum": "Max", "minimum": "Min", "neg": "Neg", "abs": "Abs", "sign": "Sign",
    "exp": "Exp", "log": "Log", "sqrt": "Sqrt", "reciprocal": "Reciprocal", "erf": "Erf",
    "ceil": "Ceil", "floor": "Floor",
    "clone": "Identity", "detach": "Identity", "barrier": "Identity",
    "sin": "Sin", "cos": "Cos", "tan": "Tan", "asin": "Asin", "acos": "Acos", "atan": "Atan",
    "sinh": "Sinh", "cosh": "Cosh", "tanh": "Tanh",
    "asinh": "Asinh", "acosh": "Acosh", "atanh": "Atanh",
    "eq": "Equal", "lt": "Less", "le": "LessOrEqual", "gt": "Greater", "ge": "GreaterOrEqual",
    "sigmoid": "Sigmoid", "relu": "Relu", "selu": "Selu", "softsign": "Softsign",
    "isnan": "IsNaN", "isinf": "IsInf", "matmul": "MatMul",
})  # fmt: skip
renamed({"hardswish": "HardSwish"}, since=14)
renamed({"mish": "Mish"}, since=18)


@exports("cast")
def cast(g: Emitter, node: Node, x: str) -> str:
    """Another type."""
    return g.cast(x, node.attrs["dtype"])


@exports("ne")
def ne(g: Emitter, node: Node, a: str, b: str) -> str:
    """Not equal."""
    return g.op("Not", g.op("Equal", a, b))


_LOGICAL = {"logical_and": "And", "logical_or": "Or", "logical_xor": "Xor", "logical_not": "Not"}


@exports(*_LOGICAL)
def logical(g: Emitter, node: Node, *inputs: str) -> str:
    """Logic of truth values; numbers are true where they are not zero."""
    return g.op(_LOGICAL[node.op], *(g.cast(x, bool_) for x in inputs))


_BITWISE = {"bitwise_and": "And", "bitwise_or": "Or", "bitwise_xor": "Xor"}


@exports(*_BITWISE)
def bitwise(g: Emitter, node: Node, a: str, b: str) -> str:
    """Logic of bits, or of truth values."""
    kind = _BITWISE[node.op]
    return g.op(kind if node.outputs[0].type.dtype is bool_ else f"Bitwise{kind}", a, b)


@exports("where")
def where(g: Emitter, node: Node, condition: str, a: str, b: str) -> str:
    """A choice by elements; of truth values in logic, since ONNX Runtime's Where takes none."""
    if g.type_of(a) is not bool_ or g.type_of(b) is not bool_:
        return g.op("Where", condition, a, b)
    chosen, other = g.op("And", condition, a), g.op("And", g.op("Not", condition), b)
    return g.op("Or", chosen, other)


@exports("bitwise_not")
def bitwise_not(g: Emitter, node: Node, x: str) -> str:
    """Every bit the other way; a truth value has one."""
    return g.op("Not" if node.outputs[0].type.dtype is bool_ else "BitwiseNot", x)


@exports("isfinite")
def isfinite(g: Emitter, node: Node, x: str) -> str:
    """Neither NaN nor infinite."""
    return g.op("Not", g.op("Or", g.op("IsNaN", x), g.op("IsInf", x)))


@exports("clamp")
def clamp(g: Emitter, node: Node, x: str, low: str | None, high: str | None) -> str:
    """Clip where the bounds are scalars, else the elementwise extremes."""
    bounds = [v for v in node.inputs[1:] if v is not None]
    if all(v.type.rank == 0 for v in bounds):
        return g.op("Clip", x, low, high)
    x = x if low is None else g.op("Max", x, low)
    return x if high is None else g.op("Min", x, high)


@exports("round")
@in_f32
def round_(g: Emitter, node: Node, x: str) -> str:
    """Half to even, also at decimals."""
    decimals = node.attrs["decimals"]
    if not node.outputs[0].type.dtype.is_float:
        return x
    if decimals == 0:
        return g.op("Round", x)
    factor = g.number(10.0 ** abs(decimals), x)
    there, back = ("Mul", "Div") if decimals > 0 else ("Div", "Mul")
    return g.op(back, g.op("Round", g.op(there, x, factor)), factor)


@exports("trunc")
def trunc(g: Emitter, node: Node, x: str) -> str:
    """Towards zero, which ONNX has no operator for."""
    if not node.outputs[0].type.dtype.is_float:
        return x
    return g.op("Mul", g.op("Sign", x), g.op("Floor", g.op("Abs", x)))


@exports("log2", "log10")
@in_f32
def log_of_base(g: Emitter, node: Node, x: str) -> str:
    """The logarithm by the natural one."""
    base = {"log2": 2.0, "log10": 10.0}[node.op]
    return g.op("Div", g.op("Log", x), g.number(math.log(base), x))


@exports("exp2")
@in_f32
def exp2(g: Emitter, node: Node, x: str) -> str:
    """A power of two."""
    return g.op("Pow", g.number(2.0, x), x)


@exports("elu", when=exact_attrs)
def elu(g: Emitter, node: Node, x: str) -> str:
    """The exponential unit with an alpha."""
    return g.op("Elu", x, alpha=node.attrs["alpha"])


@exports("celu", when=lambda n: n.outputs[0].type.dtype is not f64)
def celu(g: Emitter, node: Node, x: str) -> str:
    """The continuous one, which ONNX has in f32."""
    return g.op("Celu", x, alpha=node.attrs["alpha"])


@exports("gelu", since=20)
def gelu(g: Emitter, node: Node, x: str) -> str:
    """By erf or by tanh."""
    return g.op("Gelu", x, approximate=node.attrs["approximate"])


@exports("silu", since=24)
def silu(g: Emitter, node: Node, x: str) -> str:
    """Swish."""
    return g.op("Swish", x)


@exports("leaky_relu", when=exact_attrs)
def leaky_relu(g: Emitter, node: Node, x: str) -> str:
    """A slope below zero."""
    return g.op("LeakyRelu", x, alpha=node.attrs["negative_slope"])


@exports("hardsigmoid", when=lambda n: n.outputs[0].type.dtype is not f64)
def hardsigmoid(g: Emitter, node: Node, x: str) -> str:
    """PyTorch's: a sixth of the slope."""
    return g.op("HardSigmoid", x, alpha=1 / 6, beta=0.5)


@exports("softplus", when=lambda n: n.attrs["beta"] == 1 and n.attrs["threshold"] == 20)
def softplus(g: Emitter, node: Node, x: str) -> str:
    """With the usual beta; beyond the threshold both are the input to the last bit."""
    return g.op("Softplus", x)


@exports("hardshrink", "softshrink", when=exact_attrs)
def shrink(g: Emitter, node: Node, x: str) -> str:
    """Zero near zero."""
    lambd = node.attrs["lambd"]
    return g.op("Shrink", x, lambd=lambd, bias=lambd if node.op == "softshrink" else 0.0)


@exports("full")
def full(g: Emitter, node: Node) -> str:
    """One value everywhere."""
    value = np.array(node.attrs["fill_value"]).astype(node.outputs[0].type.dtype.numpy)
    return g.op("Expand", g.const(value), g.shape(node.attrs["size"]))


@exports("arange")
def arange(g: Emitter, node: Node) -> str:
    """Steps from a start; the size decides, so that rounding does not."""
    dtype = node.outputs[0].type.dtype
    size = g.op("Squeeze", g.shape([node.attrs["size"]]))
    places = g.op("Range", g.const(np.int64(0)), size, g.const(np.int64(1)))
    start, step = node.attrs["start"], node.attrs["step"]
    wide = i64 if all(isinstance(v, int) for v in (start, step)) else f64
    scaled = g.op("Mul", g.cast(places, wide), g.const(np.array(step).astype(wide.numpy)))
    moved = g.op("Add", scaled, g.const(np.array(start).astype(wide.numpy)))
    return g.cast(moved, dtype)


@exports("dims")
def dims(g: Emitter, node: Node) -> str:
    """Sizes as data."""
    return g.op("Reshape", g.shape(node.attrs["dims"]), g.ints(node.attrs["shape"]))
