"""Random programs as firmware, compiled for this machine, against the interpreter.

    python -m tools.fuzz_firmware [--cpu cortex-m4] [--seed N] [--count N]

The kernels, their order and the arena are those of the core, also where outputs lie over inputs;
the code has no vectors. Every other program is a network in 8 bits, and every other pair is made
for the least code. Stops at the first program that differs.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from dataclasses import replace

import numpy as np

from hodu.backends.cpu.flags import code_options
from hodu.backends.cpu.prepare import has_kernel, machine, prepare
from hodu.passes import optimize
from hodu.plan.memory import Plan
from hodu.plan.target import Target, named
from hodu.plugins.interfaces import CompileOptions
from hodu.render.c_program import Options
from hodu.runtime.library import Library
from hodu.runtime.module import NativeModule
from hodu.snapshot.ir import Snapshot
from hodu.toolchain.build import Source, compile_shared
from tests.compiled.check import weights_of
from tests.compiled.fuzz import compare
from tests.compiled.random_graphs import RandomProgram
from tests.compiled.random_quantized import RandomQuantized


def check_firmware(seed: int, cpu: str) -> int:
    """Raise AssertionError where a program differs; how many pairs of slots share bytes."""
    target = replace(named(cpu), compact=bool(seed & 2))
    program: RandomProgram | RandomQuantized = (
        RandomQuantized(seed >> 1) if seed & 1 else RandomProgram(seed >> 1)
    )
    arrays = [program.arrays[v.name] for v in program.snapshot.inputs]
    wanted = _reference(program, target).run(*arrays)
    options = Options(bare=True, pointer_bytes=4, compact=target.compact)
    ready = prepare(program.snapshot, target, options)
    code = code_options(named("scalar"), CompileOptions(opt=1))
    library = Library(compile_shared([Source("firmware.c", ready.source)], code))
    found = NativeModule(library, weights_of(ready), 1).execute(program.arrays)
    for name, want in zip(program.snapshot.outputs, wanted, strict=True):
        compare(found[name].numpy(), np.asarray(want), program.float, f"seed {seed}: {name}")
    return shared(ready.plan)


def _reference(program: RandomProgram | RandomQuantized, target: Target) -> Snapshot:
    """What says the results: of 8 bits the integer form, in which no sum is rounded."""
    if isinstance(program, RandomProgram):
        return program.snapshot
    return optimize(program.snapshot, keep=has_kernel, machine=machine(target))


def shared(plan: Plan) -> int:
    """Pairs of slots that are in use at the same time and have bytes of the arena in common."""
    spans = [
        (plan.offsets[life.slot], plan.offsets[life.slot] + life.slot.bytes, life)
        for life in plan.lives
    ]
    return sum(
        a.first <= b.last and b.first <= a.last and start < stop and low < high
        for (low, stop, a), (start, high, b) in itertools.combinations(spans, 2)
    )


def main() -> int:
    """Check seed after seed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cpu", default="cortex-m4")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=200)
    options = parser.parse_args()
    pairs = 0
    for seed in range(options.seed, options.seed + options.count):
        with np.errstate(all="ignore"):
            pairs += check_firmware(seed, options.cpu)
    print(f"{options.count} programs agree; {pairs} pairs of tensors share bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
