"""Running the compiler and the linker on files."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from hodu.errors import ToolchainError
from hodu.toolchain.cache import cache_folder
from hodu.toolchain.find import Compiler, find_compiler

Form = Literal["o", "ll", "bc", "s"]
Contraction = Literal["fast", "on", "off"]
_SHOWN_LINES = 12
_FORMS: dict[Form, tuple[str, ...]] = {
    "o": ("-c",),
    "s": ("-S",),
    "ll": ("-S", "-emit-llvm"),
    "bc": ("-c", "-emit-llvm"),
}


@dataclass(frozen=True, slots=True)
class CodeOptions:
    """How C becomes code.

    `triple` is the target as clang spells it, None for the host; `flags` choose the processor;
    `optimize` is the level of effort, or "s" for little code; `contraction` says whether a product
    and a sum may become one fused multiply-add; `position_independent` is needed for whatever ends
    in a shared library; `hosted` code may use the headers of the target's C library.
    """

    triple: str | None = None
    flags: tuple[str, ...] = ()
    optimize: int | Literal["s"] = 3
    contraction: Contraction = "fast"
    position_independent: bool = True
    includes: tuple[Path, ...] = ()
    standard: str = "c99"
    hosted: bool = False

    def arguments(self) -> tuple[str, ...]:
        """The compiler's arguments, but for the target and the folders of headers."""
        shared = ("-fPIC",) if self.position_independent else ()
        return (
            f"-std={self.standard}",
            f"-O{self.optimize}",
            "-fno-math-errno",
            "-fno-trapping-math",
            f"-ffp-contract={self.contraction}",
            # It would fuse products and sums in some turns of a loop only, so that results
            # depended on how the loop is divided among threads.
            "-fno-tree-slp-vectorize",
            "-fno-stack-protector",
            "-fno-asynchronous-unwind-tables",
            *shared,
            *self.flags,
        )


class Toolchain:
    """A C compiler with the linker and archiver that belong to it."""

    def __init__(self, compiler: Compiler | None = None) -> None:
        self.compiler = compiler or find_compiler()

    @property
    def identity(self) -> str:
        """What a cache key needs of the toolchain: it changes when the compiler does."""
        return self.compiler.identity

    def compile(
        self,
        sources: Sequence[Path],
        folder: Path,
        options: Sequence[CodeOptions],
        form: Form = "o",
    ) -> list[Path]:
        """Compile each C file with its options into `folder`, several at once; the files made.

        Raises ToolchainError with what the compiler said and the path of a copy of the source.
        """
        from concurrent.futures import ThreadPoolExecutor  # it imports logging, for which runs pay

        made = [folder / f"{source.stem}.{form}" for source in sources]
        workers = min(len(sources), usable_cores()) or 1
        with ThreadPoolExecutor(workers) as pool:
            jobs = [
                pool.submit(self.compile_file, source, output, own, form)
                for source, output, own in zip(sources, made, options, strict=True)
            ]
            for job in jobs:
                job.result()
        return made

    def compile_file(
        self, source: Path, output: Path, options: CodeOptions, form: Form = "o"
    ) -> None:
        """Compile one C file; raises ToolchainError."""
        if form in ("ll", "bc") and self.compiler.family == "gcc":
            raise ToolchainError(
                f"{self.compiler.version!r} does not make LLVM's .{form} files",
                hint="unset HODU_CC to use the built-in clang",
            )
        arguments = [*options.arguments(), *_FORMS[form]]
        arguments += [f"-I{folder.absolute()}" for folder in options.includes]
        # LLVM's files name their source as it is given, and the folder of the compiler: with a
        # plain name and no folder they are the same everywhere.
        if self.compiler.family != "gcc":
            arguments.append("-ffile-compilation-dir=.")
        command = [*self._start(options), *arguments, source.name, "-o", str(output.absolute())]
        run(command, source, folder=source.parent)

    def _start(self, options: CodeOptions) -> list[str]:
        """The command and its target; only hosted code sees headers other than the compiler's."""
        command = list(self.compiler.command)
        triple = clang_triple(options.triple or host_triple())
        if self.compiler.family == "gcc":
            if options.triple is not None and not same_machine(options.triple, host_triple()):
                raise ToolchainError(
                    f"{self.compiler.version!r} does not compile for {options.triple}",
                    hint="unset HODU_CC to use the built-in clang, which does",
                )
            return command
        if self.compiler.root is None:
            return command if options.triple is None else [*command, f"--target={triple}"]
        if options.hosted:
            return [*self.zig("cc"), "-target", triple]
        headers = str(self.compiler.root / "lib" / "include")
        return [*command, f"--target={triple}", "-nostdlibinc", "-isystem", headers]

    def link_shared(self, objects: Sequence[Path], output: Path) -> None:
        """Link a shared library without a C runtime.

        What it leaves undefined (memcpy, pthread_*) is found in the process that loads it.
        """
        files = [str(path) for path in objects]
        if self.compiler.family == "zig":
            head = [*self.zig("ld.lld"), "-shared", "-Bsymbolic", "--gc-sections"]
        else:
            head = [*self.compiler.command, "-shared", "-nostdlib", "-Wl,-Bsymbolic"]
        run([*head, "-o", str(output), *files])

    def archive(self, objects: Sequence[Path], output: Path) -> None:
        """Make a static library; the same objects give the same bytes."""
        output.unlink(missing_ok=True)
        program = self.zig("ar") if self.compiler.family == "zig" else [_beside("ar")]
        run([*program, "rcsD", str(output), *(str(path) for path in objects)])

    def zig(self, command: str) -> list[str]:
        """The start of a command of zig's own; raises ToolchainError for other compilers."""
        if self.compiler.family != "zig":
            raise ToolchainError(f"{self.compiler.version!r} has no {command!r}")
        return [self.compiler.command[0], command]


