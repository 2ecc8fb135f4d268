"""Every op x sample x dtype as native code: processors, levels, compilers and sanitizers.

    python -m tools.compiled_matrix [--quick] [--row NAME ...] [OP ...]

Runs tools.check_compiled in a process of its own for each combination that this machine can run,
and prints a line for each. The exit code is 1 if one of them fails. `--quick` takes f32 only,
`--row` only the combinations whose names begin so.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field

from hodu.plan.target import host, named

_PREFIX = ("x86-64", "x86-64-v2", "x86-64-v3", "x86-64-v4")


@dataclass(frozen=True)
class Run:
    """One combination: a name, arguments of check_compiled and environment variables."""

    name: str
    arguments: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)


def runs() -> list[Run]:
    """The combinations that can run here."""
    found = [
        Run("native -O0", ("--level", "0")),
        Run("native -O3", ("--level", "3", "--interpret")),
        Run("scalar -O3", ("--level", "3", "--target", "scalar")),
    ]
    found += [
        Run(f"{name} -O3", ("--level", "3", "--target", name))
        for name in _PREFIX
        if named(name).features <= host().features and named(name).triple == host().triple
    ]
    for compiler in ("gcc", "clang"):
        if shutil.which(compiler):
            found += [Run(f"{compiler} -O3", ("--level", "3"), {"HODU_CC": compiler})]
    libraries = [_library(name) for name in ("libasan.so", "libubsan.so")]
    if all(libraries):
        environment = {
            "HODU_CC": "gcc",
            "LD_PRELOAD": ":".join(libraries),
            "ASAN_OPTIONS": "detect_leaks=0:verify_asan_link_order=0",
        }
        found += [Run("gcc, sanitizers", ("--level", "2", "--sanitize"), environment)]
    return found


def _library(name: str) -> str:
    """The sanitizer's library that must be loaded before Python; empty if gcc has none."""
    if not shutil.which("gcc"):
        return ""
    command = ["gcc", f"-print-file-name={name}"]
    path = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    return path if "/" in path else ""


def main() -> int:
    """Run everything; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="f32 only")
    parser.add_argument("--row", action="append", help="the names of combinations begin so")
    parser.add_argument("ops", nargs="*", help="ops; all of them by default")
    options = parser.parse_args()
    failed = False
    for run in (r for r in runs() if r.name.startswith(tuple(options.row or ("",)))):
        more = [*(["--dtype", "f32"] if options.quick else []), *options.ops]
        start = time.perf_counter()
        command = [sys.executable, "-m", "tools.check_compiled", *run.arguments, *more]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, env=os.environ | run.environment
        )
        failed |= done.returncode != 0
        shown = done.stdout.strip().splitlines()[-1:] if not done.returncode else [done.stdout]
        verdict = "pass" if not done.returncode else "FAIL"
        print(f"{run.name:<18}{time.perf_counter() - start:>7.0f} s  {verdict}  {''.join(shown)}")
        if done.returncode and not done.stdout.strip():
            print(done.stderr[-2000:])
        sys.stdout.flush()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
