"""Python signatures from op schemas: parameter lists, annotations and argument conversions."""

from __future__ import annotations

import keyword

from hodu.ops._schema import Param
from hodu.ops._table import OpDef

NUMBER = "builtins.bool | builtins.int | builtins.float"
_ANNOTATIONS = {
    "Tensor": "Tensor",
    "Tensor[]": "Sequence[Tensor]",
    "Tensor?[]": "Sequence[Tensor | None]",
    "int": "builtins.int",
    "int[]": "builtins.int | Sequence[builtins.int]",
    "float": "builtins.float",
    "float[]": "builtins.float | Sequence[builtins.float]",
    "bool": "builtins.bool",
    "str": "builtins.str",
    "Scalar": NUMBER,
    "DType": "DTypeLike",
    "Dim": "Dim",
    "Dim[]": "Dim | Sequence[Dim] | Tensor",
    "Snapshot": "Snapshot",
}
_CONVERT = {
    "int": "as_int",
    "int[]": "as_ints",
    "float": "as_float",
    "float[]": "as_floats",
    "str": "as_str",
    "Scalar": "as_scalar",
    "DType": "as_dtype",
    "Dim": "as_dim",
    "Dim[]": "as_dims",
}


def annotation(op: OpDef, param: Param) -> str:
    """The type annotation of a parameter; operands that are promoted also take numbers."""
    text = _ANNOTATIONS[param.type]
    if param.type == "Tensor" and takes_numbers(op, param):
        text += f" | {NUMBER}"
    return text + (" | None" if param.optional else "")


def takes_numbers(op: OpDef, param: Param) -> bool:
    """Whether a Python number may stand for this tensor."""
    return op.promote.name != "NONE" and param.name in op.promoted


def parameters(op: OpDef, *, method: bool = False) -> str:
    """The parameter list of the function, or of the method (whose first tensor is `self`)."""
    parts: list[str] = ["self"] if method else []
    star = False
    for param in op.schema.params[1:] if method else op.schema.params:
        if param.keyword_only and not star:
            parts.append("*")
            star = True
        default = "" if param.required else f" = {param.default!r}"
        parts.append(f"{param.name}: {annotation(op, param)}{default}")
    return ", ".join(parts)


def conversion(param: Param) -> str:
    """The expression that brings an argument to its normal form."""
    name = safe(param.name)
    call = _CONVERT.get(param.type)
    if call is None:
        return name
    value = f"{call}({name})" if call == "as_dtype" else f'{call}({name}, "{param.name}")'
    return f"None if {name} is None else {value}" if param.optional else value


def forwarded(op: OpDef) -> str:
    """The arguments with which a method calls its function."""
    rest = (f"{p.name}={p.name}" if p.keyword_only else p.name for p in op.schema.params[1:])
    return ", ".join(["self._self()", *rest])


def safe(name: str) -> str:
    """`name`, checked not to be a keyword."""
    if keyword.iskeyword(name):
        raise ValueError(f"parameter {name!r} is a Python keyword")
    return name


def result_class(op: OpDef) -> str:
    """The named tuple of an op with several results."""
    return "".join(part.capitalize() for part in op.name.split("_")) + "Result"


def result(op: OpDef) -> str:
    """The return annotation."""
    if op.schema.results is None:
        return "list[Tensor]"
    return "Tensor" if len(op.schema.results) == 1 else result_class(op)
