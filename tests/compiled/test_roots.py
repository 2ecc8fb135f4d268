"""Square roots of processors without an instruction for them, against NumPy: every bit."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest

from hodu.render.c_roots import root_helper
from hodu.toolchain.build import Source, compile_shared
from hodu.toolchain.compiler import CodeOptions


@pytest.mark.parametrize(("element", "c"), [("f32", "float"), ("f64", "double")])
def test_roots_in_integers(element: str, c: str) -> None:
    text = (
        "#include <stdint.h>\n#define HODU_UNUSED\n#define __arm__ 1\n"
        f"{root_helper(element)}\n"
        '__attribute__((visibility("default")))\n'
        f"void many({c} *x, int32_t n) {{\n"
        f"  for (int32_t i = 0; i < n; i++) x[i] = sqrt_{element}(x[i]);\n}}\n"
    )
    library = ctypes.CDLL(str(compile_shared([Source("roots.c", text)], CodeOptions(optimize=2))))
    kind = np.dtype(f"f{int(element[1:]) // 8}")
    chance, bits = np.random.default_rng(0), np.dtype(f"u{kind.itemsize}")
    x = chance.integers(0, np.iinfo(bits).max, 100_000, bits, endpoint=True).view(kind)
    low, info = chance.integers(1, 1 << 20, 1000).astype(bits).view(kind), np.finfo(kind)
    squares = np.arange(2000, dtype=kind) ** 2
    ends = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, -1, info.max, info.tiny], kind)
    x = np.concatenate([x, low, squares, np.nextafter(squares, kind.type(np.inf)), ends])
    found = x.copy()
    library.many(found.ctypes.data_as(ctypes.c_void_p), found.size)
    with np.errstate(invalid="ignore"):
        wanted = np.sqrt(x)
    np.testing.assert_array_equal(found, wanted)
    np.testing.assert_array_equal(np.signbit(found[found == 0]), np.signbit(wanted[wanted == 0]))
