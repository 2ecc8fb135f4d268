"""Conversions of narrow floats to the bit, against NumPy and ml_dtypes."""

from __future__ import annotations

import numpy as np
import pytest

from hodu.dtypes import DType, f32
from hodu.kernel.builder import KernelBuilder
from hodu.kernel.interp import run_kernel
from hodu.kernel.narrow import LAYOUTS


def converted(dtype: DType, values: np.ndarray) -> np.ndarray:
    """f32 values stored in a narrow float and loaded again."""
    k = KernelBuilder("convert")
    n = len(values)
    x, y = k.param("x", f32, n, "in"), k.param("y", dtype, n, "out")
    z = k.param("z", f32, n, "out")
    with k.loop(n) as i:
        k.store(y, i, k.load(x, i))
        k.store(z, i, k.load(y, i))
    out = np.zeros(n, np.float32)
    run_kernel(k.finish(), [values, np.zeros(n, LAYOUTS[dtype].bits.numpy), out])
    return out


def same_bits(a: np.ndarray, b: np.ndarray) -> bool:
    """Equal bit by bit, or both NaN."""
    return bool(np.all((a.view(np.uint32) == b.view(np.uint32)) | (np.isnan(a) & np.isnan(b))))


@pytest.mark.parametrize("dtype", LAYOUTS, ids=str)
def test_rounding(dtype):
    rng = np.random.default_rng(0)
    wide = rng.standard_normal(1500) * 10.0 ** rng.uniform(-12, 6, 1500)
    bits = rng.integers(0, 2**32, 1500, dtype=np.uint32).view(np.float32)
    edges = [np.inf, -np.inf, np.nan, 0.0, -0.0, 448, 464, 465, 57344, 61439, 61440, 65504, 65519.9]
    edges += [65520, 2.0**-24, 2.0**-25, 2.0**-14, 2.0**-133, 3.3895314e38, 3.4e38]
    with np.errstate(all="ignore"):
        values = np.concatenate([wide, bits, edges]).astype(np.float32)
        expected = values.astype(dtype.numpy).astype(np.float32)
        assert same_bits(converted(dtype, values), expected)


@pytest.mark.parametrize("dtype", LAYOUTS, ids=str)
def test_every_value_survives(dtype):
    layout = LAYOUTS[dtype]
    count = min(1 << layout.bits.bits, 4096)
    bits = np.linspace(0, (1 << layout.bits.bits) - 1, count).astype(layout.bits.numpy)
    values = bits.view(dtype.numpy).astype(np.float32)
    assert same_bits(converted(dtype, values), values)
