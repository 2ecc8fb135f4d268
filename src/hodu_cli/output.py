"""Where results go: stdout or a folder, as text, JSON or tensor files."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hodu._tensor import Tensor
from hodu.plugins import manager
from hodu_cli.console import Console
from hodu_cli.display import pretty
from hodu_cli.errors import UsageError
from hodu_cli.options import ResultFormat
from hodu_cli.streams import writable
from hodu_cli.tables import plural

_UNSAFE = re.compile(r"[^\w.+-]+")


def check_destination(form: ResultFormat, folder: Path | None, names: Sequence[str]) -> None:
    """Raise UsageError if outputs of these names cannot go where they should."""
    to_stdout = folder is None or str(folder) == "-"
    if folder is not None and not to_stdout and folder.exists() and not folder.is_dir():
        raise UsageError(
            f"-o {str(folder)!r} is a file, and outputs go to a folder, a file each",
            hint="name a folder, or send stdout to the file: > FILE",
        )
    if form is ResultFormat.npy and to_stdout and len(names) != 1:
        raise UsageError(
            f"a .npy file holds one tensor, and there are {len(names)} outputs: {', '.join(names)}",
            hint="choose one with --output NAME, or use -o DIR or -f hdt",
        )
    if form.is_binary and folder is None and sys.stdout.isatty():
        raise UsageError(
            f"-f {form.value} writes binary data, and stdout is a terminal",
            hint="name a folder with -o DIR, or send stdout to a file or another command",
        )


def write_outputs(
    outputs: Mapping[str, Tensor], form: ResultFormat, folder: Path | None, console: Console
) -> None:
    """Outputs to stdout (`folder` None or `-`) or, one file each, into a folder."""
    if folder is None or str(folder) == "-":
        _to_stdout(outputs, form)
        return
    folder.mkdir(parents=True, exist_ok=True)
    suffix = "txt" if form is ResultFormat.pretty else form.value
    for name, file_name in file_names(outputs, suffix).items():
        _to_file(name, outputs[name], form, folder / file_name)
    console.status("Wrote", f"{plural(len(outputs), 'file')} to {folder}")


def file_names(names: Mapping[str, Any], suffix: str) -> dict[str, str]:
    """A file name for each tensor name, different ones also where the file system's rules bite."""
    files: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        stem = _UNSAFE.sub("_", name).strip("._") or "output"
        unique, number = stem, 1
        while unique.lower() in taken:
            number += 1
            unique = f"{stem}_{number}"
        taken.add(unique.lower())
        files[name] = f"{unique}.{suffix}"
    return files


def _to_file(name: str, tensor: Tensor, form: ResultFormat, path: Path) -> None:
    if form is ResultFormat.pretty:
        path.write_text(f"{pretty(name, tensor)}\n", encoding="utf-8")
        return
    # The name of a .npy or .json file says whose tensor it is; a .hdt file keeps it inside.
    inside = name if form is ResultFormat.hdt else ""
    manager.format_for(path, "save_tensors", form.value).save_tensors({inside: tensor}, path)


def _to_stdout(outputs: Mapping[str, Tensor], form: ResultFormat) -> None:
    if form is ResultFormat.pretty:
        for name, tensor in outputs.items():
            print(pretty(name, tensor))
        return
    nameless = form is ResultFormat.npy
    plugin = manager.format_for(Path("-"), "save_tensors", form.value)
    with writable(Path("-"), f".{form.value}") as path:
        plugin.save_tensors({"" if nameless else n: t for n, t in outputs.items()}, path)
