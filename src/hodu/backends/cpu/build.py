"""`hodu build` for processors: objects, libraries, programs and C source of a Snapshot."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from hodu.artifact import OutputFormat
from hodu.backends.cpu.dump import Dump
from hodu.backends.cpu.interface import unbound_dims
from hodu.backends.cpu.prepare import Prepared, prepare
from hodu.backends.cpu.report import describe
from hodu.backends.cpu.sources import write_c
from hodu.backends.cpu.stored import code_options
from hodu.errors import ArgumentError
from hodu.plan.target import Target, baseline
from hodu.plugins.interfaces import CompileOptions
from hodu.render.c_header import c_name, can_be_typed, render_header
from hodu.render.c_program import Options
from hodu.render.c_types import RESERVED
from hodu.runtime.products import EmbeddedWeights, build_product, place_file
from hodu.runtime.support import C_FOLDER
from hodu.snapshot.ir import Snapshot
from hodu.toolchain.build import Source

_ONE_MODEL = (OutputFormat.SHARED_LIBRARY, OutputFormat.EXECUTABLE)
_LINKED = (OutputFormat.OBJECT, OutputFormat.STATIC_LIBRARY, OutputFormat.SHARED_LIBRARY)
_IR = (OutputFormat.LLVM_IR, OutputFormat.LLVM_BITCODE, OutputFormat.ASSEMBLY)


def build(
    snapshot: Snapshot, format: OutputFormat, path: Path, options: CompileOptions
) -> Mapping[str, Any]:
    """Write an artefact and what belongs beside it; returns the notes about the program.

    `options.extra` may have a `target` (a portable one for this machine by default), a `name` for
    the functions (the file's by default), `external_weights` for a file NAME.weights instead of
    weights in the artefact, a folder `dump` for all stages, and `report`, which is called with the
    notes. Raises ArgumentError for sizes that are not known, UnsupportedError listing nodes without
    code, ToolchainError.
    """
    _check_sizes(snapshot)
    extra = options.extra
    target: Target = extra.get("target") or baseline()
    symbol = _symbol(extra.get("name") or path.stem)
    external = bool(extra.get("external_weights")) or format in _IR
    dump = Dump(extra["dump"]) if extra.get("dump") else None
    ready = prepare(
        snapshot,
        target,
        Options(
            symbol,
            target.triple,
            embedded=None if external else f"{symbol}_weights",
            aliases=format in _ONE_MODEL,
            typed=not external and format is not OutputFormat.EXECUTABLE,
        ),
        level=options.opt,
        exact=options.exact,
        observer=dump.stage if dump else None,
    )
    if dump:
        dump.program(ready)
    _write(ready, format, path, target, options, external)
    notes = {
        **describe(ready),
        "file_bytes": path.stat().st_size,
        "has_weights": not external,
        "target": f"{target.triple} {target.processor}",
    }
    if "report" in extra:
        extra["report"](notes)
    return notes


def _check_sizes(snapshot: Snapshot) -> None:
    unbound = unbound_dims(snapshot)
    if unbound:
        raise ArgumentError(
            f"{snapshot.name!r} has dimensions without a size: {', '.join(unbound)}",
            hint=f"give each one: {' '.join(f'--dim {name}=1' for name in unbound)}",
        )


def _symbol(text: str) -> str:
    """The name of the functions: a C identifier that is no word of the language."""
    name = c_name(text)
    return f"{name}_model" if name in RESERVED or name in ("main", "hodu") else name


def _write(
    ready: Prepared,
    format: OutputFormat,
    path: Path,
    target: Target,
    options: CompileOptions,
    external: bool,
) -> None:
    symbol = ready.options.symbol
    with tempfile.TemporaryDirectory() as scratch:
        blob = Path(scratch) / "weights"
        ready.write_weights(blob)
        has_weights = ready.weights.size > 0
        if format is OutputFormat.C_SOURCE:
            write_c(ready, path, None if external or not has_weights else blob)
        else:
            inside = (
                None if external or not has_weights else EmbeddedWeights(f"{symbol}_weights", blob)
            )
            code = replace(code_options(target, options), triple=target.triple)
            build_product([Source(f"{symbol}.c", ready.source)], format, path, code, inside)
        if external and has_weights:
            place_file(blob, path.with_name(f"{path.stem}.weights"))
        if format in _LINKED or format is OutputFormat.C_SOURCE:
            _write_headers(ready, path.parent, Path(scratch))


def _write_headers(ready: Prepared, folder: Path, scratch: Path) -> None:
    """NAME.h, and hodu.h which it includes."""
    symbol = ready.options.symbol
    typed = ready.options.typed and can_be_typed(ready.program)
    text = render_header(ready.program, ready.plan, ready.weights.size, symbol, typed)
    made = scratch / "header"
    made.write_text(text, "utf-8")
    place_file(made, folder / f"{symbol}.h")
    place_file(C_FOLDER / "hodu.h", folder / "hodu.h")
