"""Run the official ONNX backend suite and count what passes, by operator and by group.

    python -m tools.conformance [--group node] [--backend eager|compiled] [--only REGEX]
                                [--failures] [--json FILE]

A crash, an unsupported case and a wrong result all count as failures; nothing is skipped.
"""

from __future__ import annotations

import argparse
import json
import re
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hodu.formats.onnx.backend import Compiled, Eager
from tools.conformance_cases import GROUPS, Case, cases
from tools.conformance_compare import difference

BACKENDS: dict[str, Any] = {"eager": Eager, "compiled": Compiled}


@dataclass(frozen=True)
class Outcome:
    """What became of a case; no reason means that it passed."""

    group: str
    name: str
    op: str
    reason: str

    @property
    def passed(self) -> bool:
        """Whether the case passed."""
        return not self.reason


def run_case(case: Case, backend: Any = Eager) -> Outcome:
    """Run a case on all of its data sets."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            reason = _reason(case, backend)
        except Exception as error:  # A crash is a failure like any other.
            reason = f"{type(error).__name__}: {error}"
    return Outcome(case.group, case.name, case.op, reason)


def _reason(case: Case, backend: Any) -> str:
    model, sets = case.read()
    prepared = backend.prepare(model)
    for inputs, wanted in sets:
        got = list(prepared.run(inputs))
        reason = difference(got, list(wanted), case.rtol, case.atol, "outputs")
        if reason:
            return reason
    return "" if sets else "the case has no data"


def run(groups: Iterable[str], backend: Any, only: str = "") -> Iterator[Outcome]:
    """Run the cases of some groups whose names match a regular expression."""
    for group in groups:
        for case in cases(group):
            if re.search(only, case.name):
                yield run_case(case, backend)


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


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--group", action="append", choices=GROUPS, help="default: all of them")
    parser.add_argument("--backend", choices=tuple(BACKENDS), default="eager")
    parser.add_argument("--only", default="", metavar="REGEX", help="cases whose name matches")
    parser.add_argument("--failures", action="store_true", help="also list why cases fail")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every outcome here")
    options = parser.parse_args()
    outcomes = list(run(options.group or GROUPS, BACKENDS[options.backend], options.only))
    print(table(outcomes))
    if options.failures:
        print()
        for o in outcomes:
            if not o.passed:
                print(f"{o.name}: {' '.join(o.reason.split())[:300]}")
    if options.json:
        options.json.write_text(json.dumps([asdict(o) for o in outcomes], indent=1))


if __name__ == "__main__":
    main()
