"""The limits of this machine, measured once and kept: arithmetic, memory and its caches."""

from __future__ import annotations

import ctypes
import json
import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hodu.backends.cpu.flags import code_options
from hodu.ops._table import Array
from hodu.plan.target import MIB, host
from hodu.plugins.interfaces import CompileOptions
from hodu.toolchain.build import Source, compile_shared
from hodu.toolchain.cache import default_cache, hash_key
from hodu.toolchain.compiler import Toolchain

_SOURCE = Path(__file__).parent / "c" / "limits.c"
_CHAINS, _TURNS, _SLICES = 12, 60_000, 150
_BYTES, _PIECE, _AT_ONCE = 192 * MIB, 4 * MIB, 16 * MIB


@dataclass(frozen=True, slots=True)
class Level:
    """What lies within `size` bytes: the most bytes a second read, and read and written."""

    size: float
    read: float
    copied: float


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that was reached: f32 operations and bytes read from memory, a second.

    `caches` are the levels of cache for one thread, the nearest first, and the memory behind them.
    """

    operations: float
    bytes: float
    caches: tuple[Level, ...]

    def level_of(self, size: float) -> Level:
        """The nearest level that holds so many bytes."""
        return next((level for level in self.caches if size <= level.size), self.caches[-1])


def machine_limits(threads: int) -> Limits:
    """The limits of this machine with so many threads at work; measured for seconds at first."""
    target = host()
    lanes = target.lanes(32)
    text = f"#define LANES {lanes}\n{_SOURCE.read_text('utf-8')}"
    tools = Toolchain()
    sizes = (target.l1_bytes, target.l2_bytes, target.l3_bytes)

    def measure(folder: Path) -> None:
        options = code_options(target, CompileOptions(opt=3))
        path = compile_shared([Source("limits.c", text)], options, tools)
        found = _measure(ctypes.CDLL(str(path)), lanes, threads, [n for n in sizes if n])
        (folder / "limits.json").write_text(json.dumps(asdict(found)), "ascii")

    machine = (*target.flags(), str(sizes), str(threads))
    key = hash_key(["limits", text, tools.identity, *machine])
    entry = default_cache().get_or_build(key, measure)
    found = json.loads((entry / "limits.json").read_text("ascii"))
    return Limits(**{**found, "caches": tuple(Level(**level) for level in found["caches"])})


def _measure(library: ctypes.CDLL, lanes: int, threads: int, caches: Sequence[int]) -> Limits:
    multiply = library.hodu_limits_multiply
    multiply.restype = ctypes.c_float
    multiply.argtypes = [ctypes.c_int64, ctypes.c_float, ctypes.c_float]

    def multiply_slice(number: int) -> float:
        multiply(_TURNS, 0.999, 0.001)
        return 2.0 * _CHAINS * lanes * _TURNS

    data = np.ones(_BYTES // 4, np.float32)
    levels = []
    for size, share in (*((n, n // 2) for n in caches), (math.inf, _PIECE)):
        read, copied = (_moving(f, data, share, threads, size == math.inf)
                        for f in (library.hodu_limits_read, library.hodu_limits_copy))  # fmt: skip
        levels.append(Level(size, read, copied))
    return Limits(_best(multiply_slice, threads), levels[-1].read, tuple(levels))


def _moving(function: Any, data: Array, share: int, threads: int, is_fresh: bool) -> float:
    """Bytes a second of a function that moves `share` bytes a thread, ever others if `is_fresh`."""
    function.restype = ctypes.c_float
    function.argtypes = [ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64]
    start = -(-data.ctypes.data // 64) * 64
    pieces = (_BYTES - 64) // share
    times = 1 if is_fresh else max(1, _AT_ONCE // share)

    def slice_of(number: int) -> float:
        piece = number * 7 % pieces if is_fresh else number % threads
        function(start + piece * share, share // 4, times)
        return share * times

    return _best(slice_of, threads)


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
