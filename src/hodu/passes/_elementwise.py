"""The ops that work element by element, by how many tensors they take."""

from __future__ import annotations

UNARY = (
    *("neg", "abs", "sign", "square", "sqrt", "rsqrt", "reciprocal", "clone", "detach", "cast"),
    *("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "erf", "erfc", "erfinv", "logit"),
    *("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh"),
    *("atanh", "sigmoid", "relu", "relu6", "hardtanh", "threshold", "leaky_relu", "hardsigmoid"),
    *("hardswish", "hardshrink", "softshrink", "elu", "celu", "selu", "gelu", "silu", "mish"),
    *("softplus", "softsign", "log_sigmoid", "tanhshrink", "ceil", "floor", "trunc", "round"),
    *("frac", "logical_not", "bitwise_not", "isnan", "isinf", "isfinite", "nan_to_num"),
)
BINARY = (
    *("add", "sub", "mul", "div", "pow", "maximum", "minimum", "fmax", "fmin", "remainder"),
    *("fmod", "floor_divide", "trunc_divide", "atan2", "hypot", "logaddexp"),
    *("eq", "ne", "lt", "le", "gt", "ge", "logical_and", "logical_or", "logical_xor"),
    *("bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_left_shift", "bitwise_right_shift"),
)
TERNARY = ("where", "clamp", "lerp", "addcmul", "addcdiv")
