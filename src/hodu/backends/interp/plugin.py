"""The interpreter's compiler, which has nothing to compile, and its runtime."""

from __future__ import annotations

from pathlib import Path

from hodu._version import __version__
from hodu.artifact import ArtifactTensorInfo, CompiledArtifact, OutputFormat
from hodu.backends.interp.module import InterpModule
from hodu.devices import CPU, Device
from hodu.errors import UnsupportedError
from hodu.plugins import manager
from hodu.plugins.interfaces import CompileOptions, LoadOptions
from hodu.snapshot.ir import Snapshot
from hodu.snapshot.verify import verify


class InterpCompiler:
    """Passes the Snapshot on as the artefact, verified.

    The options change nothing: the interpreter runs the graph as it is, in order, on NumPy.
    """

    name = "interp"
    version = __version__

    def supported_devices(self) -> list[Device]:
        """The host."""
        return [CPU]

    def supported_formats(self, device: Device) -> list[OutputFormat]:
        """Snapshots only."""
        return [OutputFormat.SNAPSHOT]

    def compile(
        self, snapshot: Snapshot, device: Device, options: CompileOptions
    ) -> CompiledArtifact:
        """The verified Snapshot as an artefact."""
        verify(snapshot)
        return CompiledArtifact(
            format=OutputFormat.SNAPSHOT,
            device=device,
            data=snapshot,
            inputs=tuple(ArtifactTensorInfo.of(v.name, v.type) for v in snapshot.inputs),
            outputs=tuple(ArtifactTensorInfo.of(n, v.type) for n, v in snapshot.outputs.items()),
        )

    def build(
        self,
        snapshot: Snapshot,
        device: Device,
        format: OutputFormat,
        path: Path,
        options: CompileOptions,
    ) -> None:
        """Write the Snapshot as .hdss."""
        if format is not OutputFormat.SNAPSHOT:
            raise UnsupportedError(f"the interpreter builds .hdss files, not .{format.value}")
        manager.format_for(path, "save_model", "hdss").save_model(verify(snapshot), path)


class InterpRuntime:
    """Runs Snapshots with `hodu.snapshot.interp`."""

    name = "interp"
    version = __version__

    def supported_devices(self) -> list[Device]:
        """The host."""
        return [CPU]

    def loadable_formats(self, device: Device) -> list[OutputFormat]:
        """Snapshots only."""
        return [OutputFormat.SNAPSHOT]

    def load(self, artifact: CompiledArtifact, device: Device) -> InterpModule:
        """A module over the artefact's Snapshot."""
        if not isinstance(artifact.data, Snapshot):
            raise UnsupportedError(
                f"the interpreter runs Snapshots, not .{artifact.format.value} artefacts"
            )
        return InterpModule(artifact.data)

    def load_file(self, path: Path, device: Device) -> InterpModule:
        """A module over the Snapshot in a model file."""
        plugin = manager.format_for(path, "load_model")
        return InterpModule(plugin.load_model(path, LoadOptions()))


compiler = InterpCompiler()
runtime = InterpRuntime()
