"""Dimensions from text, as `str(dim)` prints them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping

from hodu.dims.atoms import Dim, Symbol, terms_of
from hodu.dims.expression import Sym, dim_floordiv, dim_max, dim_min, dim_mod
from hodu.errors import ValueRangeError


def parse_dim(text: str, known: Mapping[str, Symbol] | None = None) -> Dim:
    """The dimension that `text` spells, as `str(dim)` prints it; raises ValueRangeError."""
    try:
        return _from_ast(ast.parse(text.strip(), mode="eval").body, known or {})
    except (SyntaxError, RecursionError, MemoryError, ValueError, ArithmeticError):
        raise ValueRangeError(f"{text[:80]!r} is not a dimension") from None


# A hostile text such as (a+b+c)*(a+b+c)*... would otherwise grow without bound.
_MOST_TERMS = 1000


def _limited_product(a: Dim, b: Dim) -> Dim:
    if len(terms_of(a)) * len(terms_of(b)) > _MOST_TERMS:
        raise ValueRangeError("too many terms for a dimension")
    return a * b


_EXTREMES: dict[str, Callable[[Dim, Dim], Dim]] = {"max": dim_max, "min": dim_min}
_BINARY: dict[type[ast.operator], Callable[[Dim, Dim], Dim]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: _limited_product,
    ast.FloorDiv: dim_floordiv,
    ast.Mod: dim_mod,
}


def _from_ast(node: ast.expr, known: Mapping[str, Symbol]) -> Dim:
    match node:
        case ast.Constant(value=int() as value) if type(value) is int:
            return value
        case ast.Name(id=name):
            return Sym((((known.get(name, Symbol(name)),), 1),))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_from_ast(operand, known)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _BINARY[type(op)](_from_ast(left, known), _from_ast(right, known))
        case ast.Call(func=ast.Name(id="max" | "min" as name), args=[a, b]):
            return _EXTREMES[name](_from_ast(a, known), _from_ast(b, known))
    raise ValueRangeError(f"{ast.unparse(node)[:80]!r} is not a dimension")
