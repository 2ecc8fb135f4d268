"""The gradient rules of the op table, on every sample, against differences of values in f64.

A family is checked by `pytest tests/autograd/test_rules.py -k FAMILY`: its name stands in the ids.
"""

from __future__ import annotations

import numpy as np
import pytest

import hodu
from hodu.ops._gradients import array_functions
from hodu.ops._table import REGISTRY, OpDef
from tests.autograd.rules import (
    Rule,
    captured_gradients,
    compare_with_differences,
    differentiable,
    gradients,
    is_exact,
    rules,
    value,
)
from tests.ops.cases import assert_close, cases_of, leaves

RULES = rules()


def _ids(found: list[Rule]) -> list[pytest.param]:
    numbers: dict[str, int] = {}
    params = []
    for rule in found:
        n = numbers[rule.op.name] = numbers.get(rule.op.name, -1) + 1
        params.append(pytest.param(rule, id=f"{rule.op.family}-{rule.op.name}-{n}"))
    return params


def _firsts() -> list[Rule]:
    """The first two samples with elements of each op."""
    found: dict[str, list[Rule]] = {}
    for rule in RULES:
        own = found.setdefault(rule.op.name, [])
        has_elements = all(a.size for a in leaves(rule.inputs()))
        if len(own) < 2 and has_elements and is_exact(rule):
            own.append(rule)
    return [rule for own in found.values() for rule in own]


@pytest.mark.parametrize("op", REGISTRY.values(), ids=REGISTRY)
def test_op_says_what_its_gradient_is(op: OpDef):
    says = op.vjp is not None or op.compose is not None or op.nondiff is not None
    assert says, "an op needs vjp, compose, or nondiff = 'why it has no gradient'"
    assert op.vjp is None or op.nondiff is None


@pytest.mark.parametrize(
    "op", [o for o in REGISTRY.values() if differentiable(o)], ids=lambda o: o.name
)
def test_op_is_checked(op: OpDef):
    own = [rule for rule in RULES if rule.op is op]
    assert op.has_regions or any(map(is_exact, own)), "no sample has f64 inputs and finite results"


@pytest.mark.parametrize("rule", _ids(RULES))
def test_against_differences(rule: Rule):
    inputs = rule.inputs()
    _, found = gradients(rule, inputs)
    if not is_exact(rule):
        return
    compare_with_differences(
        lambda given: value(rule, given), inputs, [g.numpy() for g in found], 1e-5
    )


@pytest.mark.parametrize("rule", _ids(_firsts()))
def test_second_order(rule: Rule):
    inputs = rule.inputs()

    def slope(given) -> float:
        return float(sum((g * 0.7).sum() for g in gradients(rule, given)[1]))

    wanted, found = gradients(rule, inputs, create_graph=True)
    live = [g for g in found if g.requires_grad]
    seconds = [np.zeros(t.shape) for t in wanted]
    if live:
        total = sum((g * 0.7).sum() for g in live)
        seconds = [g.numpy() for g in hodu.autograd.grad(total, wanted, materialize_grads=True)]
    compare_with_differences(slope, inputs, seconds, 1e-4)


@pytest.mark.parametrize(
    "op",
    [o for o in REGISTRY.values() if differentiable(o) and array_functions(o)],
    ids=lambda o: o.name,
)
def test_arrays_give_what_ops_give(op: OpDef):
    """Functions on arrays, of which a pass makes use that creates no graph, in every dtype."""
    for case in cases_of(op):
        if not case.dtype.is_float:
            continue
        rule = Rule(op, case.sample)
        by_arrays, by_ops = (
            gradients(rule, case.inputs(), create_graph=create)[1] for create in (False, True)
        )
        for a, b in zip(by_arrays, by_ops, strict=True):
            assert a.dtype is b.dtype
            assert_close(a.detach().numpy(), b.detach().to("f64").numpy(), case)


@pytest.mark.parametrize("rule", _ids(RULES))
def test_captured(rule: Rule):
    inputs = rule.inputs()
    _, found = gradients(rule, inputs)
    captured = captured_gradients(rule, inputs)
    for a, b in zip(captured, found, strict=True):
        np.testing.assert_allclose(a, b.numpy(), rtol=1e-12, atol=1e-13)
