"""The variants of built libraries against libraries built for one processor, interleaved.

    python -m benchmarks.variants MODEL.onnx... [--turns N]

Each line is a variant: the least CPU time of a run in the library that has all of them, in one that
was built for its processor alone, and how much slower the first is.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import hodu
from hodu.artifact import OutputFormat
from hodu.backends.cpu.build import build
from hodu.plan.target import host
from hodu.plan.variants import variants_for
from hodu.plugins.interfaces import CompileOptions, ExecutableModule
from hodu.runtime.module import load_native
from hodu.snapshot.ir import Snapshot

_NEEDS = {
    "baseline": "sse2",
    "avx2": "avx2",
    "avxvnni": "avx_vnni",
    "avx512": "avx512vl",
    "avx512vnni": "avx512_vnni",
}


def main() -> None:
    """Measure every model that is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="+", type=Path)
    parser.add_argument("--turns", type=int, default=20)
    given = parser.parse_args()
    print(f"{'model':24} {'variant':9} {'shared':>9} {'alone':>9} {'slower':>7}")
    for path in given.models:
        with tempfile.TemporaryDirectory() as folder:
            _measure(path, Path(folder), given.turns)


def _measure(path: Path, folder: Path, turns: int) -> None:
    snapshot = hodu.load(path)
    assert isinstance(snapshot, Snapshot)
    runnable = [v for v in variants_for(host().triple) if _NEEDS[v.name] in host().features]
    modules: dict[tuple[str, str], ExecutableModule] = {}
    together = folder / "together.so"
    notes: dict[str, Any] = {}
    extra = {"report": notes.update}
    build(snapshot, OutputFormat.SHARED_LIBRARY, together, CompileOptions(extra=extra))
    used = {row["name"] for row in notes["variants"]}
    variants = [v for v in runnable if v.name in used]
    for variant in variants:
        alone = folder / f"alone_{variant.name}.so"
        one = {"target": replace(variant.target, packed_bits=0)}
        build(snapshot, OutputFormat.SHARED_LIBRARY, alone, CompileOptions(extra=one))
        modules[variant.name, "alone"] = load_native(alone, threads=1)
        os.environ["HODU_CPU"] = variant.name
        own = Path(shutil.copy(together, folder / f"{variant.name}.so"))
        modules[variant.name, "shared"] = load_native(own, threads=1)
    best = _best(modules, turns)
    for variant in variants:
        shared, alone_time = best[variant.name, "shared"], best[variant.name, "alone"]
        slower = (shared / alone_time - 1) * 100
        print(f"{path.stem:24} {variant.name:9} {shared * 1e3:6.3f} ms {alone_time * 1e3:6.3f} ms"
              f" {slower:+6.1f}%", flush=True)  # fmt: skip


def _best(
    modules: dict[tuple[str, str], ExecutableModule], turns: int
) -> dict[tuple[str, str], float]:
    """The least CPU time of each module, all in turn."""
    rng = np.random.default_rng(0)
    infos = next(iter(modules.values())).inputs
    inputs = {i.name: _data(i, rng) for i in infos}
    best = dict.fromkeys(modules, float("inf"))
    for _ in range(turns):
        for key, module in modules.items():
            module.execute(inputs)
            start = time.process_time()
            module.execute(inputs)
            best[key] = min(best[key], time.process_time() - start)
    return best


def _data(info: hodu.artifact.ArtifactTensorInfo, rng: np.random.Generator) -> np.ndarray:
    shape = [d.__index__() for d in info.shape]
    if info.dtype.is_float:
        return rng.standard_normal(shape).astype(info.dtype.numpy)
    return np.ones(shape, info.dtype.numpy)


if __name__ == "__main__":
    main()
