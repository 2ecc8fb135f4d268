"""Random calls of elementwise functions, as functions, methods and in place."""

from __future__ import annotations

from collections.abc import Callable

from tests.fuzz.draw import FLOATS, INTEGERS, Call, Draw, Dt

UNARY = [
    "abs",
    "absolute",
    "acos",
    "acosh",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctanh",
    "asin",
    "asinh",
    "atan",
    "atanh",
    "bitwise_not",
    "ceil",
    "cos",
    "cosh",
    "erf",
    "erfc",
    "erfinv",
    "exp",
    "exp2",
    "expm1",
    "fix",
    "floor",
    "frac",
    "isfinite",
    "isinf",
    "isnan",
    "log",
    "log10",
    "log1p",
    "log2",
    "logical_not",
    "logit",
    "nan_to_num",
    "neg",
    "negative",
    "reciprocal",
    "relu",
    "round",
    "rsqrt",
    "sgn",
    "sigmoid",
    "sign",
    "sin",
    "sinh",
    "sqrt",
    "square",
    "tan",
    "tanh",
    "trunc",
]
ACTIVATIONS = [
    "celu",
    "elu",
    "gelu",
    "hardshrink",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "leaky_relu",
    "logsigmoid",
    "mish",
    "relu6",
    "selu",
    "silu",
    "softplus",
    "softshrink",
    "softsign",
    "tanhshrink",
]
BINARY = [
    "add",
    "arctan2",
    "atan2",
    "bitwise_and",
    "bitwise_left_shift",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_xor",
    "div",
    "divide",
    "eq",
    "floor_divide",
    "fmax",
    "fmin",
    "fmod",
    "ge",
    "greater",
    "greater_equal",
    "gt",
    "hypot",
    "isclose",
    "le",
    "less",
    "less_equal",
    "logaddexp",
    "logical_and",
    "logical_or",
    "logical_xor",
    "lt",
    "maximum",
    "minimum",
    "mul",
    "multiply",
    "ne",
    "not_equal",
    "pow",
    "remainder",
    "rsub",
    "sub",
    "subtract",
    "true_divide",
]
INPLACE_UNARY = [
    "abs_",
    "acos_",
    "acosh_",
    "asin_",
    "asinh_",
    "atan_",
    "atanh_",
    "bitwise_not_",
    "ceil_",
    "cos_",
    "cosh_",
    "erf_",
    "erfc_",
    "erfinv_",
    "exp_",
    "exp2_",
    "expm1_",
    "fix_",
    "floor_",
    "frac_",
    "log_",
    "log10_",
    "log1p_",
    "log2_",
    "logical_not_",
    "logit_",
    "nan_to_num_",
    "neg_",
    "reciprocal_",
    "relu_",
    "round_",
    "rsqrt_",
    "sgn_",
    "sigmoid_",
    "sign_",
    "sin_",
    "sinh_",
    "sqrt_",
    "square_",
    "tan_",
    "tanh_",
    "trunc_",
]
INPLACE_BINARY = [
    "add_",
    "atan2_",
    "bitwise_and_",
    "bitwise_left_shift_",
    "bitwise_or_",
    "bitwise_right_shift_",
    "bitwise_xor_",
    "div_",
    "divide_",
    "eq_",
    "floor_divide_",
    "fmod_",
    "ge_",
    "gt_",
    "hypot_",
    "le_",
    "logical_and_",
    "logical_or_",
    "logical_xor_",
    "lt_",
    "mul_",
    "ne_",
    "pow_",
    "remainder_",
    "sub_",
]
OPERATORS = [
    "__add__",
    "__radd__",
    "__sub__",
    "__rsub__",
    "__mul__",
    "__rmul__",
    "__truediv__",
    "__rtruediv__",
    "__floordiv__",
    "__rfloordiv__",
    "__mod__",
    "__pow__",
    "__rpow__",
    "__and__",
    "__or__",
    "__xor__",
    "__lshift__",
    "__rshift__",
    "__eq__",
    "__ne__",
    "__lt__",
    "__le__",
    "__gt__",
    "__ge__",
    "__iadd__",
    "__isub__",
    "__imul__",
    "__itruediv__",
    "__ifloordiv__",
    "__imod__",
    "__ipow__",
    "__iand__",
    "__ior__",
    "__ixor__",
    "__ilshift__",
    "__irshift__",
]


def unary(name: str, d: Draw) -> Call:
    kwargs = {}
    if name in ("x.round", "torch.round"):
        kwargs = d.maybe(decimals=d.int(-2, 3)) if d.chance(0.3) else {}
    if name.endswith("logit"):
        kwargs = d.maybe(eps=d.pick(None, 0.125))
    if name.endswith("nan_to_num"):
        kwargs = d.maybe(nan=d.pick(2.5, None), posinf=d.pick(3.0, None), neginf=-1.5)
    return Call(name, (d.tensor(),), kwargs)


