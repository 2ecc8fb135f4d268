"""Build the demo's model for every target, in every format, twice: how long it takes, and whether
the bytes are the same.

    python -m tools.targets [--target TEXT] [--format FORMAT]...

Each row is of three runs of `hodu build`, each a process of its own: with an empty cache, again
with what that left there, and with an empty cache in another folder. The exit status is 1 if a
build fails, gives other bytes, or takes longer than COLD_SECONDS or WARM_SECONDS.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from hodu.artifact import OutputFormat
from hodu.plan.systems import SYSTEMS, System

COLD_SECONDS = 20.0
WARM_SECONDS = 2.0
_ROW = "{:<30} {:<5} {:>7} {:>7} {:>9}  {}"


@dataclass(frozen=True)
class Row:
    """What was measured of one target and format."""

    triple: str
    format: str
    cold: float
    warm: float
    bytes: int
    problem: str

    def __str__(self) -> str:
        cold, warm = f"{self.cold:.2f}", f"{self.warm:.2f}"
        return _ROW.format(self.triple, self.format, cold, warm, self.bytes, self.problem)


def measured(model: Path, system: System, format: OutputFormat) -> Row:
    """Build three times and compare."""
    row = (system.triple, format.value)
    with tempfile.TemporaryDirectory() as scratch:
        one, two = Path(scratch) / "one", Path(scratch) / "two"
        try:
            cold, first = build(model, *row, one / "cache", one / "first")
            warm, second = build(model, *row, one / "cache", one / "second")
            _, third = build(model, *row, two / "cache", two / "third")
        except subprocess.CalledProcessError as error:
            return Row(*row, 0, 0, 0, error.stderr.strip().splitlines()[0])
    problems = []
    if not first == second == third:
        differ = sorted(
            {name for name in first if not first[name] == second.get(name) == third.get(name)}
        )
        problems.append(f"other bytes in {', '.join(differ)}")
    if cold > COLD_SECONDS or warm > WARM_SECONDS:
        problems.append("too slow")
    return Row(*row, cold, warm, sum(map(len, first.values())), ", ".join(problems))


def build(
    model: Path, triple: str, format: str, cache: Path, folder: Path
) -> tuple[float, dict[str, bytes]]:
    """The seconds that `hodu build` takes, and the files that it writes."""
    folder.mkdir(parents=True)
    out = folder if format == "whl" else folder / f"digits.{format}"
    command = [sys.executable, "-m", "hodu", "build", str(model), "--dim", "batch=1", "-q"]
    start = time.perf_counter()
    subprocess.run(
        [*command, "-t", triple, "-f", format, "-o", str(out)],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"HODU_CACHE_DIR": str(cache)},
    )
    spent = time.perf_counter() - start
    return spent, {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def rows(target: str, formats: Sequence[str]) -> Iterator[Row]:
    """A row for each target whose triple has `target` in it, and each of `formats`, or of all."""
    with as_file(files("hodu") / "assets" / "digits.onnx") as model:
        for system in SYSTEMS:
            for format in system.formats:
                if target in system.triple and (not formats or format.value in formats):
                    yield measured(model, system, format)


def main() -> int:
    """Print the table; returns the exit status."""
    parser = argparse.ArgumentParser(description="Build the demo's model for every target.")
    parser.add_argument("--target", default="", help="only triples with this text in them")
    parser.add_argument("--format", action="append", default=[], help="only this one; repeatable")
    arguments = parser.parse_args()
    print(_ROW.format("target", "form", "cold s", "warm s", "bytes", ""), flush=True)
    failed = False
    for row in rows(arguments.target, arguments.format):
        print(row, flush=True)
        failed |= bool(row.problem)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
