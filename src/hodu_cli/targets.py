"""`hodu build --list-targets`: the systems that models can be built for on this machine."""

from __future__ import annotations

from hodu.artifact import OutputFormat
from hodu.errors import ToolchainError
from hodu.plan.systems import SYSTEMS
from hodu.toolchain.find import Compiler, find_compiler
from hodu_cli.tables import columns

_NAMES = {OutputFormat.WHEEL: "wheel"}


def target_lines() -> list[str]:
    """A table of targets, their processors, the usual one first, and the formats they have."""
    compiler = _compiler()
    rows = [["TARGET", "PROCESSORS", "FORMATS"]]
    for system in SYSTEMS:
        formats = [_NAMES.get(f, f.value) for f in system.formats_with(compiler)]
        rows.append([system.triple, ", ".join(system.processors), " ".join(formats)])
    return columns(rows, indent=0)


def _compiler() -> Compiler | None:
    try:
        return find_compiler()
    except ToolchainError:
        return None
