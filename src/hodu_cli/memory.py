"""The memory of a process and of the model in it."""

from __future__ import annotations

import resource
import sys
from typing import Any

from hodu_cli.tables import columns, human_bytes

_marks: dict[str, int] = {}


def mark(stage: str) -> None:
    """Note the most memory that was in use up to the end of a stage."""
    _marks[stage] = peak()


def peak() -> int:
    """The most bytes of memory that the process has had so far."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def stages(module: Any) -> dict[str, int]:
    """The peak of the process after each stage, and what the model itself takes."""
    notes = getattr(module, "notes", {})
    own = {n: notes[n] for n in ("arena_bytes", "weight_bytes") if n in notes}
    return {**{f"peak_after_{stage}": size for stage, size in _marks.items()},
            "peak_after_running": peak(), **own}  # fmt: skip


def lines(module: Any) -> list[str]:
    """The same for people."""
    rows = [[name.replace("_", " "), human_bytes(n)] for name, n in stages(module).items()]
    return ["memory", *columns(rows, right=[1])]
