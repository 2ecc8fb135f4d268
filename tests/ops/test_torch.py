"""Every op of the table against PyTorch, where PyTorch has it (run by `make test-torch`)."""

from __future__ import annotations

import numpy as np
import pytest

from hodu import dtypes
from tests.ops.cases import Case, assert_close, call, cases, leaves, upcast
from tests.ops.oracles import ORACLES
from tests.ops.oracles._checker import Checker

torch = pytest.importorskip(
    "torch", reason="torch is the oracle here; `make test-torch` installs it"
)
from tests.ops.torch_oracles import TORCH  # noqa: E402  (it imports torch)

pytestmark = pytest.mark.torch
NAMED = ("float8_e4m3fn", "float8_e5m2", "bfloat16")


def _oracle(name: str):
    if name in TORCH:
        return TORCH[name]
    for namespace in (torch, torch.nn.functional, torch.linalg, torch.special, torch.Tensor):
        if hasattr(namespace, name):
            return getattr(namespace, name)
    return None


def _to_torch(value):
    if isinstance(value, list):
        return [_to_torch(v) for v in value]
    if value is None:
        return None
    dtype = dtypes.FROM_NUMPY[value.dtype]
    if dtype.alias in NAMED:
        wide = torch.from_numpy(value.astype(np.float32))
        return wide.to(getattr(torch, dtype.alias))
    return torch.from_numpy(np.ascontiguousarray(value).reshape(value.shape))


def _to_numpy(t):
    return (t.to(torch.float64) if t.dtype.is_floating_point else t).detach().numpy()


@pytest.mark.parametrize("case", list(cases()))
def test_against_torch(case: Case):
    oracle = _oracle(case.op.name)
    if case.op.random or oracle is None:
        pytest.skip("PyTorch has no such op")
    attrs = {k: _torch_attr(v) for k, v in case.sample.attrs.items()}
    try:
        expected = oracle(*map(_to_torch, case.inputs()), **attrs)
    except (NotImplementedError, RuntimeError) as error:
        if "not implemented for" in str(error) or "not supported" in str(error):
            pytest.skip(f"PyTorch: {str(error)[:80]}")
        raise
    got = call(case, case.inputs())
    judge = ORACLES[case.op.name]
    if isinstance(judge, Checker):
        theirs = [_to_numpy(e) for e in leaves(expected)]
        assert [g.shape for g in got] == [e.shape for e in theirs]
        judge.check(case, upcast(case.inputs()), theirs)
        return
    for g, e in zip(got, leaves(expected), strict=True):
        assert_close(g, _to_numpy(e), case)


def _torch_attr(value):
    return getattr(torch, value.alias) if isinstance(value, dtypes.DType) else value
