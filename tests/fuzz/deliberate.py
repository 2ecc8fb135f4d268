"""Where Hodu differs from PyTorch on purpose, with the reasons."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.fuzz.draw import Call


@dataclass(frozen=True)
class Choice:
    """Calls of functions whose name matches may differ in this way, for a reason."""

    names: str
    found: str
    reason: str
    call: str = ""


CHOICES = [
    # Hodu takes more.
    Choice(".*", "accepts: .*must be Tensor, not", "numbers stand for 0-d tensors everywhere"),
    Choice(
        "(matmul|mm|bmm|mv|v?dot|inner|cross|vecdot|isclose|allclose|__setitem__|lerp_?)$",
        "accepts: .*(same dtype|scalar type|did not match|dtypes match|to have the same)",
        "operands of different dtypes are promoted, as in arithmetic",
    ),
    Choice(
        ".*", "accepts: .*Boolean alpha", "a bool is a number, so it can also be a factor `alpha`"
    ),
    Choice("(clamp|clip)", "accepts: .*invalid combination", "one bound may be a number"),
    Choice(
        "(clamp|clip|full|masked_fill|index_fill|threshold|pow|__i?pow__)",
        "accepts: .*converted to type .* without overflow",
        "bounds beyond the dtype bound nothing; other numbers wrap around or become infinite, as in"
        " arithmetic",
    ),
    Choice("addcdiv", "accepts: .*Integer division", "integers are divided as floats"),
    Choice("cross", "accepts: .*same number of dimensions", "the operands broadcast"),
    Choice("kron", "accepts: .*view size", "PyTorch's kernel fails for some strides"),
    Choice(
        "(vecdot|vector_norm)", "accepts: .*floating point", "integers have products and norms too"
    ),
    Choice("linear$", "accepts: .*must be a matrix", "a weight of one dimension gives one output"),
    Choice("solve_triangular", "accepts: .*at least 2", "a vector is one right-hand side"),
    Choice("logsumexp", "accepts: .*output with shape", "PyTorch fails for some integer tensors"),
    Choice("quantile", "accepts: .*non-empty", "no quantiles of no rows: an empty result"),
    Choice("unique", "accepts: ", "0-d tensors have one dimension where `dim` is asked for"),
    Choice("repeat_interleave", "accepts: .*out of range", "as above, 0-d tensors have `dim` 0"),
    Choice("roll", "accepts: .*shifts", "no shifts leave all in place"),
    Choice("view$", "accepts: .*stride", "the strides of an empty tensor do not matter"),
    Choice(
        "avg_pool|lp_pool", "accepts: .*smaller than kernel", "padding counts; no check without"
    ),
    Choice("(group|instance|batch)_norm", "accepts: .*more than 1 value", "the bias of one value"),
    Choice("where", "accepts: .*without overflow", "a number beyond the dtype is infinite in it"),
    Choice("pad", "accepts: .*Expected", "batches may be empty along any dimension"),
    Choice("matrix_exp", "accepts: .*view size", "PyTorch's kernel fails for some strides"),
    Choice("pad", "accepts: .*non-negative", "a cut may reach into the padding at the other end"),
    # Hodu takes less.
    Choice(
        "pow", "refuses: ValueRangeError: an integer to the power", "no fraction fits an integer"
    ),
    Choice(
        "(addcmul|index_add|addmm|baddbmm|__i?pow__|pow)",
        "refuses: DTypeError",
        "an integer times a fraction is not truncated in silence; bools have no powers",
    ),
    Choice("masked_fill", "refuses: ValueRangeError: .* does not fit", "no silent wrapping around"),
    Choice("where", "refuses: DTypeError", "conditions are bools; u8 is deprecated in PyTorch"),
    Choice(
        "(square|linear|einsum|matrix_power|hardtanh|mv|bmm|inner|tensordot)$",
        "refuses: DTypeError",
        "layers are for floats, products for numbers",
    ),
    Choice("(log_)?soft(max|min)", "refuses: DTypeError", "a softmax of floats, also of none"),
    Choice(
        "(floor_divide|fmod|remainder|div|mod)",
        "refuses: DivisionByZeroError",
        "a divisor that wraps around to zero is one also for an empty tensor",
    ),
    Choice(
        "(median|nanmedian|cond|block_diag|matrix_norm)",
        "refuses: ",
        "nothing to choose from, nothing to join",
    ),
    Choice("(expand|broadcast_to)", "refuses: .*negative entry", "-1 keeps a size that exists"),
    Choice("take_along_dim", "refuses: OutOfRange", "the dimension itself does not broadcast"),
    Choice("pad", "refuses: .*circular", "a dimension wraps around after it was cut"),
    Choice("conv_transpose", "refuses: ", "outputs are not empty and padded within the stride"),
    Choice("interpolate", "refuses: ", "a size of 0 is an error", "scale_factor"),
    Choice("cat", "refuses: OutOfRange", "dimensions are checked also for one empty tensor", "0,"),
    Choice("vecdot", "refuses: ShapeError", "the vectors have one length, as in NumPy"),
    Choice("adaptive_avg", "refuses: DTypeError", "layers are for floats", "bool"),
    Choice("clamp", "refuses: DTypeError", "bools have no bounds", "bool"),
    # Other results.
    Choice("histc", "values: ", "the edges of the bins are not rounded to 16 bits", "float16"),
    Choice(
        "(__)?(gt|ge|lt|le|eq|ne|greater|less|greater_equal|less_equal|not_equal)(_|__)?$",
        "values: ",
        "a number is compared as it is, not wrapped around in the tensor's dtype",
        r", (2147483648|40000|200|127|-\d+)\)",
    ),
    Choice("(clamp|clip|threshold)", "values: ", "as above", r"u?int\d"),
    Choice("(clamp|clip)", "dtype: ", "a 0-d tensor as a bound is no number", r"\(\) "),
    Choice("softsign", "values: ", "PyTorch wraps the least integer around", "int"),
    Choice("(all|any)$", "dtype: bool, not torch.uint8", "predicates are bools"),
    Choice("(all|any)$", "shape: ", "() means all dimensions, as in sum", r"dim=\(\)"),
    Choice("softmin", "values: ", "`dtype` is applied before the sign, unsigned or not", "uint8"),
    Choice("trapezoid", "dtype: ", "integers give f32 also where nothing is summed"),
    Choice("linspace", "values: ", "as NumPy, integers are cut off last, not first", "int"),
    Choice("pixel_unshuffle", "shape: ", "empty tensors are reshaped like others"),
    Choice("einsum", "dtype: ", "the dtype stays with one operand as with two", "int"),
    Choice("matrix_power", "values: ", "sums wrap around in the dtype", "int"),
    Choice("max_pool", "values: .*-1", "a window of padding alone has no index", "return_ind"),
    Choice("interpolate", "values: ", "PyTorch uses fixed-point weights for u8", "uint8"),
    Choice(
        "(__)?i?r?(add|sub|mul|multiply|subtract|truediv|div|divide|true_divide|pow|fmod|remainder)",
        "values: ",
        "a number has the tensor's dtype, also where it is infinite or 0 there",
        "float16.*(1e-05|1e[+]39|10000000000.0|2147483648|-1099511627776)",
    ),
    Choice(
        "(logit|tanhshrink|mish|silu|gelu|softplus|elu|selu|celu|softsign|logsigmoid|addc|lerp)",
        "values: ",
        "rounded once to 16 bits, not after every step",
        "float16",
    ),
    Choice("gelu", "values: ", "1 + erf(x) cancels in f32, differently by processor", "float32"),
]


def is_deliberate(call: Call, found: str) -> bool:
    """Whether this difference is one of the choices."""
    name = call.name.partition(".")[2]
    text = repr(call)
    return any(
        re.match(c.names, name) or (c.names[0] != "(" and re.search(c.names, name))
        for c in CHOICES
        if re.match(c.found, found, re.S) and re.search(c.call, text)
    )
