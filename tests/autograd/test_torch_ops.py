"""The gradient of every op of the table against PyTorch's: `make test-torch`.

On the op's samples, in f64 and f32, by the oracles of values in tests/ops/torch_oracles and, where
PyTorch does not differentiate what they call, by those here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from hodu import dtypes
from hodu.ops._samples import arrays
from hodu.ops._table import REGISTRY
from tests.autograd.rules import SIZED_BY_DATA, Arrays, Rule, differentiable, gradients, rules
from tests.ops.cases import leaves, nested

torch = pytest.importorskip(
    "torch", reason="torch is the oracle here; `make test-torch` installs it"
)
from tests.ops.test_torch import oracle_of  # noqa: E402  (it imports torch)
from tests.ops.torch_oracles._lacking import Lacking  # noqa: E402

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore:index_reduce")]
TOLERANCE = {"f64": 1e-10, "f32": 1e-5}
RULES = rules()
REFUSES = re.compile(
    "not differentiable|derivative .*is not implemented|Autograd not support"
    "|depends on Q|invalid gradient at index 0|does not have a device"
)
_TRACED = "runs a traced body: tests/autograd/test_control_flow.py"
_UP_TO_SIGNS = "vectors up to their signs: tests/autograd/test_matrices_torch.py"
UNCOMPARED = {
    "cond": _TRACED,
    "while_loop": _TRACED,
    "scan": _TRACED,
    "floor_divide": "zero, which PyTorch refuses to say",
    "unique": "PyTorch has no gradient of it",
    "unique_consecutive": "PyTorch has no gradient of it",
    "eigh": _UP_TO_SIGNS,
    "svd": _UP_TO_SIGNS,
}


@dataclass(frozen=True)
class Different:
    """Samples of an op, by number, in which PyTorch's gradient is another, and why."""

    why: str
    samples: tuple[int, ...]
    dtypes: tuple[str, ...] = ("f64", "f32")


_LAST_WINS = "of values written to one place PyTorch gives all a gradient, not just the last"
DIFFERENT = {
    "index_copy": Different(_LAST_WINS, (0,)),
    "index_put": Different(_LAST_WINS, (0, 2, 3, 14)),
    "put": Different(_LAST_WINS, (0,)),
    "scatter": Different(_LAST_WINS, (0,)),
    "scatter_nd": Different(_LAST_WINS, (0,)),
    "det": Different("PyTorch gives zero for a singular matrix", (6,)),
    "slogdet": Different("PyTorch gives infinities for a singular matrix", (6,)),
    "hardsigmoid": Different("PyTorch divides by 6 in f32", (0, 2, 4, 5), ("f64",)),
}


def _batch_norm_inference(x, mean, var, weight, bias, eps):
    mean, var, weight, bias = (
        t if t is None else t.reshape(-1, *(1,) * (x.ndim - 2)) for t in (mean, var, weight, bias)
    )
    out = (x - mean) / (var + eps).sqrt()
    out = out if weight is None else out * weight
    return out if bias is None else out + bias


def _batch_norm_training(x, weight, bias, eps):
    over = [0, *range(2, x.ndim)]
    out = torch.nn.functional.batch_norm(x, None, None, weight, bias, True, 0.0, eps)
    return out, x.mean(over), x.var(over, correction=0)


GRADED: dict[str, Callable[..., Any]] = {
    "batch_norm_inference": _batch_norm_inference,
    "batch_norm_training": _batch_norm_training,
}


def _theirs(rule: Rule, inputs: Arrays) -> list[np.ndarray]:
    """PyTorch's gradients of what `tests.autograd.rules.weighted` makes of the results."""
    given = nested(torch.tensor, inputs)
    wanted = [t.requires_grad_() for t in leaves(given) if t.is_floating_point()]
    attrs = {
        k: getattr(torch, v.alias) if isinstance(v, dtypes.DType) else v
        for k, v in rule.sample.attrs.items()
    }
    oracle = GRADED.get(rule.op.name) or oracle_of(rule.op.name)
    try:
        total = _weighted(leaves(oracle(*rule.symmetric(given), **attrs)), rule)
        if not total.requires_grad:
            return [np.zeros(t.shape) for t in wanted]
        found = torch.autograd.grad(total, wanted, materialize_grads=True)
    except (RuntimeError, NotImplementedError) as error:
        if REFUSES.search(str(error)):
            raise Lacking(str(error)) from error
        raise
    return [t.detach().numpy() for t in found]


def _weighted(results: list[Any], rule: Rule) -> Any:
    rng = np.random.default_rng(3)
    total = torch.zeros((), dtype=torch.float64)
    for r in results:
        if r.dtype.is_floating_point:
            shape = () if rule.op.name in SIZED_BY_DATA else tuple(r.shape)
            weights = torch.tensor(rng.uniform(0.5, 1.5, shape)).to(r.dtype)
            total = total + (r * weights).to(torch.float64).sum()
    return total


def _compare(rule: Rule, dtype: str) -> None:
    inputs = arrays(rule.sample, dtypes.as_dtype(dtype), rule.op.domain)
    ours = [g.numpy() for g in gradients(rule, inputs)[1]]
    for a, b in zip(ours, _theirs(rule, inputs), strict=True):
        largest = np.abs(b[np.isfinite(b)]).max(initial=0)
        np.testing.assert_allclose(a, b, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype] * largest)


def _differs(rule: Rule, dtype: str) -> bool:
    try:
        _compare(rule, dtype)
    except (AssertionError, Lacking):
        return True
    return False


def test_lists_are_of_ops():
    assert {*UNCOMPARED, *DIFFERENT, *GRADED} <= set(REGISTRY)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize(
    "op", [o for o in REGISTRY.values() if differentiable(o)], ids=lambda o: o.name
)
def test_gradients(op, dtype):
    own = [rule for rule in RULES if rule.op is op]
    if op.name in UNCOMPARED:
        assert not own or any(_differs(r, dtype) for r in own), "take it out of UNCOMPARED"
        return
    known = DIFFERENT.get(op.name)
    apart = known.samples if known and dtype in known.dtypes else ()
    assert all(_differs(own[i], dtype) for i in apart), "take samples out of DIFFERENT"
    failures, compared = [], 0
    for number, rule in enumerate(own):
        if number in apart:
            continue
        try:
            _compare(rule, dtype)
            compared += 1
        except Lacking:
            continue
        except Exception as error:
            error.add_note(f"sample {number}: {op.name}({rule.sample})")
            failures.append(error)
    if failures:
        raise ExceptionGroup(f"{len(failures)} of {len(own)} samples", failures)
    assert compared, "no sample is compared: name the op in UNCOMPARED, and say why"
