"""What all optimizers share: groups, states, saving, and what they refuse."""

from __future__ import annotations

import copy

import numpy as np
import pytest

import hodu
from hodu import optim
from hodu.errors import ArgumentError, UnsupportedError, ValueRangeError
from tests.optim.cases import ALL, identify, parameter, parameters, run


def one() -> list:
    """One parameter with a gradient."""
    param = parameter(np.array([1.0, 2.0], np.float32))
    param.grad = hodu.tensor([1.0, -1.0])
    return [param]


def test_groups_have_their_own_hyperparameters():
    first, second, third = (one()[0] for _ in range(3))
    sgd = optim.SGD([{"params": [first]}, {"params": second, "lr": 0.5}], lr=0.1)
    sgd.add_param_group({"params": [third], "maximize": True})
    sgd.step()
    np.testing.assert_allclose(first.detach().numpy(), [0.9, 2.1], rtol=1e-6)
    np.testing.assert_allclose(second.detach().numpy(), [0.5, 2.5], rtol=1e-6)
    np.testing.assert_allclose(third.detach().numpy(), [1.1, 1.9], rtol=1e-6)


def test_named_parameters_keep_their_names():
    adam = optim.Adam([("weight", one()[0]), ("bias", one()[0])])
    assert adam.state_dict()["param_groups"][0]["param_names"] == ["weight", "bias"]


def test_step_returns_the_loss_of_its_closure():
    (param,) = one()
    assert optim.SGD([param]).step(lambda: 3.5) == 3.5


def test_zero_grad():
    (param,) = one()
    sgd = optim.SGD([param])
    sgd.zero_grad(set_to_none=False)
    assert param.grad.tolist() == [0, 0]
    sgd.zero_grad()
    assert param.grad is None
    sgd.step()
    assert param.tolist() == [1, 2]


def test_minimises_a_loss_that_it_computes():
    weight = parameter(np.array([3.0, -2.0], np.float64))
    target = hodu.tensor([1.0, 5.0], dtype="f64")
    sgd = optim.SGD([weight], lr=0.25)

    def closure():
        sgd.zero_grad()
        error = weight - target
        loss = (error * error).sum()
        loss.backward()
        return loss

    with hodu.no_grad():
        losses = [sgd.step(closure).item() for _ in range(20)]
    np.testing.assert_allclose(losses, 53 * 0.25 ** np.arange(20), rtol=1e-6)
    assert weight.is_leaf


@pytest.mark.parametrize(("name", "options"), ALL, ids=identify)
def test_goes_on_from_a_saved_state_to_the_bit(name, options):
    whole, part = parameters("f32"), parameters("f32")
    run(getattr(optim, name)(whole, **options), whole, 12, "f32")
    stopped = getattr(optim, name)(part, **options)

    def restart(step: int) -> None:
        if step == 6:
            saved = copy.deepcopy(stopped.state_dict())
            stopped.state.clear()
            stopped.param_groups[0]["lr"] = 1e3
            stopped.load_state_dict(saved)

    run(stopped, part, 12, "f32", restart)
    for mine, other in zip(part, whole, strict=True):
        np.testing.assert_array_equal(mine.detach().numpy(), other.detach().numpy())


def test_loading_writes_states_in_place():
    params = one()
    adam = optim.Adam(params)
    adam.step()
    saved = copy.deepcopy(adam.state_dict())
    held = adam.state[params[0]]["exp_avg"]
    adam.step()
    adam.load_state_dict(saved)
    assert adam.state[params[0]]["exp_avg"] is held
    np.testing.assert_array_equal(held.numpy(), saved["state"][0]["exp_avg"].numpy())


def test_bf16_parameters_keep_their_dtype():
    param = parameter(hodu.tensor([1.0, -2.0], dtype="bf16").numpy())
    param.grad = hodu.tensor([0.5, 0.25], dtype="bf16")
    adam = optim.AdamW([param], lr=0.125)
    adam.step()
    assert (param.dtype, adam.state[param]["exp_avg"].dtype) == (hodu.bf16, hodu.bf16)
    assert adam.state[param]["step"].dtype is hodu.f32
    np.testing.assert_allclose(param.detach().to("f32").numpy(), [0.875, -2.125], rtol=1e-2)


def test_repr_shows_the_groups():
    text = repr(optim.SGD(one(), lr=0.25))
    assert text.startswith("SGD (\nParameter Group 0\n")
    assert "    lr: 0.25\n" in text


def test_refusals():
    with pytest.raises(ValueRangeError, match="empty parameter list"):
        optim.SGD([])
    with pytest.raises(ArgumentError, match="params is one tensor"):
        optim.SGD(one()[0])
    with pytest.raises(ArgumentError, match="in a set have no order"):
        optim.SGD([{"params": set(one())}])
    with pytest.raises(ArgumentError, match="updates tensors, not int"):
        optim.SGD([3])
    with pytest.raises(ArgumentError, match="a parameter of i64 has no gradient"):
        optim.SGD([hodu.tensor([1])])
    params = one()
    with pytest.raises(ValueRangeError, match="can't optimize a non-leaf Tensor"):
        optim.SGD([params[0] * 2])
    with pytest.raises(ValueRangeError, match="more than once"):
        optim.SGD(params * 2)
    with pytest.raises(ValueRangeError, match="more than once"):
        optim.SGD(params).add_param_group({"params": params})
    with pytest.raises(ArgumentError, match="a dict with the key 'params'"):
        optim.SGD(params).add_param_group({"lr": 1})
    with pytest.raises(ValueRangeError, match="lr is at least 0, not -1"):
        optim.SGD(params, lr=-1)
    with pytest.raises(ValueRangeError, match=r"betas is in \[0, 1\), not 1.0"):
        optim.Adam(params, betas=(0.9, 1.0))
    with pytest.raises(ValueRangeError, match="betas are two numbers"):
        optim.Adam(params, betas=(0.9,))
    with pytest.raises(ValueRangeError, match="rho is from 0 to 1"):
        optim.Adadelta([{"params": params, "rho": 1.5}])
    with pytest.raises(ValueRangeError, match="nesterov takes a momentum and no dampening"):
        optim.SGD(params, nesterov=True)
    with pytest.raises(UnsupportedError, match="differentiable=True"):
        optim.SGD(params, differentiable=True)
    with pytest.raises(ArgumentError, match="unknown argument 'momentom'"):
        optim.SGD(params, momentom=0.9)
    with pytest.raises(ValueRangeError, match=r"the saved groups have \[2\] parameters.*\[1\]"):
        optim.SGD(params).load_state_dict(optim.SGD(one() + one()).state_dict())
