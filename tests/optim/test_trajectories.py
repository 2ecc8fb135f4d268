"""Fifty steps of every optimizer and option against its formula, eager and captured."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hodu import optim
from tests.optim import formulas
from tests.optim.cases import ALL, RTOL, gradients, identify, parameters, run, starts

STEPS = 50


def by_formula(name: str, options: dict[str, Any], dtype: str) -> list[Any]:
    """The parameters after the steps, computed in f64."""
    formula = getattr(formulas, name.lower())
    rest = {k: v for k, v in options.items() if k != "maximize"}
    sign = -1 if options.get("maximize") else 1
    values = [array.astype(np.float64) for array in starts(dtype)]
    states: list[dict[str, Any]] = [{} for _ in values]
    counts = [0] * len(values)
    for step, grads in enumerate(gradients(STEPS, dtype)):
        for i, grad in enumerate(grads):
            if step % 5 == 4 and i == len(values) - 1:
                continue
            counts[i] += 1
            g = sign * grad.astype(np.float64)
            values[i] = formula(values[i], g, states[i], counts[i], **rest)
    return values


@pytest.mark.parametrize("dtype", ["f32", "f64"])
@pytest.mark.parametrize(("name", "options"), ALL, ids=identify)
def test_trajectory(name, options, dtype):
    params = parameters(dtype)
    run(getattr(optim, name)(params, **options), params, STEPS, dtype)
    for param, expected in zip(params, by_formula(name, options, dtype), strict=True):
        scale = np.abs(expected).max()
        np.testing.assert_allclose(
            param.detach().numpy(), expected, RTOL[dtype], RTOL[dtype] * scale
        )
