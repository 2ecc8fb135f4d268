"""A compiled model as a loaded shared library: its functions and its description."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from ctypes import POINTER, c_int, c_void_p
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hodu.artifact import ArtifactTensorInfo
from hodu.dims import Dim, symbol
from hodu.dtypes import ALL
from hodu.errors import (
    DivisionByZeroError,
    FormatError,
    HoduError,
    OutOfRangeError,
    ShapeError,
    ValueRangeError,
)
from hodu.runtime.abi import ABI_VERSION, ErrorStruct, InstanceStruct, ModelStruct, Status

_FROM_ONNX = {dtype.onnx: dtype for dtype in ALL}
_FUNCTIONS = ("info", "init", "execute", "cleanup")
_ERRORS: dict[int, type[HoduError]] = {
    Status.INDEX: OutOfRangeError,
    Status.DIVISION: DivisionByZeroError,
    Status.VALUE: ValueRangeError,
    Status.SHAPE: ShapeError,
}


@dataclass(frozen=True, slots=True)
class NativeTensor:
    """An input, output or state: its description, and where a state lies in the arena.

    `sizes` are the sizes of the memory it takes, `bytes` their product with the element size; an
    output is `dynamic` when a run may give it smaller sizes, an input `updated` when a run leaves
    it with new contents.
    """

    info: ArtifactTensorInfo
    sizes: tuple[int, ...]
    bytes: int
    offset: int
    dynamic: bool
    updated: bool


class Library:
    """The shared library of a model, loaded for as long as this object lives.

    `symbol` is what the functions of the model are called, where a library holds several. Raises
    FormatError for a file that is not the library of a model, or of another version.
    """

    def __init__(self, path: Path, symbol: str = "hodu") -> None:
        self.path = path
        self._symbol = symbol
        try:
            self._loaded = ctypes.CDLL(str(path.absolute()))
        except OSError as error:
            raise FormatError(f"cannot load {str(path)!r}: {error}") from error
        missing = [n for n in _FUNCTIONS if not hasattr(self._loaded, f"{symbol}_{n}")]
        if missing:
            raise FormatError(
                f"{str(path)!r} is not a compiled model: it lacks "
                f"{', '.join(f'{symbol}_{n}' for n in missing)}",
                hint="build one with: hodu build model.onnx -f so",
            )
        self._read_info()
        self.execute = self._function("execute", [c_void_p, c_void_p, c_void_p])
        self._init = self._function("init", [c_void_p, c_void_p, c_void_p])
        self.cleanup: Any = getattr(self._loaded, f"{symbol}_cleanup")
        self.cleanup.restype = None
        self.cleanup.argtypes = [c_void_p]

    def _function(self, name: str, argtypes: list[Any]) -> Any:
        function = getattr(self._loaded, f"{self._symbol}_{name}")
        function.restype = c_int
        function.argtypes = argtypes
        return function

    def _read_info(self) -> None:
        ask = getattr(self._loaded, f"{self._symbol}_info")
        ask.restype = POINTER(ModelStruct)
        info = ask().contents
        if info.abi != ABI_VERSION:
            raise FormatError(
                f"{str(self.path)!r} has version {info.abi} of the interface of compiled models, "
                f"this Hodu has {ABI_VERSION}",
                hint="build the model again with this version of Hodu",
            )
        self.name: str = info.name.decode()
        self.inputs = _tensors(info.inputs, info.input_count)
        self.outputs = _tensors(info.outputs, info.output_count)
        self.states = _tensors(info.states, info.state_count)
        self.arena_bytes: int = info.arena_bytes
        self.weight_bytes: int = info.weight_bytes
        self.needs_weights = info.weight_bytes > 0 and not info.has_weights
        self.kernels = tuple(info.kernels[i].decode() for i in range(info.kernel_count))
        self._sites = tuple(info.sites[i].decode() for i in range(info.site_count))

    def init(self, instance: InstanceStruct, arena: int, weights: int | None) -> None:
        """Prepare an instance over an arena and weights at these addresses."""
        status = self._init(ctypes.byref(instance), arena, weights)
        if status != Status.OK:
            raise self.error(status, instance.error)

    def error(self, status: int, found: ErrorStruct) -> HoduError:
        """The exception for a status of native code, with the text of the node it came from."""
        if status == Status.NO_WEIGHTS:
            return HoduError(f"the weights of {self.name!r} are in a file that was not given")
        if status == Status.NO_ARENA:
            return HoduError(f"{self.name!r} was not given {self.arena_bytes} bytes for its arena")
        if status == Status.NO_VARIANT:
            return _no_variant(self.name)
        if status not in _ERRORS or not 0 <= found.site < len(self._sites):
            return HoduError(f"the compiled model {self.name!r} failed with status {status}")
        text = self._sites[found.site]
        for i, value in enumerate(found.values):
            text = text.replace(f"{{{i}}}", str(value))
        message, hint, where = (*text.split("\x1f"), "", "")[:3]
        return _ERRORS[status](message, hint=hint or None, where=where or None)


def _no_variant(name: str) -> HoduError:
    wanted = os.environ.get("HODU_CPU")
    return HoduError(
        f"{name!r} has no code for this processor"
        + (f" that HODU_CPU={wanted!r} allows" if wanted else ""),
        hint="unset HODU_CPU, or set it to baseline, avx2 or avx512 as library and processor have"
        if wanted
        else "build it with --variants baseline,avx2,avx512",
    )


def _tensors(array: Any, count: int) -> tuple[NativeTensor, ...]:
    return tuple(_tensor(array[i], i) for i in range(count))


def _tensor(struct: Any, position: int) -> NativeTensor:
    sizes = tuple(struct.shape[i] for i in range(struct.rank))
    dynamic = bool(struct.dynamic)
    shape: Sequence[Dim] = _symbolic(sizes, position) if dynamic else sizes
    info = ArtifactTensorInfo(struct.name.decode(), tuple(shape), _FROM_ONNX[struct.dtype])
    return NativeTensor(info, sizes, struct.bytes, struct.offset, dynamic, bool(struct.updated))


def _symbolic(sizes: tuple[int, ...], position: int) -> list[Dim]:
    """Symbols for sizes that the data decides; the library says only how large they can be."""
    return [symbol(f"size{position}_{i}", 0, size) for i, size in enumerate(sizes)]
