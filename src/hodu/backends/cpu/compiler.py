"""The `cpu` compiler plugin.

What compiles is imported when something must be compiled: a program that is in the cache runs
without it.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from hodu._version import __version__
from hodu.artifact import CompiledArtifact, OutputFormat
from hodu.backends.cpu.interface import input_infos, output_infos, unbound_dims
from hodu.backends.cpu.stored import StoredProgram, stored_program
from hodu.devices import CPU, Device
from hodu.errors import UnsupportedError
from hodu.plan.target import Target, host
from hodu.plugins.interfaces import CompileOptions
from hodu.snapshot.ir import Snapshot
from hodu.snapshot.problem import Problem
from hodu.snapshot.verify import verify

FORMATS = [
    OutputFormat.SHARED_LIBRARY,
    OutputFormat.STATIC_LIBRARY,
    OutputFormat.OBJECT,
    OutputFormat.EXECUTABLE,
    OutputFormat.WASM,
    OutputFormat.WHEEL,
    OutputFormat.C_SOURCE,
    OutputFormat.LLVM_IR,
    OutputFormat.LLVM_BITCODE,
    OutputFormat.ASSEMBLY,
]


class CpuCompiler:
    """Compiles Snapshots to native code, through C."""

    name = "cpu"
    version = __version__

    def supported_devices(self) -> list[Device]:
        """The host."""
        return [CPU]

    def supported_formats(self, device: Device) -> list[OutputFormat]:
        """What `build` can write."""
        return FORMATS

    def compile(
        self, snapshot: Snapshot, device: Device, options: CompileOptions
    ) -> CompiledArtifact:
        """Shared libraries in the cache.

        Nodes for which the compiler has no code run in the interpreter, and a warning names them.
        A Snapshot with named sizes is compiled when its sizes are known. `options.extra` may have a
        `target`.
        """
        target: Target = options.extra.get("target") or host()
        verify(snapshot)
        program = None if unbound_dims(snapshot) else _stored(snapshot, target, options)
        return CompiledArtifact(
            format=OutputFormat.SHARED_LIBRARY,
            device=device,
            data=snapshot if program is None else program.library,
            inputs=input_infos(snapshot),
            outputs=output_infos(snapshot),
            target=target.triple,
            manifest={"program": program, "target": target, "options": options},
        )

    def diagnose(self, snapshot: Snapshot, target: Target | None = None) -> list[Problem]:
        """What is not compiled; see `hodu.backends.cpu.diagnose`."""
        from hodu.backends.cpu.diagnose import diagnose

        return diagnose(verify(snapshot), target)

    def build(
        self,
        snapshot: Snapshot,
        device: Device,
        format: OutputFormat,
        path: Path,
        options: CompileOptions,
    ) -> None:
        """Write an artefact; see `hodu.backends.cpu.build.build`."""
        from hodu.backends.cpu.build import build

        build(verify(snapshot), format, path, options)


def _stored(snapshot: Snapshot, target: Target, options: CompileOptions) -> StoredProgram | None:
    """The program in the cache; None if some of its nodes are left to the interpreter."""
    with contextlib.suppress(UnsupportedError):
        return stored_program(snapshot, target, options)
    return None


compiler = CpuCompiler()
