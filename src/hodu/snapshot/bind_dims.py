"""Giving symbolic dimensions sizes: the same graph with more of its shapes known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hodu.dims import Dim, Sym, check_size, single_symbol, substitute, symbols
from hodu.errors import ArgumentError, HoduError, ShapeError
from hodu.shapes import TensorType
from hodu.snapshot.infer import infer_types
from hodu.snapshot.ir import Node, Snapshot, Value, group
from hodu.snapshot.rebuild import Rebuilder, rebuild
from hodu.snapshot.verify import compatible


def bind_dims(snapshot: Snapshot, dims: Mapping[str, int]) -> Snapshot:
    """`snapshot` with the named dimensions of its inputs bound to sizes, its types inferred anew.

    Raises ArgumentError for names that the model does not have, ValueRangeError for sizes outside
    the bounds of a dimension, and the ops' own errors where sizes do not fit each other.
    """
    known = symbols(d for v in snapshot.inputs for d in v.type.shape)
    unknown = [name for name in dims if name not in known]
    if unknown:
        raise ArgumentError(
            f"{snapshot.name!r} has no dimension {', '.join(map(repr, unknown))}",
            hint=f"its dimensions are {', '.join(known)}" if known else "all its sizes are known",
        )
    for name, size in dims.items():
        check_size(known[name], size)
    return substitute_dims(snapshot, dims)


def substitute_dims(snapshot: Snapshot, dims: Mapping[str, Dim]) -> Snapshot:
    """The Snapshot with other dimensions in the place of symbols, its types inferred anew."""
    env = dict(dims)

    def step(node: Node, inputs: list[Value | None], rebuilder: Rebuilder) -> Sequence[Value]:
        attrs = {name: _bind_attr(value, env) for name, value in node.attrs.items()}
        return rebuilder.call(node.op, inputs, attrs, node, _types(node, inputs, attrs, env))

    inputs = {v: Value(v.name, _substitute(v.type, env)) for v in snapshot.inputs}
    return rebuild(snapshot, step, inputs)


def _types(
    node: Node, inputs: list[Value | None], attrs: Mapping[str, Any], env: dict[str, Dim]
) -> list[TensorType]:
    given = [None if v is None else v.type for v in inputs]
    try:
        inferred = infer_types(node.definition, group(node.definition.schema, given), attrs)
    except HoduError as error:
        error.where = error.where or node.loc
        raise
    declared = [_substitute(v.type, env) for v in node.outputs]
    return [_merge(d, i, env, node) for d, i in zip(declared, inferred, strict=True)]


def _bind_attr(value: Any, env: Mapping[str, Dim]) -> Any:
    if isinstance(value, Sym):
        return substitute(value, env)
    if isinstance(value, (tuple, list)):
        return tuple(_bind_attr(v, env) for v in value)
    return substitute_dims(value, env) if isinstance(value, Snapshot) else value


def _substitute(type_: TensorType, env: Mapping[str, Dim]) -> TensorType:
    return TensorType(tuple(substitute(d, env) for d in type_.shape), type_.dtype)


def _merge(
    declared: TensorType, inferred: TensorType, env: dict[str, Dim], node: Node
) -> TensorType:
    """The declared type with what is known now.

    A size that depended on the data may have become known; `env` then learns it. Where both are
    symbolic the declared name stays, because later nodes use it.
    """
    if not compatible(inferred, declared):
        raise ShapeError(f"{node.op} yields {inferred}, not {declared}", where=node.loc)
    shape: list[Dim] = []
    for old, new in zip(declared.shape, inferred.shape, strict=True):
        name = single_symbol(old)
        if name is not None and isinstance(new, int):
            env[name] = new
        shape.append(new if isinstance(new, int) else old)
    return TensorType(tuple(shape), declared.dtype)
