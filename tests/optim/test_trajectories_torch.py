"""Fifty steps of every optimizer and option against PyTorch, and its state_dict."""

from __future__ import annotations

import numpy as np
import pytest

from hodu import optim
from tests.optim.cases import ALL, RTOL, gradients, identify, parameters, run, starts

pytestmark = pytest.mark.torch
KNOWN = [(name, options) for name, options in ALL if name not in ("LAMB", "Lion")]
STEPS = 50


@pytest.fixture
def torch():
    """PyTorch with f64 as the default, as its 0-d states of f64 parameters should be."""
    module = pytest.importorskip("torch")
    yield module
    module.set_default_dtype(module.float32)


def torch_run(torch, name, options, dtype):
    """What PyTorch makes of the same steps."""
    torch.set_default_dtype(torch.float64 if dtype == "f64" else torch.float32)
    params = [torch.nn.Parameter(torch.tensor(array)) for array in starts(dtype)]
    optimizer = getattr(torch.optim, name)(params, **options, foreach=False)
    for step, grads in enumerate(gradients(STEPS, dtype)):
        for param, grad in zip(params, grads, strict=True):
            param.grad = torch.tensor(grad)
        if step % 5 == 4:
            params[-1].grad = None
        optimizer.step()
    return params, optimizer


@pytest.mark.parametrize("dtype", ["f32", "f64"])
@pytest.mark.parametrize(("name", "options"), KNOWN, ids=identify)
def test_trajectory(torch, name, options, dtype):
    theirs, _ = torch_run(torch, name, options, dtype)
    params = parameters(dtype)
    run(getattr(optim, name)(params, **options), params, STEPS, dtype)
    for ours, other in zip(params, theirs, strict=True):
        expected = other.detach().numpy()
        scale = np.abs(expected).max()
        np.testing.assert_allclose(
            ours.detach().numpy(), expected, RTOL[dtype], RTOL[dtype] * scale
        )


@pytest.mark.parametrize(("name", "options"), KNOWN, ids=identify)
def test_state_dict_has_the_same_keys_and_loads(torch, name, options):
    _, other = torch_run(torch, name, options, "f32")
    params = parameters("f32")
    optimizer = getattr(optim, name)(params, **options)
    run(optimizer, params, STEPS, "f32")
    ours, saved = optimizer.state_dict(), other.state_dict()
    extra = {"step"} if options.get("dampening") else set()
    assert {i: s.keys() - extra for i, s in ours["state"].items()} == {
        i: s.keys() for i, s in saved["state"].items()
    }
    assert [g.keys() for g in ours["param_groups"]] >= [g.keys() for g in saved["param_groups"]]
    optimizer.load_state_dict(saved)
    for number, state in saved["state"].items():
        for key, value in state.items():
            loaded = optimizer.state[params[number]][key]
            assert loaded.shape == tuple(value.shape)
            np.testing.assert_array_equal(loaded.numpy(), value.numpy())
