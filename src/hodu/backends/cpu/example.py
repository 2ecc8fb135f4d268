"""A folder with a built model as people take it into a project of their own."""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path

from hodu.backends.cpu.prepare import Prepared
from hodu.backends.cpu.sources import write_c, write_headers
from hodu.errors import ArgumentError, ToolchainError, UnsupportedError
from hodu.plan.target import Target
from hodu.render.c_example import example_files
from hodu.render.c_typed import can_be_typed
from hodu.toolchain.compiler import CodeOptions

_MANIFEST = ".hodu-example.json"


def check_example(ready: Prepared, folder: Path) -> None:
    """Raise unless an example can be written: for firmware with a typed function, and to a folder
    that is not there or that has nothing but what Hodu wrote, as Hodu wrote it.
    """
    options = ready.options
    if not options.bare:
        raise ArgumentError(
            f"examples are for firmware, and {options.target} is not bare metal",
            hint="name such a target, as in -t thumbv7em-none-eabihf",
        )
    if options.typed is None or not can_be_typed(ready.program):
        raise UnsupportedError(
            "an example calls the typed function, which this build does not have",
            hint="it takes weights in the file itself, and outputs whose sizes are known",
        )
    if not folder.parent.is_dir():
        raise ArgumentError(f"there is no folder {str(folder.parent)!r}")
    foreign = _foreign(folder)
    if foreign is not None:
        raise ArgumentError(
            f"{str(foreign)!r} is not as Hodu wrote it, and would be overwritten",
            hint="name another folder, or move what is in it",
        )


def write_example(ready: Prepared, folder: Path, target: Target, code: CodeOptions) -> None:
    """Write the folder, whole or not at all.

    Raises ToolchainError if it cannot be written.
    """
    options = ready.options
    assert options.typed is not None
    texts = example_files(
        ready.program,
        ready.plan,
        options.symbol,
        f"{target.triple} {target.processor}",
        options.typed,
        _flags(code),
        has_weights=ready.weights.size > 0,
    )
    try:
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".hodu-") as name:
            scratch = Path(name)
            made = scratch / "example"
            source = made / "src" / f"{options.symbol}.c"
            source.parent.mkdir(parents=True)
            weights = scratch / "weights"
            ready.write_weights(weights)
            write_c(ready, source, weights if ready.weights.size else None)
            write_headers(ready, source.parent)
            for place, text in texts.items():
                (made / place).parent.mkdir(parents=True, exist_ok=True)
                (made / place).write_text(text, "utf-8")
            (made / _MANIFEST).write_text(json.dumps(_digests(made), indent=2), "utf-8")
            made.chmod(0o755)
            _replace(folder, made, scratch / "old")
    except OSError as error:
        raise ToolchainError(f"cannot write {str(folder)!r}: {error.strerror}") from error


def _replace(folder: Path, made: Path, old: Path) -> None:
    """Put a folder in the place of another one, which stays there if that fails."""
    is_there = folder.exists()
    if is_there:
        folder.rename(old)
    try:
        made.rename(folder)
    except OSError:
        if is_there:
            old.rename(folder)
        raise


def _flags(code: CodeOptions) -> list[str]:
    """Those of the compiler that every gcc and clang takes, without a processor."""
    own = ("-O", "-std=", "-ffp-contract", "-fno-math", "-fno-trapping", "-fwrapv", "-fno-tree")
    sections = ("-ffunction-sections", "-fdata-sections")
    return [f for f in dict.fromkeys(code.arguments()) if f.startswith(own) or f in sections]


def _digests(folder: Path) -> dict[str, str]:
    """The contents of every file of a folder, by its place."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != _MANIFEST
    }


def _foreign(folder: Path) -> Path | None:
    """What is not of Hodu's making in the place of an example."""
    if not folder.exists() and not folder.is_symlink():
        return None
    if not folder.is_dir() or folder.is_symlink():
        return folder
    found = _digests(folder)
    try:
        written = json.loads((folder / _MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        written = {}
    written = written if isinstance(written, dict) else {}
    return next((folder / name for name in found if written.get(name) != found[name]), None)
