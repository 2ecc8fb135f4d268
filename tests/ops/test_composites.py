"""An elementwise composite means the same by its composition as by its own kernel."""

from __future__ import annotations

import numpy as np
import pytest

from hodu import dtypes
from hodu.dispatch.base import wrap
from hodu.ops._table import REGISTRY
from tests.ops.cases import Case, assert_close, call, cases

FAMILIES = {"activation", "rectifiers", "arithmetic", "powers", "rounding", "special"}
FAMILIES |= {"nonfinite", "select"}


def _composites():
    for param in cases():
        case = param.values[0]
        if case.op.family in FAMILIES and case.op.compose and case.op.eager:
            yield param


@pytest.mark.parametrize("case", list(_composites()))
def test_composition_equals_kernel(case: Case):
    if case.dtype.is_float and case.dtype.bits == 8:
        pytest.skip("each step of a composition rounds, which leaves nothing of 8 bits")
    if case.op.name == "prelu" and "reshape" not in REGISTRY:
        pytest.skip("needs reshape")
    inputs = case.inputs()
    (want,) = call(case, inputs)
    widened = [a.astype(_promoted(case)) if a.dtype != bool else a for a in inputs]
    got = case.op.compose(*map(wrap, widened), **case.sample.attrs).numpy()
    assert got.dtype == want.dtype
    if not (case.dtype.is_float and case.dtype.bits == 16):
        assert_close(got, want.astype(np.float64) if got.dtype.kind == "f" else want, case)


def _promoted(case: Case) -> np.dtype:
    from hodu.ops._table import Promote

    if case.op.promote is Promote.FLOAT and not case.dtype.is_float:
        return dtypes.f32.numpy
    pinned = [t.dtype for t in case.sample.tensors if getattr(t, "dtype", None)]
    return dtypes.as_dtype(pinned[0]).numpy if pinned else case.dtype.numpy
