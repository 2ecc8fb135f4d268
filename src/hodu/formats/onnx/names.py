"""The texts in a model: protobuf hands out bytes where a text is not UTF-8."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import onnx
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from hodu.errors import FormatError


def check_names(model: onnx.ModelProto) -> None:
    """Raise FormatError if a name or another text in the model is not UTF-8."""
    wrong = next(_damaged(model), None)
    if wrong is not None:
        field, value = wrong
        raise FormatError(f"the model is damaged: the {field} {value!r} is not UTF-8")


def _damaged(message: Message) -> Iterator[tuple[str, Any]]:
    """The texts of a message, and of those inside it, that are none, with their fields' names.

    All fields that are there count, those too that the type of an attribute makes no use of.
    """
    for field, value in message.ListFields():
        single = isinstance(value, (str, bytes, Message))
        if field.type == FieldDescriptor.TYPE_MESSAGE:
            for inner in (value,) if single else value:
                yield from _damaged(inner)
        elif field.type == FieldDescriptor.TYPE_STRING:
            for text in (value,) if single else value:
                if not isinstance(text, str):
                    yield field.name, text
