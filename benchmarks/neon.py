"""Instructions of one run of a model on AArch64, counted in QEMU: all, and those of NEON.

    python benchmarks/neon.py [MODEL ...] [-O 3]

MODEL is an .onnx file whose input sizes are known; by default the tiny ones of `benchmarks/models`.
QEMU logs every block of code that it runs, once with its instructions and each time that it is
entered. All of the program counts, the reading of its input too. It needs Debian's package
qemu-user-static.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np

import hodu

MODELS = Path(os.environ.get("HODU_MODELS", Path(__file__).resolve().parent / "models"))
_INSTRUCTION = re.compile(r"0x([0-9a-f]+):\s+[0-9a-f]{8}\s+(\S+)\s*(.*)")
_ENTERED = re.compile(r"Trace .*\[[0-9a-f]+/([0-9a-f]+)/")
_VECTOR = re.compile(r"\b(v\d+\.|[bhsdq]\d+\b)")


def program(model: Path, opt: int, folder: Path) -> list[str]:
    """The command that runs a built model once on random inputs."""
    snapshot, given = hodu.load(model), []
    for value in snapshot.inputs:
        data = np.random.default_rng(0).standard_normal(value.type.shape)
        file = folder / f"{len(given)}.npy"
        np.save(file, data.astype(value.type.dtype.numpy))
        given += ["-i", f"{value.name}={file}"]
    hodu.build(snapshot, folder / "model", target="aarch64-linux-gnu", opt=opt)
    return [str(folder / "model"), *given, "--threads", "1"]


def count(log: Path) -> tuple[int, int]:
    """Instructions, and those with vector registers, of all blocks that were entered."""
    blocks: dict[int, tuple[int, int]] = {}
    entered: Counter[int] = Counter()
    block: list[str] = []
    start = 0
    for line in log.open():
        if found := _INSTRUCTION.match(line):
            start = start if block else int(found[1], 16)
            block.append(found[3])
        elif found := _ENTERED.match(line):
            entered[int(found[1], 16)] += 1
        if not found and block:
            blocks[start] = len(block), sum(bool(_VECTOR.search(text)) for text in block)
            block = []
    pairs = [(times, *blocks[start]) for start, times in entered.items()]
    return sum(t * n for t, n, _ in pairs), sum(t * v for t, _, v in pairs)


def measure(model: Path, opt: int) -> str:
    """One row of the table."""
    with tempfile.TemporaryDirectory() as name:
        log = Path(name) / "log"
        emulator = ["qemu-aarch64-static", "-d", "in_asm,exec,nochain", "-D", str(log)]
        command = [*emulator, *program(model, opt, Path(name))]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        every, vectors = count(log)
    return f"{model.stem:<24}{every:>14,}{vectors:>14,}"


def main() -> None:
    """Count the models and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", type=Path)
    parser.add_argument("-O", dest="opt", type=int, choices=range(4), default=3)
    options = parser.parse_args()
    print(f"{'model':<24}{'instructions':>14}{'of NEON':>14}")
    for model in options.models or sorted(MODELS.glob("tiny_*.onnx")):
        print(measure(model, options.opt), flush=True)


if __name__ == "__main__":
    main()
