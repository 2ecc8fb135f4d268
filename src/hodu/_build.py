"""`hodu.build`: a Snapshot compiled ahead of time into a file."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from hodu.artifact import OutputFormat
from hodu.devices import Device, as_device
from hodu.errors import ArgumentError
from hodu.plan.systems import target_for
from hodu.plan.target import Target
from hodu.plan.variants import default_variants
from hodu.plugins import manager
from hodu.plugins.interfaces import CompileOptions
from hodu.render.c_types import c_name
from hodu.runtime.wheel import wheel_path
from hodu.snapshot.ir import Snapshot

_NAMES = {
    "": OutputFormat.EXECUTABLE,
    "executable": OutputFormat.EXECUTABLE,
    "object": OutputFormat.OBJECT,
    "obj": OutputFormat.OBJECT,
    "staticlib": OutputFormat.STATIC_LIBRARY,
    "lib": OutputFormat.STATIC_LIBRARY,
    "sharedlib": OutputFormat.SHARED_LIBRARY,
    "dylib": OutputFormat.SHARED_LIBRARY,
    "dll": OutputFormat.SHARED_LIBRARY,
    "wheel": OutputFormat.WHEEL,
    **{form.value: form for form in OutputFormat},
}


def build(
    snapshot: Snapshot,
    path: str | os.PathLike[str],
    *,
    target: str | None = None,
    cpu: str | None = None,
    format: str | None = None,
    name: str | None = None,
    device: str | Device = "cpu",
    opt: int | str = 2,
    exact: bool = False,
    external_weights: bool = False,
    arena: str = "static",
    streaming: bool = False,
) -> None:
    """Compile a Snapshot into a library, a program or source at `path`, whole or not at all.

    `target` is a triple (this machine's by default); the code runs on any usual processor of it, or
    on `cpu` ("native" is this one). `format` is an extension or "object", "staticlib", "sharedlib",
    "executable", "wheel"; else the extension of `path` says it. `name` is what the functions are
    called. A wheel may go into a folder, under the name that pip takes. `opt` is the effort from 0
    to 3, or "s" for little code. With `arena` "caller" the typed function has no memory of its own.
    With `streaming` firmware computes layers by line buffers where that takes less memory. States
    go into the file with what they hold now. Raises ArgumentError for a format, a level or an arena
    that there is not and for sizes that are not known, UnsupportedError for what the target cannot
    have.
    """
    if arena not in ("static", "caller"):
        raise ArgumentError(f"arena is {arena!r}", hint='it is "static" or "caller"')
    file = Path(path)
    form = output_format(file, format)
    effort, chosen = effort_for(opt, target_for(form, target, cpu))
    extra: dict[str, Any] = {
        "target": chosen,
        "name": name,
        "external_weights": external_weights,
        "arena": arena,
        "streaming": streaming,
        "variants": () if cpu or chosen.compact else default_variants(form, chosen.triple),
    }
    options = CompileOptions(opt=effort, exact=exact, extra=extra)
    file = file_of(snapshot, file, form, name, chosen)
    plugin = manager.builder_for(as_device(device), form)
    plugin.build(snapshot, as_device(device), form, file, options)


def effort_for(opt: int | str, target: Target) -> tuple[int, Target]:
    """The effort from 0 to 3 and the target for a level, of which "s" asks for little code.

    Raises ArgumentError for another level.
    """
    if opt == "s":
        return 2, replace(target, compact=True)
    if isinstance(opt, int) and 0 <= opt <= 3:
        return opt, target
    raise ArgumentError(f"there is no level {opt!r} of effort", hint="levels are 0, 1, 2, 3 and s")


def file_of(
    snapshot: Snapshot, path: Path, format: OutputFormat, name: str | None, target: Target
) -> Path:
    """The file to write: `path` itself, but for a wheel in the folder `path`."""
    if format is not OutputFormat.WHEEL:
        return path
    return wheel_path(path, c_name(name or snapshot.name).lower(), target.triple)


def output_format(path: Path, name: str | None) -> OutputFormat:
    """The format that is named, else the one that the file's extension stands for."""
    text = path.suffix[1:].lower() if name is None else name.lower()
    if text not in _NAMES or (name is not None and not name):
        raise ArgumentError(
            f"{name!r} is no format"
            if name is not None
            else f"{str(path)!r}: no format has the extension .{text}",
            hint="formats are o, a, so, exe, wasm, wheel, c, ll, bc and s",
        )
    return _NAMES[text]
