"""Running WebAssembly in Node."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from hodu.artifact import OutputFormat
from hodu.backends.cpu.interface import input_infos, output_infos
from hodu.emulation.built import build_for
from hodu.emulation.files import read_array, write_array
from hodu.emulation.outcome import Outcome
from hodu.emulation.qemu import find_program, run_program
from hodu.errors import ToolchainError
from hodu.ops._table import Array
from hodu.plan.target import Target
from hodu.plugins.interfaces import CompileOptions
from hodu.snapshot.ir import Snapshot

_SCRIPT = Path(__file__).parent / "js" / "run.mjs"


def run_in_node(
    snapshot: Snapshot,
    inputs: Mapping[str, Array],
    target: Target,
    options: CompileOptions,
    folder: Path,
) -> Outcome:
    """Build a module and run it with its loader; see `hodu.emulation.emulate`."""
    node = find_program(["node"], "nodejs", "node")
    notes = build_for(snapshot, folder / "model.wasm", OutputFormat.WASM, target, options)
    shutil.copyfile(_SCRIPT, folder / _SCRIPT.name)
    for i, info in enumerate(input_infos(snapshot)):
        write_array(folder / f"in{i}", inputs[info.name])
    said = run_program([node, _SCRIPT.name], folder)
    outputs = {}
    for i, info in enumerate(output_infos(snapshot)):
        if not (folder / f"out{i}").exists():
            raise ToolchainError(f"the module failed in Node: {said.strip()[-300:]}")
        outputs[info.name] = read_array(folder / f"out{i}", info)
    version = run_program([node, "--version"], folder).strip()
    return Outcome(f"Node {version}", outputs, None, "", None, notes)
