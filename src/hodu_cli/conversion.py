"""What `hodu convert` reads and writes: a model, or tensors by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hodu._io import check_save_options, is_model, load_model, save_model
from hodu._tensor import Tensor
from hodu.dispatch.base import wrap
from hodu.errors import FormatError
from hodu.passes import optimize
from hodu.passes.dump import Dump
from hodu.plugins import manager
from hodu.plugins.interfaces import Capability, FormatPlugin
from hodu.snapshot.ir import Snapshot
from hodu.snapshot.statistics import ops_histogram
from hodu_cli.console import Console
from hodu_cli.errors import UsageError


@dataclass(frozen=True, slots=True)
class Content:
    """What a file holds: a Snapshot with its constants as tensors, or only tensors."""

    name: str
    snapshot: Snapshot | None
    tensors: Mapping[str, Tensor]

    @property
    def is_model(self) -> bool:
        """Whether there is a graph."""
        return self.snapshot is not None

    def ops(self) -> dict[str, int]:
        """How often each op occurs."""
        return ops_histogram(self.snapshot) if self.snapshot is not None else {}


def read(path: Path, dims: Mapping[str, int], format_name: str | None, console: Console) -> Content:
    """The contents of a file, with a progress bar for a large model."""
    if path.exists() and is_model(path, format_name):
        with console.progress("Loading") as progress:
            snapshot = load_model(path, dims=dims, format=format_name, progress=progress)
        return _model(snapshot)
    if not path.exists():
        raise FormatError(f"no such file: {str(path)!r}")
    if dims:
        raise UsageError(f"--dim is for models, and {str(path)!r} holds tensors")
    plugin = manager.format_for(path, "load_tensors", format_name)
    return Content(path.name, None, plugin.load_tensors(path))


def _model(snapshot: Snapshot) -> Content:
    arrays = {**snapshot.constants, **snapshot.states}
    return Content(snapshot.name, snapshot, {name: wrap(a) for name, a in arrays.items()})


def optimized(content: Content, level: int, dump: Path | None = None) -> Content:
    """A model after the passes of a level; raises UsageError for tensors.

    With `dump`, a folder, its text after every stage is written to numbered files there.
    """
    if content.snapshot is None:
        raise UsageError(f"-O is for models, and {content.name!r} holds tensors")
    observer = None if dump is None else Dump(dump).stage
    return _model(optimize(content.snapshot, level, observer=observer))


def target_plugin(path: Path, format_name: str | None, content: Content) -> FormatPlugin:
    """The format to write: by name, else by extension; raises FormatError if it cannot."""
    if format_name is None and str(path) == "-":
        raise UsageError("the format for stdout is not clear", hint="say it: --to npy, --to json")
    plugin = manager.get("format", format_name) if format_name else _by_extension(path)
    needed: tuple[Capability, ...] = ("save_tensors",)
    if content.is_model:
        needed = ("save_model", "save_tensors")
    if plugin is None or not plugin.capabilities.intersection(needed):
        raise _cannot(path, plugin, needed)
    return plugin


def _by_extension(path: Path) -> FormatPlugin | None:
    """The format with the longest extension that the name ends with."""
    name = path.name.lower()
    found = [(len(e), f) for f in manager.formats() for e in f.extensions if name.endswith(e)]
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _cannot(path: Path, plugin: FormatPlugin | None, needed: tuple[Capability, ...]) -> FormatError:
    able = [f for f in manager.formats() if f.capabilities.intersection(needed)]
    what = "models" if needed[0] == "save_model" else "tensors"
    names = ", ".join(f.extensions[0] for f in able) or "none"
    hint = f"formats that can: {names}"
    if plugin is None:
        return FormatError(f"{str(path)!r} has no extension of a known format", hint=hint)
    return FormatError(f"the format {plugin.name} cannot save {what} yet", hint=hint)


def write(content: Content, plugin: FormatPlugin, path: Path, options: Mapping[str, Any]) -> None:
    """Write the model if the format has models, else the tensors."""
    if content.snapshot is not None and "save_model" in plugin.capabilities:
        save_model(content.snapshot, path, plugin, options)
        return
    check_save_options("tensors", (), options)
    if not content.tensors:
        raise FormatError(f"{content.name} holds no tensors to write")
    plugin.save_tensors(content.tensors, path)
