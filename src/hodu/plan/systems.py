"""The systems that a model can be built for, and what can be made for each."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hodu.artifact import OutputFormat
from hodu.errors import UnsupportedError
from hodu.plan.target import Target, baseline
from hodu.toolchain.compiler import host_triple, same_machine
from hodu.toolchain.find import Compiler

_TEXTS = (
    OutputFormat.C_SOURCE,
    OutputFormat.LLVM_IR,
    OutputFormat.LLVM_BITCODE,
    OutputFormat.ASSEMBLY,
)
_OBJECTS = (OutputFormat.OBJECT, OutputFormat.STATIC_LIBRARY)
_LINKED = (OutputFormat.SHARED_LIBRARY, OutputFormat.EXECUTABLE, OutputFormat.WHEEL)
_BARE = (*_OBJECTS, *_TEXTS)
_HOSTED = (*_OBJECTS, *_LINKED, *_TEXTS)
_ONLY_CLANG = (OutputFormat.LLVM_IR, OutputFormat.LLVM_BITCODE)
_COMPILED = (*_OBJECTS, OutputFormat.ASSEMBLY, *_ONLY_CLANG)


@dataclass(frozen=True, slots=True)
class System:
    """A system by its triple.

    `processors` are names for `--mcpu`, the usual one first; clang knows more.
    """

    triple: str
    processors: tuple[str, ...]
    formats: tuple[OutputFormat, ...]

    def formats_with(self, compiler: Compiler | None) -> tuple[OutputFormat, ...]:
        """What a compiler can make of `formats` on this machine; without one there is C source.

        Others than the built-in one link for this machine alone; gcc compiles for it alone too.
        """
        if compiler is None:
            return (OutputFormat.C_SOURCE,)
        lacking: set[OutputFormat] = set()
        here = same_machine(self.triple, host_triple())
        if compiler.family != "zig" and not here:
            lacking.update((*_LINKED, OutputFormat.WASM))
        if compiler.family == "gcc":
            lacking.update(_ONLY_CLANG if here else _COMPILED)
        return tuple(form for form in self.formats if form not in lacking)


_X86 = ("x86-64", "x86-64-v2", "x86-64-v3", "x86-64-v4")
SYSTEMS = (
    System("x86_64-linux-gnu", _X86, _HOSTED),
    System("aarch64-linux-gnu", ("generic",), _HOSTED),
    System("riscv64-linux-gnu", ("rv64gc",), _HOSTED),
    System("x86_64-linux-musl", _X86, _HOSTED),
    System("aarch64-linux-musl", ("generic",), _HOSTED),
    System("riscv64-linux-musl", ("rv64gc",), _HOSTED),
    System("x86_64-windows-gnu", _X86, _HOSTED),
    System("aarch64-windows-gnu", ("generic",), _HOSTED),
    System("x86_64-macos", _X86, _HOSTED),
    System("aarch64-macos", ("generic",), _HOSTED),
    System("thumbv6m-none-eabi", ("cortex-m0",), _BARE),
    System("thumbv7m-none-eabi", ("cortex-m3",), _BARE),
    System("thumbv7em-none-eabi", ("cortex-m4", "cortex-m7"), _BARE),
    System("thumbv7em-none-eabihf", ("cortex-m4", "cortex-m7"), _BARE),
    System("thumbv8m.main-none-eabi", ("cortex-m33",), _BARE),
    System("thumbv8m.main-none-eabihf", ("cortex-m33",), _BARE),
    System("armv7a-none-eabi", ("cortex-a7",), _BARE),
    System("aarch64-unknown-none", ("generic",), _BARE),
    System("riscv32imac-unknown-none-elf", ("rv32imac",), _BARE),
    System("wasm32-freestanding", ("generic", "mvp"), (*_OBJECTS, OutputFormat.WASM, *_TEXTS)),
)
"""Every system that is tested; other triples of the same architectures may work."""

_SPELLINGS = (
    (r"^arm64", "aarch64"),
    (r"^riscv64gc", "riscv64"),
    (r"-apple-darwin$", "-macos"),
    (r"-(?:unknown|pc)-(?=linux|windows)", "-"),
    (r"-windows(?:-msvc)?$", "-windows-gnu"),
    (r"^wasm32(?:-unknown-unknown)?$", "wasm32-freestanding"),
)


def spelled(triple: str) -> str:
    """A triple as Hodu spells it, from what Rust and clang call the same system."""
    for pattern, name in _SPELLINGS:
        triple = re.sub(pattern, name, triple)
    return triple


def target_for(
    format: OutputFormat, triple: str | None = None, processor: str | None = None
) -> Target:
    """The target of a build: this machine's system unless `triple` or the format names another.

    Raises ValueRangeError for one that is not known, UnsupportedError for a format that the
    system does not have.
    """
    if triple is None and format is OutputFormat.WASM:
        triple = "wasm32-freestanding"
    target = baseline(None if triple is None else spelled(triple), processor)
    check_format(target, format)
    return target


def check_format(target: Target, format: OutputFormat) -> None:
    """Raise UnsupportedError if other systems have files of this kind, and a known one does not."""
    known = {system.triple: system.formats for system in SYSTEMS}
    formats = known.get(target.triple, _HOSTED)
    if format not in formats and any(format in others for others in known.values()):
        raise UnsupportedError(
            f"there are no .{format.value} files for {target.triple}",
            hint=f"it has {', '.join(f.value for f in formats)}",
        )
