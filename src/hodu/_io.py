"""`hodu.load` and `hodu.save`: models and tensors, by the format plugins."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from hodu._tensor import Tensor
from hodu.dims import dim_name
from hodu.errors import ArgumentError, FormatError
from hodu.plugins import manager
from hodu.plugins.interfaces import FormatPlugin, LoadOptions, Progress
from hodu.snapshot.ir import Snapshot


def load(
    path: str | os.PathLike[str],
    *,
    dims: Mapping[str, int] | None = None,
    format: str | None = None,
) -> Any:
    """Read a model (a Snapshot) or tensors (a dict by name, or one Tensor if it has no name).

    `dims` binds named dimensions of a model; `format` names the format where the extension does
    not. Weights are mapped, not read, where the format allows. Raises FormatError.
    """
    file = _existing(path)
    if is_model(file, format):
        return load_model(file, dims=dims, format=format)
    tensors = manager.format_for(file, "load_tensors", format).load_tensors(file)
    return tensors[""] if tensors.keys() == {""} else tensors


def load_model(
    path: str | os.PathLike[str],
    *,
    dims: Mapping[str, int] | None = None,
    format: str | None = None,
    progress: Progress | None = None,
) -> Snapshot:
    """Read a model; see `load`."""
    file = _existing(path)
    bound = {dim_name(name): _positive(name, size) for name, size in (dims or {}).items()}
    plugin = manager.format_for(file, "load_model", format)
    return plugin.load_model(file, LoadOptions(dims=bound, progress=progress))


def save(
    value: Snapshot | Tensor | Mapping[str, Tensor],
    path: str | os.PathLike[str],
    *,
    format: str | None = None,
    **options: Any,
) -> None:
    """Write a Snapshot, a tensor or tensors by name, in the format of the extension.

    `options` are those of the format: for .onnx `opset`, and `external` (constants in a file
    beside the model). Raises ArgumentError for one that the format does not have.
    """
    file = Path(path)
    if isinstance(value, Snapshot):
        plugin = manager.format_for(file, "save_model", format)
        return save_model(value, file, plugin, options)
    check_save_options("tensors", (), options)
    if not isinstance(value, (Tensor, Mapping)):
        raise ArgumentError(
            f"a {type(value).__name__} cannot be saved",
            hint="save a Snapshot, a tensor as hodu.tensor(value) makes it, or a dict of tensors",
        )
    tensors = {"": value} if isinstance(value, Tensor) else dict(value)
    return manager.format_for(file, "save_tensors", format).save_tensors(tensors, file)


def save_model(
    snapshot: Snapshot, file: Path, plugin: FormatPlugin, options: Mapping[str, Any]
) -> None:
    """Write a model with a format and its options; see `save`."""
    check_save_options(plugin.name, getattr(plugin, "save_options", ()), options)
    write: Any = plugin.save_model
    write(snapshot, file, **options)


def check_save_options(what: str, known: Collection[str], options: Mapping[str, Any]) -> None:
    """Raise ArgumentError for options that a format does not have."""
    unknown = [name for name in options if name not in known]
    if unknown:
        raise ArgumentError(
            f"saving {what} has no option {', '.join(map(repr, unknown))}",
            hint=f"its options are {', '.join(known) or 'none'}",
        )


def _existing(path: str | os.PathLike[str]) -> Path:
    file = Path(path)
    if not file.exists():
        raise FormatError(f"no such file: {str(file)!r}")
    return file


def is_model(file: Path, format: str | None = None) -> bool:
    """Whether a file is of a format that holds models, by name, extension, then contents."""
    if format is not None:
        return "load_model" in manager.get("format", format).capabilities
    name = file.name.lower()
    matching = [f for f in manager.formats() if name.endswith(f.extensions)]
    if matching:
        return any("load_model" in f.capabilities for f in matching)
    with file.open("rb") as stream:
        head = stream.read(64)
    return any("load_model" in f.capabilities for f in manager.formats() if f.recognizes(head))


def _positive(name: str, size: int) -> int:
    if not isinstance(size, int) or isinstance(size, bool) or size < 1:
        raise ArgumentError(f"dimension {name!r} cannot have the size {size!r}")
    return size
