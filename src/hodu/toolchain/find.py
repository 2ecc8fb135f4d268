"""Finding the C compiler: clang of the `ziglang` wheel, or the one that HODU_CC names."""

from __future__ import annotations

import functools
import importlib.util
import os
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from hodu.errors import ToolchainError

Family = Literal["zig", "clang", "gcc"]


@dataclass(frozen=True, slots=True)
class Compiler:
    """A C compiler: how it is called, which family's flags it takes, and what identifies it.

    `command` starts the C compiler itself; `root` is the folder of the `ziglang` package, for that
    family. `identity` changes when the compiler does, so that it can be part of a cache key.
    """

    command: tuple[str, ...]
    family: Family
    version: str
    identity: str
    root: Path | None = None


def find_compiler() -> Compiler:
    """The compiler named by HODU_CC, else that of the `ziglang` package.

    Raises ToolchainError if there is none.
    """
    named = os.environ.get("HODU_CC", "").strip()
    return _named(named) if named else _zig()


@functools.lru_cache(maxsize=1)
def _zig() -> Compiler:
    spec = importlib.util.find_spec("ziglang")
    if spec is None or spec.origin is None:
        raise ToolchainError(
            "there is no C compiler: the package 'ziglang' is not installed",
            hint="pip install ziglang, or name a C compiler in HODU_CC",
        )
    root = Path(spec.origin).parent
    program = shutil.which("zig", path=str(root))
    if program is None:
        raise ToolchainError(
            f"the package 'ziglang' in {str(root)!r} has no program 'zig'",
            hint="reinstall it, or name a C compiler in HODU_CC",
        )
    version = _installed_version(root)
    return Compiler(
        (program, "clang"), "zig", version, f"zig {version} {_fingerprint(program)}", root
    )


def _installed_version(root: Path) -> str:
    """The version in the name of the wheel's metadata folder: starting zig takes far longer."""
    names = sorted(path.name for path in root.parent.glob("ziglang-*.dist-info"))
    return names[-1].removeprefix("ziglang-").removesuffix(".dist-info") if names else "unknown"


@functools.lru_cache(maxsize=8)
def _named(spec: str) -> Compiler:
    command = shlex.split(spec)
    program = shutil.which(command[0])
    if program is None:
        raise ToolchainError(
            f"HODU_CC names {command[0]!r}, which is not a program on the path",
            hint="set it to a C compiler such as gcc or clang, or unset it to use the built-in one",
        )
    command[0] = str(Path(program).absolute())
    version = _ask_version(command)
    family: Family = "clang" if "clang" in version.lower() else "gcc"
    return Compiler(
        tuple(command), family, version, f"{shlex.join(command)} {version} {_fingerprint(program)}"
    )


def _ask_version(command: list[str]) -> str:
    try:
        done = subprocess.run(
            [*command, "--version"], capture_output=True, text=True, timeout=60, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise ToolchainError(
            f"{shlex.join(command)!r} does not tell its version: {error}",
            hint="HODU_CC must name a compiler that takes the options of gcc or clang",
        ) from error
    return done.stdout.partition("\n")[0].strip()


def _fingerprint(program: str) -> str:
    found = Path(program).resolve().stat()
    return f"{found.st_size}-{found.st_mtime_ns}"
