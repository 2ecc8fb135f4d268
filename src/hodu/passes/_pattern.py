"""Patterns over the graph as expressions: `add(x, 0)`, `permute(permute(x, dims=p), dims=q)`.

Grammar (a subset of Python's expressions):
    pattern = name                      any value; a name used twice must be the same value
            | "[" name "]"              any value or none, where an input is optional
            | number                    a constant all of whose elements are this number
            | "~" number                the same, up to a relative 1e-5 or the dtype's precision
            | op "(" pattern* attr* ")" the first result of a node of this op
            | "(" name ":=" pattern ")" the pattern, and a name for its value
    attr    = name "=" (name | literal) an attribute: bound to a name, or equal to a literal
A call must name its tensor inputs in the schema's order; `none` stands for an absent one, `*name`
for all inputs of an op that takes a list. Attributes that are not mentioned may be anything.
Operands of commutative ops match in both orders.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from hodu.dtypes import FROM_NUMPY
from hodu.ops._table import REGISTRY, Array
from hodu.ops.nonfinite import finfo
from hodu.snapshot.ir import Node, Value

COMMUTATIVE = frozenset(
    {"add", "mul", "maximum", "minimum", "eq", "ne", "logical_and", "logical_or", "logical_xor"}
    | {"bitwise_and", "bitwise_or", "bitwise_xor"}
)
NODES = "@nodes"  # the name to which the matched nodes are bound
_NEAR = 1e-5
Bindings: TypeAlias = Mapping[str, Any]
Constants: TypeAlias = Mapping[Value, Array]


@dataclass(frozen=True, slots=True)
class Any_:
    """Any value, by name; or its absence, if it is optional."""

    name: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class All:
    """All inputs of a call, by one name."""

    name: str


@dataclass(frozen=True, slots=True)
class Number:
    """A constant filled with one number, or with what is near it."""

    value: float
    near: bool = False


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


Pattern: TypeAlias = "Any_ | All | Number | Absent | Call"


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
        case ast.List(elts=[ast.Name(id=bound)]):
            return Any_(bound, optional=True)
        case ast.Starred(value=ast.Name(id=bound)):
            return All(bound)
        case ast.Constant(value=int() | float() as number):
            return Number(float(number))
        case ast.UnaryOp(op=ast.Invert(), operand=operand):
            return _near(_parse(operand))
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return Number(-float(number))
        case ast.NamedExpr(target=ast.Name(id=bound), value=value):
            return _parse(value, bound)
        case ast.Call(func=ast.Name(id=op), args=args, keywords=keywords):
            return _call(op, args, keywords, name)
    raise ValueError(f"not a pattern: {ast.unparse(node)}")


def _near(pattern: Pattern) -> Pattern:
    if not isinstance(pattern, Number):
        raise ValueError("~ stands before a number")
    return Number(pattern.value, near=True)


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
    if isinstance(pattern, Any_):
        if (value is not None or pattern.optional) and bound.get(pattern.name, value) is value:
            yield {**bound, pattern.name: value}
    elif isinstance(pattern, Absent):
        if value is None:
            yield bound
    elif isinstance(pattern, Number):
        if value is not None and _is_number(value, pattern, constants):
            yield bound
    elif isinstance(pattern, Call) and value is not None and value.producer is not None:
        if value is not value.producer.outputs[0]:
            return
        yield from match_node(pattern, value.producer, constants, bound)


def match_node(
    pattern: Call, node: Node, constants: Constants, bound: Bindings
) -> Iterator[Bindings]:
    """Every way in which a node fits a call."""
    if node.op != pattern.op:
        return
    if pattern.name is not None:
        bound = {**bound, pattern.name: node.outputs[0]}
    with_attrs = _match_attrs(pattern, node, bound)
    if with_attrs is None:
        return
    match pattern.inputs:
        case (All(name=name),):
            yield {**with_attrs, name: node.inputs}
            return
    if len(node.inputs) != len(pattern.inputs):
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
    found[NODES] = (*bound.get(NODES, ()), node)
    for name, wanted in pattern.attrs:
        actual = node.attrs[name]
        if isinstance(wanted, AttrName):
            if wanted.name in found and found[wanted.name] != actual:
                return None
            found[wanted.name] = actual
        elif wanted != actual:
            return None
    return found


def _is_number(value: Value, pattern: Number, constants: Constants) -> bool:
    array = constants.get(value)
    if array is None:
        number = number_of(value, constants)
        array = None if number is None else np.array(number, value.type.dtype.numpy)
    return array is not None and is_filled(array, pattern)


def is_filled(array: Array, pattern: Number) -> bool:
    """Whether every element of a constant is the number of a pattern; 0 is not -0.0."""
    # The first element decides for almost every weight, without a look at the rest.
    return array.size > 0 and _equal(array.reshape(-1)[0], pattern) and is_uniform(array)


def is_uniform(array: Array) -> bool:
    """Whether all elements are the same to the bit."""
    if array.size < 2:
        return array.size == 1
    bits = array.view(f"u{array.itemsize}")
    return bool(np.all(bits == bits.reshape(-1)[0]))


def _equal(element: Any, pattern: Number) -> bool:
    kind = FROM_NUMPY[element.dtype]
    if not kind.is_float:
        return bool(element.item() == pattern.value)
    if pattern.near:
        allowed = max(_NEAR, float(finfo(kind.numpy).eps)) * abs(pattern.value)
        return abs(float(element) - pattern.value) <= allowed
    wanted = kind.numpy.type(pattern.value)
    return bool(element == wanted and np.signbit(element) == np.signbit(wanted))


def number_of(value: Value, constants: Constants) -> float | int | None:
    """The number that fills a constant or the result of `full`, also expanded; else None."""
    array = constants.get(value)
    if array is not None:
        return _plain(array.reshape(-1)[0].item()) if is_uniform(array) else None
    node = value.producer
    if node is None:
        return None
    if node.op == "full":
        return _plain(node.attrs["fill_value"])
    source = node.inputs[0] if node.op in ("expand", "reshape") else None
    return None if source is None else number_of(source, constants)


def _plain(number: Any) -> float | int:
    """A number of Python: of the 8- and 16-bit floats, `item` gives scalars of their own."""
    return number if isinstance(number, int) else float(number)
