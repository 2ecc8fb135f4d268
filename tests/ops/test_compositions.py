"""The composition of every op that also has a kernel gives what the kernel gives."""

from __future__ import annotations

import pytest

from hodu import dtypes
from hodu.dispatch.base import wrap
from tests.ops.cases import Case, assert_close, call, cases, leaves

CASES = [
    case
    for case in cases()
    if case.values[0].op.compose is not None
    and case.values[0].op.eager is not None
    and not case.values[0].op.random
    and case.values[0].dtype in (dtypes.f64, dtypes.bf16, dtypes.i8, dtypes.f32)
]


@pytest.mark.parametrize("case", CASES)
def test_composition_equals_kernel(case: Case):
    inputs = case.inputs()
    expected = call(case, inputs)

    def tensor(a):
        return [tensor(e) for e in a] if isinstance(a, list) else None if a is None else wrap(a)

    tensors = [tensor(a) for a in inputs]
    got = [t.numpy() for t in leaves(case.op.compose(*tensors, **case.sample.attrs))]
    assert [g.dtype for g in got] == [e.dtype for e in expected]
    for g, e in zip(got, expected, strict=True):
        assert_close(g, e, case)
