"""Images for boards: a model's object linked with a start-up and memory for inputs and outputs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from hodu.emulation.boards import Board
from hodu.emulation.qemu import C_FOLDER
from hodu.errors import UnsupportedError
from hodu.plan.target import Target
from hodu.toolchain.build import Source, compile_forms
from hodu.toolchain.cache import default_cache, hash_key
from hodu.toolchain.compiler import CodeOptions, Toolchain, run
from hodu.toolchain.find import find_compiler

PROVIDED = frozenset({"memcpy", "memset"})
"""What the start-up has of a C library."""


def link_image(
    model: Path,
    symbol: str,
    files: tuple[Mapping[str, int], Mapping[str, int]],
    board: Board,
    target: Target,
    *,
    helpers: bool,
) -> Path:
    """An image beside the object `model` that runs its function `symbol` on files.

    `files` are those of the inputs and the outputs with their bytes; `helpers` asks for the
    compiler's functions for arithmetic that the processor does not have. Raises UnsupportedError
    without zig.
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
        Source("ports.c", _ports(symbol, *files)),
    ]
    code = CodeOptions(
        target.triple, target.flags(), 2, position_independent=False, includes=(C_FOLDER,)
    )
    objects = [*compile_forms(sources, code), model, *([_helpers(target)] if helpers else [])]
    layout = (C_FOLDER / "board.ld").read_text("utf-8")
    layout = layout.replace("@CODE@", hex(board.code)).replace("@MEMORY@", hex(board.memory))
    (folder / "board.ld").write_text(layout, "utf-8")
    image = folder / "image.elf"
    given = ["-T", str(folder / "board.ld"), *map(str, objects), "-o", str(image)]
    run([*tools.zig("ld.lld"), "--gc-sections", *given])
    return image


def _ports(symbol: str, inputs: Mapping[str, int], outputs: Mapping[str, int]) -> str:
    """The C that has memory for the inputs and outputs and calls the model on it."""
    lines = ['#include "board.h"']
    for name, size in (*inputs.items(), *outputs.items()):
        place = '__attribute__((section(".caller"), aligned(64)))'
        lines.append(f"static unsigned char {name}[{max(size, 1)}] {place};")
    for kind, files in (("inputs", inputs), ("outputs", outputs)):
        rows = "".join(f'{{"{name}", {name}, {size}}}, ' for name, size in files.items())
        lines.append(f"const board_file board_{kind}[] = {{{rows}{{0, 0, 0}}}};")
    names = [*inputs, *outputs]
    lines.append(f"int {symbol}({', '.join(['void *'] * len(names)) or 'void'});")
    lines.append(f"int board_run(void) {{ return {symbol}({', '.join(names)}); }}")
    return "\n".join(lines) + "\n"


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
