"""The compiler, runtime and device of a run, also from plugin files."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from hodu.devices import as_device
from hodu.errors import PluginError, UnsupportedError
from hodu.plugins import manager
from hodu.plugins.manager import Engine
from hodu_cli.errors import UsageError


def choose_engine(
    device: str,
    compiler: str | None,
    runtime: str | None,
    pack: str | None,
    compiler_plugin: Path | None,
    runtime_plugin: Path | None,
) -> Engine:
    """The engine that the options name; raises UsageError or PluginError."""
    if pack is not None and (compiler is not None or runtime is not None):
        raise UsageError("--pack names a compiler and a runtime: give it alone")
    if compiler_plugin is not None:
        compiler = register_from("compiler", compiler_plugin)
    if runtime_plugin is not None:
        runtime = register_from("runtime", runtime_plugin)
    return manager.engine_for(as_device(device), compiler or pack, runtime or pack)


def register_from(kind: manager.Kind, path: Path) -> str:
    """Register the plugin that a Python file defines as `compiler`, `runtime` or `plugin`."""
    if path.suffix != ".py":
        raise UnsupportedError(
            f"{str(path)!r}: plugins are loaded from Python files (.py) only",
            hint=f"a Python file that sets `{kind} = ...` can wrap a library or a program",
        )
    module = _import_file(path)
    plugin = getattr(module, kind, None) or getattr(module, "plugin", None)
    if plugin is None:
        raise PluginError(
            f"{str(path)!r} defines no {kind}", hint=f"set `{kind} = ...` at its top level"
        )
    manager.register(kind, plugin)
    name: str = plugin.name
    return name


def _import_file(path: Path) -> Any:
    if not path.is_file():
        raise PluginError(f"no such plugin file: {str(path)!r}")
    spec = importlib.util.spec_from_file_location(f"_hodu_plugin_{path.stem}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise PluginError(
            f"the plugin {str(path)!r} cannot be imported: {type(error).__name__}: {error}",
            hint="--debug shows where",
        ) from error
    return module
