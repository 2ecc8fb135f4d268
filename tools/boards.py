"""Run a model for every target that has an emulator, and compare with the interpreter.

    python -m tools.boards [--target TEXT] [-O 3] [MODEL ...]

MODEL is a model file without open sizes; without one it is the demo's. Every processor that
`hodu build --list-targets` names has a row of instructions, flash, RAM, stack, and how far the
outputs are from the interpreter's. The exit status is 1 if a run fails or an output is beyond the
tolerance of its dtype.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np

import hodu
from hodu._build import effort_for
from hodu.dtypes import FROM_NUMPY
from hodu.emulation.emulate import emulate
from hodu.errors import HoduError
from hodu.ops._table import Array
from hodu.plan.systems import SYSTEMS
from hodu.plan.target import Target, baseline
from hodu.plugins.interfaces import CompileOptions
from hodu_cli.closeness import distance, tolerance_of

_ROW = "{:<20} {:<29} {:<11} {:>11} {:>9} {:>7} {:>6}  {}"
_WITHOUT = ("-windows", "-macos")


def targets(text: str) -> Iterator[Target]:
    """Every processor of the systems with `text` in their triples, but those without emulators."""
    for system in SYSTEMS:
        if text in system.triple and not any(name in system.triple for name in _WITHOUT):
            yield from (baseline(system.triple, processor) for processor in system.processors)


def samples(snapshot: hodu.Snapshot) -> dict[str, Array]:
    """Seeded inputs: floats of a normal distribution, small integers."""
    chance = np.random.default_rng(0)
    return {
        value.name: (chance.standard_normal(value.type.shape) * 10).astype(value.type.dtype.numpy)
        for value in snapshot.inputs
    }


def row(snapshot: hodu.Snapshot, target: Target, level: int | str) -> tuple[str, bool]:
    """A row of the table, and whether all is well."""
    given = samples(snapshot)
    effort, chosen = effort_for(level, target)
    names = (str(snapshot.name)[:20], target.triple, target.processor)
    try:
        run = emulate(snapshot, given, chosen, CompileOptions(opt=effort))
    except HoduError as error:
        return _ROW.format(*names, "", "", "", "", str(error).splitlines()[0]), False
    told, well = [], True
    for y, wanted in zip(run.outputs.values(), snapshot.run(*given.values()), strict=True):
        apart = distance(y, wanted, tolerance_of(FROM_NUMPY[wanted.dtype], None))
        well &= apart.beyond == 0
        told.append(f"{apart.absolute:.1e}" + ("" if apart.beyond == 0 else " DIFFERS"))
    taken = run.notes.get("firmware") or {"flash": run.notes["file_bytes"], "ram": ""}
    count = "" if run.instructions is None else f"{run.instructions:,}"
    stack = "" if run.stack is None else run.stack
    return _ROW.format(*names, count, taken["flash"], taken["ram"], stack, " ".join(told)), well


def main() -> int:
    """Print the table; returns the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("models", nargs="*", type=Path)
    parser.add_argument("--target", default="", help="only triples with this text in them")
    parser.add_argument("-O", dest="opt", choices=["0", "1", "2", "3", "s"], default="3")
    options = parser.parse_args()
    level = options.opt if options.opt == "s" else int(options.opt)
    with as_file(files("hodu") / "assets" / "digits.onnx") as demo:
        snapshots = [hodu.load(model) for model in options.models]
        snapshots = snapshots or [hodu.load(demo, dims={"batch": 1})]
    print(_ROW.format("model", "target", "processor", "instructions", "flash", "RAM", "stack", ""))
    well = True
    for snapshot in snapshots:
        for target in targets(options.target):
            text, right = row(snapshot, target, level)
            print(text, flush=True)
            well &= right
    return int(not well)


if __name__ == "__main__":
    sys.exit(main())
