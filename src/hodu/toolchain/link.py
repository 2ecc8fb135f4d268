"""Linking objects for the systems that Hodu builds for: ELF, Mach-O, Windows and WebAssembly."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hodu.errors import ToolchainError
from hodu.toolchain.compiler import Toolchain, host_triple, run

EXPORTS = ("hodu_info", "hodu_init", "hodu_execute", "hodu_cleanup")


def link_shared(
    tools: Toolchain, objects: Sequence[Path], output: Path, triple: str | None = None
) -> None:
    """Link a shared library, DLL or WebAssembly module that exports the functions of hodu.h."""
    triple = triple or host_triple()
    files = [str(path) for path in objects]
    if tools.compiler.family != "zig" or "linux" in triple:
        tools.link_shared(objects, output)
    elif triple.startswith("wasm"):
        exports = [f"--export={name}" for name in (*EXPORTS, "__heap_base")]
        options = ["--no-entry", "--allow-undefined", "--export-memory", *exports]
        run([*tools.zig("wasm-ld"), *options, "-o", str(output), *files])
    elif "windows" in triple:
        exports = [f"-export:{name}" for name in EXPORTS]
        options = ["-dll", "-noentry", "-nodefaultlib", *exports]
        run([*tools.zig("lld-link"), *options, f"-out:{output}", *files])
    elif "macos" in triple:
        run([*tools.zig("cc"), "-target", triple, "-shared", "-o", str(output), *files])
    else:
        raise ToolchainError(
            f"there are no shared libraries for {triple}", hint="build a static library or object"
        )


def link_object(
    tools: Toolchain, objects: Sequence[Path], output: Path, triple: str | None = None
) -> None:
    """Make one object file of several; a single one is taken as it is."""
    triple = triple or host_triple()
    files = [str(path) for path in objects]
    if len(objects) == 1:
        output.write_bytes(objects[0].read_bytes())
    elif tools.compiler.family != "zig":
        run([*tools.compiler.command, "-r", "-nostdlib", "-o", str(output), *files])
    elif "windows" in triple or "macos" in triple:
        raise ToolchainError(
            f"{len(objects)} objects cannot become one for {triple}", hint="build a static library"
        )
    else:
        linker = "wasm-ld" if triple.startswith("wasm") else "ld.lld"
        run([*tools.zig(linker), "-r", "-o", str(output), *files])


def link_executable(
    tools: Toolchain, objects: Sequence[Path], output: Path, triple: str | None = None
) -> None:
    """Link a program; for Linux it has no C library, elsewhere the system's own."""
    triple = triple or host_triple()
    files = [str(path) for path in objects]
    if "linux" in triple:
        options = ["-static", "-o", str(output), *files]
        if tools.compiler.family == "zig":
            run([*tools.zig("ld.lld"), "-e", "_start", "--gc-sections", "-s", *options])
        else:
            run([*tools.compiler.command, "-nostdlib", "-Wl,--gc-sections", "-s", *options])
    elif tools.compiler.family == "zig":
        run([*tools.zig("cc"), "-target", triple, "-o", str(output), *files])
    else:
        run([*tools.compiler.command, "-o", str(output), *files])
