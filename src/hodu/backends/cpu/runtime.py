"""The `cpu` runtime plugin: shared libraries in this process."""

from __future__ import annotations

from pathlib import Path

from hodu._version import __version__
from hodu.artifact import CompiledArtifact, OutputFormat
from hodu.backends.cpu.program import open_program, open_stored
from hodu.devices import CPU, Device
from hodu.errors import UnsupportedError
from hodu.plugins.interfaces import ExecutableModule
from hodu.runtime.module import NativeModule, load_native
from hodu.snapshot.ir import Snapshot


class CpuRuntime:
    """Runs shared libraries that export the functions of hodu.h."""

    name = "cpu"
    version = __version__

    def supported_devices(self) -> list[Device]:
        """The host."""
        return [CPU]

    def loadable_formats(self, device: Device) -> list[OutputFormat]:
        """Shared libraries."""
        return [OutputFormat.SHARED_LIBRARY]

    def load(self, artifact: CompiledArtifact, device: Device) -> ExecutableModule:
        """The module of an artefact of the `cpu` compiler, or of a library that has its weights."""
        notes = artifact.manifest
        if isinstance(artifact.data, Path):
            program = notes.get("program")
            if program is None:
                return load_native(artifact.data)
            threads = notes["options"].threads
            return open_stored(program, threads, artifact.inputs, artifact.outputs)
        if isinstance(artifact.data, Snapshot) and "target" in notes:
            return open_program(artifact.data, notes["target"], notes["options"])
        raise UnsupportedError(f"the cpu runtime runs libraries, not {artifact.format.value}")

    def load_file(self, path: Path, device: Device) -> NativeModule:
        """The module of a shared library that holds its weights."""
        return load_native(path)


runtime = CpuRuntime()
