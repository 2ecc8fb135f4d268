"""Building the files that `hodu build` writes, from the C of a model and its weights."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hodu.artifact import OutputFormat
from hodu.errors import ToolchainError, UnsupportedError
from hodu.runtime.support import C_FOLDER
from hodu.toolchain.build import Source, compile_forms, write_sources
from hodu.toolchain.compiler import CodeOptions, Form, Toolchain, host_triple
from hodu.toolchain.link import (
    joins_objects,
    link_executable,
    link_object,
    link_shared,
    link_wasm,
)
from hodu.toolchain.weights import weight_assembly, write_weight_source

_FORMS: dict[OutputFormat, Form] = {
    OutputFormat.LLVM_IR: "ll",
    OutputFormat.LLVM_BITCODE: "bc",
    OutputFormat.ASSEMBLY: "s",
}
FORMATS = (
    OutputFormat.OBJECT,
    OutputFormat.STATIC_LIBRARY,
    OutputFormat.SHARED_LIBRARY,
    OutputFormat.EXECUTABLE,
    OutputFormat.WASM,
    *_FORMS,
)
"""What `build_product` makes."""
_PROGRAMS: dict[str, tuple[tuple[str, ...], Path | None]] = {
    "linux": (("start.c", "memory.c"), None),
    "windows": (("windows.c", "memory.c", "stack.c"), C_FOLDER / "kernel32.def"),
    "macos": (("hosted.c",), None),
}
"""What a program needs of its system: files of the runtime, and what it imports."""
_OWN_FLAGS = ("-ffunction-sections", "-ffreestanding", "-fvisibility=hidden")


@dataclass(frozen=True, slots=True)
class EmbeddedWeights:
    """A file of weights that goes into the product as `const unsigned char SYMBOL[]`."""

    symbol: str
    blob: Path


def build_product(
    sources: Sequence[Source],
    format: OutputFormat,
    path: Path,
    options: CodeOptions,
    weights: EmbeddedWeights | None = None,
    toolchain: Toolchain | None = None,
) -> dict[str, int]:
    """Write `path`, whole or not at all; the bytes of the object of each source, by its name.

    An executable's model exports `hodu_info` and its fellows. LLVM IR, bitcode and assembly are of
    one source without weights. Raises UnsupportedError for another format, ToolchainError.
    """
    tools = toolchain or Toolchain()
    options = replace(options, includes=(*options.includes, C_FOLDER))
    if format not in FORMATS:
        raise UnsupportedError(f"the C toolchain does not build .{format.value} files")
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch) / "made" / path.name  # libraries of Windows and macOS hold their names
        made.parent.mkdir()
        sizes: dict[str, int] = {}
        if format in _FORMS:
            _compile_text(sources, _FORMS[format], made, options, weights, tools)
        else:
            objects = _objects(sources, format, options, weights, tools, Path(scratch))
            sizes = {s.name: o.stat().st_size for s, o in zip(sources, objects, strict=False)}
            _combine(objects, format, made, options, tools)
        place_file(made, path)
    return sizes


def _compile_text(
    sources: Sequence[Source],
    form: Form,
    output: Path,
    options: CodeOptions,
    weights: EmbeddedWeights | None,
    tools: Toolchain,
) -> None:
    if len(sources) != 1 or weights is not None:
        raise ToolchainError(
            f"a .{form} file holds one source without weights",
            hint="keep the weights in a file of their own: --external-weights",
        )
    shutil.copyfile(compile_forms(sources, options, form, tools)[0], output)


def _objects(
    sources: Sequence[Source],
    format: OutputFormat,
    options: CodeOptions,
    weights: EmbeddedWeights | None,
    tools: Toolchain,
    folder: Path,
) -> list[Path]:
    """The object of each source, then that of the weights if it can be one of its own.

    What holds weights is not kept in the cache, which would hold them twice.
    """
    if weights is None:
        return compile_forms(sources, options, "o", tools)
    if not weights.blob.is_file():
        raise ToolchainError(f"there is no file of weights {str(weights.blob)!r}")
    own = replace(options, includes=(*options.includes, folder))
    if format is OutputFormat.OBJECT and not joins_objects(_triple(options)):
        text = weight_assembly(weights.symbol, weights.blob, _triple(options), folder)
        whole = [replace(sources[0], text=f"{sources[0].text}{text}"), *sources[1:]]
        each = [source.options(own) for source in whole]
        return tools.compile(write_sources(folder, whole), folder, each)
    path = write_weight_source(weights.symbol, weights.blob, tools.compiler.family, folder)
    quiet = replace(own, standard="c11", flags=(*options.flags, "-w"))
    return [*compile_forms(sources, options, "o", tools), *tools.compile([path], folder, [quiet])]


def _combine(
    objects: Sequence[Path],
    format: OutputFormat,
    output: Path,
    options: CodeOptions,
    tools: Toolchain,
) -> None:
    triple = _triple(options)
    if format is OutputFormat.OBJECT:
        link_object(tools, objects, output, options.triple)
    elif format is OutputFormat.STATIC_LIBRARY:
        tools.archive(objects, output)
    elif format is OutputFormat.WASM:
        link_wasm(tools, [*objects, *_own_objects(("memory.c",), options, tools)], output)
    elif format is OutputFormat.SHARED_LIBRARY:
        names = ("memory.c", "stack.c") if "windows" in triple else ()
        own = _own_objects(names, options, tools)
        link_shared(tools, [*objects, *own], output, options.triple)
    else:
        system, imports = _program_of(triple)
        program = _own_objects(("main.c", "npy.c", "text.c", "pool.c", *system), options, tools)
        link_executable(tools, [*program, *objects], output, options.triple, imports)


def _program_of(triple: str) -> tuple[tuple[str, ...], Path | None]:
    for name, found in _PROGRAMS.items():
        if name in triple:
            return found
    raise UnsupportedError(
        f"there are no executables for {triple}",
        hint="build a static library and call it from a program of your own",
    )


def _own_objects(names: Sequence[str], options: CodeOptions, tools: Toolchain) -> list[Path]:
    """The objects of C files of the runtime."""
    sources = [Source(name, (C_FOLDER / name).read_text("utf-8")) for name in names]
    hosted = "hosted.c" in names
    # zig cc spells processors in a way of its own, and this code needs none in particular.
    flags = () if hosted else (*options.flags, *_OWN_FLAGS)
    choices = replace(options, flags=flags, optimize=2, hosted=hosted)
    return compile_forms(sources, choices, "o", tools) if sources else []


def _triple(options: CodeOptions) -> str:
    return options.triple or host_triple()


def place_file(made: Path, path: Path) -> None:
    """Copy a finished file to its place, whole or not at all; an older one is replaced at once."""
    temporary = path.with_name(f".{path.name[:100]}.{os.urandom(8).hex()}.tmp")
    try:
        shutil.copy(made, temporary)
        temporary.replace(path)
    except OSError as error:
        raise ToolchainError(f"cannot write {str(path)!r}: {error.strerror}") from error
    finally:
        temporary.unlink(missing_ok=True)
