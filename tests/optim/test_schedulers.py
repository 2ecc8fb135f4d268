"""Schedulers: closed forms, saving, combinations and what they refuse."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

import hodu
from hodu import optim
from hodu.errors import ArgumentError, ValueRangeError
from hodu.optim import lr_scheduler
from tests.optim.cases import parameter
from tests.optim.schedules import ALL, STEPS


def optimizer(groups: int = 1, lr: float = 0.1) -> optim.SGD:
    """An optimizer of so many groups."""
    params = [{"params": [parameter(np.zeros(1, np.float32))]} for _ in range(groups)]
    return optim.SGD(params, lr, momentum=0.9)


CLOSED = {
    "step": (lambda o: lr_scheduler.StepLR(o, 7), lambda t: 0.1 ** (t // 7)),
    "multistep": (
        lambda o: lr_scheduler.MultiStepLR(o, [5, 30, 30], 0.7),
        lambda t: 0.7 ** ((t >= 5) + 2 * (t >= 30)),
    ),
    "exponential": (lambda o: lr_scheduler.ExponentialLR(o, 0.97), lambda t: 0.97**t),
    "constant": (
        lambda o: lr_scheduler.ConstantLR(o, 0.25, 40),
        lambda t: 0.25 if t < 40 else 1,
    ),
    "linear": (
        lambda o: lr_scheduler.LinearLR(o, 0.1, 0.8, 50),
        lambda t: 0.1 + 0.7 * min(t, 50) / 50,
    ),
    "polynomial": (
        lambda o: lr_scheduler.PolynomialLR(o, 120, 2.0),
        lambda t: (1 - min(t, 120) / 120) ** 2,
    ),
    "cosine": (
        lambda o: lr_scheduler.CosineAnnealingLR(o, 33),
        lambda t: (1 + math.cos(math.pi * t / 33)) / 2,
    ),
    "restarts": (
        lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 11),
        lambda t: (1 + math.cos(math.pi * (t % 11) / 11)) / 2,
    ),
    "lambda": (lambda o: lr_scheduler.LambdaLR(o, lambda t: 1 / (1 + t)), lambda t: 1 / (1 + t)),
    "multiplicative": (lambda o: lr_scheduler.MultiplicativeLR(o, lambda t: 0.9), lambda t: 0.9**t),
    "warm-up": (
        lambda o: lr_scheduler.WarmupLR(o, 20, 100, "linear", 0.5, 0.1),
        lambda t: 0.5 + 0.5 * t / 20 if t < 20 else 0.1 + 0.9 * (1 - min(t - 20, 80) / 80),
    ),
    "triangle": (
        lambda o: lr_scheduler.CyclicLR(o, 0.1, 0.3, 10),
        lambda t: 1 + 2 * (1 - abs((t % 20) / 10 - 1)),
    ),
}


@pytest.mark.parametrize(("make", "factor"), CLOSED.values(), ids=CLOSED)
def test_closed_form(make, factor):
    sgd = optimizer()
    scheduler = make(sgd)
    for step in range(STEPS):
        rate = sgd.param_groups[0]["lr"]
        np.testing.assert_allclose(rate, 0.1 * factor(step), rtol=1e-10, atol=1e-12)
        scheduler.step()


@pytest.mark.parametrize("make", ALL.values(), ids=ALL)
def test_goes_on_from_a_saved_state(make):
    whole, part = optimizer(2), optimizer(2)
    scheduler, stopped = make(lr_scheduler, whole), make(lr_scheduler, part)
    for _ in range(STEPS // 2):
        scheduler.step()
        stopped.step()
    again = optimizer(2)
    resumed = make(lr_scheduler, again)
    again.load_state_dict(part.state_dict())
    resumed.load_state_dict(stopped.state_dict())
    for _ in range(STEPS // 2):
        scheduler.step()
        resumed.step()
        for one, other in zip(whole.param_groups, again.param_groups, strict=True):
            assert (one["lr"], one["momentum"]) == (other["lr"], other["momentum"])
    assert resumed.get_last_lr() == scheduler.get_last_lr()


def test_a_state_holds_plain_values():
    scheduler = lr_scheduler.SequentialLR(
        sgd := optimizer(),
        [lr_scheduler.StepLR(sgd, 3), lr_scheduler.CyclicLR(sgd, 0.1, 0.2, scale_fn=lambda x: 1.0)],
        [5],
    )
    assert json.loads(json.dumps(scheduler.state_dict())) == scheduler.state_dict()


def test_plateau_waits_and_stops_at_the_least_rate():
    sgd = optimizer()
    scheduler = lr_scheduler.ReduceLROnPlateau(sgd, patience=2, factor=0.1, min_lr=0.005)
    rates = []
    for metric in (1.0, 1.0, 1.0, 1.0, 0.5, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6):
        scheduler.step(hodu.tensor(metric))
        rates.append(round(sgd.param_groups[0]["lr"], 6))
    assert rates == [0.1] * 3 + [0.01] * 4 + [0.005] * 4


def test_a_rate_that_is_a_tensor_is_changed_in_place():
    lr = hodu.tensor(0.5)
    sgd = optim.SGD([parameter(np.ones(2, np.float32))], lr)
    scheduler = lr_scheduler.StepLR(sgd, 1, 0.5)
    scheduler.step()
    assert sgd.param_groups[0]["lr"] is lr
    assert lr.item() == 0.25


def test_chained_within_sequential_starts_over():
    sgd = optimizer()
    chain = lr_scheduler.ChainedScheduler(
        [lr_scheduler.ExponentialLR(sgd, 0.5), lr_scheduler.ConstantLR(sgd, 0.5, 100)]
    )
    whole = lr_scheduler.SequentialLR(sgd, [lr_scheduler.ConstantLR(sgd, 1.0), chain], [3])
    rates = []
    for _ in range(6):
        rates.append(round(sgd.param_groups[0]["lr"], 6))
        whole.step()
    assert rates == [0.1, 0.1, 0.1, 0.05, 0.025, 0.0125]


def test_refusals():
    sgd = optimizer(2)
    with pytest.raises(ArgumentError, match="is not an Optimizer"):
        lr_scheduler.StepLR([sgd], 3)
    with pytest.raises(ValueRangeError, match="max_lr has 1 entries for 2 parameter groups"):
        lr_scheduler.CyclicLR(sgd, 0.1, [0.2])
    with pytest.raises(ValueRangeError, match="has no 'initial_lr'"):
        lr_scheduler.StepLR(sgd, 3, last_epoch=4)
    with pytest.raises(ValueRangeError, match="needs total_steps, or epochs and steps_per_epoch"):
        lr_scheduler.OneCycleLR(sgd, 0.1)
    with pytest.raises(ValueRangeError, match="ends after total_steps > 5, not None"):
        lr_scheduler.WarmupLR(sgd, 5, decay="cosine")
    with pytest.raises(ValueRangeError, match="belongs to another optimizer"):
        lr_scheduler.ChainedScheduler([lr_scheduler.StepLR(optimizer(), 3)], sgd)
    with pytest.raises(ArgumentError, match="number 0 is a ReduceLROnPlateau"):
        lr_scheduler.ChainedScheduler([lr_scheduler.ReduceLROnPlateau(sgd)])
    with pytest.raises(ValueRangeError, match="1 schedulers have 0 milestones between them, not 1"):
        lr_scheduler.SequentialLR(sgd, [lr_scheduler.StepLR(sgd, 3)], [3])
    cycle = lr_scheduler.OneCycleLR(optimizer(), 0.1, total_steps=2)
    cycle.step()
    cycle.step()
    with pytest.raises(ValueRangeError, match="step 3 of a cycle of 2"):
        cycle.step()
    with pytest.raises(ValueRangeError, match="Adagrad has no momentum"):
        lr_scheduler.OneCycleLR(optim.Adagrad(sgd.param_groups[0]["params"]), 0.1, total_steps=2)
