"""Checkpoints: nested state as one safetensors file, whose header holds as JSON what is no tensor.

Nothing is pickled, and the file is written beside its place and renamed, so it is there whole or
not at all.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from hodu._tensor import Tensor
from hodu.data.order import set_words, words
from hodu.dispatch.base import wrap
from hodu.errors import ArgumentError, FormatError
from hodu.formats._mapped import read_mapped, write_mapped
from hodu.ops._table import Array
from hodu.random import Generator
from hodu.source import location

_KEY = "hodu.checkpoint"
_VERSION = 1


def save_checkpoint(state: Mapping[str, Any], path: str | os.PathLike[str]) -> None:
    """Write what `state` holds by name: tensors, numbers, texts, containers of those, generators,
    and whatever has a `state_dict` (models, optimizers, schedulers, loaders).

    Raises ArgumentError for anything else.
    """
    arrays: dict[str, Array] = {}
    tree = {name: _encode(_state_of(value), name, arrays) for name, value in state.items()}
    text = json.dumps({"version": _VERSION, "state": tree}, allow_nan=False)
    write_mapped(Path(path), arrays, {_KEY: text})


def load_checkpoint(
    path: str | os.PathLike[str], state: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The contents of a checkpoint; objects in `state` take over what was saved by their names.

    Raises FormatError for a damaged file and for names that it does not have.
    """
    file = Path(path)
    mapped = read_mapped(file)
    tree = _read_tree(mapped.metadata.get(_KEY), file)
    loaded = {name: _decode(value, mapped.arrays, file) for name, value in tree.items()}
    for name, value in (state or {}).items():
        if name not in loaded:
            raise FormatError(f"{str(file)!r} has no state of {name!r}", hint=f"it has {[*loaded]}")
        if isinstance(value, Generator):
            set_words(value, loaded[name])
        elif hasattr(value, "load_state_dict"):
            value.load_state_dict(loaded[name])
    return loaded


def _state_of(value: Any) -> Any:
    if isinstance(value, Generator):
        return words(value)
    return value.state_dict() if hasattr(value, "state_dict") else value


def _encode(value: Any, name: str, arrays: dict[str, Array]) -> Any:
    """The value as JSON; its arrays go to `arrays`."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, (Tensor, np.ndarray)):
        array = value.detach().numpy() if isinstance(value, Tensor) else value
        key = name if name not in arrays else f"{name}#{len(arrays)}"
        arrays[key] = array
        return {"$tensor": key}
    if isinstance(value, (float, np.generic)):
        number = value.item() if isinstance(value, np.generic) else value
        is_plain = not isinstance(number, float) or math.isfinite(number)
        return number if is_plain else {"$float": repr(number)}
    if isinstance(value, Mapping):
        return _encode_mapping(value, name, arrays)
    if isinstance(value, (list, tuple)):
        entries = [_encode(entry, f"{name}/{i}", arrays) for i, entry in enumerate(value)]
        return {"$tuple": entries} if isinstance(value, tuple) else entries
    raise ArgumentError(
        f"{name!r} is a {type(value).__name__}, which a checkpoint cannot hold",
        where=location(),
        hint="give it a state_dict() of tensors, numbers and texts",
    )


def _encode_mapping(value: Mapping[Any, Any], name: str, arrays: dict[str, Array]) -> Any:
    pairs = [(key, _encode(entry, f"{name}/{key}", arrays)) for key, entry in value.items()]
    if all(isinstance(key, str) and not key.startswith("$") for key, _ in pairs):
        return dict(pairs)
    return {"$items": [[_encode(key, name, arrays), entry] for key, entry in pairs]}


def _read_tree(text: str | None, file: Path) -> dict[str, Any]:
    if text is None:
        raise FormatError(f"{str(file)!r} is no checkpoint: its header has no {_KEY!r}")
    try:
        tree = json.loads(text)
        version, state = tree["version"], tree["state"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise FormatError(f"{str(file)!r} is a damaged checkpoint: {error!r}") from None
    if version != _VERSION or not isinstance(state, dict):
        raise FormatError(f"{str(file)!r} is a checkpoint of the unknown version {version!r}")
    return state


def _decode(value: Any, arrays: Mapping[str, Array], file: Path) -> Any:
    if isinstance(value, list):
        return [_decode(entry, arrays, file) for entry in value]
    if not isinstance(value, dict):
        return value
    if len(value) != 1 or not next(iter(value)).startswith("$"):
        return {key: _decode(entry, arrays, file) for key, entry in value.items()}
    ((kind, content),) = value.items()
    try:
        if kind == "$tensor":
            return wrap(arrays[content])
        if kind == "$float":
            return float(content)
        entries = _decode(content, arrays, file)
        if kind == "$tuple":
            return tuple(entries)
        if kind == "$items":
            return dict(entries)
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError(f"{str(file)!r} is a damaged checkpoint: {kind} {error!r}") from None
    raise FormatError(f"{str(file)!r} is a damaged checkpoint: unknown {kind!r}")
