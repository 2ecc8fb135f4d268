"""Every op of the table, on every sample and dtype, against an independent meaning."""

from __future__ import annotations

import numpy as np
import pytest

from hodu import dtypes
from hodu.dims import Sym
from hodu.ops._table import REGISTRY
from hodu.shapes import TensorType
from tests.ops.cases import Case, assert_close, call, for_each, leaves, samples, upcast
from tests.ops.oracles import ORACLES
from tests.ops.oracles._checker import Checker


@pytest.mark.parametrize("op", REGISTRY.values(), ids=REGISTRY)
def test_op_is_complete(op):
    assert op.eager or op.compose, "an op needs a meaning: eager or compose"
    assert op.infer or op.compose, "an op needs a type rule: infer or compose"
    if op.has_regions:
        return  # tested in tests/snapshot/test_control_flow.py
    assert op.samples, "an op needs samples"
    assert op.name in ORACLES, f"no oracle in tests/ops/oracles/{op.family}.py"


@pytest.mark.parametrize("group", samples())
def test_against_numpy(group: list[Case]):
    for_each(group, _against_numpy)


def _against_numpy(case: Case):
    inputs = case.inputs()
    oracle = ORACLES[case.op.name]
    got = call(case, inputs)
    _check_types(case, inputs, got)
    if isinstance(oracle, Checker):
        oracle.check(case, upcast(inputs), upcast(got))
        return
    with np.errstate(all="ignore"):
        wanted = leaves(oracle(*upcast(inputs), **case.sample.attrs))
        assert len(got) == len(wanted)
        for g, e in zip(got, wanted, strict=True):
            assert_close(g, e, case)


def _check_types(case: Case, inputs, got):
    """The type rule says of the (promoted) input types what the kernel does."""
    if case.op.infer is None:
        return
    inferred = leaves(case.op.infer(*_types(case, inputs), **case.sample.attrs))
    sizes: dict[str, int] = {}
    assert [str(_bound(t, a, sizes)) for t, a in zip(inferred, got, strict=True)] == [
        str(TensorType(a.shape, dtypes.FROM_NUMPY[a.dtype])) for a in got
    ]


def _bound(inferred: TensorType, got: np.ndarray, sizes: dict[str, int]) -> TensorType:
    """The type with sizes that depend on the data bound to those that came out."""
    for dim, size in zip(inferred.shape, got.shape, strict=True):
        if isinstance(dim, Sym):
            assert sizes.setdefault(str(dim), size) == size
    return TensorType(tuple(sizes.get(str(d), d) for d in inferred.shape), inferred.dtype)


def _types(case: Case, inputs):
    from hodu.ops._table import Promote

    own = leaves(inputs)
    involved = [
        dtypes.FROM_NUMPY[leaf.dtype]
        for p, a in zip(case.op.schema.inputs, inputs, strict=True)
        if p.name in case.op.promoted
        for leaf in leaves(a)
    ]
    common = None
    if case.op.promote is not Promote.NONE and own:
        common = dtypes.result_type(tuple((t, 2) for t in involved))
        if case.op.promote is Promote.FLOAT and not common.is_float:
            common = dtypes.f32

    def typed(a, promoted):
        if isinstance(a, list):
            return [typed(e, promoted) for e in a]
        if a is None:
            return None
        dtype = common if promoted and common else dtypes.FROM_NUMPY[a.dtype]
        return TensorType(a.shape, dtype)

    return [
        typed(a, p.name in case.op.promoted)
        for p, a in zip(case.op.schema.inputs, inputs, strict=True)
    ]
