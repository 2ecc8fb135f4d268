"""What a compiler yields: code or a program for one target, with its interface."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hodu.devices import Device
from hodu.dtypes import DType
from hodu.shapes import Shape, TensorType

if TYPE_CHECKING:
    from hodu.snapshot.ir import Snapshot


class OutputFormat(enum.Enum):
    """The forms an artefact can take; the value is the usual file extension."""

    SNAPSHOT = "hdss"
    OBJECT = "o"
    SHARED_LIBRARY = "so"
    STATIC_LIBRARY = "a"
    EXECUTABLE = "exe"
    C_SOURCE = "c"
    LLVM_IR = "ll"
    LLVM_BITCODE = "bc"
    ASSEMBLY = "s"
    PTX = "ptx"
    CUBIN = "cubin"
    FATBIN = "fatbin"
    MSL = "metal"
    AIR = "air"
    METALLIB = "metallib"
    HSACO = "hsaco"
    SPIRV = "spv"
    OPENCL_C = "cl"
    WGSL = "wgsl"
    WASM = "wasm"
    WHEEL = "whl"


@dataclass(frozen=True, slots=True)
class ArtifactTensorInfo:
    """One input or output: its name, shape (symbolic dimensions allowed) and dtype."""

    name: str
    shape: Shape
    dtype: DType

    @staticmethod
    def of(name: str, type_: TensorType) -> ArtifactTensorInfo:
        """The description of a value."""
        return ArtifactTensorInfo(name, type_.shape, type_.dtype)

    def __str__(self) -> str:
        return f"{self.name}: {TensorType(self.shape, self.dtype)}"


@dataclass(frozen=True, slots=True)
class CompiledArtifact:
    """A compiled program.

    `data` is the artefact itself, the file that holds it, or, for a runtime that runs Snapshots,
    the Snapshot. `target` is a target triple or None for whatever runs Hodu. `symbols` names
    exported functions, `manifest` is for the compiler's own notes.
    """

    format: OutputFormat
    device: Device
    data: bytes | Path | Snapshot
    inputs: tuple[ArtifactTensorInfo, ...]
    outputs: tuple[ArtifactTensorInfo, ...]
    target: str | None = None
    symbols: tuple[str, ...] = ()
    manifest: Mapping[str, Any] = field(default_factory=dict)
