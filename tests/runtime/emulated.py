"""Firmware linked with a main that needs no C library, for Linux under qemu's emulators."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from hodu.ops._table import Array
from hodu.plan.target import Target
from hodu.runtime.support import C_FOLDER
from hodu.toolchain.compiler import CodeOptions, Toolchain, run

_CALL = """
static long call(long number, long first, long second, long third) {
  register long n __asm__("%s") = number, a __asm__("%s") = first;
  register long b __asm__("%s") = second, c __asm__("%s") = third;
  __asm__ volatile("%s" : "+r"(a) : "r"(n), "r"(b), "r"(c) : "memory");
  return a;
}
enum { WRITE = %s, EXIT = %s };
"""
# What clang calls memcpy and memset here.
_EABI = "".join(
    f"void __aeabi_memclr{n}(char *to, size_t size) {{\n"
    "  while (size--) ((volatile char *)to)[size] = 0;\n}\n"
    f"void __aeabi_memcpy{n}(char *to, const char *from, size_t size) {{\n"
    "  while (size--) ((volatile char *)to)[size] = from[size];\n}\n"
    for n in ("", "4", "8")
)
_ARM = ("arm", _CALL % ("r7", "r0", "r1", "r2", "svc 0", 4, 1) + _EABI)
_SYSTEMS = {
    "thumb": _ARM,
    "arm": _ARM,
    "aarch64": ("aarch64", _CALL % ("x8", "x0", "x1", "x2", "svc 0", 64, 93)),
    "riscv32": ("riscv32", _CALL % ("a7", "a0", "a1", "a2", "ecall", 64, 93)),
}
"""By what triples begin with: the name of the emulator, and a system call in C."""
_MAIN = """
#include "%(name)s.h"
%(call)s
%(arrays)s
void _start(void) {
  int status = %(name)s(%(arguments)s);
  %(writes)s
  for (;;) call(EXIT, status, 0, 0);
}
"""


def emulator(triple: str) -> str | None:
    """The emulator of programs for the processors of a triple, if it is installed."""
    name = f"qemu-{_system(triple)[0]}"
    return shutil.which(f"{name}-static") or shutil.which(name)


def _system(triple: str) -> tuple[str, str]:
    return next(found for start, found in _SYSTEMS.items() if triple.startswith(start))


def link(
    folder: Path,
    name: str,
    target: Target,
    inputs: Mapping[str, Array],
    outputs: Mapping[str, Array],
    libraries: Sequence[str] = (),
) -> Path:
    """A program of NAME.a and NAME.h in `folder` that runs once and writes its outputs to stdout.

    All arrays are of f32; of `outputs` only the shapes count.
    """
    given = {
        key: f" = {{{', '.join(float(v).hex() for v in x.flat)}}}" for key, x in inputs.items()
    }
    arrays = [
        f"static float {key}{''.join(f'[{n}]' for n in x.shape)}{given.get(key, '')};"
        for key, x in (inputs | outputs).items()
    ]
    writes = [f"call(WRITE, 1, (long){key}, sizeof {key});" for key in outputs]
    text = _MAIN % {
        "name": name,
        "call": _system(target.triple)[1],
        "arrays": "\n".join(arrays),
        "arguments": ", ".join([*inputs, *outputs]),
        "writes": "\n  ".join(writes),
    }
    (folder / "main.c").write_text(text)
    tools = Toolchain()
    flags = (*target.flags(), "-Wno-missing-braces")
    options = CodeOptions(target.triple, flags, 1, position_independent=False, includes=(folder,))
    objects = tools.compile([folder / "main.c", C_FOLDER / "memory.c"], folder, [options] * 2)
    files = [*map(str, objects), str(folder / f"{name}.a"), *libraries]
    run([*tools.zig("ld.lld"), "-static", "-e", "_start", "-o", str(folder / "program"), *files])
    return folder / "program"


def _declared(name: str, x: Array) -> str:
    return f"static float {name}{''.join(f'[{n}]' for n in x.shape)}"


def _values(x: Array) -> str:
    return ", ".join(float(v).hex() for v in x.flat)


def executed(program: Path, outputs: Mapping[str, Array], emulator: str) -> dict[str, Array]:
    """What a program of `link` computes."""
    done = subprocess.run([emulator, str(program)], capture_output=True, check=True)
    ends = np.cumsum([y.size for y in outputs.values()])
    parts = np.split(np.frombuffer(done.stdout, np.float32), ends[:-1])
    return {k: x.reshape(y.shape) for (k, y), x in zip(outputs.items(), parts, strict=True)}
