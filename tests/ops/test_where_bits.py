"""`where` of large tensors and 0 works on bits, and gives what NumPy gives."""

from __future__ import annotations

import numpy as np
import pytest

import hodu


@pytest.mark.parametrize("dtype", ["f32", "f64", "f16", "bf16", "i32", "i64", "i16", "u8"])
@pytest.mark.parametrize("other", [0, 0.0, -0.0, 2])
def test_where_and_a_number(dtype, other):
    rng = np.random.default_rng(0)
    x = hodu.tensor(rng.integers(0, 100, (64, 130))).to(dtype)
    if x.is_floating_point():
        x[0, :4] = hodu.tensor([np.inf, -np.inf, np.nan, -0.0])
    condition = hodu.tensor(rng.random((64, 130)) < 0.5)
    condition[0, :4] = False
    condition[1] = True
    number = int(other) if not x.is_floating_point() else other
    for values in (x, x.T):
        where = condition if values is x else condition.T
        found = hodu.where(where, values, number).numpy()
        want = np.where(where.numpy(), values.numpy(), np.asarray(number, values.numpy().dtype))
        assert found.dtype == want.dtype
        assert np.ascontiguousarray(found).tobytes() == np.ascontiguousarray(want).tobytes()
