"""Compares random programs with the interpreter; endless when run as a program.

python -m tests.compiled.fuzz [--seed N] [--count N]
"""

from __future__ import annotations

import argparse
import itertools
import sys

import numpy as np

import hodu
from hodu import dtypes
from tests.compiled.random_graphs import RandomProgram

# A program is up to twenty ops deep, so errors may be that many times those of one op.
RTOL = {"f64": 1e-9, "f32": 2e-4, "f16": 5e-2, "bf16": 3e-1}


def check_program(seed: int, level: int) -> None:
    """Raise AssertionError where the compiled program and the interpreter differ."""
    program = RandomProgram(seed)
    arrays = [program.arrays[v.name] for v in program.snapshot.inputs]
    expected = dict(zip(program.snapshot.outputs, program.snapshot.run(*arrays), strict=True))
    module = hodu.compile(program.snapshot, opt=level, compiler="cpu", runtime="cpu", threads=1)
    for name, tensor in module.execute(program.arrays).items():
        _compare(tensor.numpy(), expected[name], program.float, f"seed {seed} -O{level}: {name}")


def _compare(got: np.ndarray, want: np.ndarray, dtype: hodu.DType, where: str) -> None:
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
    """Check seed after seed; stops at the first that differs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int)
    options = parser.parse_args()
    stop = None if options.count is None else options.seed + options.count
    for seed in itertools.count(options.seed) if stop is None else range(options.seed, stop):
        with np.errstate(all="ignore"):
            for level in (0, 3):
                check_program(seed, level)
        print(f"\r{seed} programs agree", end="", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
