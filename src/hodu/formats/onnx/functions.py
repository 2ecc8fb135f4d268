"""Operators that the standard itself defines by other operators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
import onnx.checker
from onnx import defs

from hodu.dispatch.base import TensorBase, type_of
from hodu.errors import FormatError
from hodu.formats.onnx.dtypes import element_type
from hodu.formats.onnx.narrow import NarrowTensor
from hodu.formats.onnx.node import OnnxNode


def has_function_body(domain: str, op_type: str, opset: int) -> bool:
    """Whether the standard gives the operator a body in this opset."""
    try:
        schema: Any = defs.get_schema(op_type, opset, domain)
    except defs.SchemaError:
        return False
    return bool(schema.has_function or schema.has_context_dependent_function)


def function_body(node: OnnxNode, inputs: Sequence[Any]) -> onnx.FunctionProto | None:
    """The body that the standard gives the node's operator, or None.

    Raises FormatError for a node that breaks the operator's rules: the package's builders of bodies
    are C++ that trusts them.
    """
    try:
        schema: Any = defs.get_schema(node.op_type, node.opset, node.domain)
    except defs.SchemaError:
        return None
    _check(node)
    if schema.has_context_dependent_function:
        return _context_dependent(schema, node, inputs)
    return schema.function_body if schema.has_function else None


def _check(node: OnnxNode) -> None:
    context: Any = onnx.checker.C.CheckerContext()
    context.ir_version = onnx.IR_VERSION
    context.opset_imports = node.opsets
    try:
        onnx.checker.check_node(node.proto, context)
    except onnx.checker.ValidationError as error:
        raise FormatError(str(error).splitlines()[0], where=node.label) from error


def wrong_arity(node: OnnxNode) -> str | None:
    """What is wrong with the number of inputs that a node has, or None."""
    try:
        schema: Any = defs.get_schema(node.op_type, node.opset, node.domain)
    except defs.SchemaError:
        return None
    given = len(node.proto.input)
    least, most = schema.min_input, schema.max_input
    if least <= given <= most:
        return None
    count = f"{least}" if least == most else f"{least} to {most}"
    return f"it takes {count} inputs, {given} are given"


def defaults_of(node: OnnxNode) -> dict[str, onnx.AttributeProto]:
    """The default values that the standard gives the operator's attributes."""
    schema: Any = defs.get_schema(node.op_type, node.opset, node.domain)
    return {name: a.default_value for name, a in schema.attributes.items() if a.default_value.name}


def _context_dependent(
    schema: Any, node: OnnxNode, inputs: Sequence[Any]
) -> onnx.FunctionProto | None:
    # The package's builders are C++ that reads types unchecked; only tensors are safe to give.
    if any(isinstance(x, list) for x in inputs):
        return None
    versions = [v for v in schema.context_dependent_function_opset_versions if v <= node.opset]
    types = [_type_proto(x).SerializeToString() for x in inputs]
    data = schema.get_context_dependent_function_with_opset_version(
        max(versions or schema.context_dependent_function_opset_versions),
        node.proto.SerializeToString(),
        types,
    )
    if not data:
        return None
    body = onnx.FunctionProto()
    body.ParseFromString(data)
    return body


def _type_proto(value: Any) -> onnx.TypeProto:
    if isinstance(value, (np.ndarray, NarrowTensor)):
        shape = value.shape if isinstance(value, np.ndarray) else value.codes.shape
        return onnx.helper.make_tensor_type_proto(element_type(value), _plain_shape(shape))
    if not isinstance(value, TensorBase):
        return onnx.TypeProto()
    found = type_of(value)
    return onnx.helper.make_tensor_type_proto(found.dtype.onnx, _plain_shape(found.shape))


def _plain_shape(shape: Sequence[Any]) -> list[int | str]:
    return [d if isinstance(d, int) else str(d) for d in shape]
