"""GradScaler: scaled losses, steps that are left out, the scale that follows."""

from __future__ import annotations

import numpy as np
import pytest

import hodu
from hodu import optim
from hodu.amp import GradScaler
from hodu.errors import ArgumentError, DTypeError, ValueRangeError

ENGINES = [None, "interp", "cpu"]
BAD = [np.inf, np.nan]


def setup(engine, optimizer=optim.Adam, clip=False, **settings):
    """A parameter, its optimizer, a scaler, and a step whose gradient is its argument."""
    w = hodu.tensor([1.0, 2.0], requires_grad=True)
    made = optimizer([w], lr=0.125)
    scaler = GradScaler(**settings)

    def step(x):
        made.zero_grad()
        scaler.scale((w * x).sum()).backward()
        if clip:
            scaler.unscale_(made)
            hodu.nn.utils.clip_grad_norm_([w], 1.0)
        scaler.step(made)
        scaler.update()
        return w.grad

    if engine is not None:
        step = hodu.compile(step, state=([w], made), compiler=engine)
    return w, made, scaler, step


def values(w, made):
    state = {k: v.numpy().copy() for k, v in made.state[w].items()}
    return w.detach().numpy().copy(), state


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("clip", [False, True])
def test_a_scaled_step_is_the_plain_one(engine, clip):
    w, _, scaler, step = setup(engine, clip=clip)
    v = hodu.tensor([1.0, 2.0], requires_grad=True)
    plain = optim.Adam([v], lr=0.125)
    for x in ([1.0, -2.0], [0.5, 4.0], [3.0, 3.0]):
        step(hodu.tensor(x))
        plain.zero_grad()
        (v * hodu.tensor(x)).sum().backward()
        if clip:
            hodu.nn.utils.clip_grad_norm_([v], 1.0)
        plain.step()
        np.testing.assert_allclose(w.detach().numpy(), v.detach().numpy(), rtol=1e-6)
    assert scaler.get_scale() == 65536.0


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("optimizer", [optim.SGD, optim.Adam, optim.NAdam])
def test_a_step_with_an_infinite_gradient_changes_nothing(engine, bad, optimizer):
    w, made, scaler, step = setup(engine, optimizer)
    step(hodu.tensor([1.0, 1.0]))
    weight, state = values(w, made)
    step(hodu.tensor([1.0, bad]))
    after, later = values(w, made)
    np.testing.assert_array_equal(after, weight)
    assert state.keys() == later.keys()
    for name, value in state.items():
        np.testing.assert_array_equal(later[name], value)
    assert scaler.get_scale() == 32768.0
    step(hodu.tensor([1.0, 1.0]))
    assert (values(w, made)[0] != weight).all()


@pytest.mark.parametrize("engine", ENGINES)
def test_the_scale_grows_and_backs_off(engine):
    settings = {"init_scale": 8.0, "growth_factor": 4.0, "backoff_factor": 0.25}
    _, _, scaler, step = setup(engine, growth_interval=2, **settings)
    seen = []
    for bad in (False, False, False, True, False, False):
        step(hodu.tensor([1.0, np.inf if bad else 1.0]))
        seen.append((scaler.get_scale(), scaler.state_dict()["_growth_tracker"]))
    assert seen == [(8, 1), (32, 0), (32, 1), (8, 0), (8, 1), (32, 0)]


def test_the_scale_does_not_grow_to_infinity():
    _, _, scaler, step = setup(None, init_scale=2.0**127, growth_interval=1)
    step(hodu.tensor([0.0, 0.0]))
    assert scaler.get_scale() == 2.0**127


@pytest.mark.parametrize("engine", ENGINES)
def test_a_loaded_state_goes_on(engine):
    _, _, scaler, step = setup(engine, growth_interval=2)
    step(hodu.tensor([1.0, 1.0]))
    saved = scaler.state_dict()
    assert saved == {
        "scale": 65536.0,
        "growth_factor": 2.0,
        "backoff_factor": 0.5,
        "growth_interval": 2,
        "_growth_tracker": 1,
    }
    scaler.load_state_dict({**saved, "scale": 16.0})
    step(hodu.tensor([1.0, 1.0]))
    assert scaler.get_scale() == 32.0


def test_scaling_that_is_off_passes_through():
    w, _, scaler, step = setup(None, enabled=False)
    assert scaler.state_dict() == {} and not scaler.is_enabled() and scaler.get_scale() == 1.0
    np.testing.assert_array_equal(step(hodu.tensor([3.0, 4.0])).numpy(), [3, 4])
    assert (w.detach().numpy() != [1, 2]).all()


def test_nests_of_losses_are_scaled():
    scaler = GradScaler(init_scale=4.0)
    found = scaler.scale({"a": hodu.tensor(1.0), "b": (hodu.tensor(2.0, dtype="f16"),)})
    assert found["a"].item() == 4 and found["b"][0].item() == 8
    with pytest.raises(ArgumentError, match="not float"):
        scaler.scale(1.0)


def test_a_scale_can_be_set():
    scaler = GradScaler()
    scaler.update(128.0)
    assert scaler.get_scale() == 128.0


def test_calls_out_of_order_are_refused():
    w, made, scaler, _ = setup(None)
    with pytest.raises(ValueRangeError, match="without a step"):
        scaler.update()
    scaler.scale(w.sum()).backward()
    scaler.unscale_(made)
    with pytest.raises(ValueRangeError, match="before"):
        scaler.unscale_(made)
    with pytest.raises(ArgumentError, match="closure"):
        scaler.step(made, lambda: None)
    scaler.step(made)
    with pytest.raises(ValueRangeError, match="since the last update"):
        scaler.step(made)
    with pytest.raises(ValueRangeError, match="growth_factor"):
        GradScaler(growth_factor=1.0)
    with pytest.raises(ValueRangeError, match="empty"):
        scaler.load_state_dict({})


def test_gradients_in_f16_are_refused():
    w = hodu.ones(2, dtype="f16", requires_grad=True)
    scaler = GradScaler()
    scaler.scale(w.sum()).backward()
    with pytest.raises(DTypeError, match="f16"):
        scaler.step(optim.SGD([w], lr=1.0))
