"""`set_promotion("strict")` refuses what PyTorch's promotion allows, with the cast to write."""

from __future__ import annotations

import pytest

import hodu
from hodu.errors import DTypeError

x, half, i = hodu.ones(2), hodu.ones(2, dtype="f16"), hodu.ones(2, dtype="i64")


@pytest.fixture
def strict():
    hodu.set_promotion("strict")
    yield
    hodu.set_promotion("torch")


MIXED = {
    "f32 and f16": lambda: x + half,
    "float and int": lambda: x * i,
    "int and float number": lambda: i + 1.5,
    "int and number in place": lambda: i.clone().mul_(0.5),
    "comparison": lambda: x < i,
    "where": lambda: hodu.where(x > 0, x, half),
    "cat": lambda: hodu.cat([x, i]),
    "matmul": lambda: x @ half,
    "0-d tensor": lambda: i + hodu.tensor(1.5),
}
FITTING = {
    "same": lambda: x + x,
    "number of the same category": lambda: x + 1.5,
    "number of a lower category": lambda: half * 2,
    "integers": lambda: i // 2,
    "written cast": lambda: x + half.to("f32"),
    "mean of a cast": lambda: i.float().mean(),
}


@pytest.mark.parametrize("call", MIXED.values(), ids=MIXED)
def test_mixed_dtypes_are_refused(strict, call):
    with pytest.raises(DTypeError, match="strict promotion") as caught:
        call()
    assert isinstance(caught.value, TypeError)
    assert "cast" in (caught.value.hint or "")


@pytest.mark.parametrize("call", FITTING.values(), ids=FITTING)
def test_fitting_dtypes_are_taken(strict, call):
    call()


@pytest.mark.parametrize("call", [*MIXED.values(), *FITTING.values()])
def test_the_default_takes_both(call):
    if call is MIXED["int and number in place"]:
        pytest.skip("PyTorch refuses this too")
    call()


def test_plans_made_before_do_not_linger(strict):
    hodu.set_promotion("torch")
    assert (x + half).dtype is hodu.f32
    hodu.set_promotion("strict")
    with pytest.raises(DTypeError):
        x + half


def test_unknown_mode():
    with pytest.raises(ValueError, match="'torch' or 'strict', not 'numpy'"):
        hodu.set_promotion("numpy")
