"""Operators of users: a Python function that takes the nodes of a domain and name.

In a Snapshot a call is one node, which goes out to ONNX as it came in. A function over Tensors is a
composite: it is captured, differentiated and compiled as what it calls. One over NumPy arrays is
a primitive, with a type rule, and if wanted a gradient and a rule of lowering.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hodu.dispatch.apply import apply
from hodu.errors import ArgumentError, GradientError, UnsupportedError
from hodu.formats.onnx.export.custom import exported_as
from hodu.formats.onnx.node import OnnxNode
from hodu.formats.onnx.registry import normal_domain, put
from hodu.formats.onnx.signature import as_attribute, schema_of
from hodu.ops._custom import define
from hodu.ops._gradients import Vjp
from hodu.ops._schema import Param
from hodu.ops._table import OpDef
from hodu.snapshot.infer import forget

_Function = TypeVar("_Function", bound=Callable[..., Any])


def op(
    domain: str,
    name: str,
    since: int = 1,
    *,
    outputs: int = 1,
    infer: Callable[..., Any] | None = None,
    gradient: Vjp | None = None,
    lowering: Callable[..., Any] | None = None,
) -> Callable[[_Function], _Function]:
    """Register the decorated function for an operator of a domain, from version `since` on.

    Positional parameters are its tensors, keyword-only ones its attributes. Without `infer` it is
    written in Hodu's functions over Tensors. With `infer`, a rule from TensorTypes and attributes
    to the TensorType of the result, it computes on NumPy arrays. `gradient` is a rule as the `vjp`
    of the op table, `lowering` a scalar rule as in `hodu.lower.rules`. What is returned calls the
    operator on tensors. Registering an operator again replaces it. Raises ArgumentError for a
    parameter that is no tensor and no attribute.
    """

    def register(function: _Function) -> _Function:
        schema = schema_of(function, op_name(domain, name, since), outputs)
        doc = inspect.getdoc(function) or f"{name} of {domain}."
        run = _listing(function, schema.inputs)
        kind = {"compose": run} if infer is None else {"eager": run, "infer": infer}
        rule = gradient or (None if infer is None else _no_gradient(f"{domain}.{name}"))
        block: dict[str, Any] = {"__doc__": doc, "public": False, "vjp": rule, **kind}
        made = define(schema, block, lowered=lowering is not None)
        forget()
        if lowering is not None:
            _lower(schema.name, lowering)
        exported_as(schema.name, normal_domain(domain), name, since)
        put(domain, name, since, lambda node, *inputs: _called(made, node, inputs))
        return _caller(made, function)

    return register


def op_name(domain: str, name: str, since: int) -> str:
    """How the table calls an operator, which the text form of a Snapshot shows."""
    full = f"{normal_domain(domain) or 'ai.onnx'}.{name}" + (f".{since}" if since > 1 else "")
    return re.sub(r"[^A-Za-z0-9_.]", "_", full)


def _listing(function: Callable[..., Any], inputs: Sequence[Param]) -> Callable[..., Any]:
    """`function` for the op table, which hands `*args` over as a list."""
    if not any(p.is_list for p in inputs):
        return function

    def call(*given: Any, **attrs: Any) -> Any:
        flat = (x for g, p in zip(given, inputs, strict=True) for x in (g if p.is_list else [g]))
        return function(*flat, **attrs)

    return call


def _no_gradient(shown: str) -> Vjp:
    """The rule of a kernel that has none, which says so when it is wanted."""

    def refuse(ct: Any) -> Any:
        raise GradientError(
            f"{shown} was registered without a gradient",
            hint="give hodu.formats.onnx.op a gradient={...}, as the `vjp` of an op",
        )

    return refuse


def _lower(name: str, rule: Callable[..., Any]) -> None:
    from hodu.lower.rules import SCALAR

    SCALAR[name] = rule


def _caller(made: OpDef, function: _Function) -> _Function:
    signature = inspect.signature(function)

    def call(*args: Any, **kwargs: Any) -> Any:
        given = signature.bind(*args, **kwargs)
        given.apply_defaults()
        inputs = [
            list(given.arguments[p.name]) if p.is_list else given.arguments[p.name]
            for p in made.inputs
        ]
        attrs = {p.name: as_attribute(p, given.arguments[p.name]) for p in made.schema.attrs}
        return apply(made, inputs, attrs)

    call.__name__, call.__doc__ = function.__name__, function.__doc__
    call.__wrapped__ = function  # type: ignore[attr-defined]
    return call  # type: ignore[return-value]


def _called(made: OpDef, node: OnnxNode, inputs: Sequence[Any]) -> Any:
    """The op on the inputs of a node, with the attributes that it gives."""
    known = {p.name: p for p in made.schema.attrs}
    unknown = [a.name for a in node.proto.attribute if a.name not in known]
    if unknown:
        raise node.unsupported(
            f"the attribute {unknown[0]!r}, which the registered function does not take",
            f"give the function a keyword-only parameter {unknown[0]!r}",
        )
    attrs = {name: _attribute(node, p) for name, p in known.items()}
    return apply(made, _grouped(made, node, inputs), attrs)


def _attribute(node: OnnxNode, param: Param) -> Any:
    if not node.has(param.name):
        if param.required:
            raise node.unsupported(f"the attribute {param.name!r} is missing")
        return param.default
    try:
        return as_attribute(param, node.attr(param.name))
    except (TypeError, ValueError) as error:
        raise ArgumentError(
            f"the attribute {param.name!r} is no {param.type}: {error}", where=node.label
        ) from error


def _grouped(made: OpDef, node: OnnxNode, inputs: Sequence[Any]) -> list[Any]:
    """One input for each tensor parameter; `*args` takes the rest."""
    rest = list(inputs)
    grouped: list[Any] = []
    for param in made.inputs:
        if param.is_list:
            grouped.append(rest)
            rest = []
        else:
            grouped.append(rest.pop(0) if rest else None)
            if grouped[-1] is None and not param.optional:
                raise node.unsupported(f"the input {param.name!r} is missing")
    if rest:
        raise UnsupportedError(
            f"{node.op_type}: {len(inputs)} inputs for a function of {len(made.inputs)}",
            where=node.label,
            hint="give the function a parameter for each of them",
        )
    return grouped
