"""Exchange with other libraries over DLPack 1.0, without copies and for all fifteen dtypes.

NumPy makes and reads the capsules. It does not know bf16 and f8, so these pass through it as
unsigned integers, and the dtype field of the capsule's struct is rewritten in place.
Layout of the structs: https://dmlc.github.io/dlpack/latest/c_api.html
"""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

from hodu.devices import CPU, as_device
from hodu.dtypes import FROM_NUMPY, DType, bf16, f8e4m3, f8e5m2
from hodu.errors import ArgumentError, DeviceError, DTypeError
from hodu.ops._table import Array
from hodu.source import location

_CPU = 1
_HOST_MEMORY = frozenset({_CPU, 3, 11})  # plain, pinned for CUDA, pinned for ROCm
_DEVICES = {1: "cpu", 2: "cuda", 4: "opencl", 7: "vulkan", 8: "metal", 10: "rocm", 15: "webgpu"}
_CODES: dict[DType, int] = {bf16: 4, f8e4m3: 10, f8e5m2: 12}
_UINT = 1
_BY_CODE = {(code, dtype.bits): dtype for dtype, code in _CODES.items()}
_KNOWN = frozenset({(0, 8), (0, 16), (0, 32), (0, 64), (6, 8), (2, 16), (2, 32), (2, 64)}) | {
    (_UINT, bits) for bits in (8, 16, 32, 64)
}


class _DataType(ctypes.Structure):
    _fields_ = [("code", ctypes.c_uint8), ("bits", ctypes.c_uint8), ("lanes", ctypes.c_uint16)]


class _Tensor(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.c_void_p),
        ("device_type", ctypes.c_int32),
        ("device_id", ctypes.c_int32),
        ("ndim", ctypes.c_int32),
        ("dtype", _DataType),
        ("shape", ctypes.c_void_p),
        ("strides", ctypes.c_void_p),
        ("byte_offset", ctypes.c_uint64),
    ]


class _Versioned(ctypes.Structure):
    _fields_ = [
        ("major", ctypes.c_uint32),
        ("minor", ctypes.c_uint32),
        ("manager_ctx", ctypes.c_void_p),
        ("deleter", ctypes.c_void_p),
        ("flags", ctypes.c_uint64),
        ("tensor", _Tensor),
    ]


_get_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_get_pointer.restype = ctypes.c_void_p
_get_pointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
_is_valid = ctypes.pythonapi.PyCapsule_IsValid
_is_valid.restype = ctypes.c_int
_is_valid.argtypes = [ctypes.py_object, ctypes.c_char_p]


def _struct_of(capsule: Any) -> _Tensor:
    """The DLTensor inside a capsule, versioned or not."""
    if _is_valid(capsule, b"dltensor_versioned"):
        return _Versioned.from_address(_get_pointer(capsule, b"dltensor_versioned")).tensor
    if _is_valid(capsule, b"dltensor"):
        return _Tensor.from_address(_get_pointer(capsule, b"dltensor"))
    raise ArgumentError(
        "not a DLPack capsule, or one that was already used",
        where=location(),
        hint="pass the array itself, which can make a capsule each time",
    )


def to_dlpack(
    array: Array,
    *,
    stream: Any = None,
    max_version: tuple[int, int] | None = None,
    dl_device: tuple[int, int] | None = None,
    copy: bool | None = None,
) -> Any:
    """A DLPack capsule over the array's memory; a copy of it only if `copy` is True."""
    if dl_device is not None and dl_device[0] != _CPU:
        raise DeviceError(
            f"this tensor is on the cpu and cannot be exported to {_device_name(dl_device)}",
            where=location(),
            hint="let the other library copy it to its device",
        )
    if stream is not None:
        raise ArgumentError(
            f"stream={stream!r}: tensors on the cpu have no streams", where=location()
        )
    code = _CODES.get(FROM_NUMPY[array.dtype])
    plain = array if code is None else array.view(f"u{array.itemsize}")
    capsule = plain.__dlpack__(max_version=max_version, copy=copy)
    if code is not None:
        _struct_of(capsule).dtype.code = code
    return capsule


def array_from_dlpack(source: Any, *, device: Any = None, copy: bool | None = None) -> Array:
    """An array over the memory of `source`, an object with `__dlpack__` or a capsule."""
    if device is not None and as_device(device) != CPU:
        raise DeviceError(
            f"from_dlpack() makes tensors on the cpu, not on {device}", where=location()
        )
    capsule = _capsule_of(source, copy)
    struct = _struct_of(capsule)
    _check_host(struct.device_type, struct.device_id)
    dtype = _patched(struct)
    array = np.from_dlpack(_Holder(capsule))
    shared = array if dtype is None else array.view(dtype.numpy)
    return shared.copy() if copy and not hasattr(source, "__dlpack__") else shared


def _capsule_of(source: Any, copy: bool | None) -> Any:
    if not hasattr(source, "__dlpack__"):
        if type(source).__name__ == "PyCapsule":
            return source
        raise ArgumentError(
            f"{type(source).__name__} does not support DLPack: it has no __dlpack__",
            where=location(),
            hint="hodu.as_tensor() takes numbers, sequences and arrays",
        )
    _check_host(*source.__dlpack_device__())
    try:
        return source.__dlpack__(max_version=(1, 0), copy=copy)
    except TypeError:  # a producer from before DLPack 1.0
        if copy is not None:
            raise
        return source.__dlpack__()


def _check_host(kind: int, number: int) -> None:
    if kind not in _HOST_MEMORY:
        raise DeviceError(
            f"from_dlpack() cannot read memory of {_device_name((kind, number))}",
            where=location(),
            hint="copy the array to the cpu first, as in x.cpu()",
        )


def _device_name(device: tuple[int, int]) -> str:
    kind, number = device
    return f"{_DEVICES.get(kind, f'DLPack device type {kind}')}:{number}"


def _patched(struct: _Tensor) -> DType | None:
    """The dtype if NumPy does not know it, in which case the struct is made to say uint."""
    code, bits, lanes = struct.dtype.code, struct.dtype.bits, struct.dtype.lanes
    dtype = _BY_CODE.get((code, bits))
    if lanes != 1 or (dtype is None and (code, bits) not in _KNOWN):
        raise DTypeError(
            f"from_dlpack() has no dtype for DLPack type code {code} with {bits} bits and "
            f"{lanes} lanes",
            where=location(),
            hint="convert it in the library that it comes from",
        )
    if dtype is not None:
        struct.dtype.code = _UINT
    return dtype


class _Holder:
    """A capsule in the form in which NumPy takes it."""

    def __init__(self, capsule: Any) -> None:
        self._capsule = capsule

    def __dlpack__(self, **options: Any) -> Any:
        return self._capsule

    def __dlpack_device__(self) -> tuple[int, int]:
        return (_CPU, 0)
