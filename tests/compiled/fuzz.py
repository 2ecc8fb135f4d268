"""Compares random programs with the interpreter; endless when run as a program.

python -m tests.compiled.fuzz [--seed N] [--count N] [--go-on]
"""

from __future__ import annotations

import argparse
import itertools
import sys
from dataclasses import replace

import numpy as np

import hodu
from hodu import dtypes
from hodu.backends.cpu.compiler import compiler
from hodu.backends.cpu.runtime import runtime
from hodu.devices import CPU
from hodu.plan.target import Target, host
from hodu.plugins.interfaces import CompileOptions
from hodu.runtime.module import NativeModule
from tests.compiled.random_graphs import KINDS, RandomProgram

# A program is up to twenty ops deep, so errors may be that many times those of one op.
RTOL = {"f64": 1e-9, "f32": 2e-4, "f16": 5e-2, "bf16": 3e-1}
Results = dict[str, np.ndarray]


def check_program(seed: int, level: int) -> None:
    """Raise AssertionError where the compiled program and the interpreter differ.

    Results may depend neither on what was in the arena before nor on the number of threads. Every
    other program is compiled as for a processor with small caches, which asks for other kernels.
    """
    program = RandomProgram(seed)
    arrays = [program.arrays[v.name] for v in program.snapshot.inputs]
    expected = dict(zip(program.snapshot.outputs, program.snapshot.run(*arrays), strict=True))
    where = f"seed {seed} -O{level}"
    found = [
        _run(_load(program.snapshot, level, threads, _target(seed)), program.arrays, byte)
        for threads, byte in ((1, 0xFF), (1, 0x3C), (2, 0xFF))
    ]
    for name, result in found[0].items():
        compare(result, expected[name], program.float, f"{where}: {name}")
    for other in found[1:]:
        for name, result in found[0].items():
            same = other[name].tobytes() == result.tobytes()
            assert same, f"{where}: {name} is not the same in another run"


def _target(seed: int) -> Target:
    return (
        replace(host(), l1_bytes=2 << 10, l2_bytes=16 << 10) if seed // len(KINDS) % 2 else host()
    )


def _load(snapshot: hodu.Snapshot, level: int, threads: int, target: Target) -> NativeModule:
    options = CompileOptions(opt=level, threads=threads, extra={"target": target})
    module = runtime.load(compiler.compile(snapshot, CPU, options), CPU)
    assert isinstance(module, NativeModule), "nothing may be left to the interpreter"
    return module


def _run(module: NativeModule, arrays: Results, byte: int) -> Results:
    """The results of a run in an arena full of one byte: NaN, or small numbers."""
    for instance in module._idle:
        instance.arena[:] = byte
    return {name: tensor.numpy() for name, tensor in module.execute(arrays).items()}


def compare(got: np.ndarray, want: np.ndarray, dtype: hodu.DType, where: str) -> None:
    assert got.dtype == want.dtype and got.shape == want.shape, where
    if not dtypes.FROM_NUMPY[got.dtype].is_float:
        np.testing.assert_array_equal(got, want, err_msg=where)
        return
    got, want = got.astype(np.float64), want.astype(np.float64)
    finite = np.isfinite(want)
    np.testing.assert_array_equal(np.isnan(got), np.isnan(want), err_msg=where)
    scale = max(1.0, float(np.abs(want[finite]).max(initial=0)))
    worst = float(np.abs(got[finite] - want[finite]).max(initial=0)) / scale
    assert worst <= RTOL[dtype.name], f"{where}: differs by {worst:.2e} of {scale:.3g}"


def main() -> int:
    """Check seed after seed; stops at the first that differs, or counts those that do."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int)
    parser.add_argument("--go-on", action="store_true", help="print what differs and go on")
    options = parser.parse_args()
    stop = None if options.count is None else options.seed + options.count
    failed = 0
    for seed in itertools.count(options.seed) if stop is None else range(options.seed, stop):
        try:
            with np.errstate(all="ignore"):
                for level in (0, 3):
                    check_program(seed, level)
        except Exception as error:
            if not options.go_on:
                raise
            failed += 1
            print(f"seed {seed}: {type(error).__name__}: {str(error)[:400]}", flush=True)
    print(f"{failed} programs differ")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
