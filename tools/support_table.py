"""Counts of passing cases by operator, version and dtype, and the page that shows them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

Key: TypeAlias = tuple[str, int, str]
Row: TypeAlias = dict[str, list[int]]

_DOCS = Path(__file__).parent.parent / "docs"
COUNTS, TABLE = _DOCS / "onnx-ops.json", _DOCS / "onnx-ops.md"
_MODES = ("eager", "captured", "compiled", "exported")
_HEAD = """# ONNX operators

Written by `make support` from the cases of the official backend suite of onnx {onnx}, and the
project's own of com.microsoft and of what the suite leaves out{each}; do not edit. Each line is an
operator as it is from a version of its domain on; a case counts for every operator that occurs in
it, expanded ones are left out.

The columns say how many cases pass: run eagerly; captured as a Snapshot; compiled, wholly in native
code, and run; exported to ONNX and imported again. "all" means all of them; in brackets are the
dtypes of first inputs of which a case does not pass. What has no count occurs in no case, and has
tests of its own.

| operator | version | dtypes | cases | {columns} |
|---|---|---|---|{lines}
"""


@dataclass
class Counts:
    """For each row and mode, how many cases pass and how many there are, at most `each`."""

    onnx: str
    each: int | None
    rows: dict[Key, Row]

    @classmethod
    def read(cls, path: Path) -> Counts:
        """The counts that are stored."""
        plain = json.loads(path.read_text())
        return cls(
            plain["onnx"], plain["each"], {(op, v, t): row for op, v, t, row in plain["rows"]}
        )

    def plain(self) -> dict[str, Any]:
        """As JSON holds it, sorted."""
        rows = [[*key, dict(sorted(row.items()))] for key, row in sorted(self.rows.items())]
        return {"onnx": self.onnx, "each": self.each, "rows": rows}

    def put(self, mode: str, found: Mapping[Key, list[int]]) -> None:
        """Put the counts of a mode in the place of older ones."""
        for row in self.rows.values():
            row.pop(mode, None)
        for key, pair in found.items():
            self.rows.setdefault(key, {})[mode] = pair
        self.rows = {key: row for key, row in self.rows.items() if row}

    def add(self, names: Iterable[str]) -> None:
        """Rows without counts for operators that have none."""
        known = {op for op, _, _ in self.rows}
        self.rows.update({(name, 0, ""): {} for name in names if name not in known})


def render(counts: Counts) -> str:
    """The page."""
    head = _HEAD.format(
        onnx=counts.onnx,
        each="" if counts.each is None else f", at most {counts.each} for each operator and dtype",
        columns=" | ".join(_MODES),
        lines="---|" * len(_MODES),
    )
    return head + "\n".join(_lines(counts)) + "\n"


def _lines(counts: Counts) -> Iterator[str]:
    lines: dict[tuple[str, int], dict[str, Row]] = defaultdict(dict)
    for (op, version, dtype), row in counts.rows.items():
        lines[op, version][dtype] = row
    for (op, version), rows in sorted(lines.items(), key=lambda item: _order(item[0])):
        if not any(rows.values()):
            yield f"| {op} | | | | | | | |"
            continue
        total = sum(row["eager"][1] for row in rows.values() if "eager" in row)
        cells = " | ".join(_cell(rows, mode) for mode in _MODES)
        yield f"| {op} | {version} | {' '.join(sorted(rows))} | {total} | {cells} |"


def _order(key: tuple[str, int]) -> tuple[str, str, int]:
    domain, _, name = key[0].rpartition(".")
    return domain, name, key[1]


def _cell(rows: Mapping[str, Row], mode: str) -> str:
    pairs = {dtype: row[mode] for dtype, row in rows.items() if mode in row}
    passed, total = (sum(pair[i] for pair in pairs.values()) for i in (0, 1))
    if passed == total:
        return "all" if total else ""
    wrong = sorted(dtype for dtype, pair in pairs.items() if pair[0] < pair[1])
    return f"{passed} ({' '.join(wrong)})"
