"""Exact programs: products keep their fused operations, everything else is rounded as written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hodu.backends.cpu.flags import code_options
from hodu.lower.lowering import Lowering
from hodu.plan.target import named
from hodu.plugins.interfaces import CompileOptions
from hodu.toolchain.build import Source, compile_forms
from tests.compiled.calls import compile_calls, prepared

RNG = np.random.default_rng(0)
SQUARE = RNG.standard_normal((64, 64), np.float32)


def assembly(function: Callable[..., Any], *arrays: np.ndarray, exact: bool) -> str:
    target = named("x86-64-v3")
    ready = prepared(function, arrays, target, exact=exact)
    code = code_options(target, CompileOptions(exact=exact))
    return compile_forms([Source("m.c", ready.source)], code, "s")[0].read_text()


def product(a: Any, b: Any) -> Any:
    return a @ b


def term(a: Any, b: Any) -> Any:
    return a * b + 1.0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_products_are_fused(dtype: type) -> None:
    square = SQUARE.astype(dtype)
    for exact in (False, True):
        text = assembly(product, square, square, exact=exact)
        assert "vfmadd" in text and "vmulp" not in text


def test_other_products_and_sums_are_rounded_apart() -> None:
    assert "vfmadd" in assembly(term, SQUARE, SQUARE, exact=False)
    assert "vfmadd" not in assembly(term, SQUARE, SQUARE, exact=True)
    call = compile_calls({"term": (term, (SQUARE, SQUARE))}, exact=True)["term"]
    np.testing.assert_array_equal(call(SQUARE, SQUARE), SQUARE * SQUARE + np.float32(1))


def test_lowering_knows() -> None:
    assert Lowering(named("x86-64"), exact=True).exact
    assert not Lowering(named("x86-64")).exact
