"""Building what an emulator is to run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from hodu.artifact import OutputFormat
from hodu.backends.cpu.build import build
from hodu.plan.target import Target
from hodu.plugins.interfaces import CompileOptions
from hodu.snapshot.ir import Snapshot

SYMBOL = "model"
"""What the functions of the model are called."""


def build_for(
    snapshot: Snapshot, path: Path, format: OutputFormat, target: Target, options: CompileOptions
) -> Mapping[str, Any]:
    """Build a model for one processor; the notes about it."""
    notes: dict[str, Any] = {}
    own = {"target": target, "variants": (), "name": SYMBOL, "report": notes.update}
    build(snapshot, format, path, replace(options, extra={**options.extra, **own}))
    return notes
