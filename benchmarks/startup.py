"""What starting costs: `import hodu`, `hodu --help`, and opening a large file.

    python benchmarks/startup.py

Prints each figure beside its bar and exits with 1 if one is missed. Times are CPU times of a
process of its own, the least of several runs.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

RUNS = 10
PARAMETERS = 100_000_000
FORBIDDEN = ("onnx", "typer", "rich", "torch", "onnxruntime", "PIL", "hodu.formats.onnx")
_HELP = "import sys; from hodu_cli.main import main; sys.exit(main(['--help']))"
_MODULES = f"import sys, hodu; print(*(m for m in {FORBIDDEN!r} if m in sys.modules))"
_SAVE = """
import sys, numpy as np, hodu
weight = np.zeros((int(sys.argv[2]) // 1000, 1000), np.float32)
weight.flags.writeable = False
with hodu.capture("large") as board:
    x = board.input("x", ("N", weight.shape[0]))
    board.target("y", x @ hodu.from_numpy(weight))
hodu.save(board.snapshot, sys.argv[1])
"""
_OPEN = """
import resource, sys, time, hodu
hodu.load(sys.argv[2])  # the plugins are imported before the clock starts
before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
contents = hodu.load(sys.argv[1])
seconds = time.process_time() - start
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(seconds, grown)
"""


@dataclass(frozen=True)
class Figure:
    """Something measured, its bar, and how both are shown."""

    name: str
    value: float
    bar: float
    unit: str

    @property
    def passed(self) -> bool:
        """Whether the value is within the bar."""
        return self.value <= self.bar


def run(code: str, *arguments: str, blas_threads: int | None = None) -> tuple[float, str]:
    """CPU seconds of all threads, and output, of a fresh Python process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    threads = {} if blas_threads is None else {"OPENBLAS_NUM_THREADS": str(blas_threads)}
    result = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **threads},
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, result.stdout


def wall(code: str) -> float:
    """Seconds that a fresh Python process takes."""
    start = time.perf_counter()
    run(code)
    return time.perf_counter() - start


def least(measure: Callable[[], float]) -> float:
    """The least of several measurements; the first one also writes the bytecode."""
    return min(measure() for _ in range(RUNS))


def cpu(code: str, blas_threads: int | None = None) -> float:
    """The least CPU time of a fresh Python process."""
    return least(lambda: run(code, blas_threads=blas_threads)[0])


def large_tensors(path: Path, parameters: int) -> None:
    """A .safetensors file of that many f32 parameters that is mostly a hole on the disk."""
    size = parameters * 4
    entry = {"dtype": "F32", "shape": [parameters // 1000, 1000], "data_offsets": [0, size]}
    header = json.dumps({"weight": entry}).encode()
    header += b" " * (-len(header) % 8)
    with path.open("wb") as file:
        file.write(np.uint64(len(header)).tobytes() + header)
        file.truncate(8 + len(header) + size)


def large_model(path: Path, parameters: int) -> None:
    """An .hdss file of a model with that many f32 parameters."""
    run(_SAVE, str(path), str(parameters))


def opening(path: Path, small: Path) -> list[Figure]:
    """Seconds and memory of `hodu.load` on a large file, after a small one of its format."""
    results = [tuple(map(float, run(_OPEN, str(path), str(small))[1].split())) for _ in range(RUNS)]
    seconds, kilobytes = (min(r[i] for r in results) for i in (0, 1))
    return [
        Figure(f"open 100M in {path.suffix}", seconds, 0.05, "s"),
        Figure("  memory for it", kilobytes / 1024, 10, "MiB"),
    ]


def openings(folder: Path) -> list[Figure]:
    """The figures for opening tensors and a model of 100 million parameters."""
    tensors, model = folder / "large.safetensors", folder / "large.hdss"
    few_tensors, small_model = folder / "small.safetensors", folder / "small.hdss"
    large_tensors(tensors, PARAMETERS)
    large_tensors(few_tensors, 10_000)
    large_model(model, PARAMETERS)
    large_model(small_model, 10_000)
    return opening(tensors, few_tensors) + opening(model, small_model)


def main() -> int:
    """Measure, print the table; returns the exit code."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    bare = least(lambda: run("pass")[0])
    figures = [
        Figure("import hodu, wall", least(lambda: wall("import hodu")), 0.25, "s"),
        Figure("  CPU, one BLAS thread", cpu("import hodu", 1) - bare, 0.25, "s"),
        Figure("  CPU, all threads", cpu("import hodu") - bare, 0.25, "s"),
        Figure("hodu --help", least(lambda: run(_HELP)[0]), 0.2, "s"),
        Figure("modules not to import", len(run(_MODULES)[1].split()), 0, ""),
    ]
    with tempfile.TemporaryDirectory() as folder:
        figures += openings(Path(folder))
    for f in figures:
        value = f"{f.value:.3f} {f.unit}" if f.unit else f"{f.value:.0f}"
        verdict = "pass" if f.passed else "FAIL"
        print(f"{f.name:<24} {value:>12}   at most {f.bar:g} {f.unit:<4} {verdict}")
    print(
        "of which NumPy and ml_dtypes alone, CPU of all threads (BLAS spins one for each core when "
        f"it starts): {cpu('import numpy, ml_dtypes') - bare:.3f} s"
    )
    return 0 if all(f.passed for f in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
