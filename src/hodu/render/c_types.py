"""Names of C for dtypes, vectors and buffers."""

from __future__ import annotations

from hodu.dtypes import DType, bool_
from hodu.kernel.expr import INDEX
from hodu.kernel.narrow import stored

RESERVED = frozenset(
    [
        "auto",
        "break",
        "case",
        "char",
        "const",
        "continue",
        "default",
        "do",
        "double",
        "else",
        "enum",
        "extern",
        "float",
        "for",
        "goto",
        "if",
        "inline",
        "int",
        "long",
        "register",
        "restrict",
        "return",
        "short",
        "signed",
        "sizeof",
        "static",
        "struct",
        "switch",
        "typedef",
        "union",
        "unsigned",
        "void",
        "volatile",
        "while",
        "_Bool",
        "self",
        "bool",
        "true",
        "false",
        "asm",
        "inline",
        "near",
        "far",
        "huge",
        "y0",
        "y1",
        "yn",
        "j0",
        "j1",
        "jn",
        "signbit",
        "exp",
        "log",
        "sin",
        "cos",
        "tan",
        "pow",
        "sqrt",
        "floor",
        "ceil",
        "abs",
        "begin",
        "end",
        "arguments",
        "part",
        "hodu_index",
        "inputs",
        "outputs",
        "arena",
        "weights",
        "status",
        "memcpy",
        "memset",
        "NULL",
        "int8_t",
        "int16_t",
        "int32_t",
        "int64_t",
        "uint8_t",
        "uint16_t",
        "uint32_t",
        "uint64_t",
        "size_t",
        "main",
        "index",
        "gamma",
    ]
)


def identifier(name: str) -> str:
    """A name that C does not use itself."""
    return f"{name}_" if name in RESERVED else name


def scalar_type(dtype: DType, index: str = "hodu_index") -> str:
    """The C type of one element in an expression; `index` is that of positions."""
    if dtype is INDEX:
        return index
    return "_Bool" if dtype is bool_ else stored(dtype).c


def memory_type(dtype: DType) -> str:
    """The C type of one element in memory; bools are bytes that are 0 or 1."""
    return "uint8_t" if dtype is bool_ else scalar_type(dtype)


def vector_type(dtype: DType, lanes: int, mask_bits: int) -> str:
    """The name of a vector type; bools are masks as wide as what they select between."""
    if dtype is bool_:
        return f"i{mask_bits}x{lanes}"
    return f"{stored(dtype).name}x{lanes}"


def value_type(dtype: DType, lanes: int, mask_bits: int, index: str = "hodu_index") -> str:
    """The C type of a value."""
    return scalar_type(dtype, index) if lanes == 1 else vector_type(dtype, lanes, mask_bits)


def c_name(text: str) -> str:
    """A text as a C identifier."""
    clean = "".join(c if c.isascii() and c.isalnum() else "_" for c in text) or "model"
    return clean if clean[0].isalpha() or clean[0] == "_" else f"v{clean}"
