"""Compiled code against eager, for every sample and dtype of ops of the table.

    python -m tools.check_compiled [OP ...] [--family NAME] [--dtype f32] [--level 2] [--target T]
                                   [--show] [--interpret] [--sanitize]

Compiles all cases of an op as one C file and compares with the eager results. `--show` prints the
kernels, `--interpret` runs the kernels in the kernel interpreter too, where every access is
checked. `--sanitize` compiles with AddressSanitizer and UBSan, whose libraries must be preloaded
(tools.compiled_matrix does that). HODU_CC names another compiler. Ends with the ops that fail, each
with its first problem; the exit code is 1 then.
"""

from __future__ import annotations

import argparse
import sys

import hodu.ops._families
from hodu.ops._table import REGISTRY
from hodu.plan.target import named
from tests.compiled.check import Settings, check_op
from tests.ops.cases import cases_of

CHECKS = "-fsanitize=address,undefined,float-cast-overflow"
SANITIZE = (CHECKS, "-fno-sanitize-recover=all", "-g")


def main() -> int:
    """Check what was asked for; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("ops", nargs="*")
    parser.add_argument("--family", action="append", default=[])
    parser.add_argument("--dtype")
    parser.add_argument("--level", type=int, default=2)
    parser.add_argument("--target", default="native")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--interpret", action="store_true")
    parser.add_argument("--sanitize", action="store_true")
    options = parser.parse_args()
    assert hodu.ops._families
    chosen = [
        op
        for op in REGISTRY.values()
        if (op.samples and (op.name in options.ops or op.family in options.family))
        or not (options.ops or options.family)
    ]
    flags = SANITIZE if options.sanitize else ()
    settings = Settings(
        named(options.target), options.level, options.interpret, options.show, flags
    )
    failed: dict[str, list[str]] = {}
    checked = 0
    for op in chosen:
        cases = [c for c in cases_of(op) if options.dtype in (None, c.dtype.name)]
        problems = check_op(cases, settings)
        checked += len(cases)
        if problems:
            failed[op.name] = problems
            print(f"{op.name}: {len(problems)} of {len(cases)}: {problems[0][:600]}", flush=True)
    print(f"{checked} cases of {len(chosen)} ops; {len(failed)} ops fail: {' '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
