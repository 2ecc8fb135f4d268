"""Images for boards: a model's object linked with a start-up and memory for inputs and outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hodu.emulation.boards import Board
from hodu.emulation.qemu import C_FOLDER
from hodu.errors import UnsupportedError
from hodu.plan.target import Target
from hodu.runtime.support import C_FOLDER as RUNTIME
from hodu.toolchain.build import Source, compile_forms
from hodu.toolchain.cache import default_cache, hash_key
from hodu.toolchain.compiler import CodeOptions, Toolchain, run
from hodu.toolchain.find import find_compiler

PROVIDED = frozenset({"memcpy", "memset"})
"""What the start-up has of a C library."""


@dataclass(frozen=True, slots=True)
class Files:
    """What the image reads and writes: bytes of inputs and outputs by the names of their files.

    `states` are the places and bytes of states in the arena of `arena_bytes`.
    """

    inputs: Mapping[str, int]
    outputs: Mapping[str, int]
    states: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    arena_bytes: int = 0


def link_image(
    model: Path,
    symbol: str,
    files: Files,
    board: Board,
    target: Target,
    *,
    helpers: bool,
) -> Path:
    """An image beside the object `model` that runs its function `symbol` on files.

    `helpers` asks for the compiler's functions for arithmetic that the processor does not have.
    Raises UnsupportedError without zig.
    """
    tools, folder = Toolchain(), model.parent
    if tools.compiler.family != "zig":
        raise UnsupportedError(
            f"images for boards are linked by zig, not by {tools.compiler.version!r}",
            hint="unset HODU_CC to use the built-in compiler",
        )
    sources = [
        *(
            Source(name, (C_FOLDER / name).read_text("utf-8"), ("-ffreestanding",))
            for name in ("start.c", f"{board.start}.c")
        ),
        Source("ports.c", _ports(symbol, files)),
    ]
    code = CodeOptions(
        target.triple, target.flags(), 2, position_independent=False, includes=(C_FOLDER, RUNTIME)
    )
    objects = [*compile_forms(sources, code), model, *([_helpers(target)] if helpers else [])]
    layout = (C_FOLDER / "board.ld").read_text("utf-8")
    layout = layout.replace("@CODE@", hex(board.code)).replace("@MEMORY@", hex(board.memory))
    (folder / "board.ld").write_text(layout, "utf-8")
    image = folder / "image.elf"
    given = ["-T", str(folder / "board.ld"), *map(str, objects), "-o", str(image)]
    run([*tools.zig("ld.lld"), "--gc-sections", *given])
    return image


def _ports(symbol: str, files: Files) -> str:
    """The C that has memory for the inputs and outputs and calls the model on it."""
    lines = ['#include "board.h"', '#include "hodu.h"']
    for name, size in (*files.inputs.items(), *files.outputs.items()):
        lines.append(_memory(name, size))
    kept = {name: (f"arena + {at}", size) for name, (at, size) in files.states.items()}
    given = {name: (name, size) for name, size in files.inputs.items()}
    made = {name: (name, size) for name, size in files.outputs.items()} | kept
    run = _with_states(symbol, files) if kept else _typed(symbol, files)
    for kind, tensors in (("inputs", given), ("outputs", made)):
        rows = "".join(f'{{"{name}", {at}, {size}}}, ' for name, (at, size) in tensors.items())
        run.append(f"const board_file board_{kind}[] = {{{rows}{{0, 0, 0}}}};")
    return "\n".join([*lines, *run]) + "\n"


def _memory(name: str, size: int) -> str:
    place = '__attribute__((section(".caller"), aligned(64)))'
    return f"static unsigned char {name}[{max(size, 1)}] {place};"


def _typed(symbol: str, files: Files) -> list[str]:
    """A call of the function that has memory of its own."""
    names = [*files.inputs, *files.outputs]
    return [
        f"int {symbol}({', '.join(['void *'] * len(names)) or 'void'});",
        f"int board_run(void) {{ return {symbol}({', '.join(names)}); }}",
    ]


def _with_states(symbol: str, files: Files) -> list[str]:
    """A call on an arena of the caller's, in which the states can be read."""
    tensors = (("const void *const", files.inputs), ("void *const", files.outputs))
    given, made = (f"({kind}[]){{{', '.join([*names, '0'])}}}" for kind, names in tensors)
    return [
        _memory("arena", files.arena_bytes),
        "static hodu_instance instance;",
        f"int {symbol}_init(hodu_instance *, void *, const void *);",
        f"int {symbol}_execute(hodu_instance *, const void *const *, void *const *);",
        "int board_run(void) {",
        f"  int status = {symbol}_init(&instance, arena, 0);",
        f"  return status ? status : {symbol}_execute(&instance, {given}, {made});",
        "}",
    ]


def _helpers(target: Target) -> Path:
    """The compiler's own functions for a target, built once from their sources."""
    compiler = find_compiler()
    system, processor = _zig_names(target)

    def build(folder: Path) -> None:
        source = str(Path(str(compiler.root)) / "lib" / "compiler_rt.zig")
        made = ["-ffunction-sections", f"-femit-bin={folder / 'helpers.o'}"]
        options = ["-target", system, "-mcpu", processor, "-O", "ReleaseSmall"]
        run([*Toolchain().zig("build-obj"), *options, *made, source])

    key = hash_key(["helpers", compiler.identity, system, processor])
    return default_cache().get_or_build(key, build) / "helpers.o"


def _zig_names(target: Target) -> tuple[str, str]:
    """What zig calls a system and its processor."""
    if target.architecture == "riscv32imac":
        return "riscv32-freestanding", "generic_rv32+m+a+c"
    family = next(a for a in ("thumb", "arm", "aarch64") if target.architecture.startswith(a))
    system = f"{family}-freestanding"
    if family != "aarch64":
        system += "-eabihf" if target.has_float_unit else "-eabi"
    return system, target.processor.replace("-", "_")
