"""Whether this tree's compiled models are slower than another revision's.

    python benchmarks/check.py BASE [NAME ...] [--threads 1] [--rounds 15] [--tolerance 0.03]

Checks out BASE in a temporary folder and runs both trees' code on each model, each in a process of
its own. The two take turns; a round's figure is the ratio of their least times, so that what slows
the machine slows both. A model counts as slower when the 95 % confidence interval of the median
ratio (from order statistics, so that no distribution is assumed) lies above 1 + tolerance: a noisy
machine widens the interval and finds less, it does not find more. The memory plan is exact and is
compared as it is. Exits with 1 if a model is slower or its arena larger.
"""

from __future__ import annotations

import argparse
import contextlib
import math
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from compiled import Contestant, started

ROOT = Path(__file__).resolve().parent.parent
_CONFIDENCE = 0.95
_ROUND_MILLISECONDS = 60.0


@contextlib.contextmanager
def checked_out(revision: str) -> Iterator[Path]:
    """A folder with the files of `revision`, removed in the end."""
    git = ["git", "-C", str(ROOT), "worktree"]
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "base"
        subprocess.run([*git, "add", "--quiet", "--detach", str(tree), revision], check=True)
        try:
            yield tree
        finally:
            subprocess.run([*git, "remove", "--force", str(tree)], check=True)


@contextlib.contextmanager
def running(tree: Path, model: Path, threads: int) -> Iterator[Contestant]:
    """A model compiled by the code of `tree`, in a process of its own with a cache of its own."""
    before = dict(os.environ)
    with tempfile.TemporaryDirectory() as cache:
        os.environ.update(PYTHONPATH=str(tree / "src"), HODU_CACHE_DIR=cache)
        try:
            data = model.with_suffix(".npz")
            with started(sys.executable, "hodu", model, data, threads) as one:
                if one is None:
                    raise SystemExit(f"{model.stem} does not run with the code in {tree}")
                yield one
        finally:
            os.environ.clear()
            os.environ.update(before)


def least(one: Contestant) -> float:
    """The least milliseconds of one round of runs: CPU time, or by the clock with threads."""
    times = one.cpu if one.threads == 1 else one.wall
    start = len(times)
    one.run(max(3, int(_ROUND_MILLISECONDS / one.wall[-1])) if one.wall else 3)
    return min(times[start:])


def ratios(base: Contestant, new: Contestant, rounds: int) -> list[float]:
    """How the new time compares with the old one, round by round; who begins alternates."""
    least(base), least(new)  # warm, and know how long a run takes
    found = []
    for number in range(rounds):
        pair = (base, new) if number % 2 else (new, base)
        times = {one is new: least(one) for one in pair}
        found.append(times[True] / times[False])
    return found


def interval(values: Sequence[float]) -> tuple[float, float]:
    """A confidence interval of the median: the order statistics that enclose it.

    The number of values below the median is binomial with p = 1/2 (David and Nagaraja, Order
    Statistics, section 7.1). With fewer than 6 values no pair of them reaches 95 %.
    """
    ordered, count = sorted(values), len(values)
    tail, rank = 0.0, 0
    while (tail := tail + math.comb(count, rank) / 2**count) <= (1 - _CONFIDENCE) / 2:
        rank += 1
    rank = max(rank, 1)
    return ordered[rank - 1], ordered[count - rank]


def verdict(low: float, high: float, tolerance: float) -> str:
    """What an interval of ratios says."""
    if low > 1 + tolerance:
        return "slower"
    return "faster" if high < 1 - tolerance else "same"


def compare(base_tree: Path, model: Path, options: argparse.Namespace) -> bool:
    """Measure a model in both trees and print a line; whether it became worse."""
    with (
        running(base_tree, model, options.threads) as base,
        running(ROOT, model, options.threads) as new,
    ):
        found = ratios(base, new, options.rounds)
        low, high = interval(found)
        said = verdict(low, high, options.tolerance)
        arenas = base.facts["arena"], new.facts["arena"]
        print(
            f"{model.stem:<18}{min(base.cpu):>10.3f}{min(new.cpu):>10.3f}"
            f"{statistics.median(found):>8.3f}  {low:.3f} to {high:.3f}  {said:<8}"
            f"{arenas[0] / 1024:>9.0f}{arenas[1] / 1024:>9.0f}",
            flush=True,
        )
    return said == "slower" or arenas[1] > arenas[0]


def main() -> int:
    """Compare the models of the folder; returns the exit code."""
    default = os.environ.get("HODU_MODELS", str(Path(__file__).parent / "models"))
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("base", help="a revision, as git names it")
    parser.add_argument("names", nargs="*", help="models; all of them by default")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=15, help="at least 6")
    parser.add_argument("--tolerance", type=float, default=0.03)
    parser.add_argument("--folder", type=Path, default=Path(default))
    options = parser.parse_args()
    if options.rounds < 6:
        parser.error("fewer than 6 rounds cannot tell a difference with 95 % confidence")
    models = sorted(p for p in options.folder.glob("*.onnx") if p.with_suffix(".npz").exists())
    models = [p for p in models if not options.names or p.stem in options.names]
    if not models:
        parser.error(f"no models in {options.folder}; make them with benchmarks/build_models.py")
    print(f"{'model':<18}{'base ms':>10}{'new ms':>10}{'ratio':>8}  interval", end="")
    print(f"{'':>18}{'arena KiB':>13}{'new':>9}")
    with checked_out(options.base) as tree:
        worse = [compare(tree, model, options) for model in models]
    return int(any(worse))


if __name__ == "__main__":
    sys.exit(main())
