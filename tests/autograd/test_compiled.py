"""Compiled gradients against eager, for the families whose gradients have loops of their own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import hodu
from tests.autograd.rules import Rule, captured_gradients, gradients, rules
from tests.ops.cases import leaves

_NAMES = """
adaptive_pooling attention avg_pooling batch_norm conv conv_transpose conv_weight cumulative
einsum fold fractional_pooling gather grid_sample lp_pooling lstm max_pooling max_unpooling
normalization recurrent reduce_window resize scatter sorting
"""
FAMILIES = frozenset(_NAMES.split())


def _firsts() -> dict[str, Rule]:
    """The first sample with elements of each op."""
    found: dict[str, Rule] = {}
    for rule in rules():
        if rule.op.family in FAMILIES and all(a.size for a in leaves(rule.inputs())):
            found.setdefault(rule.op.name, rule)
    return found


def _compiled(snapshot: Any, arrays: list[np.ndarray]) -> list[np.ndarray]:
    given = {f"x{i}": a for i, a in enumerate(arrays)}
    return [t.numpy() for t in hodu.compile(snapshot).execute(given).values()]


@pytest.mark.parametrize("rule", [pytest.param(r, id=name) for name, r in _firsts().items()])
def test_compiled_gradients(rule: Rule):
    inputs = rule.inputs()
    _, wanted = gradients(rule, inputs)
    for found, gradient in zip(captured_gradients(rule, inputs, _compiled), wanted, strict=True):
        np.testing.assert_allclose(found, gradient.numpy(), rtol=1e-9, atol=1e-10)
