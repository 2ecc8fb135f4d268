"""Learning rates and momenta of 200 steps against PyTorch (and transformers)."""

from __future__ import annotations

import numpy as np
import pytest

import hodu
from hodu import optim
from tests.optim.cases import parameter
from tests.optim.schedules import ALL, STEPS

pytestmark = [
    pytest.mark.torch,
    pytest.mark.filterwarnings("ignore:Detected call of .lr_scheduler.step:UserWarning"),
]


@pytest.fixture
def torch():
    """PyTorch."""
    return pytest.importorskip("torch")


def ours(kind):
    """An optimizer of two groups."""
    first, second = (parameter(hodu.zeros(1).numpy()) for _ in range(2))
    groups = [{"params": [first]}, {"params": [second], "lr": 0.03}]
    return optim.Adam(groups, lr=0.1) if kind == "Adam" else optim.SGD(groups, 0.1, momentum=0.9)


def theirs(torch, kind):
    """The same of PyTorch."""
    first, second = (torch.nn.Parameter(torch.zeros(1)) for _ in range(2))
    groups = [{"params": [first]}, {"params": [second], "lr": 0.03}]
    if kind == "Adam":
        return torch.optim.Adam(groups, lr=0.1)
    return torch.optim.SGD(groups, 0.1, momentum=0.9)


def values(optimizer):
    """Rates and momenta of all groups."""
    momenta = [g["betas"][0] if "betas" in g else g["momentum"] for g in optimizer.param_groups]
    return [g["lr"] for g in optimizer.param_groups] + momenta


@pytest.mark.parametrize("kind", ["SGD", "Adam"])
@pytest.mark.parametrize("make", ALL.values(), ids=ALL)
def test_equal_numbers(torch, make, kind):
    mine, other = ours(kind), theirs(torch, kind)
    here = make(optim.lr_scheduler, mine)
    there = make(torch.optim.lr_scheduler, other)
    for _ in range(STEPS):
        np.testing.assert_allclose(values(mine), values(other), rtol=1e-13, atol=0)
        assert here.get_last_lr() == [g["lr"] for g in mine.param_groups]
        here.step()
        there.step()


@pytest.mark.parametrize("mode", ["min", "max"])
@pytest.mark.parametrize("threshold_mode", ["rel", "abs"])
@pytest.mark.parametrize("cooldown", [0, 3])
def test_plateau(torch, mode, threshold_mode, cooldown):
    options = {
        "mode": mode,
        "threshold_mode": threshold_mode,
        "cooldown": cooldown,
        "patience": 4,
        "threshold": 0.01,
        "factor": 0.5,
        "min_lr": [1e-3, 1e-2],
    }
    mine, other = ours("SGD"), theirs(torch, "SGD")
    here = optim.lr_scheduler.ReduceLROnPlateau(mine, **options)
    there = torch.optim.lr_scheduler.ReduceLROnPlateau(other, **options)
    metrics = np.random.default_rng(0).normal(size=STEPS) - 0.01 * np.arange(STEPS)
    for metric in metrics:
        here.step(metric)
        there.step(metric)
        assert values(mine) == values(other)


def test_warm_restarts_of_given_epochs(torch):
    mine, other = ours("SGD"), theirs(torch, "SGD")
    here = optim.lr_scheduler.CosineAnnealingWarmRestarts(mine, 5, 2)
    there = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(other, 5, 2)
    for epoch in (0.5, 3.25, 7.5, 40.0, 2.0):
        here.step(epoch)
        there.step(epoch)
        assert values(mine) == values(other)


@pytest.mark.parametrize("decay", ["constant", "linear", "cosine"])
def test_warmup_against_transformers(torch, decay):
    transformers = pytest.importorskip("transformers")
    mine, other = ours("SGD"), theirs(torch, "SGD")
    if decay == "constant":
        there = transformers.get_constant_schedule_with_warmup(other, 20)
        here = optim.lr_scheduler.WarmupLR(mine, 20)
    else:
        make = getattr(transformers, f"get_{decay}_schedule_with_warmup")
        there = make(other, 20, 150)
        here = optim.lr_scheduler.WarmupLR(mine, 20, 150, decay)
    for _ in range(140):
        np.testing.assert_allclose(values(mine), values(other), rtol=1e-12, atol=1e-15)
        here.step()
        there.step()
