"""A compiled model through ctypes and NumPy alone: this file and abi.py go into wheels as they are.

Hence it takes nothing from Hodu, and abi.py by its place.
"""

from __future__ import annotations

import ctypes
import math
import threading
import weakref
from collections.abc import Sequence
from ctypes import POINTER, c_int64, c_void_p
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .abi import ABI_VERSION, ALIGNMENT, InstanceStruct, ModelStruct, Status

Array = npt.NDArray[Any]
_DTYPES = {
    1: "float32", 2: "uint8", 3: "int8", 4: "uint16", 5: "int16", 6: "int32", 7: "int64",
    9: "bool", 10: "float16", 11: "float64", 12: "uint32", 13: "uint64",
}  # fmt: skip
_EXTENSIONS = {16: "bfloat16", 17: "float8_e4m3fn", 19: "float8_e5m2"}
"""The types that NumPy has of the package ml_dtypes; all by their numbers in ONNX."""
_ERRORS: dict[int, type[Exception]] = {
    Status.INDEX: IndexError,
    Status.DIVISION: ZeroDivisionError,
    Status.VALUE: ValueError,
    Status.SHAPE: ValueError,
}


@dataclass(frozen=True)
class TensorInfo:
    """An input or output: its name, shape and dtype.

    Of a `dynamic` output the sizes are the greatest; an `updated` input is written by a run.
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    dynamic: bool = False
    updated: bool = False

    def __str__(self) -> str:
        return f"{self.name}: {self.dtype.name}{list(self.shape)}"


class Model:
    """A compiled model, with states of its own if it has any.

    It runs on the thread that calls it; calls of several threads wait for each other. Raises
    OSError if the library cannot be loaded here, RuntimeError if it is of another version.
    """

    def __init__(self, library: Path) -> None:
        self._library = ctypes.CDLL(str(library))
        self._library.hodu_info.restype = POINTER(ModelStruct)
        info = self._library.hodu_info().contents
        if info.abi != ABI_VERSION:
            raise RuntimeError(f"{library.name} is of version {info.abi}, not {ABI_VERSION}")
        self.name: str = info.name.decode()
        self.inputs = tuple(_tensor(info.inputs[i]) for i in range(info.input_count))
        self.outputs = tuple(_tensor(info.outputs[i]) for i in range(info.output_count))
        self._sites = [info.sites[i].decode() for i in range(info.site_count)]
        self._execute = self._library.hodu_execute
        self._execute.argtypes = [c_void_p, c_void_p, c_void_p]
        self._lock = threading.Lock()
        self._prepare(info.arena_bytes)

    def _prepare(self, arena_bytes: int) -> None:
        raw = np.empty(arena_bytes + ALIGNMENT, np.uint8)
        self._arena = raw[-raw.ctypes.data % ALIGNMENT :]
        self._instance = InstanceStruct()
        pointer = ctypes.byref(self._instance)
        self._shapes = (c_int64 * (sum(len(t.shape) for t in self.outputs) + 1))()
        status = self._library.hodu_init(pointer, c_void_p(self._arena.ctypes.data), None)
        if status:
            raise self._error(status)
        self._instance.shapes = self._shapes
        cleanup = self._library.hodu_cleanup
        cleanup.restype = None
        weakref.finalize(self, cleanup, pointer).atexit = False

    def __call__(self, *arrays: npt.ArrayLike) -> list[Array]:
        """The outputs for inputs in their order; results share no memory with anything.

        Raises TypeError for a wrong number of inputs or a wrong dtype, ValueError for a wrong
        shape, and what the model itself fails with.
        """
        if len(arrays) != len(self.inputs):
            wanted = ", ".join(map(str, self.inputs)) or "nothing"
            raise TypeError(f"{self.name} takes {wanted}; {len(arrays)} arrays were given")
        given = [_checked(x, info) for x, info in zip(arrays, self.inputs, strict=True)]
        ready = [np.require(x, None, ["C", "A"]) for x in given]
        made = [np.empty(info.shape, info.dtype) for info in self.outputs]
        with self._lock:
            status = self._execute(ctypes.byref(self._instance), _pointers(ready), _pointers(made))
            if status:
                raise self._error(status)
            results = self._cut(made)
        for x, used, info in zip(given, ready, self.inputs, strict=True):
            if info.updated and not np.shares_memory(x, used):
                np.copyto(x, used)
        return results

    def _cut(self, made: Sequence[Array]) -> list[Array]:
        """Outputs with the sizes that the run gave them; their elements lie one after the other."""
        start, results = 0, []
        for array, info in zip(made, self.outputs, strict=True):
            sizes = tuple(self._shapes[start : start + array.ndim])
            start += array.ndim
            if info.dynamic and sizes != info.shape:
                array = array.reshape(-1)[: math.prod(sizes)].reshape(sizes).copy()
            results.append(array)
        return results

    def _error(self, status: int) -> Exception:
        """What a status means, with the text of the node that failed."""
        found = self._instance.error
        if status == Status.NO_VARIANT:
            return RuntimeError(f"{self.name} has no code for this processor")
        if status not in _ERRORS or not 0 <= found.site < len(self._sites):
            return RuntimeError(f"{self.name} failed with status {status}")
        text = self._sites[found.site]
        for i, value in enumerate(found.values):
            text = text.replace(f"{{{i}}}", str(value))
        message, hint, where = (*text.split("\x1f"), "", "")[:3]
        parts = [message, f"help: {hint}" if hint else "", f"at: {where}" if where else ""]
        return _ERRORS[status]("\n  ".join(filter(None, parts)))


def _tensor(struct: Any) -> TensorInfo:
    shape = tuple(struct.shape[i] for i in range(struct.rank))
    name, updated = struct.name.decode(), bool(struct.updated)
    return TensorInfo(name, shape, _dtype(struct.dtype), bool(struct.dynamic), updated)


def _dtype(number: int) -> np.dtype[Any]:
    if number in _EXTENSIONS:
        import ml_dtypes

        return np.dtype(getattr(ml_dtypes, _EXTENSIONS[number]))
    return np.dtype(_DTYPES[number])


def _checked(given: npt.ArrayLike, info: TensorInfo) -> Array:
    """An input as an array; lists and numbers take its dtype."""
    array = given if isinstance(given, np.ndarray) else np.asarray(given, info.dtype)
    if array.dtype != info.dtype:
        raise TypeError(
            f"input {info.name!r} is an array of {array.dtype}, the model takes {info.dtype}: "
            f"convert it with .astype({info.dtype.name!r})"
        )
    if array.shape != info.shape:
        raise ValueError(
            f"input {info.name!r} has shape {list(array.shape)}, the model takes {list(info.shape)}"
        )
    if info.updated and not array.flags.writeable:
        raise ValueError(f"input {info.name!r} is read-only, and the model writes to it")
    return array


def _pointers(arrays: Sequence[Array]) -> Any:
    return (c_void_p * (len(arrays) + 1))(*(array.ctypes.data for array in arrays))
