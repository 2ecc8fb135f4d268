"""Opening a model file, and the part of it that a run needs."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hodu._io import load_model
from hodu.artifact import ArtifactTensorInfo, OutputFormat
from hodu.errors import ArgumentError, FormatError, UnsupportedError
from hodu.plugins.interfaces import CompileOptions, ExecutableModule, Progress
from hodu.plugins.manager import Engine
from hodu.snapshot.ir import Snapshot
from hodu.snapshot.prune import prune
from hodu_cli import memory
from hodu_cli.console import Console
from hodu_cli.errors import UsageError
from hodu_cli.streams import readable
from hodu_cli.tables import plural


@dataclass(frozen=True, slots=True)
class Program:
    """A model that was opened: a Snapshot to compile, or compiled code already loaded."""

    path: Path
    engine: Engine
    inputs: Sequence[ArtifactTensorInfo]
    outputs: Sequence[ArtifactTensorInfo]
    source: Snapshot | ExecutableModule
    spare: Sequence[str] = ()  # inputs that the chosen outputs do not need

    def describe(self) -> str:
        """The model in a few words."""
        if isinstance(self.source, Snapshot):
            return f"{self.source.name} ({plural(len(self.source.nodes), 'node')})"
        return f"{self.path.name} (compiled)"

    def executable(
        self, console: Console, options: CompileOptions | None = None
    ) -> ExecutableModule:
        """The model ready to run; raises UsageError for compiled code to be compiled otherwise."""
        options = options or CompileOptions()
        if not isinstance(self.source, Snapshot):
            if options.exact or options.tune:
                asked = "--exact" if options.exact else "--tune"
                raise UsageError(f"{asked} needs a model, and this is compiled code")
            return self.source
        engine = self.engine
        console.status(
            "Compiling", f"{self.describe()} with {engine.compiler.name} for {engine.device}"
        )
        with console.progress("Tuning") as report:
            module = engine.compile(self.source, reporting(options, report))
        memory.mark("compiling")
        return module


def reporting(options: CompileOptions, report: Progress | None) -> CompileOptions:
    """Options that also say who hears of measurements."""
    if options.tune is None or report is None:
        return options
    return replace(options, extra={**options.extra, "progress": report})


def open_program(
    path: Path, dims: Mapping[str, int], wanted: Sequence[str], engine: Engine, console: Console
) -> Program:
    """Open a model, cut down to the tensors named in `wanted` if there are any."""
    if is_artifact(path):
        if dims or wanted:
            raise UsageError("--dim and --output need a model, and this is compiled code")
        module = load_artifact(path, engine)
        return Program(path, engine, module.inputs, module.outputs, module)
    whole = read_model(path, dims, console)
    snapshot = select_outputs(whole, wanted)
    inputs, outputs = model_interface(snapshot)
    needed = {v.name for v in snapshot.inputs}
    spare = [v.name for v in whole.inputs if v.name not in needed | whole.states.keys()]
    return Program(path, engine, inputs, outputs, snapshot, spare)


def model_interface(
    snapshot: Snapshot,
) -> tuple[list[ArtifactTensorInfo], list[ArtifactTensorInfo]]:
    """The inputs and outputs of a model, without its states."""
    inputs = [v for v in snapshot.inputs if v.name not in snapshot.states]
    outputs = {n: v for n, v in snapshot.outputs.items() if n not in snapshot.aliases}
    return (
        [ArtifactTensorInfo.of(v.name, v.type) for v in inputs],
        [ArtifactTensorInfo.of(name, v.type) for name, v in outputs.items()],
    )


def read_model(path: Path, dims: Mapping[str, int], console: Console) -> Snapshot:
    """The model in a file (`-` is stdin), with a progress bar where it takes long."""
    console.status("Loading", str(path) if str(path) != "-" else "the model from stdin")
    with readable(path) as file, console.progress("Loading") as progress:
        snapshot = load_model(file, dims=dims, progress=progress)
    memory.mark("loading")
    return snapshot


def is_artifact(path: Path) -> bool:
    """Whether a file is compiled code, which a runtime loads without a compiler."""
    code = {f".{f.value}" for f in OutputFormat} - {".hdss"} | {".dylib", ".dll"}
    return path.suffix.lower() in code


def load_artifact(path: Path, engine: Engine) -> ExecutableModule:
    """Compiled code made executable by the engine's runtime."""
    if not path.exists():
        raise FormatError(f"no such file: {str(path)!r}")
    loadable = engine.runtime.loadable_formats(engine.device)
    if path.suffix.lower().lstrip(".") not in {f.value for f in loadable}:
        known = ", ".join(f".{f.value}" for f in loadable)
        raise UnsupportedError(
            f"the runtime {engine.runtime.name!r} does not load {path.suffix} files on "
            f"{engine.device}",
            hint=f"it loads {known}; `hodu plugin list` shows the runtimes",
        )
    return engine.runtime.load_file(path, engine.device)


def select_outputs(snapshot: Snapshot, names: Sequence[str]) -> Snapshot:
    """The Snapshot cut down to the named outputs or intermediates, and the inputs they need."""
    if not names:
        return snapshot
    chosen = {name: snapshot.find(name.removeprefix("%")) for name in names}
    unknown = [name for name, value in chosen.items() if value is None]
    if unknown:
        raise _unknown_tensor(unknown[0], [v.name for v in snapshot.values()], snapshot.outputs)
    cut = prune(snapshot, {n.removeprefix("%"): v for n, v in chosen.items() if v is not None})
    used = {v for node in cut.nodes for v in node.inputs} | set(cut.outputs.values())
    return replace(cut, inputs=tuple(v for v in cut.inputs if v in used or v.name in cut.states))


def _unknown_tensor(name: str, values: list[str], outputs: Iterable[str]) -> ArgumentError:
    known = list(dict.fromkeys([*outputs, *values]))
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    hint = f"close names: {', '.join(close)}" if close else f"outputs are {', '.join(outputs)}"
    return ArgumentError(
        f"the model has no tensor {name!r}", hint=f"{hint}\n`hodu inspect -v` lists all tensors"
    )
