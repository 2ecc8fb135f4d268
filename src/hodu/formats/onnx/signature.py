"""The schema of an op from the signature of a Python function."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, get_args, get_type_hints

from hodu.errors import ArgumentError
from hodu.ops._schema import Param, Schema

_ATTRIBUTES: dict[type, str] = {bool: "bool", int: "int", float: "float", str: "str"}
_LISTS = {int: "int[]", float: "float[]"}
_HINT = (
    "tensors are positional parameters, attributes keyword-only ones with an annotation or a "
    "default: def f(x, y=None, *, alpha: float = 1.0)"
)


def schema_of(function: Callable[..., Any], name: str, outputs: int) -> Schema:
    """Positional parameters are tensors, `*args` a list of them, keyword-only ones attributes.

    A tensor with the default None is optional. Attributes are bool, int, float, str, and lists of
    int or float. Raises ArgumentError for a parameter that is none of these.
    """
    hints = _hints(function)
    params = tuple(
        _param(p, hints.get(p.name)) for p in inspect.signature(function).parameters.values()
    )
    results = ("output",) if outputs == 1 else tuple(f"output{i}" for i in range(outputs))
    return Schema(name, params, results, f"{name}{inspect.signature(function)}")


def _hints(function: Callable[..., Any]) -> Mapping[str, Any]:
    try:
        return get_type_hints(function)
    except Exception:  # An annotation may name what is imported only for type checkers.
        return {}


def _param(p: inspect.Parameter, hint: Any) -> Param:
    has_default = p.default is not inspect.Parameter.empty
    default = p.default if has_default else None
    if p.kind is inspect.Parameter.VAR_POSITIONAL:
        return Param(p.name, "Tensor[]", False, True, None, False)
    if p.kind is inspect.Parameter.KEYWORD_ONLY:
        kind = _attribute(p, hint, default)
        default = tuple(default) if isinstance(default, list) else default
        optional = has_default and default is None
        return Param(p.name, kind, optional, not has_default, default, True)
    if p.kind is inspect.Parameter.VAR_KEYWORD or (has_default and default is not None):
        raise ArgumentError(f"the parameter {p} is neither a tensor nor an attribute", hint=_HINT)
    return Param(p.name, "Tensor", has_default, not has_default, default, False)


def _attribute(p: inspect.Parameter, hint: Any, default: Any) -> str:
    """The type of an attribute, by its annotation or its default."""
    for kind in (hint, *get_args(hint)):
        if kind in _ATTRIBUTES:
            return _ATTRIBUTES[kind]
        inner = get_args(kind)
        if inner and inner[0] in _LISTS and getattr(kind, "__origin__", None) in (list, tuple):
            return _LISTS[inner[0]]
    if type(default) in _ATTRIBUTES:
        return _ATTRIBUTES[type(default)]
    if isinstance(default, (list, tuple)) and default and type(default[0]) in _LISTS:
        return _LISTS[type(default[0])]
    raise ArgumentError(f"the attribute {p} has no type that ONNX has", hint=_HINT)


def as_attribute(param: Param, value: Any) -> Any:
    """A value as an attribute of this type."""
    if value is None:
        return None
    if param.is_list:
        item = int if param.type == "int[]" else float
        return tuple(item(v) for v in value)
    return {"bool": bool, "int": int, "float": float, "str": str}[param.type](value)
