"""Every benchmark model through Hodu, against the outputs of ONNX Runtime.

    python benchmarks/models.py [NAME ...] [--runs N] [--folder DIR]

Takes each NAME.onnx with a NAME.npz beside it (inputs `in__*`, ONNX Runtime's outputs `out__*`, as
`build_models.py` writes them) in $HODU_MODELS or benchmarks/models. Runs it twice: in Python, by
`hodu.load` and `hodu.compile(...).execute`, and as a user would, by `hodu run`. Prints the largest
difference relative to the largest element, and CPU times with one thread; ONNX Runtime's time is
there where it is installed. Exits with 1 if a difference exceeds 1e-4.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import hodu

BAR = 1e-4
_THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_RUN = "import sys; from hodu_cli.main import main; sys.exit(main(sys.argv[1:]))"


@dataclass(frozen=True)
class Row:
    """What was measured of a model; times in CPU seconds, None where there is none."""

    name: str
    nodes: int
    error: float
    command_error: float
    load: float
    execute: float
    command: float
    reference: float | None


def use_one_thread() -> None:
    """Start over if NumPy has come up with more threads than one."""
    if any(os.environ.get(name) != count for name, count in _THREADS.items()):
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | _THREADS)


def cpu(action: Callable[[], Any]) -> tuple[Any, float]:
    """What an action yields, and the CPU seconds that it takes."""
    start = time.process_time()
    result = action()
    return result, time.process_time() - start


def least(action: Callable[[], Any], runs: int) -> float:
    """The least CPU time of several runs."""
    return min(cpu(action)[1] for _ in range(runs))


def error_of(outputs: dict[str, Any], wanted: dict[str, Any]) -> float:
    """The largest difference relative to the largest element; infinite if outputs do not match."""
    worst = 0.0
    for name, reference in wanted.items():
        found = outputs.get(name)
        if found is None or found.shape != reference.shape or found.dtype != reference.dtype:
            return float("inf")
        scale = float(np.abs(reference).max(initial=0)) or 1.0
        difference = np.abs(found.astype(np.float64) - reference).max(initial=0)
        worst = max(worst, float(difference) / scale) if difference == difference else float("inf")
    return worst


def command(path: Path, inputs: dict[str, Any], names: list[str]) -> tuple[dict[str, Any], float]:
    """The outputs of `hodu run`, and its CPU time from start to exit."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        given = [f"--input={name}={path.with_suffix('.npz')}:in__{name}" for name in inputs]
        arguments = ["run", str(path), *given, "--format=npy", f"--output-dir={out}", "--quiet"]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", _RUN, *arguments], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return {name: np.load(out / f"{name}.npy") for name in names}, seconds


def onnx_runtime(path: Path, inputs: dict[str, Any], runs: int) -> float | None:
    """ONNX Runtime's time on one thread, or None where it is not installed."""
    try:
        import onnxruntime
    except ImportError:
        return None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    session.run(None, inputs)
    return least(lambda: session.run(None, inputs), runs)


def measure(path: Path, runs: int) -> Row:
    """Run one model in all three ways."""
    with np.load(path.with_suffix(".npz")) as data:
        inputs = {k.removeprefix("in__"): data[k] for k in data if k.startswith("in__")}
        wanted = {k.removeprefix("out__"): data[k] for k in data if k.startswith("out__")}
    snapshot, load = cpu(lambda: hodu.load(path))
    module = hodu.compile(snapshot, device="cpu", threads=1)
    outputs = {name: t.numpy() for name, t in module.execute(inputs).items()}
    execute = least(lambda: module.execute(inputs), runs)
    from_command, seconds = command(path, inputs, list(wanted))
    return Row(
        path.stem,
        len(snapshot.nodes),
        error_of(outputs, wanted),
        error_of(from_command, wanted),
        load,
        execute,
        seconds,
        onnx_runtime(path, inputs, runs),
    )


def show(row: Row) -> str:
    """A line of the table."""
    reference = "-" if row.reference is None else f"{row.reference * 1e3:.2f}"
    verdict = "pass" if max(row.error, row.command_error) <= BAR else "FAIL"
    return (
        f"{row.name:<18}{row.nodes:>6}{row.error:>11.1e}{row.command_error:>11.1e}"
        f"{row.load:>9.2f}{row.execute * 1e3:>12.2f}{reference:>12}{row.command:>9.2f}  {verdict}"
    )


def main() -> int:
    """Measure, print the table; returns the exit code."""
    use_one_thread()
    default = os.environ.get("HODU_MODELS", str(Path(__file__).parent / "models"))
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help="models; all of them by default")
    parser.add_argument("--runs", type=int, default=3, help="runs to take the least time of")
    parser.add_argument("--folder", type=Path, default=Path(default))
    options = parser.parse_args()
    paths = sorted(p for p in options.folder.glob("*.onnx") if p.with_suffix(".npz").exists())
    paths = [p for p in paths if not options.names or p.stem in options.names]
    if not paths:
        print(f"no models in {options.folder}; make them with benchmarks/build_models.py")
        return 1
    print(
        f"{'model':<18}{'nodes':>6}{'error':>11}{'hodu run':>11}"
        f"{'load s':>9}{'execute ms':>12}{'ORT ms':>12}{'run s':>9}"
    )
    passed = True
    for path in paths:
        row = measure(path, options.runs)
        passed &= max(row.error, row.command_error) <= BAR
        print(show(row), flush=True)
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
