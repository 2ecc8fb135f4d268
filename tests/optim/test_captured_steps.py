"""Steps that are captured: they count, follow schedulers, and equal eager ones."""

from __future__ import annotations

import copy

import numpy as np
import pytest

import hodu
from hodu import optim
from hodu.errors import CaptureError
from tests.optim.cases import ALL, gradients, identify, parameter, parameters


def compiled_step(optimizer, params, **options):
    """A step as a compiled function of the gradients."""

    def step(*grads):
        for param, grad in zip(params, grads, strict=True):
            param.grad = grad
        optimizer.step()
        for param in params:
            param.grad = None

    return hodu.compile(step, **options)


@pytest.mark.parametrize("dtype", ["f32", "f64"])
@pytest.mark.parametrize(("name", "options"), ALL, ids=identify)
def test_equals_eager(name, options, dtype):
    eager, captured = parameters(dtype), parameters(dtype)
    first, second = (getattr(optim, name)(ps, **options) for ps in (eager, captured))
    step = compiled_step(second, captured, compiler="interp")
    for number, grads in enumerate(gradients(8, dtype)):
        for param, grad in zip(eager, grads, strict=True):
            param.grad = hodu.tensor(grad)
        first.step()
        step(*map(hodu.tensor, grads))
        if number == 3:
            for optimizer in (first, second):
                optimizer.param_groups[0]["lr"] *= 0.5
    tolerance = {"f32": 1e-5, "f64": 1e-10}[dtype]
    for mine, other in zip(captured, eager, strict=True):
        np.testing.assert_allclose(
            mine.detach().numpy(), other.detach().numpy(), tolerance, tolerance
        )
    assert second.state_dict()["state"].keys() == first.state_dict()["state"].keys()


@pytest.mark.parametrize("name", ["SGD", "AdamW", "RAdam", "NAdam", "LAMB"])
def test_compiled_by_the_cpu_compiler(name):
    options = {"momentum": 0.9} if name == "SGD" else {}
    eager, captured = parameters("f32"), parameters("f32")
    first, second = (getattr(optim, name)(ps, lr=0.01, **options) for ps in (eager, captured))
    step = compiled_step(second, captured)
    for grads in gradients(8, "f32"):
        for param, grad in zip(eager, grads, strict=True):
            param.grad = hodu.tensor(grad)
        first.step()
        step(*map(hodu.tensor, grads))
    for mine, other in zip(captured, eager, strict=True):
        np.testing.assert_allclose(mine.detach().numpy(), other.detach().numpy(), 1e-5, 1e-6)


def test_schedulers_reach_a_captured_step():
    (param,) = params = [parameter(np.zeros(1, np.float64))]
    sgd = optim.SGD(params, lr=1.0, momentum=0.5)
    scheduler = optim.lr_scheduler.OneCycleLR(sgd, 2.0, total_steps=10)
    step = compiled_step(sgd, params, compiler="interp")
    expected, velocity = 0.0, 0.0
    for _ in range(8):
        group = sgd.param_groups[0]
        velocity = group["momentum"] * velocity + 1.0
        expected -= group["lr"] * velocity
        step(hodu.ones(1, dtype="f64"))
        np.testing.assert_allclose(param.item(), expected, rtol=1e-14)
        scheduler.step()


def test_a_saved_state_reaches_a_captured_step():
    params = [parameter(np.ones(2, np.float32))]
    adam = optim.Adam(params, lr=0.1)
    step = compiled_step(adam, params, compiler="interp")
    grad = hodu.tensor([1.0, 2.0])
    step(grad)
    saved, values = copy.deepcopy(adam.state_dict()), params[0].detach().clone()
    step(grad)
    after = params[0].detach().clone()
    step(grad)
    adam.load_state_dict(saved)
    with hodu.no_grad():
        params[0].copy_(values)
    step(grad)
    np.testing.assert_array_equal(params[0].detach().numpy(), after.numpy())


def test_what_a_captured_step_has_as_constant_cannot_change():
    params = [parameter(np.ones(2, np.float32))]
    sgd = optim.SGD(params, lr=0.1)
    group = sgd.param_groups[0]
    compiled_step(sgd, params, compiler="interp")(hodu.ones(2))
    group["nesterov"] = False
    with pytest.raises(CaptureError, match=r"'momentum' cannot change from 0 to 0\.9"):
        group["momentum"] = 0.9
    with pytest.raises(CaptureError, match="'weight_decay' cannot change"):
        group.update({"weight_decay": 0.1})
    assert (group["momentum"], group["weight_decay"]) == (0, 0)
