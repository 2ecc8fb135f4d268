"""Processors as data: what lowering and planning need to know of the one they compile for."""

from __future__ import annotations

import functools
import os
import platform
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from hodu.errors import ValueRangeError
from hodu.toolchain.compiler import host_triple

KIB = 1024
MIB = 1024 * KIB
_V4_REGISTERS = 32
# Extensions that no level of processors implies.
_EXTENSIONS = {
    "simd128": "-msimd128",
    "avx_vnni": "-mavxvnni",
    "avx512_vnni": "-mavx512vnni",
}
_NAMED_BY_MCPU = ("arm", "thumb", "aarch64", "wasm")
# What a firmware does not call is left out of it by its linker; code is not there twice for loops
# that may have no turns.
_BARE_FLAGS = (
    "-fshort-enums",
    "-ffunction-sections",
    "-fdata-sections",
    "-fno-unroll-loops",
    "-mllvm",
    "-unswitch-threshold=0",
    "-fstack-usage",  # written beside each object
)


@dataclass(frozen=True, slots=True)
class Target:
    """A processor and the system around it.

    `processor` is what the compiler calls it, given by `-march` or `-mcpu` as the architecture
    wants. `vector_bits` 0 means that no vector instruction may be used. Cache sizes are in bytes
    for one core (the last level as a whole), 0 where there is none. `features` are the names of
    instruction-set extensions as Linux spells them. `packed_bits` is the width of the columns that
    stand together in packed weights, where programs for several processors share them; with 0 it
    is chosen for this one. `compact` asks for little code rather than for speed.
    """

    name: str
    triple: str
    processor: str
    vector_bits: int
    vector_registers: int
    fma: bool
    l1_bytes: int
    l2_bytes: int
    l3_bytes: int
    pointer_bytes: int = 8
    endianness: Literal["little", "big"] = "little"
    features: frozenset[str] = frozenset()
    packed_bits: int = 0
    compact: bool = False

    @property
    def architecture(self) -> str:
        """The first part of the triple."""
        return self.triple.partition("-")[0]

    @property
    def is_bare(self) -> bool:
        """Whether there is no operating system."""
        return "-none" in self.triple

    @property
    def is_hosted(self) -> bool:
        """Whether there are shared libraries, for which code must not depend on its place."""
        return not self.is_bare and not self.triple.startswith("wasm")

    @property
    def has_float_unit(self) -> bool:
        """Whether the calling convention lets a program of ARM use one; others always do."""
        return not self.triple.endswith("-eabi")

    @property
    def has_floats(self) -> bool:
        """Whether the processor itself, not a function of the compiler's, computes with f32."""
        if self.architecture.startswith("riscv32"):
            return "f" in self.processor.removeprefix("rv32")
        return self.has_float_unit

    @property
    def has_doubles(self) -> bool:
        """Whether the processor itself, not a function of the compiler's, computes with f64."""
        small = self.architecture.startswith(("thumb", "riscv32")) and self.name != "cortex-m7"
        return self.has_float_unit and not small

    @property
    def pairs_halves(self) -> bool:
        """Whether an instruction multiplies pairs of 16-bit integers in general registers."""
        return "dsp" in self.features

    @property
    def reads_anywhere(self) -> bool:
        """Whether a word that begins at any byte is read by one instruction."""
        return not self.architecture.startswith(("thumbv6m", "riscv"))

    def lanes(self, bits: int) -> int:
        """How many elements of `bits` bits a vector holds; 1 without vectors."""
        return max(1, self.vector_bits // bits)

    def most_rows(self, vectors: int) -> int:
        """How many rows of so many vectors are summed in registers, beside what is multiplied.

        Elements that multiply vectors are read where they are used, but on NEON, where compilers
        read those of all rows into registers first.
        """
        if "asimd" in self.features:
            return max(1, (self.vector_registers - vectors - 1) // (vectors + 1))
        return max(1, (self.vector_registers - vectors - 1) // vectors)

    def packed_lanes(self, bits: int, columns: int) -> int | None:
        """How many columns of `bits` bits stand together in weights that programs share.

        None where the weights are for this target alone.
        """
        if not self.packed_bits:
            return None
        return min(self.packed_bits // bits, 1 << max(columns - 1, 0).bit_length())

    def decider(self) -> Target:
        """The target whose costs decide what all targets that share weights do with them."""
        if self.packed_bits <= self.vector_bits:
            return self
        registers = _V4_REGISTERS if self.packed_bits == 512 else self.vector_registers
        return replace(self, vector_bits=self.packed_bits, vector_registers=registers)

    def flags(self) -> tuple[str, ...]:
        """The options that tell gcc and clang which processor to use."""
        option = "-mcpu" if self.architecture.startswith(_NAMED_BY_MCPU) else "-march"
        chosen = (f"{option}={self.processor}",) if self.processor else ()
        soft = () if self.has_float_unit else ("-mfloat-abi=soft",)
        unsaid = self.features if self.processor != "native" else ()
        extensions = tuple(option for name, option in _EXTENSIONS.items() if name in unsaid)
        scalar = ("-fno-tree-vectorize", "-fno-tree-slp-vectorize") if not self.vector_bits else ()
        wide = ("-mprefer-vector-width=512",) if self.vector_bits == 512 else ()
        bare = _BARE_FLAGS if self.is_bare else ()
        is_arm = self.architecture.startswith(("arm", "thumb"))
        # Blocks are copied and cleared by memcpy and memset, not by what Arm's ABI has for it.
        named = ("-meabi", "gnu") if self.is_bare and is_arm else ()
        return (*chosen, *soft, *extensions, *scalar, *wide, *bare, *named)

    def scalar(self) -> Target:
        """The same target with its simplest processor and without vector instructions."""
        simplest = {"x86_64": "x86-64"}.get(self.architecture, self.processor)
        fma = self.fma and self.architecture != "x86_64"
        return replace(
            self,
            name=f"{self.name}-scalar",
            processor=simplest,
            vector_bits=0,
            vector_registers=self.vector_registers,
            fma=fma,
            features=frozenset(),
        )


_V2 = frozenset({"sse2", "sse3", "ssse3", "sse4_1", "sse4_2", "popcnt"})
_V3 = _V2 | {"avx", "avx2", "fma", "f16c", "bmi1", "bmi2"}
_V4 = _V3 | {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}


def _x86(name: str, level: str, bits: int, registers: int, features: Iterable[str]) -> Target:
    names = frozenset(features)
    triple = "x86_64-linux-gnu"
    return Target(
        name, triple, level, bits, registers, "fma" in names, 32 * KIB, 512 * KIB, 8 * MIB,
        features=names,
    )  # fmt: skip


def _cortex(name: str, triple: str, fma: bool = False, l1: int = 0) -> Target:
    registers = 32 if fma else 8  # of single-precision floats, or general ones
    features = frozenset({"dsp", "vfp"} if fma else ())
    return Target(
        name, triple, name, 0, registers, fma, l1, 0, 0, pointer_bytes=4, features=features
    )


_TARGETS = {
    target.name: target
    for target in (
        _x86("x86-64", "x86-64", 128, 16, {"sse2"}),
        _x86("x86-64-v2", "x86-64-v2", 128, 16, _V2),
        _x86("x86-64-v3", "x86-64-v3", 256, 16, _V3),
        _x86("x86-64-v4", "x86-64-v4", 512, _V4_REGISTERS, _V4),
        _x86("x86-64-v3-vnni", "x86-64-v3", 256, 16, _V3 | {"avx_vnni"}),
        _x86("x86-64-v4-vnni", "x86-64-v4", 512, _V4_REGISTERS, _V4 | {"avx512_vnni"}),
        Target(
            "aarch64", "aarch64-linux-gnu", "generic", 128, 32, True, 64 * KIB, 512 * KIB, 4 * MIB,
            features=frozenset({"asimd"}),
        ),
        _cortex("cortex-m0", "thumbv6m-none-eabi"),
        _cortex("cortex-m3", "thumbv7m-none-eabi"),
        _cortex("cortex-m4", "thumbv7em-none-eabihf", fma=True),
        _cortex("cortex-m7", "thumbv7em-none-eabihf", fma=True, l1=16 * KIB),
        _cortex("cortex-m33", "thumbv8m.main-none-eabihf", fma=True),
        Target("cortex-a7", "armv7a-none-eabi", "cortex-a7", 0, 8, False, 32 * KIB, 0, 0, 4),
        Target("riscv64", "riscv64-linux-gnu", "rv64gc", 0, 32, True, 32 * KIB, 512 * KIB, 0),
        Target("rv32imac", "riscv32imac-unknown-none-elf", "rv32imac", 0, 16, False, 0, 0, 0, 4),
        Target("mvp", "wasm32-freestanding", "mvp", 0, 16, False, 32 * KIB, 256 * KIB, 0, 4),
        Target(
            "wasm32", "wasm32-freestanding", "generic", 128, 16, False, 32 * KIB, 256 * KIB, 0, 4,
            features=frozenset({"simd128"}),
        ),
        Target("scalar", "x86_64-linux-gnu", "x86-64", 0, 16, False, 32 * KIB, 256 * KIB, 0),
    )
}  # fmt: skip
_BASELINES = {
    "x86_64": "x86-64-v3",
    "aarch64": "aarch64",
    "thumbv6m": "cortex-m0",
    "thumbv7m": "cortex-m3",
    "thumbv7em": "cortex-m4",
    "thumbv8m.main": "cortex-m33",
    "armv7a": "cortex-a7",
    "riscv64": "riscv64",
    "riscv32imac": "rv32imac",
    "wasm32": "wasm32",
}


def target_names() -> tuple[str, ...]:
    """The names that `named` knows."""
    return tuple(_TARGETS)


def named(name: str) -> Target:
    """The target of this name, or "native" for the host; raises ValueRangeError for others."""
    if name == "native":
        return host()
    if name not in _TARGETS:
        raise ValueRangeError(
            f"there is no target {name!r}", hint=f"the targets are native, {', '.join(_TARGETS)}"
        )
    return _TARGETS[name]


def baseline(triple: str | None = None, processor: str | None = None) -> Target:
    """A target whose code runs on any usual processor of a triple, None for the host's triple.

    `processor` chooses another one: a name that `named` knows, or one that only the compiler knows,
    which then keeps the widths of the baseline. Raises ValueRangeError for an unknown architecture
    and for a processor of another one.
    """
    triple = triple or host_triple()
    architecture = triple.partition("-")[0]
    if architecture not in _BASELINES:
        raise ValueRangeError(
            f"nothing is known of the architecture {architecture!r} of {triple!r}",
            hint=f"there are {', '.join(_BASELINES)}; see hodu build --list-targets",
        )
    if processor == "native" and architecture == host().architecture:
        return replace(host(), triple=triple)
    found = (
        host()
        if processor == "native"
        else _TARGETS.get(processor or "") or _TARGETS[_BASELINES[architecture]]
    )
    if found.architecture != architecture:
        raise ValueRangeError(
            f"{processor!r} is a processor of {found.triple}, not of {triple}",
            hint=f"the usual one is {_TARGETS[_BASELINES[architecture]].processor}",
        )
    chosen = replace(found, triple=triple, processor=processor or found.processor)
    return chosen if chosen.has_float_unit else replace(chosen, fma=False, vector_registers=8)


@functools.cache
def host() -> Target:
    """This machine, as found when it is first asked for; its code may use all the machine has."""
    triple = host_triple()
    features = _host_features()
    if triple.startswith("x86_64"):
        level = next(n for n in ("x86-64-v4", "x86-64-v3", "x86-64-v2", "x86-64")
                     if _TARGETS[n].features <= features or n == "x86-64")  # fmt: skip
        found = _TARGETS[level]
    else:
        found = baseline(triple)
    sizes = _linux_caches() if platform.system() == "Linux" else _mac_caches()
    return replace(
        found,
        name="native",
        triple=triple,
        processor="" if triple.startswith("riscv") else "native",
        features=features or found.features,
        l1_bytes=sizes.get(1, found.l1_bytes),
        l2_bytes=sizes.get(2, found.l2_bytes),
        l3_bytes=sizes.get(3, found.l3_bytes),
    )


def _host_features() -> frozenset[str]:
    """The extensions that the kernel reports; none where it does not."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return frozenset()
    for line in text.splitlines():
        key, _, value = line.partition(":")
        if key.strip().lower() in ("flags", "features"):
            names = {"pni": "sse3"}
            return frozenset(names.get(word, word) for word in value.split())
    return frozenset()


def _linux_caches() -> dict[int, int]:
    """Bytes of the data caches of the first core by level, as far as the kernel says."""
    sizes: dict[int, int] = {}
    for folder in Path("/sys/devices/system/cpu/cpu0/cache").glob("index*"):
        try:
            kind = (folder / "type").read_text().strip()
            level = int((folder / "level").read_text())
            size = int((folder / "size").read_text().strip().removesuffix("K")) * KIB
        except (OSError, ValueError):
            continue
        if kind != "Instruction":
            sizes[level] = size
    return sizes or _configured_caches()


def _configured_caches() -> dict[int, int]:
    found = {}
    for level, name in ((1, "SC_LEVEL1_DCACHE_SIZE"), (2, "SC_LEVEL2_CACHE_SIZE"),
                        (3, "SC_LEVEL3_CACHE_SIZE")):  # fmt: skip
        if name in os.sysconf_names and (size := os.sysconf(name)) > 0:
            found[level] = size
    return found


def _mac_caches() -> dict[int, int]:
    found = {}
    for level, name in ((1, "hw.l1dcachesize"), (2, "hw.l2cachesize"), (3, "hw.l3cachesize")):
        done = subprocess.run(
            ["sysctl", "-n", name], capture_output=True, text=True, timeout=10, check=False
        )
        if done.stdout.strip().isdecimal():
            found[level] = int(done.stdout)
    return found
