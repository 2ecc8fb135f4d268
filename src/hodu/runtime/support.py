"""The native helpers of the runtime: the thread pool and the call of a model with arrays.

They are C files of this package, compiled on first use and kept in the cache.
"""

from __future__ import annotations

import ctypes
import functools
import os
from ctypes import POINTER, c_int, c_int64, c_size_t, c_void_p, py_object
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hodu.errors import UnsupportedError, ValueRangeError
from hodu.toolchain.build import Source, compile_shared
from hodu.toolchain.compiler import CodeOptions, usable_cores

C_FOLDER = Path(__file__).parent / "c"
"""The folder of the C sources and headers of the runtime."""
WASM_LOADER = Path(__file__).parent / "js" / "hodu.mjs"
"""The module of JavaScript that loads models for WebAssembly."""
MAX_THREADS = 256
HEADER_BYTES: int = object.__basicsize__


@dataclass(frozen=True, slots=True)
class Support:
    """The functions of the helper library; `run` and `clock` are addresses for native code.

    `call` keeps the GIL until the model runs, because it looks into Python's objects.
    """

    call: Any
    create: Any
    share: Any
    run: int
    clock: int


def sources() -> list[Source]:
    """The C sources of the helpers."""
    names = ("pool.c", "python.c")
    return [Source(name, (C_FOLDER / name).read_text("utf-8")) for name in names]


@functools.cache
def support() -> Support:
    """The helper library, loaded once.

    Raises ToolchainError if it cannot be built, UnsupportedError if arrays of this NumPy are not
    laid out as its ABI says.
    """
    path = str(compile_shared(sources(), CodeOptions(includes=(C_FOLDER,))))
    plain, holding = ctypes.CDLL(path), ctypes.PyDLL(path)
    call = holding.hodu_python_call
    call.restype = c_int
    call.argtypes = [c_void_p, c_void_p, c_void_p, py_object, py_object]
    create, share = plain.hodu_pool_create, plain.hodu_pool_share
    create.restype = share.restype = c_void_p
    create.argtypes, share.argtypes = [c_int], [c_void_p, c_int]
    _check_layout(holding)
    return Support(call, create, share, address(plain.hodu_pool_run), address(plain.hodu_clock))


def address(function: Any) -> int:
    """The address of a function of a loaded library."""
    found = ctypes.cast(function, c_void_p).value
    assert found is not None
    return found


def _check_layout(library: ctypes.PyDLL) -> None:
    probe = library.hodu_python_probe
    probe.restype = None
    probe.argtypes = [c_size_t, py_object, POINTER(c_int64)]
    array = np.zeros((3, 5), np.float32)
    found = (c_int64 * 6)()
    probe(HEADER_BYTES, array, found)
    data = array.__array_interface__["data"][0]
    expected = [id(np.ndarray), data, array.ndim, 3, id(array.dtype)]
    if list(found[:5]) != expected or found[5] & 0x101 != 0x101:
        raise UnsupportedError(
            f"arrays of NumPy {np.__version__} are not laid out as expected",
            hint="use the interpreter: hodu.compile(..., compiler='interp')",
        )


def default_threads() -> int:
    """The threads a model uses unless it is told otherwise: HODU_NUM_THREADS or the usable cores.

    Raises ValueRangeError if HODU_NUM_THREADS is not a positive number.
    """
    text = os.environ.get("HODU_NUM_THREADS", "").strip()
    if not text:
        return min(usable_cores(), MAX_THREADS)
    if not text.isdecimal() or int(text) < 1:
        raise ValueRangeError(
            f"HODU_NUM_THREADS is {text!r}, which is not a number of threads",
            hint="set it to 1 or more, or unset it to use all cores",
        )
    return min(int(text), MAX_THREADS)


@functools.cache
def shared_pool(threads: int) -> int:
    """The address of the process-wide pool, limited to `threads` threads; it lives on.

    All models share its threads. A model that runs while another has them runs on the thread that
    called it, so that there are never more threads at work than the callers and one pool.
    """
    helpers = support()
    first = _workers()
    pool: int | None = helpers.share(first, max(1, min(threads, MAX_THREADS)))
    if pool is None:
        raise MemoryError("no memory for a thread pool")
    return pool


@functools.cache
def _workers() -> int:
    pool: int | None = support().create(1)
    if pool is None:
        raise MemoryError("no memory for a thread pool")
    return pool
