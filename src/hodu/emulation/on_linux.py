"""Running programs for Linux on other processors in QEMU's user mode."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from hodu._io import load, save
from hodu._tensor import Tensor
from hodu.artifact import OutputFormat
from hodu.backends.cpu.interface import input_infos, output_infos
from hodu.emulation.built import build_for
from hodu.emulation.outcome import Outcome
from hodu.emulation.qemu import find_program, qemu_version, run_program
from hodu.errors import ToolchainError
from hodu.functional import from_numpy
from hodu.ops._table import Array
from hodu.plan.target import Target
from hodu.plugins.interfaces import CompileOptions
from hodu.snapshot.ir import Snapshot
from hodu.toolchain.compiler import host_triple

PROGRAMS = {"aarch64": "aarch64", "riscv64": "riscv64", "x86_64": "x86_64"}
"""What QEMU calls the processors of Linux that programs are built for."""


def run_on_linux(
    snapshot: Snapshot,
    inputs: Mapping[str, Array],
    target: Target,
    options: CompileOptions,
    folder: Path,
) -> Outcome:
    """Build and run a program; see `hodu.emulation.emulate`."""
    machine, start = "this machine", list[str]()
    if target.architecture != host_triple().partition("-")[0]:
        name = PROGRAMS[target.architecture]
        program = find_program([f"qemu-{name}-static", f"qemu-{name}"], "qemu-user-static")
        machine, start = f"{Path(program).name}, QEMU {qemu_version(program)}", [program]
    notes = build_for(snapshot, folder / "program", OutputFormat.EXECUTABLE, target, options)
    given = []
    for i, info in enumerate(input_infos(snapshot)):
        save(from_numpy(inputs[info.name]), folder / f"in{i}.npy")
        given += ["-i", f"{info.name}=in{i}.npy"]
    text = run_program([*start, str(folder / "program"), *given, "-o", "out"], folder)
    outputs = {}
    for info in output_infos(snapshot):
        name = re.sub(r"[/\\:]|^\.", "_", info.name)  # as runtime/c/main.c does
        path = folder / "out" / f"{name}.npy"
        if not path.exists():
            raise ToolchainError(f"the program failed on {machine}: {text.strip()[-300:]}")
        outputs[info.name] = _array(path)
    return Outcome(machine, outputs, None, "", None, notes)


def _array(path: Path) -> Array:
    found = load(path)
    assert isinstance(found, Tensor)
    return found.numpy()
