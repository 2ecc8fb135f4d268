"""Nodes in the form of opsets before 18, in which mappings write them.

Axes of reductions were attributes until then, and some operators have got attributes since.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import onnx.defs
from onnx import helper

from hodu.errors import UnsupportedError
from hodu.formats.onnx.export.widening import schema_of

if TYPE_CHECKING:
    from hodu.formats.onnx.export.emitter import Emitter

WRITTEN = 18
"""The oldest opset that mappings know."""


def in_opset(
    g: Emitter, kind: str, inputs: Sequence[str | None], attrs: Mapping[str, Any]
) -> tuple[list[str | None], dict[str, Any]]:
    """Inputs and attributes of a node as the emitter's opset has them.

    Raises UnsupportedError for what the operator could not yet say.
    """
    given, said = list(inputs), {k: v for k, v in attrs.items() if v is not None}
    if g.opset >= WRITTEN:
        return given, said
    schema = schema_of(kind, g.opset)
    if kind.startswith("Reduce") and len(given) > schema.max_input:
        axes = given.pop()
        known = None if axes is None else g.known(axes)
        assert axes is None or known is not None, f"the axes of {kind} are worked out"
        said |= {} if known is None else {"axes": known.tolist()}
    if kind == "Split" and "num_outputs" not in schema.attributes:
        said.pop("num_outputs", None)  # Equal parts are what Split makes without sizes.
    for name in [name for name in said if name not in schema.attributes]:
        if said[name] != _default(kind, name):
            raise UnsupportedError(f"{kind} of ONNX opset {g.opset} has no {name}")
        del said[name]
    return given, said


@functools.cache
def _default(kind: str, name: str) -> Any:
    """What the newest form of an operator takes where an attribute is not given."""
    found: Any = onnx.defs.get_schema(kind).attributes[name].default_value
    value = helper.get_attribute_value(found) if found.name else None
    return value.decode() if isinstance(value, bytes) else value