def activation(name: str, d: Draw) -> Call:
    options = {
        "celu": {"alpha": d.pick(0.5, 2.0)},
        "elu": {"alpha": d.pick(0.5, 2.0, -1.0)},
        "gelu": {"approximate": d.pick("none", "tanh")},
        "hardshrink": {"lambd": d.pick(0.0, 1.0)},
        "hardtanh": {"min_val": d.pick(-2.0, 0.0), "max_val": d.pick(0.5, 2)},
        "leaky_relu": {"negative_slope": d.pick(0.0, 0.3)},
        "softplus": {"beta": d.pick(2.0, 1), "threshold": d.pick(1.0, 20)},
        "softshrink": {"lambd": d.pick(0.0, 1.0)},
    }
    return Call(name, (d.tensor(),), d.maybe(**options.get(name[2:], {})))


def binary(name: str, d: Draw) -> Call:
    a, b = d.pair()
    first, second = d.tensor(a), d.operand(b)
    if name.startswith("x.__r") and name != "x.__rshift__":
        second = d.scalar()  # with two tensors Python never asks for these
    plain = name.rpartition(".")[2].rstrip("_")
    kwargs = {}
    if plain in ("add", "sub", "subtract", "rsub"):
        kwargs = d.maybe(alpha=d.pick(2, -1, 0.5, True)) if d.chance(0.3) else {}
    if plain in ("div", "divide"):
        kwargs = d.maybe(rounding_mode=d.pick("floor", "trunc", None, "up"))
    if plain == "isclose":
        kwargs = d.maybe(equal_nan=True, rtol=d.pick(0.0, 0.1), atol=d.pick(0.0, 0.5))
    if name == "torch.pow" and d.chance(0.1):
        first, second = d.scalar(), d.tensor(b)
    return Call(name, (first, second), kwargs)


def same(name: str, d: Draw) -> Call:
    """Two tensors of one dtype, so that fewer calls are refused."""
    dtype = d.dtype()
    a, b = d.pair()
    return Call(name, (d.tensor(a, dtype), d.tensor(b, dtype)))


def clamp(name: str, d: Draw) -> Call:
    x = d.tensor(d.shape(0, 3))
    bounds = [d.pick(None, d.scalar(), d.tensor(d.pick((), (1,), x.array.shape))) for _ in range(2)]
    return Call(name, (x, *bounds))


def bound(name: str, d: Draw) -> Call:
    x = d.tensor(d.shape(0, 3))
    return Call(name, (x, d.pick(d.scalar(), d.tensor(d.pick((), (1,), x.array.shape)))))


def three(name: str, d: Draw) -> Call:
    a, b = d.pair()
    dtype = d.dtype()
    dtypes = [dtype if d.chance(0.8) else d.dtype() for _ in range(3)]
    tensors = [d.tensor(s, t, 0) for s, t in zip((a, b, d.pick(a, b, ())), dtypes, strict=True)]
    return Call(name, tuple(tensors), d.maybe(value=d.pick(2, -1, 0.5)), slack=64)


def lerp(name: str, d: Draw) -> Call:
    a, b = d.pair()
    dtype = d.dtype(*FLOATS) if d.chance(0.9) else d.dtype()
    weight = d.pick(0.0, 0.3, 1.0, d.tensor(d.pick((), a), dtype, 0))
    return Call(name, (d.tensor(a, dtype, 0), d.tensor(b, dtype, 0), weight), slack=64)


def where(name: str, d: Draw) -> Call:
    a, b = d.pair()
    condition = d.tensor(d.pick(a, b), "bool" if d.chance(0.9) else None)
    return Call(name, (condition, d.operand(a), d.operand(b)))


def threshold(name: str, d: Draw) -> Call:
    return Call(name, (d.tensor(), d.pick(0, 1, 0.5, -1), d.pick(0, 7, -2, 2.5)))


def to(name: str, d: Draw) -> Call:
    source = d.dtype()
    target = d.dtype()
    # What an out-of-range float becomes as an integer is up to the processor.
    special = 0 if source in FLOATS and target in INTEGERS else None
    x = d.tensor(None, source, special)
    if special == 0 and target == "uint8":
        x = type(x)(abs(x.base), x.layout)
    return Call(name, (x, Dt(target)))


def prelu(name: str, d: Draw) -> Call:
    x = d.tensor(d.shape(0, 4), d.dtype(*FLOATS))
    channels = x.array.shape[1] if x.array.ndim > 1 else 1
    return Call(name, (x, d.tensor((d.pick(1, channels),), str(x.array.dtype), 0)))


FAMILY: dict[str, Callable[[str, Draw], Call]] = {
    **{f"torch.{n}": unary for n in UNARY},
    **{f"x.{n}": unary for n in INPLACE_UNARY},
    **{f"F.{n}": activation for n in ACTIVATIONS},
    **{f"torch.{n}": binary for n in BINARY},
    **{f"x.{n}": binary for n in (*INPLACE_BINARY, *OPERATORS)},
    **dict.fromkeys(("torch.clamp", "torch.clip", "x.clamp_", "x.clip_"), clamp),
    **dict.fromkeys(("torch.clamp_min", "torch.clamp_max", "x.clamp_min_", "x.clamp_max_"), bound),
    **dict.fromkeys(("torch.addcmul", "torch.addcdiv", "x.addcmul_", "x.addcdiv_"), three),
    **dict.fromkeys(("torch.lerp", "x.lerp_"), lerp),
    "F.threshold": threshold,
    "torch.where": where,
    "torch.equal": same,
    "torch.allclose": same,
    "x.to": to,
    "F.prelu": prelu,
}
