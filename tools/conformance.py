"""Run the official ONNX backend suite and count what passes, by operator and by group.

    python -m tools.conformance [--group node] [--backend eager|compiled] [--only REGEX]
                                [--failures] [--json FILE]

A crash, an unsupported case and a wrong result all count as failures; nothing is skipped. Compiled
cases that pass are native if no node of theirs was left to the interpreter. The exit status of a
run of the whole suite says whether enough of it passes (LEAST).
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hodu.formats.onnx.backend import Compiled, CompiledRep, Eager
from hodu.runtime.module import NativeModule
from tools.conformance_cases import GROUPS, Case, DataSet, cases
from tools.conformance_compare import difference

BACKENDS: dict[str, Any] = {"eager": Eager, "compiled": Compiled}
LEAST = {"eager": 0.9951, "compiled": 0.95}
"""The share of the whole suite that must pass, compiled natively."""


@dataclass(frozen=True)
class Outcome:
    """What became of a case; no reason means that it passed."""

    group: str
    name: str
    op: str
    reason: str
    native: bool = False

    @property
    def passed(self) -> bool:
        """Whether the case passed."""
        return not self.reason


def run_case(case: Case, backend: Any = Eager) -> Outcome:
    """Run a case on all of its data sets."""
    native = False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            model, sets = case.read()
            prepared = backend.prepare(model)
            reason = _reason(case, prepared, sets)
            native = _is_native(prepared)
        except Exception as error:  # A crash is a failure like any other.
            reason = f"{type(error).__name__}: {error}"
    return Outcome(case.group, case.name, case.op, reason, native)


def _reason(case: Case, prepared: Any, sets: list[DataSet]) -> str:
    for inputs, wanted in sets:
        got = list(prepared.run(inputs))
        reason = difference(got, list(wanted), case.rtol, case.atol, "outputs")
        if reason:
            return reason
    return "" if sets else "the case has no data"


def _is_native(prepared: Any) -> bool:
    return isinstance(prepared, CompiledRep) and all(
        isinstance(module, NativeModule) for module in prepared.modules
    )


def select(groups: Iterable[str], only: str = "") -> Iterator[Case]:
    """The cases of some groups whose names match a regular expression."""
    return (case for group in groups for case in cases(group) if re.search(only, case.name))


def table(outcomes: list[Outcome]) -> str:
    """Passed and failed cases for each operator, then for each group and in all."""
    rows: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for o in outcomes:
        for key in ((o.group, o.op), (o.group, ""), ("", "")):
            rows[key][not o.passed] += 1
    lines = [f"{'operator':<44}{'pass':>6}{'fail':>6}"]
    ops = sorted((key for key in rows if key[1]), key=lambda key: (key[1], key[0]))
    lines += [f"{op:<44}{rows[g, op][0]:>6}{rows[g, op][1]:>6}" for g, op in ops]
    lines.append("")
    for group in [key[0] for key in rows if not key[1] and key[0]] + [""]:
        passed, failed = rows[group, ""]
        share = passed / max(passed + failed, 1)
        lines.append(f"{group or 'all':<44}{passed:>6}{failed:>6}{share:>8.1%}")
    return "\n".join(lines)


def report(outcomes: list[Outcome], backend: str, failures: bool) -> str:
    """The table of a backend, and why cases fail if that is wanted."""
    passed = [o for o in outcomes if o.passed]
    lines = [f"{backend}:", table(outcomes)]
    if backend == "compiled":
        lines.append(f"wholly native: {sum(o.native for o in passed)} of {len(passed)} that pass")
    if failures:
        failed = [o for o in outcomes if not o.passed]
        lines += ["", *(f"{o.name}: {' '.join(o.reason.split())[:300]}" for o in failed)]
    return "\n".join(lines)


def shortfall(outcomes: list[Outcome], backend: str) -> str:
    """What is wrong with the number of cases of the whole suite that pass, or ""."""
    passed = sum(o.passed and (o.native or backend == "eager") for o in outcomes)
    least = math.floor(LEAST[backend] * len(outcomes))
    return f"{backend}: {passed} pass, at least {least} should" if passed < least else ""


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--group", action="append", choices=GROUPS, help="default: all of them")
    parser.add_argument("--backend", action="append", choices=tuple(BACKENDS), help="default: both")
    parser.add_argument("--only", default="", metavar="REGEX", help="cases whose name matches")
    parser.add_argument("--failures", action="store_true", help="also list why cases fail")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every outcome here")
    options = parser.parse_args()
    found = {}
    for backend in options.backend or BACKENDS:
        chosen = select(options.group or GROUPS, options.only)
        found[backend] = [run_case(case, BACKENDS[backend]) for case in chosen]
        print(report(found[backend], backend, options.failures), flush=True)
    if options.json:
        plain = {backend: [asdict(o) for o in outcomes] for backend, outcomes in found.items()}
        options.json.write_text(json.dumps(plain, indent=1))
    if not options.only and not options.group:
        sys.exit("\n".join(filter(None, (shortfall(o, b) for b, o in found.items()))) or 0)


if __name__ == "__main__":
    main()
