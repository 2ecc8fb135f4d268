"""Accuracy of the error functions, against C's math library."""

from __future__ import annotations

import math

import numpy as np
import pytest

import hodu

POINTS = np.concatenate(
    [
        np.linspace(-6.5, 6.5, 4001),
        np.linspace(6.5, 26.0, 500),
        10.0 ** np.linspace(-300, -1, 300),
        -(10.0 ** np.linspace(-300, -1, 300)),
        [0.84375, 1.25, 1 / 0.35, 6.0],
    ]
)


@pytest.mark.parametrize("name", ["erf", "erfc"])
def test_f64_within_two_parts_in_1e15(name):
    want = np.array([getattr(math, name)(x) for x in POINTS])
    got = getattr(hodu, name)(hodu.tensor(POINTS)).numpy()
    np.testing.assert_allclose(got, want, rtol=2e-15)


@pytest.mark.parametrize(("name", "ulps"), [("erf", 4), ("erfc", 1)])
def test_f32_within_a_few_units_in_the_last_place(name, ulps):
    x = POINTS[np.abs(POINTS) < 9].astype(np.float32)
    want = np.array([getattr(math, name)(v) for v in x.tolist()])
    got = getattr(hodu, name)(hodu.tensor(x)).numpy()
    assert np.abs(got).max() <= (1 if name == "erf" else 2)
    normal = np.abs(want) > np.finfo(np.float32).tiny
    np.testing.assert_allclose(got[normal], want[normal], rtol=ulps * 2.0**-23)


def test_erfinv_inverts_erf():
    y = np.concatenate([np.linspace(-5.5, 5.5, 2001), 10.0 ** np.linspace(-300, -1, 100)])
    x = hodu.erf(hodu.tensor(y))
    got = hodu.erfinv(x).numpy()
    # The rounding of erf(y) alone moves its inverse by this much.
    slack = 2.0**-53 * np.exp(y * y)
    assert np.all(np.abs(got - y) <= 4e-15 * np.abs(y) + 2 * slack * np.abs(x.numpy()))


def test_other_layouts():
    x = hodu.tensor(np.linspace(-3, 3, 24).reshape(4, 6))
    assert hodu.erf(x.T).tolist() == np.array(hodu.erf(x).tolist()).T.tolist()
    assert hodu.erfc(hodu.tensor(0.5, dtype="f64")).item() == pytest.approx(math.erfc(0.5))
    assert hodu.erf(hodu.tensor([])).shape == (0,)