def run(command: Sequence[str], source: Path | None = None, folder: Path | None = None) -> None:
    """Run a tool, in `folder` if it is given.

    Raises ToolchainError with the first lines of what it said. A copy of `source` is kept for the
    reader of the error. What `zig cc` makes of a C library on first use is kept in Hodu's cache
    folder.
    """
    kept_by_zig = str((cache_folder() / "zig").absolute())
    folders = {"ZIG_GLOBAL_CACHE_DIR": kept_by_zig, "ZIG_LOCAL_CACHE_DIR": kept_by_zig}
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            env=os.environ | folders,
            cwd=folder,
            check=False,
        )
    except OSError as error:
        raise ToolchainError(f"cannot start {command[0]!r}: {error.strerror}") from error
    if done.returncode == 0:
        return
    kept = None if source is None else _keep(source)
    tool = " ".join(Path(part).name for part in command[:2])
    said = _first_lines(done.stderr or done.stdout) or f"exit code {done.returncode}"
    raise ToolchainError(
        f"{tool} failed:\n{said}",
        where=str(kept) if kept else None,
        hint="this is a fault of Hodu's generated code or of the compiler; please report it"
        if kept
        else None,
    )


def _first_lines(text: str) -> str:
    lines = text.strip().splitlines()
    rest = len(lines) - _SHOWN_LINES
    more = [f"... and {rest} more lines"] if rest > 0 else []
    return "\n".join([*lines[:_SHOWN_LINES], *more])


def _keep(source: Path) -> Path | None:
    folder = cache_folder() / "failed"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return Path(shutil.copy(source, folder / source.name))
    except OSError:
        return None


def _beside(tool: str) -> str:
    found = shutil.which(tool)
    if found is None:
        raise ToolchainError(f"there is no program {tool!r} on the path")
    return found


def host_triple() -> str:
    """The target triple of this machine, as clang spells it."""
    system, machine = os.uname().sysname, os.uname().machine
    machine = {"arm64": "aarch64", "amd64": "x86_64"}.get(machine, machine)
    return f"{machine}-macos" if system == "Darwin" else f"{machine}-{system.lower()}-gnu"


def clang_triple(triple: str) -> str:
    """A triple for clang, to which the extensions of RISC-V are no part of an architecture."""
    return re.sub(r"^(riscv(?:32|64))\w*", r"\1", triple)


def same_machine(a: str, b: str) -> bool:
    """Whether code for one triple runs on the other: Linux on the same architecture."""
    return re.split("-", a)[0] == re.split("-", b)[0] and "linux" in a and "linux" in b


def usable_cores() -> int:
    """The number of cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
