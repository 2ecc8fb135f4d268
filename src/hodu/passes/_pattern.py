"""Patterns over the graph as expressions: `add(x, 0)`, `permute(permute(x, dims=p), dims=q)`.

Grammar (a subset of Python's expressions):
    pattern = name                      any value; a name used twice must be the same value
            | number                    a constant all of whose elements are this number
            | op "(" pattern* attr* ")" the first result of a node of this op
            | "(" name ":=" pattern ")" the pattern, and a name for its value
    attr    = name "=" (name | literal) an attribute: bound to a name, or equal to a literal
A call must name its tensor inputs in the schema's order; `none` stands for an absent one.
Attributes that are not mentioned may be anything. Operands of commutative ops match in both orders.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from hodu.ops._table import REGISTRY, Array
from hodu.snapshot.ir import Node, Value

COMMUTATIVE = frozenset(
    {"add", "mul", "maximum", "minimum", "eq", "ne", "logical_and", "logical_or", "logical_xor"}
    | {"bitwise_and", "bitwise_or", "bitwise_xor"}
)
Bindings: TypeAlias = Mapping[str, Any]
Constants: TypeAlias = Mapping[Value, Array]


@dataclass(frozen=True, slots=True)
class Any_:
    """Any value, by name."""

    name: str


@dataclass(frozen=True, slots=True)
class Number:
    """A constant filled with one number."""

    value: float


@dataclass(frozen=True, slots=True)
class Absent:
    """An optional input that is not there."""


@dataclass(frozen=True, slots=True)
class Call:
    """A node of an op: patterns for its inputs, literals or names for attributes."""

    op: str
    inputs: tuple[Pattern, ...]
    attrs: tuple[tuple[str, Any], ...]
    name: str | None = None


Pattern: TypeAlias = "Any_ | Number | Absent | Call"


@dataclass(frozen=True, slots=True)
class AttrName:
    """A name to which an attribute is bound."""

    name: str


@functools.cache
def parse_pattern(text: str) -> Pattern:
    """The pattern that `text` spells; ValueError if it is none, or names an unknown op."""
    return _parse(ast.parse(text.strip(), mode="eval").body)


def _parse(node: ast.expr, name: str | None = None) -> Pattern:
    match node:
        case ast.Name(id="none"):
            return Absent()
        case ast.Name(id=bound):
            return Any_(bound)
        case ast.Constant(value=int() | float() as number):
            return Number(float(number))
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return Number(-float(number))
        case ast.NamedExpr(target=ast.Name(id=bound), value=value):
            return _parse(value, bound)
        case ast.Call(func=ast.Name(id=op), args=args, keywords=keywords):
            return _call(op, args, keywords, name)
    raise ValueError(f"not a pattern: {ast.unparse(node)}")


def _call(op: str, args: list[ast.expr], keywords: list[ast.keyword], name: str | None) -> Pattern:
    schema = REGISTRY[op].schema
    inputs = tuple(map(_parse, args))
    attrs = tuple((k.arg or "", _attr(k.value)) for k in keywords)
    unknown = {k for k, _ in attrs} - {p.name for p in schema.attrs}
    variadic = any(p.is_list for p in schema.inputs)
    if unknown or (len(inputs) != len(schema.inputs) and not variadic):
        raise ValueError(f"{op}: {len(inputs)} inputs, unknown attributes {sorted(unknown)}")
    return Call(op, inputs, attrs, name)


def _attr(node: ast.expr) -> Any:
    if isinstance(node, ast.Name):
        return AttrName(node.id)
    return ast.literal_eval(node)


def matches(
    pattern: Pattern, value: Value | None, constants: Constants, bound: Bindings
) -> Iterator[Bindings]:
    """Every way in which `value` fits, as bindings added to `bound`."""
    if isinstance(pattern, Absent):
        if value is None:
            yield bound
    elif value is None:
        return
    elif isinstance(pattern, Any_):
        if bound.get(pattern.name, value) is value:
            yield {**bound, pattern.name: value}
    elif isinstance(pattern, Number):
        if value in constants and is_filled(constants[value], pattern.value):
            yield bound
    elif value.producer is not None and value is value.producer.outputs[0]:
        named = bound if pattern.name is None else {**bound, pattern.name: value}
        yield from match_node(pattern, value.producer, constants, named)


def match_node(
    pattern: Call, node: Node, constants: Constants, bound: Bindings
) -> Iterator[Bindings]:
    """Every way in which a node fits a call."""
    if node.op != pattern.op or len(node.inputs) != len(pattern.inputs):
        return
    with_attrs = _match_attrs(pattern, node, bound)
    if with_attrs is None:
        return
    orders = [node.inputs]
    if node.op in COMMUTATIVE:
        orders.append(node.inputs[::-1])
    for inputs in orders:
        yield from _match_inputs(pattern.inputs, inputs, constants, with_attrs)


def _match_inputs(
    patterns: tuple[Pattern, ...],
    inputs: tuple[Value | None, ...],
    constants: Constants,
    bound: Bindings,
) -> Iterator[Bindings]:
    if not patterns:
        yield bound
        return
    for found in matches(patterns[0], inputs[0], constants, bound):
        yield from _match_inputs(patterns[1:], inputs[1:], constants, found)


def _match_attrs(pattern: Call, node: Node, bound: Bindings) -> Bindings | None:
    found = dict(bound)
    for name, wanted in pattern.attrs:
        actual = node.attrs[name]
        if isinstance(wanted, AttrName):
            if wanted.name in found and found[wanted.name] != actual:
                return None
            found[wanted.name] = actual
        elif wanted != actual:
            return None
    return found


def is_filled(array: Array, number: float) -> bool:
    """Whether every element of a constant equals `number`."""
    return array.size > 0 and bool(np.all(array == array.dtype.type(number)))
