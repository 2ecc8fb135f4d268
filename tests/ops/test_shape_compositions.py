"""Composites of the shape and creation families mean the same as their own kernels."""

from __future__ import annotations

import pytest

from hodu import dtypes
from hodu.dispatch.base import wrap
from hodu.ops._table import REGISTRY
from tests.ops.cases import Case, assert_close, call, cases

FAMILIES = {
    "order",
    "join",
    "repeat",
    "ranges",
    "one_hot",
    "triangle",
    "diagonal",
    "strided",
    "fold",
}
COMPOSED = [
    case
    for case in cases()
    if (op := case.values[0].op).family in FAMILIES
    and op.compose is not None
    and case.values[0].dtype in (dtypes.f32, dtypes.i64)
]


def test_there_are_composites():
    assert {c.values[0].op.name for c in COMPOSED} >= {"roll", "stack", "tril", "im2col", "col2im"}
    assert REGISTRY["tril"].compose is not None


@pytest.mark.parametrize("case", COMPOSED)
def test_composition_equals_kernel(case: Case):
    inputs = case.inputs()
    tensors = [[wrap(e) for e in a] if isinstance(a, list) else wrap(a) for a in inputs]
    composed = case.op.compose(*tensors, **case.sample.attrs)
    (kernel,) = call(case, inputs)
    assert composed.dtype.numpy == kernel.dtype
    assert_close(composed.numpy(), kernel, case)
