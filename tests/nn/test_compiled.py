"""Every module captured and compiled, against the module run eagerly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import hodu
from hodu import nn
from hodu.tree import flatten
from tests.nn import cases, loss_cases, sequence_cases
from tests.nn.cases import C, Case

CASES = [
    *cases.CONVOLUTIONS,
    *cases.NORMALISATIONS,
    *cases.POOLINGS,
    *cases.ACTIVATIONS,
    *cases.SHAPES,
    *cases.LINEAR,
    *sequence_cases.RECURRENT,
    *sequence_cases.ATTENTION,
    *sequence_cases.TRANSFORMERS,
    *loss_cases.REGRESSION,
    *loss_cases.CLASSES,
    *loss_cases.CTC,
    *loss_cases.MARGINS,
]
_SEEN: set[str] = set()
SAMPLES = [c for c in CASES if not (c.name in _SEEN or _SEEN.add(c.name))]


SAMPLES += [c for c in CASES if c.kwargs.get("max_norm") or c.kwargs.get("momentum")]
_X = (2, 4, 3)
RANDOM = [
    C("Dropout", 0.3, on=_X, train=True),
    C("Dropout1d", 0.3, on=_X, train=True),
    C("Dropout2d", 0.3, on=(2, 3, 2, 2), train=True),
    C("AlphaDropout", 0.3, on=_X, train=True),
    C("FeatureAlphaDropout", 0.3, on=_X, train=True),
    C("RReLU", on=_X, train=True),
    C("FractionalMaxPool2d", 2, 4, on=(2, 4, 9, 9), train=True),
    C("LSTM", 3, 4, 2, dropout=0.5, on=_X, train=True),
    C("TransformerEncoderLayer", 4, 2, 8, 0.3, on=(2, 3, 4), train=True),
]


def to_hodu(value: Any) -> Any:
    """Arrays as tensors, also within tuples."""
    if isinstance(value, tuple):
        return tuple(map(to_hodu, value))
    return hodu.tensor(value) if isinstance(value, np.ndarray) else value


def made(case: Case) -> nn.Module:
    """The module of a case, from one seed."""
    hodu.manual_seed(0)
    options = {k: to_hodu(v) for k, v in case.kwargs.items()}
    return getattr(nn, case.name)(*case.args, **options).train(case.train)


@pytest.mark.parametrize("case", SAMPLES, ids=str)
def test_compiled_as_eager(case: Case):
    eager, module = made(case), made(case)
    compiled = hodu.compile(lambda *args, **options: module(*args, **options))
    arrays = [to_hodu(a) for a in case.arrays("f4")]
    options = {k: to_hodu(v) for k, v in case.options("f4").items()}
    for _ in range(2):  # states go on
        wanted, _ = flatten(eager(*arrays, **options))
        got, _ = flatten(compiled(*arrays, **options))
        assert_close(got, wanted)
    assert_close(list(module.state_dict().values()), list(eager.state_dict().values()))


@pytest.mark.parametrize("case", RANDOM, ids=str)
def test_compiled_draws_as_eager(case: Case):
    module = made(case)
    compiled = hodu.compile(lambda x: module(x))
    x = to_hodu(case.arrays("f4")[0])
    drawn: list[list[Any]] = []
    for run in (module, compiled):
        hodu.manual_seed(4)
        drawn.append([flatten(run(x))[0][0] for _ in range(2)])
    assert_close(*drawn)
    assert (drawn[0][0] != drawn[0][1]).any(), "each call draws anew"


def assert_close(got: list[Any], wanted: list[Any]) -> None:
    """Equal up to rounding, in f32."""
    for x, y in zip(got, wanted, strict=True):
        assert x.shape == y.shape and x.dtype is y.dtype
        np.testing.assert_allclose(x.detach().numpy(), y.detach().numpy(), rtol=1e-5, atol=1e-5)
