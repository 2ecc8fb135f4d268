"""Linking objects for the systems that Hodu builds for: ELF, Mach-O, Windows and WebAssembly.

No link needs a library of the toolchain, which would have to be compiled first, or one of the
target system beyond what each of its processes has. The same objects give the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hodu.errors import ToolchainError
from hodu.toolchain.compiler import Toolchain, host_triple, run

EXPORTS = ("hodu_info", "hodu_init", "hodu_execute", "hodu_cleanup")
# zig would first build libraries for itself that nothing here calls.
_NO_RUNTIME = ("-fno-compiler-rt", "-fno-ubsan-rt", "-O", "ReleaseFast", "-fstrip")
OLDEST_MACOS = "11.0"
"""The first for 64-bit ARM, on which all code for macOS is to run."""
_MACHINES = {"x86_64": "i386:x86-64", "aarch64": "arm64"}


def joins_objects(triple: str) -> bool:
    """Whether several objects can become one."""
    return "windows" not in triple and "macos" not in triple


def link_shared(
    tools: Toolchain, objects: Sequence[Path], output: Path, triple: str | None = None
) -> None:
    """Link a shared library or DLL that exports whatever is not hidden."""
    triple = triple or host_triple()
    files = [str(path) for path in objects]
    if tools.compiler.family != "zig" or "linux" in triple:
        tools.link_shared(objects, output)
    elif "windows" in triple:
        exported = ["-lldmingw", "-export-all-symbols"]  # that are not hidden, as in ELF
        options = ["-dll", "-noentry", "-nodefaultlib", "-opt:ref", "-Brepro", *exported]
        run([*tools.zig("lld-link"), *options, f"-out:{output}", *files])
    elif "macos" in triple:
        name = ["-install_name", f"@rpath/{output.name}"]
        _link_macho(tools, ["build-lib", "-dynamic", *name], files, output, triple)
    else:
        raise ToolchainError(
            f"there are no shared libraries for {triple}", hint="build a static library or object"
        )


def link_wasm(tools: Toolchain, objects: Sequence[Path], output: Path) -> None:
    """Link a WebAssembly module that exports the functions of hodu.h and imports nothing."""
    exports = [f"--export={name}" for name in (*EXPORTS, "__heap_base")]
    options = ["--no-entry", "--export-memory", "--gc-sections", "-s", *exports]
    run([*tools.zig("wasm-ld"), *options, "-o", str(output), *(str(path) for path in objects)])


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
    elif not joins_objects(triple):
        raise ToolchainError(
            f"{len(objects)} objects cannot become one for {triple}", hint="build a static library"
        )
    else:
        linker = "wasm-ld" if triple.startswith("wasm") else "ld.lld"
        run([*tools.zig(linker), "-r", "-o", str(output), *files])


def link_executable(
    tools: Toolchain,
    objects: Sequence[Path],
    output: Path,
    triple: str | None = None,
    imports: Path | None = None,
) -> None:
    """Link a program.

    For Linux it has no C library. For Windows it starts at `hodu_start` and takes from kernel32
    what the module definition file `imports` lists; for macOS it has the system's C library.
    """
    triple = triple or host_triple()
    files = [str(path) for path in objects]
    if "linux" in triple:
        options = ["-static", "-o", str(output), *files]
        if tools.compiler.family == "zig":
            run([*tools.zig("ld.lld"), "-e", "_start", "--gc-sections", "-s", *options])
        else:
            run([*tools.compiler.command, "-nostdlib", "-Wl,--gc-sections", "-s", *options])
    elif tools.compiler.family == "zig" and imports is not None:
        library = output.with_name(f"{imports.stem}.lib")
        machine = _MACHINES[triple.partition("-")[0]]
        run([*tools.zig("dlltool"), "-m", machine, "-d", str(imports), "-l", str(library)])
        options = [
            "-entry:hodu_start",
            "-subsystem:console",
            "-nodefaultlib",
            "-opt:ref",
            "-Brepro",
        ]
        run([*tools.zig("lld-link"), *options, f"-out:{output}", *files, str(library)])
    elif tools.compiler.family == "zig":
        _link_macho(tools, ["build-exe", "-lc"], files, output, triple)
    else:
        run([*tools.compiler.command, "-o", str(output), *files])


def _link_macho(
    tools: Toolchain, command: Sequence[str], files: Sequence[str], output: Path, triple: str
) -> None:
    target = ["-target", f"{triple}.{OLDEST_MACOS}"]
    options = [*_NO_RUNTIME, *target, f"-femit-bin={output}"]
    run([*tools.zig(command[0]), *command[1:], *options, *files])
