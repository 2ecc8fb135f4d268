"""The `cpu` runtime plugin: shared libraries in this process."""

from __future__ import annotations

from pathlib import Path

from hodu._version import __version__
from hodu.artifact import CompiledArtifact, OutputFormat
from hodu.devices import CPU, Device
from hodu.errors import UnsupportedError
from hodu.runtime.library import Library
from hodu.runtime.module import NativeModule, load_native


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

    def load(self, artifact: CompiledArtifact, device: Device) -> NativeModule:
        """The module of an artefact of the `cpu` compiler."""
        if not isinstance(artifact.data, Path):
            raise UnsupportedError(f"the cpu runtime runs libraries, not {artifact.format.value}")
        return NativeModule(
            Library(artifact.data),
            artifact.manifest.get("weights"),
            artifact.manifest.get("threads"),
            inputs=artifact.inputs,
            outputs=artifact.outputs,
        )

    def load_file(self, path: Path, device: Device) -> NativeModule:
        """The module of a shared library that holds its weights."""
        return load_native(path)


runtime = CpuRuntime()
