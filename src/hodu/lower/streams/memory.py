"""Where the rows of a stream are: those with rows apart in one slot, at known distances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hodu.dtypes import DType
from hodu.lower.program import Place
from hodu.lower.streams.lines import Rows, store_everywhere
from hodu.lower.streams.schedule import Line, Schedule, row_size
from hodu.snapshot.ir import Value

if TYPE_CHECKING:
    from hodu.lower.lowering import Lowering

_ALIGNED = 4  # elements: a word of bytes


def rows_of(lowering: Lowering, plan: Schedule) -> dict[Value, Rows]:
    """Memory for all lines of a schedule."""
    found: dict[Value, Rows] = {}
    for dtype in dict.fromkeys(value.type.dtype for value in plan.lines):
        lines = {v: line for v, line in plan.lines.items() if v.type.dtype is dtype}
        found.update(_together(lowering, plan, dtype, lines))
    for value, line in plan.lines.items():
        if line.apart is None:
            slot = lowering.new_slot(
                f"{value.name}_rows", value.type.dtype, line.rows * row_size(value), "arena"
            )
            found[value] = Rows(lowering, value, Place(slot), line.rows, None)
    return found


def _together(
    lowering: Lowering, plan: Schedule, dtype: DType, lines: dict[Value, Line]
) -> dict[Value, Rows]:
    """Memory for the lines of a dtype that have rows apart, which lie behind all others."""
    starts: dict[Value, int] = {}
    size = 0
    for value, line in lines.items():
        if line.apart is not None:
            starts[value] = size
            size += _aligned(line.rows * row_size(value))
    if not starts:
        return {}
    size += _ALIGNED  # else the last one would be a line without a row apart, in code of its own
    ends: list[int] = []
    for each in plan.apart(dtype):
        ends.append(size)
        size += _aligned(each)
    slot = lowering.new_slot("rows", dtype, size, "arena")
    return {
        value: Rows(
            lowering,
            value,
            Place(slot, start),
            lines[value].rows,
            Place(slot, ends[lines[value].apart or 0]),
        )
        for value, start in starts.items()
    }


def fill_lines(lowering: Lowering, plan: Schedule, rows: dict[Value, Rows]) -> None:
    """Let all lines begin with rows of padding, those that lie side by side at once."""
    spans: list[tuple[Place, int, float]] = []
    for value, line in plan.lines.items():
        start, end = rows[value].start, line.rows * rows[value].size
        if not line.stays:
            continue
        if spans and spans[-1][0].slot is start.slot and spans[-1][2] == line.fill:
            first = spans.pop()[0]
            start, end = first, start.offset + end - first.offset
        spans.append((start, end, line.fill))
    for place, size, fill in spans:
        store_everywhere(lowering, place, size, fill)


def _aligned(size: int) -> int:
    return -(-size // _ALIGNED) * _ALIGNED
