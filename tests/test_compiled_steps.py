"""`hodu.compile(step)`: forward, backward and update as one program that does what eager does."""

from __future__ import annotations

import numpy as np
import pytest

import hodu
from hodu import nn, optim
from hodu.errors import ArgumentError, ValueRangeError

ENGINES = ["interp", "cpu"]
X = np.random.default_rng(0).standard_normal((8, 5)).astype(np.float32)
Y = np.random.default_rng(1).standard_normal((8, 3)).astype(np.float32)


def parameters():
    draw = np.random.default_rng(2)
    weight = hodu.tensor(draw.standard_normal((3, 5)).astype(np.float32), requires_grad=True)
    return [weight, hodu.zeros(3, requires_grad=True)]


def loss_of(params, x, y):
    difference = nn.functional.linear(x, *params) - y
    return (difference * difference).sum()


def same(found, wanted):
    np.testing.assert_allclose(found.detach().numpy(), wanted.detach().numpy(), 1e-5, 1e-6)


def adam_step(params, order):
    optimizer = optim.Adam(params, lr=0.05)

    def step(x, y):
        if order == "before":
            optimizer.zero_grad()
        loss = loss_of(params, x, y)
        loss.backward()
        optimizer.step()
        if order == "after":
            optimizer.zero_grad()
        return loss

    return step, optimizer


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("order", ["before", "after", "never"])
@pytest.mark.parametrize("named", [False, True])
def test_a_step_follows_the_eager_one(engine, order, named):
    eager, mine = parameters(), parameters()
    (step, _), (other, optimizer) = adam_step(eager, order), adam_step(mine, order)
    state = (mine, optimizer) if named else None
    compiled = hodu.compile(other, state=state, compiler=engine)
    memory = [p.detach().numpy() for p in mine]
    for scale in (1.0, 0.5, 2.0, 1.0):
        x, y = hodu.tensor(X * np.float32(scale)), hodu.tensor(Y)
        same(compiled(x, y), step(x, y))
        for p, q in zip(mine, eager, strict=True):
            same(p, q)
            assert (p.grad is None) == (q.grad is None) == (order == "after")
            if p.grad is not None:
                same(p.grad, q.grad)
    assert len(next(iter(compiled._programs.values()))) == 1
    assert all(
        p.detach().numpy() is m or np.shares_memory(p.detach().numpy(), m)
        for p, m in zip(mine, memory, strict=True)
    )


@pytest.mark.parametrize("engine", ENGINES)
def test_gradients_add_up_over_calls_and_eager_steps(engine):
    eager, mine = parameters(), parameters()

    def backward(params):
        def collect(x, y):
            loss_of(params, x, y).backward()

        return collect

    compiled = hodu.compile(backward(mine), compiler=engine)
    for params, collect in ((eager, backward(eager)), (mine, compiled)):
        sgd = optim.SGD(params, lr=0.01)
        for number in range(6):
            collect(hodu.tensor(X), hodu.tensor(Y))
            if number % 3 == 2:
                sgd.step()
                sgd.zero_grad()
    for p, q in zip(mine, eager, strict=True):
        same(p, q)
        assert p.grad is None


def test_a_gradient_from_elsewhere_is_not_forgotten():
    """A program that found no gradient does not run where there is one."""
    eager, mine = parameters(), parameters()
    (step, _), (other, _) = adam_step(eager, "after"), adam_step(mine, "after")
    compiled = hodu.compile(other)
    for params, function in ((eager, step), (mine, compiled)):
        function(hodu.tensor(X), hodu.tensor(Y))
        params[0].grad = hodu.ones(3, 5)
        function(hodu.tensor(X), hodu.tensor(Y))
    for p, q in zip(mine, eager, strict=True):
        same(p, q)
    assert len(next(iter(compiled._programs.values()))) == 2


def test_what_requires_grad_is_read_anew_in_each_call():
    params = parameters()
    compiled = hodu.compile(lambda x: nn.functional.linear(x, *params))
    with hodu.no_grad():
        first = compiled(X)
        params[1] += 1.0
        same(compiled(X), first + 1.0)
    params[0].requires_grad = False
    assert not compiled(X).requires_grad


def test_batch_norm_and_dropout_are_the_eager_ones():
    def make():
        hodu.manual_seed(5)
        return nn.Sequential(nn.Linear(5, 4), nn.BatchNorm1d(4), nn.Dropout(0.5))

    eager, mine = make(), make()
    compiled = hodu.compile(lambda x: mine(x), state=mine)
    for _ in range(3):
        hodu.manual_seed(7)
        with hodu.no_grad():
            wanted = eager(hodu.tensor(X))
        hodu.manual_seed(7)
        with hodu.no_grad():
            same(compiled(X), wanted)
    for name, buffer in eager.named_buffers():
        same(dict(mine.named_buffers())[name], buffer)


def test_a_saved_step_trains_on_without_python(tmp_path):
    eager, mine = parameters(), parameters()
    (step, _), (other, optimizer) = adam_step(eager, "after"), adam_step(mine, "after")
    compiled = hodu.compile(other, state=({"weight": mine[0], "bias": mine[1]}, optimizer))
    x, y = hodu.tensor(X), hodu.tensor(Y)
    same(compiled(x, y), step(x, y))
    hodu.save(compiled.snapshot(x, y), tmp_path / "step.hdss")
    module = hodu.compile(hodu.load(tmp_path / "step.hdss"))
    for _ in range(3):
        same(module.execute({"x": X, "y": Y})["out0"], step(x, y))
    np.testing.assert_allclose(module.states["weight"], eager[0].detach().numpy(), 1e-5, 1e-6)


def test_states_that_share_memory_are_refused():
    base = np.arange(6, dtype=np.float32)
    whole, part = hodu.from_numpy(base), hodu.from_numpy(base[2:5])

    def run(x):
        whole.add_(x)
        part.mul_(x[0] + 1)

    compiled = hodu.compile(run, state=[whole, part])
    with pytest.raises(ValueRangeError, match="share memory"):
        compiled(np.ones(6, np.float32))
    assert base.tolist() == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]


@pytest.mark.parametrize("engine", ENGINES)
def test_an_argument_that_shares_memory_with_a_state_is_read_first(engine):
    state = hodu.tensor(np.arange(6, dtype=np.float32))

    def shift(x):
        state.copy_(state + x.flip(0))

    compiled = hodu.compile(shift, compiler=engine)
    compiled(state.numpy()[::1])
    assert state.tolist() == [5.0] * 6


@pytest.mark.parametrize("engine", ENGINES)
def test_written_arguments_of_every_layout(engine):
    compiled = hodu.compile(lambda x: x.mul_(2.0).sum(), compiler=engine)
    for array in (X.copy(), X.T.copy().T, np.zeros((8, 10), np.float32)[:, ::2]):
        wanted = array * 2
        compiled(array)
        np.testing.assert_array_equal(array, wanted)
    fixed = X.copy()
    fixed.flags.writeable = False
    with pytest.raises(ValueRangeError, match="read-only"):
        compiled(fixed)


def test_arguments_that_require_grad_are_refused():
    compiled = hodu.compile(lambda x: x * 2)
    x = hodu.tensor(X, requires_grad=True)
    with pytest.raises(ArgumentError, match="requires grad"):
        compiled(x)
    with hodu.no_grad():
        same(compiled(x), hodu.tensor(X * 2))


def test_what_is_no_state_says_so():
    with pytest.raises(ArgumentError, match="a int is no state"):
        hodu.compile(lambda x: x, state=[3])(X)
