"""The `cpu` compiler plugin."""

from __future__ import annotations

from pathlib import Path

from hodu._version import __version__
from hodu.artifact import ArtifactTensorInfo, CompiledArtifact, OutputFormat
from hodu.backends.cpu.prepare import Prepared, prepare
from hodu.devices import CPU, Device
from hodu.errors import UnsupportedError
from hodu.plan.target import Target, host
from hodu.plugins.interfaces import CompileOptions
from hodu.render.c_program import Options
from hodu.runtime.support import C_FOLDER
from hodu.snapshot.ir import Snapshot
from hodu.snapshot.verify import verify
from hodu.toolchain.build import Source, compile_shared
from hodu.toolchain.compiler import CodeOptions

FORMATS = [OutputFormat.SHARED_LIBRARY]


class CpuCompiler:
    """Compiles Snapshots to native code of the host, through C."""

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
        """A shared library in the cache, with the weights beside it in memory."""
        target: Target = options.extra.get("target") or host()
        verify(snapshot)
        ready = prepare(snapshot, target, Options(), level=options.opt, exact=options.exact)
        path = compile_shared([Source("model.c", ready.source)], code_options(target, options))
        return _artifact(path, device, snapshot, ready, options)

    def build(
        self,
        snapshot: Snapshot,
        device: Device,
        format: OutputFormat,
        path: Path,
        options: CompileOptions,
    ) -> None:
        """Write an artefact."""
        raise UnsupportedError(f"the cpu compiler does not build .{format.value} files yet")


def code_options(target: Target, options: CompileOptions) -> CodeOptions:
    """How the C compiler is called."""
    return CodeOptions(
        flags=(*target.flags(), "-fwrapv"),
        optimize=min(options.opt, 3) if options.opt else 1,
        contraction="off" if options.exact or not options.opt else "fast",
        includes=(C_FOLDER,),
    )


def _artifact(
    path: Path, device: Device, snapshot: Snapshot, ready: Prepared, options: CompileOptions
) -> CompiledArtifact:
    return CompiledArtifact(
        format=OutputFormat.SHARED_LIBRARY,
        device=device,
        data=path,
        inputs=tuple(
            ArtifactTensorInfo.of(v.name, v.type)
            for v in snapshot.inputs
            if v.name not in snapshot.states
        ),
        outputs=tuple(
            ArtifactTensorInfo.of(n, v.type)
            for n, v in snapshot.outputs.items()
            if n not in snapshot.aliases
        ),
        manifest={"weights": ready.weight_blob(), "threads": options.threads},
    )


compiler = CpuCompiler()
