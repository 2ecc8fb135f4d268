"""`hodu build` for processors: objects, libraries, programs and C source of a Snapshot."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from hodu.artifact import ArtifactTensorInfo, OutputFormat
from hodu.backends.cpu.dump import Dump
from hodu.backends.cpu.example import check_example, write_example
from hodu.backends.cpu.flags import code_options
from hodu.backends.cpu.interface import unbound_dims
from hodu.backends.cpu.notes import checked_notes
from hodu.backends.cpu.sources import write_c, write_headers
from hodu.backends.cpu.tune import tuned
from hodu.backends.cpu.variants import PreparedVariants, prepare_variants
from hodu.errors import ArgumentError
from hodu.plan.target import Target, baseline, host
from hodu.plan.variants import COMPILED, Variant, default_variants
from hodu.plugins.interfaces import CompileOptions
from hodu.render.c_program import Options
from hodu.render.c_typed import ArenaOwner
from hodu.render.c_types import RESERVED, c_name
from hodu.runtime.products import EmbeddedWeights, build_product, place_file
from hodu.runtime.support import WASM_LOADER
from hodu.runtime.wheel import wheel_of, write_wheel
from hodu.snapshot.ir import Snapshot
from hodu.toolchain.compiler import CodeOptions, Toolchain

_ONE_MODEL = (
    OutputFormat.SHARED_LIBRARY,
    OutputFormat.EXECUTABLE,
    OutputFormat.WASM,
    OutputFormat.WHEEL,
)
_UNTYPED = (OutputFormat.EXECUTABLE, OutputFormat.WASM, OutputFormat.WHEEL)
_HEADED = (
    OutputFormat.OBJECT,
    OutputFormat.STATIC_LIBRARY,
    OutputFormat.SHARED_LIBRARY,
    OutputFormat.C_SOURCE,
)
_WHOLE = (OutputFormat.WHEEL, OutputFormat.WASM)
_IR = (OutputFormat.LLVM_IR, OutputFormat.LLVM_BITCODE, OutputFormat.ASSEMBLY)


def build(snapshot: Snapshot, format: OutputFormat, path: Path, options: CompileOptions) -> None:
    """Write an artefact and what belongs beside it.

    `options.extra` may have a `target` or `variants` (portable ones for this machine by default), a
    `name` for the functions (the file's by default), `external_weights` for a file NAME.weights
    instead of weights in the artefact, an `arena` that is the "caller"'s, `ram_limit` and
    `flash_limit` in bytes, `streaming` and a folder `example` for firmware, a folder `dump` for all
    stages, and `report`, which is called with notes about the program. Raises ArgumentError for
    sizes that are not known, UnsupportedError listing nodes without code, ValueRangeError for
    limits that are not kept, ToolchainError.
    """
    _check_sizes(snapshot)
    extra = options.extra
    external = bool(extra.get("external_weights")) or format in _IR
    if external and format in _WHOLE:
        raise ArgumentError(f"a .{format.value} file holds its weights itself")
    dump = Dump(extra["dump"]) if extra.get("dump") else None
    target, variants = _targets(format, extra)
    symbol = _symbol(extra.get("name") or _stem(format, path))
    written = _written(symbol, target, format, None if external else extra.get("arena", "static"))
    _check_tune(options, target, bool(variants))
    ready = prepare_variants(
        snapshot,
        variants or (Variant("", 0, target),),
        written,
        found=tuned(snapshot, target, options, Toolchain()),
        level=options.opt,
        exact=options.exact,
        observer=dump.stage if dump else None,
        streaming=_streams(extra, target),
    )
    if dump:
        for part in ready.parts:
            dump.program(part)
    code = replace(
        code_options(target, options),
        triple=target.triple,
        position_independent=target.is_hosted,
    )
    notes = checked_notes(ready.whole, code, extra, has_weights=not external)
    example: Path | None = extra.get("example")
    if example is not None:
        check_example(ready.whole, example)
    sizes = _write(ready, format, path, code, external)
    if example is not None:
        write_example(ready.whole, example, target, code)
    processors = ", ".join(v.name for v in ready.variants) or target.processor
    notes |= {
        "file_bytes": path.stat().st_size,
        "has_weights": not external and format is not OutputFormat.C_SOURCE,
        "target": f"{target.triple} {processors}",
        "variants": ready.describe(sizes) if variants else [],
        "streaming": None if ready.streamed is None else ready.streamed.describe(),
    }
    if "report" in extra:
        extra["report"](notes)


def _written(
    symbol: str, target: Target, format: OutputFormat, arena: ArenaOwner | None
) -> Options:
    """How the program is written; without an `arena` its weights are in a file of their own."""
    return Options(
        symbol,
        target.triple,
        embedded=None if arena is None else f"{symbol}_weights",
        aliases=format in _ONE_MODEL,
        typed=None if format in _UNTYPED else arena,
        bare=target.is_bare,
        pointer_bytes=target.pointer_bytes,
        compact=target.compact,
    )


def _check_tune(options: CompileOptions, target: Target, several: bool) -> None:
    if options.tune is not None and (several or target.processor != host().processor):
        raise ArgumentError(
            "measurements on this machine say nothing of code for other processors",
            hint="build for this one: --mcpu native",
        )


def _streams(extra: Mapping[str, Any], target: Target) -> bool:
    """Whether layers are computed by line buffers, which is for firmware of small cores."""
    streams = bool(extra.get("streaming"))
    if streams and not target.is_bare:
        raise ArgumentError(
            f"line buffers are for firmware, and {target.triple} is not bare metal",
            hint="name such a target, as in -t thumbv7em-none-eabihf",
        )
    if streams and target.vector_bits:
        raise ArgumentError(
            f"line buffers are for cores without vectors, and {target.triple} has them",
            hint="build without --streaming",
        )
    return streams


def _targets(format: OutputFormat, extra: Mapping[str, Any]) -> tuple[Target, tuple[Variant, ...]]:
    """The target of what is built once, and the variants of the model, if it has any."""
    target: Target = extra.get("target") or baseline()
    variants: tuple[Variant, ...] = extra.get("variants") or ()
    if "target" not in extra and "variants" not in extra:
        variants = default_variants(format, target.triple)
    if variants and format not in COMPILED:
        raise ArgumentError(
            f"a .{format.value} file holds code for one processor, not variants",
            hint="--mcpu names the processor",
        )
    if variants:
        target = baseline(variants[0].target.triple, "x86-64")
    return target, variants


def _check_sizes(snapshot: Snapshot) -> None:
    unbound = unbound_dims(snapshot)
    if unbound:
        raise ArgumentError(
            f"{snapshot.name!r} has dimensions without a size: {', '.join(unbound)}",
            hint=f"give each one: {' '.join(f'--dim {name}=1' for name in unbound)}",
        )


def _stem(format: OutputFormat, path: Path) -> str:
    wheel = wheel_of(path) if format is OutputFormat.WHEEL else None
    return path.stem if wheel is None else wheel.package


def _symbol(text: str) -> str:
    """The name of the functions: a C identifier that is no word of the language."""
    name = c_name(text)
    return f"{name}_model" if name in RESERVED or name in ("main", "hodu") else name


def _write(
    ready: PreparedVariants, format: OutputFormat, path: Path, code: CodeOptions, external: bool
) -> dict[str, int]:
    """Write the artefact, its headers and its weights; the bytes of each object by its name."""
    symbol, has_weights = ready.whole.options.symbol, ready.whole.weights.size > 0
    sizes: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as scratch:
        blob = Path(scratch) / "weights"
        ready.write_weights(blob)
        embeds = has_weights and not external
        inside = EmbeddedWeights(f"{symbol}_weights", blob) if embeds else None
        if format is OutputFormat.C_SOURCE:
            write_c(ready.whole, path, blob if embeds else None)
        elif format is OutputFormat.WHEEL:
            sizes = _build_wheel(ready, path, code, inside)
        else:
            sizes = build_product(ready.sources(), format, path, code, inside)
        if external and has_weights:
            place_file(blob, path.with_name(f"{path.stem}.weights"))
        if format is OutputFormat.WASM:
            place_file(WASM_LOADER, path.with_name(WASM_LOADER.name))
        if format in _HEADED:
            write_headers(ready.whole, path.parent)
    return sizes


def _build_wheel(
    ready: PreparedVariants, path: Path, code: CodeOptions, weights: EmbeddedWeights | None
) -> dict[str, int]:
    program = ready.whole.program
    with tempfile.TemporaryDirectory() as scratch:
        library = Path(scratch) / "model"
        sizes = build_product(ready.sources(), OutputFormat.SHARED_LIBRARY, library, code, weights)
        inputs, outputs = (
            [ArtifactTensorInfo(port.name, port.capacity, port.type.dtype) for port in ports]
            for ports in (program.inputs, program.outputs)
        )
        write_wheel(path, library, program.name, inputs, outputs)
    return sizes
