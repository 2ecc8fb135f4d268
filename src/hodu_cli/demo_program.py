"""The demonstration's second half: the model as a program of its own, against the interpreter."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from hodu.artifact import OutputFormat
from hodu.devices import CPU
from hodu.ops._table import Array
from hodu.plan.target import baseline
from hodu.plugins import manager
from hodu.plugins.interfaces import CompileOptions
from hodu.snapshot.bind_dims import bind_dims
from hodu.snapshot.ir import Snapshot
from hodu_cli.tables import human_bytes

_TOLERANCE = 1e-5


def build_program(snapshot: Snapshot, path: Path) -> dict[str, Any]:
    """Build the model for one picture as a program at `path`; the notes of the compiler."""
    notes: dict[str, Any] = {}
    options = CompileOptions(extra={"target": baseline(None, "native"), "report": notes.update})
    builder = manager.builder_for(CPU, OutputFormat.EXECUTABLE)
    builder.build(bind_dims(snapshot, {"batch": 1}), CPU, OutputFormat.EXECUTABLE, path, options)
    return notes


def run_program(program: Path, images: Array) -> Array:
    """What the program gives for each picture: probabilities."""
    found = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for image in images:
            np.save(folder / "image.npy", image[None])
            command = [str(program.absolute()), "-i", f"image={folder / 'image.npy'}", "-o", name]
            subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
            found.append(np.load(folder / "probabilities.npy", allow_pickle=False)[0])
    return np.stack(found)


def interpreted(snapshot: Snapshot) -> Any:
    """The model in the interpreter, to compare with."""
    return manager.engine_for(CPU, "interp").compile(snapshot, CompileOptions())


def agreement(*results: Array) -> tuple[bool, float]:
    """Whether results agree, and the greatest difference of any from the first."""
    worst = max(float(np.abs(other - results[0]).max()) for other in results[1:])
    return worst <= _TOLERANCE, worst


def facts(program: Path, notes: dict[str, Any]) -> list[list[str]]:
    """The program in numbers."""
    size = f"{human_bytes(notes['file_bytes'])}, of which {human_bytes(notes['weight_bytes'])}"
    return [
        ["program", f"{program} ({size} are weights)"],
        ["its memory", f"{human_bytes(notes['arena_bytes'])} for all results"],
    ]
