"""Firmware for Cortex-M, run in QEMU: instructions, flash, memory and stack of one run.

    python benchmarks/firmware.py [MODEL ...] [--cpu cortex-m4] [-O 3] [--streaming]

MODEL is a model file; by default the tiny ones of `benchmarks/models`. It needs qemu-system-arm.
Where QEMU takes plugins, instructions are counted one by one and are the same on every run. Flash
is what a linker keeps of the model, memory its arena; input and output are the caller's.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import numpy as np

import hodu
from hodu._build import effort_for
from hodu.emulation.emulate import emulate
from hodu.plan.target import baseline
from hodu.plugins.interfaces import CompileOptions

MODELS = Path(os.environ.get("HODU_MODELS", Path(__file__).resolve().parent / "models"))
PROCESSORS = ("cortex-m4", "cortex-m7")


def measure(model: Path, cpu: str, level: int | str, *, streaming: bool) -> str:
    """One row of the table."""
    snapshot = hodu.load(model)
    chance = np.random.default_rng(0)
    given = {
        value.name: (chance.standard_normal(value.type.shape) * 10).astype(value.type.dtype.numpy)
        for value in snapshot.inputs
    }
    wanted = snapshot.run(*given.values())
    effort, target = effort_for(level, baseline("thumbv7em-none-eabihf", cpu))
    chosen = CompileOptions(opt=effort, extra={"streaming": streaming})
    run = emulate(snapshot, given, target, chosen)
    error = max(
        float(np.abs(a.astype(np.float64) - b).max() / max(np.abs(b).max(), 1e-30))
        for a, b in zip(run.outputs.values(), wanted, strict=True)
    )
    flash = run.notes["firmware"]["flash"]
    return (
        f"{model.stem:<18}{run.instructions:>13,}{flash:>12,}{run.notes['arena_bytes']:>10,}"
        f"{run.stack:>7}{error:>11.1e}"
    )


def main() -> None:
    """Measure the models and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", type=Path)
    parser.add_argument("--cpu", choices=PROCESSORS, default="cortex-m4")
    parser.add_argument("-O", dest="opt", choices=["0", "1", "2", "3", "s"], default="3")
    parser.add_argument("--streaming", action="store_true", help="by line buffers")
    options = parser.parse_args()
    level = options.opt if options.opt == "s" else int(options.opt)
    print(f"{'model':<18}{'instructions':>13}{'flash':>12}{'memory':>10}{'stack':>7}{'error':>11}")
    for model in options.models or sorted(MODELS.glob("tiny_*.onnx")):
        print(measure(model, options.cpu, level, streaming=options.streaming), flush=True)


if __name__ == "__main__":
    main()
