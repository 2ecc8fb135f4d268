"""What to write about an operator that nobody has registered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import onnx

from hodu.formats.onnx.node import decode
from hodu.formats.onnx.registry import normal_domain
from hodu.formats.onnx.tensors import NOWHERE

_SUGGESTED = 3
_PLAIN = (
    onnx.AttributeProto.INT,
    onnx.AttributeProto.FLOAT,
    onnx.AttributeProto.STRING,
    onnx.AttributeProto.INTS,
    onnx.AttributeProto.FLOATS,
)


HINT = "export it with other operators, convert it to another opset, or replace these parts"
_STANDARD = ("", "ai.onnx.ml", "ai.onnx.preview", "ai.onnx.preview.training")
_OF_ONE_PROCESSOR = "com.microsoft.nchwc"


def remedy(nodes: Sequence[onnx.NodeProto]) -> str:
    """What to do about nodes of operators that Hodu does not have."""
    if any(node.domain == _OF_ONE_PROCESSOR for node in nodes):
        return (
            "ONNX Runtime wrote the model for one processor (ORT_ENABLE_ALL): take the model that "
            "it was made from, or have it written with ORT_ENABLE_EXTENDED"
        )
    own = [node for node in nodes if normal_domain(node.domain) not in _STANDARD]
    return how_to_register(own) if own else HINT


def how_to_register(nodes: Sequence[onnx.NodeProto]) -> str:
    """Python that registers the operators of the first few of these nodes, to be filled in."""
    snippets = [_snippet(node) for node in nodes[:_SUGGESTED]]
    head = ["register it before you load the model:", "from hodu.formats import onnx\n"]
    return "\n".join([*head, *snippets])


def _snippet(node: onnx.NodeProto) -> str:
    function = re.sub(r"\W", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", node.op_type)).lower()
    given = ", ".join([*_inputs(node), *_attributes(node)])
    return (
        f'@onnx.op("{normal_domain(node.domain)}", "{node.op_type}")\n'
        f"def {function}({given}):\n"
        "    return ...  # calls of Hodu's functions on tensors"
    )


def _inputs(node: onnx.NodeProto) -> Iterator[str]:
    """A parameter for each input, optional from the one on that is absent."""
    optional = ""
    for i, name in enumerate(node.input):
        optional = optional or ("" if name else "=None")
        yield f"x{i}{optional}"


def _attributes(node: onnx.NodeProto) -> Iterator[str]:
    plain = [a for a in node.attribute if a.type in _PLAIN]
    if plain:
        yield "*"
    for attribute in plain:
        value = decode(attribute, NOWHERE)
        yield f"{attribute.name}: {_KINDS[attribute.type]} = {value!r}"


_KINDS = dict(zip(_PLAIN, ("int", "float", "str", "list[int]", "list[float]"), strict=True))
