"""Gradient rules: the `vjp` entry of an op, made ready to be called.

A rule names what it needs by its parameters, so that only this is kept for the backward pass and
only the gradients that somebody needs are computed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from hodu.ops._record import OpDef
    from hodu.ops._schema import Schema

Gradient: TypeAlias = Callable[..., Any]
Vjp: TypeAlias = "Gradient | Mapping[str, Gradient]"
Argument: TypeAlias = tuple[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """A gradient function, where its arguments come from, and the inputs that it is for.

    An argument is ("ct" | "out" | "type" | "out_type", position), ("input", position),
    ("attr", (name, default)) or ("needs", None); the position of "ct" and "out" is None where
    the rule takes those of all results.
    """

    function: Gradient
    arguments: tuple[Argument, ...]
    inputs: tuple[int, ...]
    joint: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """The calls that give the gradients of some inputs, and the values to keep for them.

    `eager` are the same calls on arrays, if the op has a function for each.
    """

    calls: tuple[Call, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    eager: tuple[Call, ...]


def rule_for(op: OpDef, needs: tuple[bool, ...]) -> Rule:
    """The rule of `op` when the inputs marked in `needs` want gradients; worked out once."""
    found: Rule | None = op.rules.get(needs)
    if found is None:
        found = op.rules[needs] = _rule(op, needs)
    return found


def _rule(op: OpDef, needs: tuple[bool, ...]) -> Rule:
    calls, eager = (
        [call for call in _calls(op, functions) if any(needs[i] for i in call.inputs)]
        for functions in (op.vjp, array_functions(op))
    )
    used = {argument for call in (*calls, *eager) for argument in call.arguments}
    count = 1 if op.schema.results is None else len(op.schema.results)
    outputs = {key for kind, key in used if kind == "out"}
    every = range(count) if None in outputs else outputs
    inputs = {key for kind, key in used if kind == "input"}
    on_arrays = tuple(eager) if len(eager) == len(calls) else ()
    return Rule(tuple(calls), tuple(sorted(inputs)), tuple(sorted(every)), on_arrays)


def array_functions(op: OpDef) -> Mapping[str, Gradient]:
    """The functions that take arrays: those given for it, and those of operators alone."""
    if not isinstance(op.vjp, Mapping):
        return {}
    same = {name: f for name, f in op.vjp.items() if not f.__code__.co_names}
    return {**same, **(op.vjp_eager or {})}


def _calls(op: OpDef, functions: Vjp | None) -> list[Call]:
    positions = {p.name: i for i, p in enumerate(op.schema.inputs)}
    if isinstance(functions, Mapping):
        return [
            Call(function, _arguments(function, op.schema), (positions[name],), False)
            for name, function in functions.items()
        ]
    if functions is None:
        return []
    every = tuple(positions.values())
    return [Call(functions, _arguments(functions, op.schema), every, True)]


def _arguments(function: Gradient, schema: Schema) -> tuple[Argument, ...]:
    code = function.__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    return tuple(_argument(name, schema) for name in names)


def _argument(name: str, schema: Schema) -> Argument:
    """What a parameter of a gradient function stands for."""
    several = schema.results is None or len(schema.results) > 1
    results = schema.results or ()
    inputs = [p.name for p in schema.inputs]
    base = name.removesuffix("_type")
    if name in ("ct", "out"):
        return name, None if several else 0
    if name == "needs":
        return name, None
    if name in inputs:
        return "input", inputs.index(name)
    for param in schema.attrs:
        if param.name == name:
            return "attr", (name, param.default)
    if name in results:
        return "out", results.index(name)
    if name.removeprefix("ct_") in results:
        return "ct", results.index(name.removeprefix("ct_"))
    if base == "out":
        return "out_type", 0
    if base in inputs:
        return "type", inputs.index(base)
    raise ValueError(f"the vjp of {schema.name!r} takes {name!r}, which stands for nothing there")
