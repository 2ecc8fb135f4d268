"""The structures of `hodu.h` for ctypes."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, c_char_p, c_int32, c_int64, c_size_t, c_uint32, c_uint64, c_void_p

ABI_VERSION = 2
ALIGNMENT = 64


class Status:
    """The numbers of `enum hodu_status`."""

    OK = 0
    INDEX = 1
    DIVISION = 2
    VALUE = 3
    SHAPE = 4
    NO_WEIGHTS = 5
    NO_ARENA = 6
    NO_VARIANT = 7


class ErrorStruct(ctypes.Structure):
    """`hodu_error`."""

    _fields_ = [("status", c_int32), ("site", c_int32), ("values", c_int64 * 4)]


class TensorStruct(ctypes.Structure):
    """`hodu_tensor`."""

    _fields_ = [
        ("name", c_char_p),
        ("dtype", c_int32),
        ("rank", c_int32),
        ("shape", POINTER(c_int64)),
        ("bytes", c_size_t),
        ("offset", c_size_t),
        ("dynamic", c_int32),
        ("updated", c_int32),
    ]


class ModelStruct(ctypes.Structure):
    """`hodu_model`."""

    _fields_ = [
        ("abi", c_uint32),
        ("name", c_char_p),
        ("target", c_char_p),
        ("input_count", c_int32),
        ("output_count", c_int32),
        ("state_count", c_int32),
        ("site_count", c_int32),
        ("inputs", POINTER(TensorStruct)),
        ("outputs", POINTER(TensorStruct)),
        ("states", POINTER(TensorStruct)),
        ("sites", POINTER(c_char_p)),
        ("arena_bytes", c_size_t),
        ("weight_bytes", c_size_t),
        ("has_weights", c_int32),
        ("kernel_count", c_int32),
        ("kernels", POINTER(c_char_p)),
    ]


class InstanceStruct(ctypes.Structure):
    """`hodu_instance`."""

    _fields_ = [
        ("arena", c_void_p),
        ("weights", c_void_p),
        ("parallel", c_void_p),
        ("pool", c_void_p),
        ("shapes", POINTER(c_int64)),
        ("profile", POINTER(c_uint64)),
        ("clock", c_void_p),
        ("error", ErrorStruct),
    ]


class ExpectedStruct(ctypes.Structure):
    """`expected_array` of `python.c`."""

    _fields_ = [
        ("dtype", c_void_p),
        ("rank", c_int64),
        ("shape", POINTER(c_int64)),
        ("updated", c_int64),
    ]


class PlanStruct(ctypes.Structure):
    """`call_plan` of `python.c`."""

    _fields_ = [
        ("header_bytes", c_size_t),
        ("array_type", c_void_p),
        ("execute", c_void_p),
        ("input_count", c_int64),
        ("output_count", c_int64),
        ("inputs", POINTER(ExpectedStruct)),
    ]
