"""Finding plugins: the built-in ones and those that installed packages announce.

Packages announce plugins as entry points of the groups `hodu.compilers`, `hodu.runtimes`,
`hodu.formats` and `hodu.onnx_operators`. A plugin is imported when it is first needed. One of the
last group is called as the domain is whose operators are registered when it is imported.
"""

from __future__ import annotations

import functools
import importlib.metadata
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from hodu._version import __version__
from hodu.artifact import OutputFormat
from hodu.devices import Device
from hodu.errors import FormatError, PluginError
from hodu.plugins.interfaces import (
    Capability,
    CompileOptions,
    CompilerPlugin,
    ExecutableModule,
    FormatPlugin,
    RuntimePlugin,
)
from hodu.snapshot.ir import Snapshot

Kind: TypeAlias = Literal["compiler", "runtime", "format", "operators"]
_GROUPS: dict[Kind, str] = {
    "compiler": "hodu.compilers",
    "runtime": "hodu.runtimes",
    "format": "hodu.formats",
    "operators": "hodu.onnx_operators",
}
_WORDS: dict[Capability, str] = {
    "load_model": "load models",
    "save_model": "save models",
    "load_tensors": "load tensors",
    "save_tensors": "save tensors",
}
_METHODS: dict[Kind, tuple[str, ...]] = {
    "compiler": ("supported_devices", "supported_formats", "compile", "build"),
    "runtime": ("supported_devices", "loadable_formats", "load", "load_file"),
    "format": ("recognizes", "load_model", "save_model", "load_tensors", "save_tensors"),
    "operators": (),
}


@dataclass(frozen=True, slots=True)
class PluginEntry:
    """A plugin that was found: its kind and name, where it comes from, and how to import it."""

    kind: Kind
    name: str
    package: str
    version: str
    target: str

    def load(self) -> Any:
        """The plugin object; raises PluginError if it cannot be imported or lacks a method."""
        return _import(self)


@functools.cache
def _import(entry: PluginEntry) -> Any:
    point = importlib.metadata.EntryPoint(entry.name, entry.target, _GROUPS[entry.kind])
    try:
        plugin = point.load()
    except Exception as error:
        raise PluginError(
            f"the {entry.kind} plugin {entry.name!r} of {entry.package} is broken: {error}",
            hint=f"update or uninstall {entry.package}",
        ) from error
    missing = _missing_methods(entry.kind, plugin)
    if missing:
        raise PluginError(
            f"the {entry.kind} plugin {entry.name!r} of {entry.package} lacks {', '.join(missing)}",
            hint="it may be written for another version of Hodu",
        )
    return plugin


def _missing_methods(kind: Kind, plugin: object) -> list[str]:
    return [m for m in _METHODS[kind] if not callable(getattr(plugin, m, None))]


_registered: dict[tuple[Kind, str], Any] = {}


def register(kind: Kind, plugin: CompilerPlugin | RuntimePlugin | FormatPlugin) -> None:
    """Add a plugin object for this process; it stands before an installed one of its name."""
    missing = _missing_methods(kind, plugin)
    if missing:
        raise PluginError(f"the {kind} plugin {plugin!r} lacks {', '.join(missing)}")
    _registered[kind, plugin.name] = plugin


@functools.cache
def entries(kind: Kind) -> dict[str, PluginEntry]:
    """The installed plugins of a kind by name, Hodu's own first, of these the interpreter last."""
    points = importlib.metadata.entry_points(group=_GROUPS[kind])
    found = [_entry(kind, point) for point in points]
    by_name: dict[str, PluginEntry] = {}
    for entry in sorted(found, key=_preference):
        by_name.setdefault(entry.name, entry)
    return by_name


def _preference(entry: PluginEntry) -> tuple[bool, bool, str]:
    return entry.package != "hodu", entry.name == "interp", entry.name


def _entry(kind: Kind, point: importlib.metadata.EntryPoint) -> PluginEntry:
    return PluginEntry(kind, point.name, *_package_of(point), point.value)


def _package_of(point: importlib.metadata.EntryPoint) -> tuple[str, str]:
    """The name and version of a plugin's package; Hodu's own need no look at its metadata."""
    if point.value.startswith("hodu."):
        return "hodu", __version__
    return (point.dist.name, point.dist.version) if point.dist else ("unknown", "?")


def get(kind: Kind, name: str) -> Any:
    """The plugin of this kind and name; raises PluginError naming those there are."""
    if (kind, name) in _registered:
        return _registered[kind, name]
    found = entries(kind).get(name)
    if found is None:
        known = ", ".join(sorted(names(kind))) or "none"
        raise PluginError(f"no {kind} plugin {name!r}", hint=f"installed: {known}")
    return found.load()


