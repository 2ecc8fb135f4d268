"""What `hodu build` chooses, and the build itself."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hodu._build import effort_for, file_of, output_format
from hodu.artifact import OutputFormat
from hodu.devices import CPU
from hodu.errors import ArgumentError
from hodu.plan.target import Target
from hodu.plan.variants import Variant, default_variants, variants_for
from hodu.plugins import manager
from hodu.plugins.interfaces import CompileOptions
from hodu.snapshot.ir import Snapshot
from hodu_cli.build_page import write_report
from hodu_cli.build_report import report_lines
from hodu_cli.console import Console
from hodu_cli.errors import UsageError
from hodu_cli.model import reporting


def check_choices(variants: str | None, processor: str | None, tune: bool) -> None:
    """Raise UsageError for options that exclude each other."""
    if variants is not None and processor is not None:
        raise UsageError("--mcpu builds for one processor, --variants for several: give one")
    if tune and processor != "native":
        raise UsageError(
            "--tune measures on this machine, and the code is for other processors too",
            hint="--mcpu native builds for this one",
        )


def chosen_effort(level: str, target: Target) -> tuple[int, Target]:
    """The effort and the target for what -O says; raises UsageError."""
    try:
        return effort_for(int(level) if level.isdecimal() else level, target)
    except ArgumentError as error:
        raise UsageError(error.message, hint=error.hint) from None


def chosen_format(path: Path, name: str | None) -> OutputFormat:
    """The format that is named, else the one that the file's extension stands for."""
    try:
        return output_format(path, name)
    except ArgumentError as error:
        raise UsageError(error.message, hint=error.hint) from None


def chosen_variants(names: str | None, format: OutputFormat, triple: str) -> tuple[Variant, ...]:
    """The variants that --variants names, else those that the format has by itself."""
    if names is None:
        return default_variants(format, triple)
    return variants_for(triple, [name.strip() for name in names.split(",") if name.strip()])


def check_folder(path: Path, format: OutputFormat) -> None:
    """Raise UsageError if a file cannot be written there."""
    if path.is_dir() and format is not OutputFormat.WHEEL:
        raise UsageError(f"{str(path)!r} is a folder", hint="-o names the file to write")
    if not path.parent.is_dir():
        raise UsageError(f"there is no folder {str(path.parent)!r}")


def tell(verbose: bool, page: Path | None, console: Console, notes: Mapping[str, Any]) -> None:
    """Print what a program takes, or write it to a file."""
    if verbose:
        print("\n".join(report_lines(notes)))
    if page is not None:
        write_report(page, notes)
        console.status("Wrote", str(page))


def write(
    snapshot: Snapshot, format: OutputFormat, path: Path, options: CompileOptions, console: Console
) -> None:
    """Build a file, and say so."""
    compiler = manager.builder_for(CPU, format)
    target = options.extra["target"]
    path = file_of(snapshot, path, format, options.extra["name"], target)
    console.status("Compiling", f"{snapshot.name} with {compiler.name} for {target.triple}")
    with console.progress("Tuning") as report:
        compiler.build(snapshot, CPU, format, path, reporting(options, report))
    console.status("Wrote", f"{path} ({path.stat().st_size:,} bytes)")
