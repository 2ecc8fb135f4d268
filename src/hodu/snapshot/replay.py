"""Calling a Snapshot on tensors, as if what it was captured from were called again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hodu.dispatch.apply import apply
from hodu.dispatch.base import wrap
from hodu.ops._schema import Schema
from hodu.snapshot.ir import Snapshot, Value


def replay(snapshot: Snapshot, tensors: Sequence[Any]) -> list[Any]:
    """The outputs for these inputs; what tracks or records tensors sees every op."""
    known: dict[Value, Any] = dict(zip(snapshot.inputs, tensors, strict=True))
    for value in snapshot.constant_values:
        known[value] = wrap(snapshot.constants[value.name])
    for node in snapshot.nodes:
        given = [_tensors(x, known) for x in node.grouped()]
        result = apply(node.definition, given, node.attrs)
        results = result if _is_several(node.definition.schema) else [result]
        known.update(zip(node.outputs, results, strict=True))
    return [known[v] for v in snapshot.outputs.values()]


def _tensors(x: Any, known: dict[Value, Any]) -> Any:
    if isinstance(x, list):
        return [_tensors(e, known) for e in x]
    return None if x is None else known[x]


def _is_several(schema: Schema) -> bool:
    return schema.results is None or len(schema.results) > 1
