"""The interfaces that compilers, runtimes and formats implement, built-in ones included."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

from hodu._tensor import Tensor
from hodu.artifact import ArtifactTensorInfo, CompiledArtifact, OutputFormat
from hodu.devices import Device
from hodu.ops._table import Array
from hodu.snapshot.ir import Snapshot

Capability: TypeAlias = Literal["load_model", "save_model", "load_tensors", "save_tensors"]
TensorLike: TypeAlias = "Tensor | Array"
Progress: TypeAlias = Callable[[int, int], None]
TUNE_SECONDS = 30.0
"""How long measuring may take unless it is said."""


@dataclass(frozen=True, slots=True)
class CompileOptions:
    """What a caller may ask of a compiler.

    `threads` None leaves the choice to the runtime; `exact` forbids reordering arithmetic; `opt`
    is the effort from 0 to 3; `tune` is how many seconds may be spent on measuring which code is
    the fastest here, None for none; `extra` is for options that only one compiler knows.
    """

    threads: int | None = None
    exact: bool = False
    opt: int = 2
    tune: float | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """What a caller may ask of a format: sizes for named dimensions, and progress reports.

    `dims` values must be positive. `progress(done, total)` counts bytes or nodes.
    """

    dims: Mapping[str, int] = field(default_factory=dict)
    progress: Progress | None = None


class ExecutableModule(Protocol):
    """A program ready to run on one device."""

    @property
    def inputs(self) -> Sequence[ArtifactTensorInfo]:
        """What `execute` takes."""

    @property
    def outputs(self) -> Sequence[ArtifactTensorInfo]:
        """What `execute` returns."""

    @property
    def device(self) -> Device:
        """Where it runs."""

    def execute(self, inputs: Mapping[str, TensorLike]) -> dict[str, Tensor]:
        """Run once: arrays or tensors by input name in, tensors by output name out.

        An input to which an output is aliased, and which is no state, is written in place.

        Raises ArgumentError listing missing and unknown inputs, ShapeError or DTypeError for
        one that does not fit.
        """


class CompilerPlugin(Protocol):
    """Turns Snapshots into artefacts.

    One that can say what it does not take has `diagnose(snapshot, target) -> list[Problem]` too.
    """

    name: str
    version: str

    def supported_devices(self) -> list[Device]:
        """The devices it compiles for."""

    def supported_formats(self, device: Device) -> list[OutputFormat]:
        """The artefacts it can make for a device."""

    def compile(
        self, snapshot: Snapshot, device: Device, options: CompileOptions
    ) -> CompiledArtifact:
        """Compile in memory, for running now."""

    def build(
        self,
        snapshot: Snapshot,
        device: Device,
        format: OutputFormat,
        path: Path,
        options: CompileOptions,
    ) -> None:
        """Compile ahead of time, into a file."""


class RuntimePlugin(Protocol):
    """Runs artefacts."""

    name: str
    version: str

    def supported_devices(self) -> list[Device]:
        """The devices it runs on."""

    def loadable_formats(self, device: Device) -> list[OutputFormat]:
        """The artefacts it can load for a device."""

    def load(self, artifact: CompiledArtifact, device: Device) -> ExecutableModule:
        """Make an artefact in memory executable."""

    def load_file(self, path: Path, device: Device) -> ExecutableModule:
        """Make an artefact in a file executable."""


@runtime_checkable
class FormatPlugin(Protocol):
    """Reads and writes one file format.

    `capabilities` says which of the four methods work; the others raise UnsupportedError. Readers
    raise FormatError for damaged files and never take memory that the file does not justify.
    Writers leave the whole file or nothing. A format whose `save_model` takes keyword arguments
    names them in an attribute `save_options`. One that can say all that keeps a model from being
    read has `diagnose(path, options) -> list[Problem]` too.
    """

    name: str
    version: str
    extensions: tuple[str, ...]
    capabilities: frozenset[Capability]

    def recognizes(self, head: bytes) -> bool:
        """Whether a file that starts with these bytes is of this format."""

    def load_model(self, path: Path, options: LoadOptions) -> Snapshot:
        """Read a model."""

    def save_model(self, snapshot: Snapshot, path: Path) -> None:
        """Write a model."""

    def load_tensors(self, path: Path) -> dict[str, Tensor]:
        """Read tensors by name; a file of one nameless tensor gives it the name ""."""

    def save_tensors(self, tensors: Mapping[str, Tensor], path: Path) -> None:
        """Write tensors by name."""
