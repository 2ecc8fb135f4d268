"""`hodu inspect --check`: every node that a back end cannot take, why, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from hodu._io import load_model
from hodu.devices import CPU
from hodu.plan.target import baseline
from hodu.plugins import manager
from hodu.plugins.interfaces import LoadOptions
from hodu.snapshot.problem import Problem
from hodu_cli.tables import plural


def problems(path: Path, dims: Mapping[str, int], target: str | None) -> list[Problem]:
    """What the format refuses; if that is nothing, what the compiler does not take."""
    plugin = manager.format_for(path, "load_model")
    if hasattr(plugin, "diagnose"):
        found: list[Problem] = plugin.diagnose(path, LoadOptions(dims))
        if found:
            return found
    compiler = manager.engine_for(CPU).compiler
    if not hasattr(compiler, "diagnose"):
        return []
    snapshot = load_model(path, dims=dims)
    refused: list[Problem] = compiler.diagnose(
        snapshot, None if target is None else baseline(target)
    )
    return refused


def as_json(found: Sequence[Problem], file: str) -> dict[str, Any]:
    """The report as data."""
    return {"kind": "check", "file": file, "problems": [asdict(p) for p in found]}


def as_lines(found: Sequence[Problem], file: str) -> list[str]:
    """The report for people."""
    if not found:
        return [f"{file}: every node can be taken"]
    lines = [f"{file}: {plural(len(found), 'problem')}"]
    for problem in found:
        lines += _lines(problem)
    return lines


def _lines(problem: Problem) -> list[str]:
    of = "" if problem.domain is None else f" of {problem.domain} {problem.opset or '(no opset)'}"
    types = f", inputs {', '.join(problem.types)}" if problem.types else ""
    op = f": {problem.op}{of}{types}" if problem.op else ""
    help_ = "\n        ".join(problem.remedy.splitlines())
    return [f"  {problem.node}{op}", f"    {problem.stage}: {problem.reason}", f"    help: {help_}"]
