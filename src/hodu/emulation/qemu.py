"""Programs that run code for other machines: finding them, running them, counting in QEMU."""

from __future__ import annotations

import functools
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from hodu.errors import ToolchainError
from hodu.toolchain.build import Source, compile_shared
from hodu.toolchain.compiler import CodeOptions

C_FOLDER = Path(__file__).parent / "c"
SECONDS = 900.0
"""How long a run may take."""
_NEW = 9  # the major version from which on plugins are of version 2


def find_program(names: Sequence[str], package: str, brew: str = "qemu") -> str:
    """The first of these programs on the path.

    Raises ToolchainError with the command that installs it: Debian's package, or Homebrew's.
    """
    for name in names:
        found = shutil.which(name)
        if found is not None:
            return found
    command = f"brew install {brew}" if sys.platform == "darwin" else f"apt-get install {package}"
    raise ToolchainError(f"there is no program {names[0]!r} on the path", hint=f"run `{command}`")


@functools.lru_cache(maxsize=8)
def qemu_version(program: str) -> str:
    """Its version, such as 7.2.22."""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"version (\d+\.\d+\.\d+)", said.stdout)
    return found[1] if found else "of an unknown version"


def run_program(command: Sequence[str], folder: Path) -> str:
    """What a run says on both streams; raises ToolchainError if it does not end."""
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ToolchainError(f"{Path(command[0]).name} did not end in {SECONDS:g} s") from error
    return done.stdout + done.stderr


def counting_plugin(program: str) -> Path:
    """A library that counts instructions in this QEMU; raises ToolchainError."""
    major = qemu_version(program).partition(".")[0]
    version = 2 if major.isdecimal() and int(major) >= _NEW else 1
    text = (C_FOLDER / "count.c").read_text("utf-8")
    flags = (f"-DHODU_PLUGIN_VERSION={version}",)
    return compile_shared([Source("count.c", text, flags)], CodeOptions(optimize=2))
