"""Whole steps of training (forward, backward, Adam) against PyTorch, torch.compile and jax.jit.

    python benchmarks/training.py [NAME ...] [--threads 1 2] [--runs 40] [--peers PYTHON]
        [--systems torch torch.compile jax]

The networks are those of `training_zoo.py`, with the same weights everywhere. Every system runs in
a process of its own, and the processes take turns; `--peers` is the Python in which the other
systems are installed (and Hodu, whose modules name the parameters for jax), and those that are not
are left out. Exits with 1 if a bar is missed: Hodu's least time against the least of the best other
system (`BARS`), memory at most PyTorch's, losses of the first steps within `LOSS_BAR` of PyTorch's.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import sys
from pathlib import Path

import training_zoo as zoo
from compiled import Contestant, serving, take_turns

BARS = {"mlp": 1.2, "cnn": 1.0, "transformer": 1.0}
LOSS_BAR = 1e-4
PEERS = {"torch": "PyTorch", "torch.compile": "torch.compile", "jax": "jax.jit"}
Found = dict[tuple[str, int], Contestant]


def measure(name: str, options: argparse.Namespace) -> Found:
    """One network, in all systems that are there."""
    script = str(Path(__file__).with_name("training_systems.py"))
    with contextlib.ExitStack() as stack:
        found: list[Contestant | None] = []
        for threads in options.threads:
            entries = [(sys.executable, "hodu"), *((options.peers, s) for s in options.systems)]
            for python, system in entries:
                command = [python, script, system, name, str(threads)]
                found.append(stack.enter_context(serving(command, system, threads)))
        there = [one for one in found if one is not None]
        take_turns(there, options.runs)
        return {(one.name, one.threads): one for one in there}


def row(name: str, found: Found, threads: int, systems: list[str]) -> str:
    """Least and median milliseconds and megabytes of each system; how Hodu compares."""
    cells = []
    for system in ("hodu", *systems):
        one = found.get((system, threads))
        cells.append(f"{'-':>25}" if one is None else _cell(one))
    return f"{zoo.TITLES[name]:<31}{threads:>4}{''.join(cells)}{_ratio(found, threads):>7.2f}"


def _times(one: Contestant) -> list[float]:
    return one.cpu if one.threads == 1 else one.wall


def _cell(one: Contestant) -> str:
    times, memory = _times(one), one.facts["megabytes"] or 0
    return f"{min(times):>10.3f}{statistics.median(times):>10.3f}{memory:>5.0f}"


def _ratio(found: Found, threads: int) -> float:
    """How many times as fast as the best other system Hodu is; infinite if there is none."""
    others = [min(_times(o)) for (s, t), o in found.items() if s != "hodu" and t == threads]
    return min(others, default=float("inf")) / min(_times(found["hodu", threads]))


def missed(name: str, found: Found, threads: int) -> list[str]:
    """The bars that a network misses."""
    ours, torch = found["hodu", threads].facts, found.get(("torch", threads))
    checks = {"time": _ratio(found, threads) < BARS[name]}
    if torch is not None:
        pairs = zip(ours["losses"], torch.facts["losses"], strict=True)
        checks["loss"] = any(abs(a - b) > LOSS_BAR * abs(b) for a, b in pairs)
        known = None not in (ours["megabytes"], torch.facts["megabytes"])
        checks["memory"] = known and ours["megabytes"] > torch.facts["megabytes"]
    return [f"{name}, {threads} threads: {k}" for k, is_missed in checks.items() if is_missed]


def main() -> int:
    """Measure and print the table; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", choices=[[], *zoo.NETWORKS], metavar="NAME")
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--runs", type=int, default=40, help="steps of each system")
    parser.add_argument("--peers", default=sys.executable, help="the Python of other systems")
    parser.add_argument("--systems", nargs="*", choices=PEERS, default=list(PEERS))
    options = parser.parse_args()
    print(
        "least and median milliseconds of a step (CPU time on one thread, else wall time), peak MB;"
        "\nhow many times as fast as the best other system"
    )
    heads = "".join(f"{title:>25}" for title in ("Hodu", *map(PEERS.get, options.systems)))
    print(f"{'network':<31}{'thr':>4}{heads}{'ratio':>7}")
    failures, absent = [], set(options.systems)
    for name in options.names or zoo.NETWORKS:
        found = measure(name, options)
        absent -= {system for system, _ in found}
        for threads in options.threads:
            print(row(name, found, threads, options.systems), flush=True)
            failures += missed(name, found, threads)
    if absent:
        print(f"\nnot installed: {', '.join(PEERS[s] for s in PEERS if s in absent)}")
    print(f"\nbars missed: {'; '.join(failures) or 'none'}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
