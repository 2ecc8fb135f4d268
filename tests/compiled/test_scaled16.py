"""The scale of quantized results in integers, against f32 in NumPy: every bit, ties above all."""

from __future__ import annotations

import ctypes

import numpy as np
import numpy.typing as npt
import pytest

from hodu.kernel.intrinsics import INTRINSICS
from hodu.render.c_helpers import helper
from hodu.toolchain.build import Source, compile_shared
from hodu.toolchain.compiler import CodeOptions

COUNT = 100_000
_MANY = """
__attribute__((visibility("default")))
void many(const int32_t *x, const float *scales, int32_t *y, int32_t count) {
  for (int32_t i = 0; i < count; i++) y[i] = scaled16(x[i], scales[i]);
}
"""
_HEAD = """
#include <stdint.h>
#define HODU_UNUSED __attribute__((unused))
#define HODU_NOINLINE __attribute__((noinline))
"""


@pytest.fixture(scope="module", params=[(), ("-D__ARM_ARCH_6M__",)], ids=["", "without umull"])
def library(request: pytest.FixtureRequest) -> ctypes.CDLL:
    text = "\n".join((_HEAD, *helper("scaled16")[0], _MANY))
    source = Source("scaled16.c", text, request.param)
    return ctypes.CDLL(str(compile_shared([source], CodeOptions(optimize=2))))


def check(library: ctypes.CDLL, x: npt.ArrayLike, scales: npt.ArrayLike) -> None:
    """Alike within 16 bits, and beyond them where NumPy is."""
    x = np.asarray(np.clip(x, -(2**31), 2**31 - 1), np.int32)
    scales = np.broadcast_to(np.asarray(scales, np.float32), x.shape).copy()
    y = np.empty_like(x)
    library.many(*(a.ctypes.data_as(ctypes.c_void_p) for a in (x, scales, y)), x.size)
    wanted = INTRINSICS["scaled16"].meaning(x, scales)
    np.testing.assert_array_equal(np.clip(y, -(2**15), 2**15 - 1), wanted)


def test_usual_sums(library: ctypes.CDLL) -> None:
    chance = np.random.default_rng(0)
    scales = np.exp2(chance.uniform(-20, -1, COUNT)).astype(np.float32)
    check(library, np.rint(chance.normal(0, 100, COUNT) / scales), scales)


def test_halves(library: ctypes.CDLL) -> None:
    """Products that are halves, that f32 rounds to one, and the next ones beside them."""
    chance = np.random.default_rng(1)
    x, halves = chance.integers(1, 2**23, COUNT), chance.integers(-300, 300, COUNT) + 0.5
    scales = np.abs(halves / x).astype(np.float32)
    for beside in (-np.inf, np.inf):
        check(library, x * np.sign(halves), scales)
        check(library, x, np.nextafter(scales, np.float32(beside)))
    check(library, chance.integers(-(2**20), 2**20, COUNT), 2.0 ** -chance.integers(1, 20, COUNT))
    rounded = np.exp2(chance.uniform(-20, -1, COUNT)).astype(np.float32)
    check(library, np.rint(halves / rounded), rounded)


def test_every_exponent(library: ctypes.CDLL) -> None:
    ends = np.array([0, 1, -1, 2**23 - 1, 2**23, -(2**23), -(2**23) - 1, 2**31 - 1, -(2**31)])
    for exponent in range(-126, 128):
        for scale in (2.0**exponent, 1.75 * 2.0**exponent, -(2.0**exponent)):
            check(library, ends, scale)
