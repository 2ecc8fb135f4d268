"""Values of every ONNX kind as tensors with names, and back: what crosses a Snapshot's border.

Sequences become their elements, empty optionals nothing, narrow tensors their codes, and maps with
keys that are known a tensor of their values. What is left out is the form, which puts the values
together again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from hodu.dispatch.base import TensorBase, wrap
from hodu.errors import CaptureError
from hodu.formats.onnx.narrow import NarrowTensor, codes_of

_HINT = "run the model with hodu.formats.onnx.backend.Eager"


@dataclass(frozen=True)
class Leaf:
    """A tensor by its name; `narrow` is the type whose codes it holds."""

    name: str
    narrow: np.dtype[Any] | None = None


@dataclass(frozen=True)
class Maps:
    """A sequence of maps by the name of a tensor: each row has the values of these keys."""

    name: str
    keys: tuple[Any, ...]


Form: TypeAlias = Leaf | Maps | tuple["Form", ...] | None


@dataclass(frozen=True)
class ZippedMaps:
    """A sequence of maps in a capture: the values [rows, keys], and the keys."""

    values: Any
    keys: tuple[Any, ...]


def unpack(value: Any, name: str, into: dict[str, Any]) -> Form:
    """Put the tensors of a value into `into`; raises CaptureError for texts and maps."""
    if value is None:
        return None
    if isinstance(value, (list, tuple)):
        return tuple(unpack(v, f"{name}.{i}", into) for i, v in enumerate(value))
    if isinstance(value, dict):
        raise CaptureError(f"{name!r} is a map, which cannot be captured", hint=_HINT)
    while name in into:
        name += "_"
    if isinstance(value, ZippedMaps):
        into[name] = value.values
        return Maps(name, value.keys)
    if isinstance(value, TensorBase):
        into[name] = value
        return Leaf(name)
    if isinstance(value, NarrowTensor):
        into[name] = value.codes
        return Leaf(name, value.dtype)
    if value.dtype == object:
        raise CaptureError(
            f"{name!r} holds texts, which cannot be captured: no tensor of Hodu's does", hint=_HINT
        )
    into[name] = wrap(codes_of(value))
    return Leaf(name, value.dtype)


def pack(
    form: Form, tensors: Mapping[str, Any], narrowed: Callable[[Any, np.dtype[Any]], Any]
) -> Any:
    """The value of a form; `narrowed` makes a narrow tensor of codes."""
    if form is None:
        return None
    if isinstance(form, tuple):
        return [pack(part, tensors, narrowed) for part in form]
    found = tensors[form.name]
    if isinstance(form, Maps):
        return [dict(zip(form.keys, row, strict=True)) for row in found.tolist()]
    return found if form.narrow is None else narrowed(found, form.narrow)
