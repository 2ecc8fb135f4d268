"""Compiled models against ONNX Runtime, OpenVINO and PyTorch: time, start, memory.

    python benchmarks/compiled.py [NAME ...] [--threads 1 2] [--runs 40] [--peers PYTHON]
        [--systems onnxruntime openvino torch torch.compile]

Takes each NAME.onnx with its NAME.npz in $HODU_MODELS or benchmarks/models (`build_models.py` makes
them). Every system runs in a process of its own, and the processes take turns, so that what else
the machine does hits all of them. `--peers` is the Python in which the other systems are installed;
those that are not are left out. Hodu compiles the ONNX file with an empty cache (cold), then starts
from the same file with the cache filled (again) and from an .hdss file (warm); memory must not
exceed ONNX Runtime's in any of these. Exits with 1 if a bar of `bars.py` is missed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bars
import hodu

PEERS = {
    "onnxruntime": "ONNX Runtime",
    "openvino": "OpenVINO",
    "torch": "PyTorch",
    "torch.compile": "torch.compile",
}
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_BATCH_MILLISECONDS = 20.0
_PAUSE_SECONDS = 0.01  # until the threads of the process before have gone to sleep


@dataclass
class Contestant:
    """A system with a model loaded, in a process of its own, and the times it took so far."""

    name: str
    threads: int
    process: subprocess.Popen[str]
    facts: dict[str, Any]
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def run(self, count: int) -> None:
        """Measure some more runs."""
        found = ask(self.process, f"{count}\n")
        assert found is not None, f"{self.name} died"
        self.wall += found["wall"]
        self.cpu += found["cpu"]


@dataclass(frozen=True)
class Result:
    """All that was measured of a model."""

    model: str
    cold: dict[str, Any]
    again: dict[str, Any]
    contestants: dict[tuple[str, int], Contestant]


def ask(process: subprocess.Popen[str], line: str = "") -> dict[str, Any] | None:
    """The next line of JSON of a process, after it was told something; None if it ended."""
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(line)
    process.stdin.flush()
    answer = process.stdout.readline()
    return json.loads(answer) if answer else None


@contextlib.contextmanager
def serving(command: list[str], name: str, threads: int) -> Iterator[Contestant | None]:
    """A process that answers as `systems.py` says; None where the system is not installed."""
    environment = os.environ | dict.fromkeys(_THREADS, str(threads))
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # what is installed has its bytecode
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=None if name == "hodu" else subprocess.DEVNULL,
        text=True,
        env=environment,
    ) as process:
        try:
            facts = ask(process)
            yield None if facts is None else Contestant(name, threads, process, facts)
        finally:
            process.kill()


@contextlib.contextmanager
def started(python: str, name: str, model: Path, data: Path, threads: int) -> Iterator[Any]:
    """A process with the model loaded; None where the system is not installed or fails."""
    script = str(Path(__file__).with_name("systems.py"))
    command = [python, script, name, str(model), str(threads), str(data)]
    with serving(command, name, threads) as contestant:
        yield contestant


def take_turns(contestants: list[Contestant], runs: int) -> None:
    """Let each of them run in small batches until all have `runs` times."""
    while todo := [c for c in contestants if len(c.wall) < runs]:
        for one in todo:
            time.sleep(_PAUSE_SECONDS)
            last = one.wall[-1] if one.wall else _BATCH_MILLISECONDS
            one.run(max(1, min(runs - len(one.wall), int(_BATCH_MILLISECONDS / last))))


def measure(path: Path, options: argparse.Namespace) -> Result:
    """One model, in all systems."""
    data = path.with_suffix(".npz")
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        os.environ["HODU_CACHE_DIR"] = folder
        mapped = Path(folder) / f"{path.stem}.hdss"
        hodu.save(hodu.load(path), mapped)
        time.sleep(2.5)  # until the file can be told from one that changes
        with started(sys.executable, "hodu", path, data, options.threads[0]) as one:
            cold = one.facts
        with started(sys.executable, "hodu", path, data, options.threads[0]) as one:
            again = one.facts
        for _ in range(2):  # the first start looks at the cache closely
            with started(sys.executable, "hodu", mapped, data, options.threads[0]):
                time.sleep(2.5)
        found = []
        for threads in options.threads:
            entries = [(sys.executable, "hodu", mapped)]
            entries += [(options.peers, name, path) for name in options.systems]
            for python, name, model in entries:
                found.append(stack.enter_context(started(python, name, model, data, threads)))
        there = [c for c in found if c is not None]
        take_turns(there, options.runs)
        return Result(path.stem, cold, again, {(c.name, c.threads): c for c in there})


def row_of_times(result: Result, threads: int, kind: str, systems: list[str]) -> str:
    """Least and median milliseconds, and the best peer's least over Hodu's."""
    cells = []
    for name in ("hodu", *systems):
        one = result.contestants.get((name, threads))
        if one is None:
            cells.append(f"{'-':>19}")
            continue
        times = getattr(one, kind)
        cells.append(f"{min(times):>9.3f} {statistics.median(times):>9.3f}")
    found = bars.ratio(result.model, least_times(result, threads, kind))
    shown = f"{'-':>7}" if found is None else f"{found:>7.2f}"
    return f"{result.model:<18}{threads:>3} {kind:<5}{' '.join(cells)}{shown}"


def least_times(result: Result, threads: int, kind: str) -> dict[str, float]:
    """The least milliseconds of each system, "cpu" or "wall"."""
    return {n: min(getattr(c, kind)) for (n, t), c in result.contestants.items() if t == threads}


def ratio_of(result: Result, threads: int) -> float | None:
    """The ratio that counts: of CPU time with one thread, else by the clock."""
    kind = "cpu" if threads == 1 else "wall"
    return bars.ratio(result.model, least_times(result, threads, kind))


def row_of_starts(result: Result, threads: int) -> str:
    """Seconds to the first result, the most memory, the arena, the error."""
    hot = result.contestants["hodu", threads].facts
    other = result.contestants.get(("onnxruntime", threads))
    start, peak = ("-", "-") if other is None else _start_of(other.facts)
    return (
        f"{result.model:<18}{result.cold['seconds']:>8.2f}{hot['seconds']:>8.2f}{start:>8}"
        f"{_number(result.cold['megabytes']):>9}{_number(result.again['megabytes']):>8}"
        f"{_number(hot['megabytes']):>8}{peak:>8}"
        f"{hot['arena'] / 1024:>10.0f}{hot['arena'] / max(1, hot['bound']):>7.3f}"
        f"{max(hot['error'], result.cold['error']):>10.1e}"
    )


def _start_of(facts: dict[str, Any]) -> tuple[str, str]:
    return f"{facts['seconds']:.2f}", _number(facts["megabytes"])


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"


def missed(result: Result, threads: list[int]) -> list[str]:
    """The bars that a model misses."""
    warm = result.contestants["hodu", threads[0]].facts
    reference = result.contestants.get(("onnxruntime", threads[0]))
    memory = None if reference is None else reference.facts["megabytes"]
    starts = {"cold": result.cold, "again": result.again, "warm": warm}
    slow = [bars.missed_ratio(result.model, t, ratio_of(result, t)) for t in threads]
    return [*filter(None, slow), *bars.missed_facts(result.model, starts, memory)]


def summary(results: list[Result], threads: list[int]) -> Iterator[str]:
    """The mean ratios and the bars that are missed."""
    failures = [text for result in results for text in missed(result, threads)]
    for count in threads:
        ratios = [x for r in results if (x := ratio_of(r, count)) is not None]
        if ratios:
            found = bars.mean(ratios)
            yield f"geometric mean of the ratios with {count} threads: {found:.2f}"
            if count == 1 and found < bars.MEAN and len(ratios) == len(bars.RATIOS):
                failures.append(f"mean ratio {found:.2f} of {bars.MEAN}")
    yield f"bars missed: {'; '.join(failures) or 'none'}"


def main() -> int:
    """Measure, print the tables; returns the exit code."""
    default = os.environ.get("HODU_MODELS", str(Path(__file__).parent / "models"))
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help="models; all of them by default")
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--runs", type=int, default=40, help="runs of each system")
    parser.add_argument("--peers", default=sys.executable, help="the Python of other systems")
    parser.add_argument("--systems", nargs="*", choices=PEERS, default=list(PEERS))
    parser.add_argument("--folder", type=Path, default=Path(default))
    options = parser.parse_args()
    paths = sorted(p for p in options.folder.glob("*.onnx") if p.with_suffix(".npz").exists())
    paths = [p for p in paths if not options.names or p.stem in options.names]
    if not paths:
        print(f"no models in {options.folder}; make them with benchmarks/build_models.py")
        return 1
    print("least and median milliseconds; ratio: the best peer's least over Hodu's")
    others = "".join(f" {PEERS[name]:>19}" for name in options.systems)
    print(f"{'model':<18}{'thr':>3} {'time':<5}{'Hodu':>19}{others}{'ratio':>7}")
    results = []
    for path in paths:
        results.append(measure(path, options))
        for threads in options.threads:
            for kind in ("cpu", "wall"):
                print(row_of_times(results[-1], threads, kind, options.systems), flush=True)
    print("\nseconds from import to the first result, megabytes at most; ORT is ONNX Runtime")
    print(
        f"{'model':<18}{'cold':>8}{'warm':>8}{'ORT':>8}"
        f"{'cold MB':>9}{'again':>8}{'warm':>8}{'ORT':>8}{'arena KiB':>10}{'bound':>7}{'error':>10}"
    )
    for result in results:
        print(row_of_starts(result, options.threads[0]))
    lines = list(summary(results, options.threads))
    print("", *lines, sep="\n")
    return 0 if lines[-1].endswith(": none") else 1


if __name__ == "__main__":
    sys.exit(main())
