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
from hodu.toolchain.build import Source, compile_forms
from hodu.toolchain.compiler import CodeOptions, Form, Toolchain, host_triple
from hodu.toolchain.link import link_executable, link_object, link_shared
from hodu.toolchain.weights import write_weight_source

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
    *_FORMS,
)
"""What `build_product` makes."""


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
        made = Path(scratch) / f"product.{format.value}"
        sizes: dict[str, int] = {}
        if format in _FORMS:
            _compile_text(sources, _FORMS[format], made, options, weights, tools)
        else:
            objects = compile_forms(sources, options, "o", tools)
            sizes = {s.name: o.stat().st_size for s, o in zip(sources, objects, strict=True)}
            objects += _weight_objects(weights, options, tools, Path(scratch))
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


def _weight_objects(
    weights: EmbeddedWeights | None, options: CodeOptions, tools: Toolchain, folder: Path
) -> list[Path]:
    """The object of the weights; it is not kept in the cache, which would hold them twice."""
    if weights is None:
        return []
    if not weights.blob.is_file():
        raise ToolchainError(f"there is no file of weights {str(weights.blob)!r}")
    path = write_weight_source(weights.symbol, weights.blob, tools.compiler.family, folder)
    includes = (*options.includes, folder)
    quiet = replace(options, standard="c11", flags=(*options.flags, "-w"), includes=includes)
    return tools.compile([path], folder, [quiet])


def _combine(
    objects: Sequence[Path],
    format: OutputFormat,
    output: Path,
    options: CodeOptions,
    tools: Toolchain,
) -> None:
    if format is OutputFormat.OBJECT:
        link_object(tools, objects, output, options.triple)
    elif format is OutputFormat.STATIC_LIBRARY:
        tools.archive(objects, output)
    elif format is OutputFormat.SHARED_LIBRARY:
        link_shared(tools, objects, output, options.triple)
    else:
        program = _program_objects(options, tools)
        link_executable(tools, [*program, *objects], output, options.triple)


def _program_objects(options: CodeOptions, tools: Toolchain) -> list[Path]:
    """The objects of `main` and what it needs of the system."""
    triple = options.triple or host_triple()
    linux = "linux" in triple
    if not linux and "macos" not in triple:
        raise UnsupportedError(
            f"there are no executables for {triple}",
            hint="build a static or shared library and call it from a program of your own",
        )
    system = "start.c" if linux else "hosted.c"
    names = ("main.c", "npy.c", "text.c", "pool.c", system)
    sources = [Source(name, (C_FOLDER / name).read_text("utf-8")) for name in names]
    # zig cc spells processors in a way of its own, and this code needs none in particular.
    flags = (*options.flags, "-ffunction-sections", "-ffreestanding") if linux else ()
    choices = replace(options, flags=flags, optimize=2, hosted=not linux)
    return compile_forms(sources, choices, "o", tools)


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
