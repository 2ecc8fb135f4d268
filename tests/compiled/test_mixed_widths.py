"""Elements of different widths in one loop: vectors with masks as wide as what they choose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hodu
from hodu.backends.cpu.prepare import prepare
from hodu.kernel.expr import Load
from hodu.kernel.walk import all_expressions
from hodu.plan.target import host
from tests.compiled.run import capture, check

RNG = np.random.default_rng(6)
SIZES = (3, 45)  # whole vectors and a rest


def of(dtype: str) -> np.ndarray:
    return RNG.integers(0, 9, SIZES).astype(dtype)


def chosen(x: Any, y: Any) -> Any:
    return hodu.where(x > 4, y, y * 3)


def joined(x: Any, y: Any) -> Any:
    return ((x < 3) | (y.ne(5))) & (x * 2 > 1)


def computed(x: Any, y: Any) -> Any:
    return hodu.where(y >= 4, -x, x * x).to("f32") + hodu.abs(y)


@pytest.mark.parametrize("function", [chosen, joined, computed])
@pytest.mark.parametrize(
    ("first", "second"),
    [("i8", "f4"), ("u1", "f4"), ("i2", "f8"), ("i8", "i4")],
)
def test_two_widths(function: Callable[..., Any], first: str, second: str) -> None:
    check(function, [of(first), of(second)])


@pytest.mark.skipif(host().vector_bits == 0, reason="the target has no vectors")
def test_they_are_vectors() -> None:
    (launch,) = prepare(capture(joined, [of("i8"), of("f4")]), host()).program.launches()
    loads = [x for x in all_expressions(launch.kernel.body) if isinstance(x, Load)]
    assert {x.dtype.name for x in loads if x.lanes > 1} == {"i64", "f32"}