def names(kind: Kind) -> list[str]:
    """The names of all plugins of a kind, those registered in this process first."""
    here = [name for k, name in _registered if k == kind]
    return list(dict.fromkeys([*here, *entries(kind)]))


@dataclass(frozen=True, slots=True)
class Engine:
    """A device, a compiler for it, and a runtime that loads what the compiler makes."""

    device: Device
    compiler: CompilerPlugin
    runtime: RuntimePlugin

    def compile(self, snapshot: Snapshot, options: CompileOptions) -> ExecutableModule:
        """The Snapshot made executable; raises PluginError if the runtime does not load it."""
        artifact = self.compiler.compile(snapshot, self.device, options)
        if artifact.format not in self.runtime.loadable_formats(self.device):
            raise _mismatch(self.compiler.name, self.runtime.name)
        return self.runtime.load(artifact, self.device)


def engine_for(device: Device, compiler: str | None = None, runtime: str | None = None) -> Engine:
    """The first compiler for a device with the first runtime that loads what it makes.

    `compiler` and `runtime` name them where the choice is not free. Raises PluginError if there is
    none, or if the two do not go together.
    """
    mismatch = None
    for made_by in _for_device("compiler", device, compiler):
        made = set(made_by.supported_formats(device))
        for run_by in _for_device("runtime", device, runtime):
            if made & set(run_by.loadable_formats(device)):
                return Engine(device, made_by, run_by)
            mismatch = mismatch or _mismatch(made_by.name, run_by.name)
    assert mismatch is not None
    raise mismatch


def builder_for(device: Device, format: OutputFormat) -> CompilerPlugin:
    """The first compiler that writes this format for a device; raises PluginError."""
    able: list[str] = []
    for plugin in _for_device("compiler", device, None):
        formats = plugin.supported_formats(device)
        if format in formats:
            found: CompilerPlugin = plugin
            return found
        able += [f.value for f in formats]
    raise PluginError(
        f"no compiler writes .{format.value} for {device}", hint=f"there are {', '.join(able)}"
    )


def _mismatch(compiler: str, runtime: str) -> PluginError:
    return PluginError(
        f"the runtime {runtime!r} does not load what the compiler {compiler!r} makes",
        hint="name one of them only, or both of one package; `hodu plugin list` shows them",
    )


def _for_device(kind: Kind, device: Device, name: str | None) -> Iterator[Any]:
    """The plugins of a kind for a device, in order of preference; raises PluginError for none."""
    is_any = False
    for candidate in [name] if name else names(kind):
        plugin = get(kind, candidate)
        if any(d.kind == device.kind for d in plugin.supported_devices()):
            is_any = True
            yield plugin
    if not is_any:
        raise PluginError(
            f"{name!r} does not support {device}" if name else f"no {kind} plugin for {device}",
            hint="`hodu doctor` lists devices and what is missing for them",
        )


def formats() -> Iterable[FormatPlugin]:
    """All format plugins; one that is broken is left out with a warning."""
    for name in names("format"):
        try:
            yield get("format", name)
        except PluginError as error:
            warnings.warn(str(error), stacklevel=2)


def format_for(path: Path, capability: Capability, name: str | None = None) -> FormatPlugin:
    """The format that does `capability` for this file: by name, extension, then contents."""
    if name is not None:
        plugin: FormatPlugin = get("format", name)
        if capability not in plugin.capabilities:
            raise FormatError(f"the format {name!r} cannot {_WORDS[capability]}")
        return plugin
    able = [f for f in formats() if capability in f.capabilities]
    best = max(able, key=lambda f: _matched(path, f), default=None)
    if best is not None and _matched(path, best):
        return best
    if capability.startswith("load") and path.is_file():
        with path.open("rb") as file:
            head = file.read(64)
        for plugin in able:
            if plugin.recognizes(head):
                return plugin
    raise _unknown(path, able, capability)


def _matched(path: Path, plugin: FormatPlugin) -> int:
    """The length of the longest extension of the format that the file has."""
    name = path.name.lower()
    return max((len(e) for e in plugin.extensions if name.endswith(e)), default=0)


def _unknown(path: Path, able: list[FormatPlugin], capability: Capability) -> FormatError:
    known = ", ".join(e for f in able for e in f.extensions)
    return FormatError(
        f"{str(path)!r} is of no format that can {_WORDS[capability]}",
        hint=f"the extensions are {known}",
    )
