"""Every op of the table against PyTorch (run by `make test-torch`).

PyTorch has few kernels for some dtypes. Where it refuses one, it is asked in the next wider one
and its answer is rounded, so that what is left uncompared is only what an oracle says is `Lacking`.
"""

from __future__ import annotations

import pytest

from hodu.dtypes import FROM_NUMPY
from hodu.ops._table import REGISTRY, OpDef
from tests.ops.cases import Case, assert_close, call, cases_of, for_each, samples, upcast
from tests.ops.oracles import ORACLES
from tests.ops.oracles._checker import Checker

torch = pytest.importorskip(
    "torch", reason="torch is the oracle here; `make test-torch` installs it"
)
from tests.ops.torch_oracles import TORCH  # noqa: E402  (it imports torch)
from tests.ops.torch_oracles._asking import ask, to_numpy  # noqa: E402
from tests.ops.torch_oracles._lacking import Lacking  # noqa: E402

pytestmark = pytest.mark.torch

UNCOMPARED = {
    "cond": "runs traced branches: tests/snapshot/test_control_flow.py",
    "while_loop": "runs a traced body: tests/snapshot/test_control_flow.py",
    "scan": "runs a traced body: tests/snapshot/test_control_flow.py",
    "dims": "symbolic sizes as data, which PyTorch has as Python integers",
    "philox": "random bits, checked against the generator's published vectors",
}


def oracle_of(name: str):
    """What PyTorch calls the op; raises Lacking."""
    if name in TORCH:
        return TORCH[name]
    for namespace in (torch, torch.nn.functional, torch.linalg, torch.special, torch.Tensor):
        if hasattr(namespace, name):
            return getattr(namespace, name)
    raise Lacking(f"no {name}")


def test_oracles_are_of_ops():
    assert set(TORCH) | set(UNCOMPARED) <= set(REGISTRY)
    assert not set(TORCH) & set(UNCOMPARED)


@pytest.mark.parametrize("op", REGISTRY.values(), ids=REGISTRY)
def test_is_compared(op: OpDef):
    """Each dtype of an op is compared in some sample, but for the ops that cannot be."""
    everything = list(cases_of(op))
    compared = {case.dtype for case in everything if _is_answered(case)}
    if op.name in UNCOMPARED:
        assert not compared, "PyTorch has this op after all: take it out of UNCOMPARED"
        return
    missing = {case.dtype for case in everything} - compared
    assert compared and not missing, f"an oracle is missing in torch_oracles for {missing}"


def _is_answered(case: Case) -> bool:
    try:
        return bool(ask(case, oracle_of(case.op.name))[0])
    except Lacking:
        return False


@pytest.mark.parametrize(
    "group", [g for g in samples() if g.values[0][0].op.name not in UNCOMPARED]
)
def test_against_torch(group: list[Case]):
    reasons: list[str] = []

    def check(case: Case):
        try:
            _against_torch(case)
        except Lacking as error:
            reasons.append(str(error))

    for_each(group, check)
    if len(reasons) == len(group):
        pytest.skip(f"PyTorch lacks {reasons[0]}")


def _against_torch(case: Case):
    answers, is_own = ask(case, oracle_of(case.op.name))
    expected, got = [to_numpy(a) for a in answers], call(case, case.inputs())
    if is_own:
        ours = [FROM_NUMPY[g.dtype].alias for g in got]
        assert ours == [str(a.dtype).removeprefix("torch.") for a in answers]
    judge = ORACLES[case.op.name]
    if isinstance(judge, Checker):
        assert [g.shape for g in got] == [e.shape for e in expected]
        judge.check(case, upcast(case.inputs()), expected)
        return
    for g, e in zip(got, expected, strict=True):
        assert_close(g, e, case)
