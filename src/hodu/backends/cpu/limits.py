"""The limits of this machine, measured once and kept: arithmetic and reading of memory."""

from __future__ import annotations

import ctypes
import json
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from hodu.backends.cpu.stored import code_options
from hodu.plan.target import MIB, host
from hodu.plugins.interfaces import CompileOptions
from hodu.toolchain.build import Source, compile_shared
from hodu.toolchain.cache import default_cache, hash_key
from hodu.toolchain.compiler import Toolchain

_SOURCE = Path(__file__).parent / "c" / "limits.c"
_CHAINS, _TURNS, _SLICES = 12, 60_000, 150
_BYTES, _PIECE = 192 * MIB, 4 * MIB


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that was reached: f32 operations and bytes read from memory, a second."""

    operations: float
    bytes: float


def machine_limits(threads: int) -> Limits:
    """The limits of this machine with so many threads at work; measured for a second at first."""
    target = host()
    lanes = target.lanes(32)
    text = f"#define LANES {lanes}\n{_SOURCE.read_text('utf-8')}"
    tools = Toolchain()

    def measure(folder: Path) -> None:
        options = code_options(target, CompileOptions(opt=3))
        path = compile_shared([Source("limits.c", text)], options, tools)
        found = _measure(ctypes.CDLL(str(path)), lanes, threads)
        (folder / "limits.json").write_text(json.dumps(asdict(found)), "ascii")

    machine = (*target.flags(), str(target.l3_bytes), str(threads))
    key = hash_key(["limits", text, tools.identity, *machine])
    entry = default_cache().get_or_build(key, measure)
    return Limits(**json.loads((entry / "limits.json").read_text("ascii")))


def _measure(library: ctypes.CDLL, lanes: int, threads: int) -> Limits:
    multiply, read = library.hodu_limits_multiply, library.hodu_limits_read
    multiply.restype = read.restype = ctypes.c_float
    multiply.argtypes = [ctypes.c_int64, ctypes.c_float, ctypes.c_float]
    read.argtypes = [ctypes.c_void_p, ctypes.c_int64]
    data = np.ones(_BYTES // 4, np.float32)
    start = -(-data.ctypes.data // 64) * 64
    pieces = (_BYTES - 64) // _PIECE

    def multiply_slice(number: int) -> float:
        multiply(_TURNS, 0.999, 0.001)
        return 2.0 * _CHAINS * lanes * _TURNS

    def read_slice(number: int) -> float:
        read(start + number * 7 % pieces * _PIECE, _PIECE // 4)
        return _PIECE

    return Limits(_best(multiply_slice, threads), _best(read_slice, threads))


def _best(work: Callable[[int], float], threads: int) -> float:
    """The rate of all threads at once, each in its better slices (the 90th percentile)."""
    rates = [0.0] * threads

    def run(number: int) -> None:
        found = []
        for turn in range(_SLICES):
            begun = time.perf_counter()
            amount = work(turn * threads + number)
            found.append(amount / (time.perf_counter() - begun))
        rates[number] = sorted(found)[_SLICES * 9 // 10]

    helpers = [threading.Thread(target=run, args=(i,)) for i in range(1, threads)]
    for helper in helpers:
        helper.start()
    run(0)
    for helper in helpers:
        helper.join()
    return sum(rates)
