"""Regions of autocast: which dtypes ops run in, and what that does to gradients and captures."""

from __future__ import annotations

import contextlib
import threading

import numpy as np
import pytest

import hodu
from hodu import nn, optim
from hodu.dispatch import autocast
from hodu.dispatch.plan import set_promotion
from hodu.errors import DTypeError

DRAW = np.random.default_rng(0)


def given(*shape, dtype="f32", requires_grad=False):
    array = DRAW.uniform(0.5, 1.5, shape)
    return hodu.tensor(array, dtype=dtype, requires_grad=requires_grad)


LOW = {
    "matmul": lambda t: given(2, 3, dtype=t) @ given(3, 4, dtype=t),
    "linear": lambda t: nn.functional.linear(given(2, 3, dtype=t), given(4, 3), given(4)),
    "conv2d": lambda t: nn.functional.conv2d(given(1, 2, 5, 5, dtype=t), given(3, 2, 3, 3)),
    "conv_transpose1d": lambda t: nn.functional.conv_transpose1d(
        given(1, 2, 5, dtype=t), given(2, 3, 3)
    ),
    "einsum": lambda t: hodu.einsum("ij,jk->ik", given(2, 3, dtype=t), given(3, 4)),
    "attention": lambda t: nn.functional.scaled_dot_product_attention(
        given(1, 4, 3, dtype=t), given(1, 4, 3), given(1, 4, 3)
    ),
    "lstm": lambda t: nn.LSTM(3, 4)(given(5, 2, 3, dtype=t))[0],
}
F32 = {
    "softmax": lambda t: hodu.softmax(given(2, 3, dtype=t), 1),
    "exp": lambda t: given(2, 3, dtype=t).exp(),
    "log": lambda t: given(2, 3, dtype=t).log(),
    "pow": lambda t: given(2, 3, dtype=t) ** 3,
    "sum": lambda t: given(2, 3, dtype=t).sum(),
    "prod": lambda t: given(2, 3, dtype=t).prod(),
    "cumsum": lambda t: given(2, 3, dtype=t).cumsum(0),
    "layer_norm": lambda t: nn.functional.layer_norm(given(2, 3, dtype=t), (3,)),
    "batch_norm": lambda t: nn.BatchNorm1d(3)(given(2, 3, dtype=t)),
    "norm": lambda t: hodu.linalg.vector_norm(given(2, 3, dtype=t)),
    "mse_loss": lambda t: nn.functional.mse_loss(given(2, 3, dtype=t), given(2, 3, dtype=t)),
    "cross_entropy": lambda t: nn.functional.cross_entropy(
        given(2, 3, dtype=t), hodu.tensor([0, 2])
    ),
}
KEPT = {
    "relu": lambda t: hodu.relu(given(2, 3, dtype=t)),
    "add": lambda t: given(2, 3, dtype=t) + given(2, 3, dtype=t),
    "mul by a number": lambda t: given(2, 3, dtype=t) * 2.5,
    "mean": lambda t: given(2, 3, dtype=t).mean(),
}


@pytest.mark.parametrize("low", ["bf16", "f16"])
@pytest.mark.parametrize("dtype", ["f32", "bf16", "f16"])
@pytest.mark.parametrize("name", [*LOW, *F32, *KEPT])
def test_ops_run_in_the_dtype_of_their_kind(name, dtype, low):
    call = (LOW | F32 | KEPT)[name]
    wanted = low if name in LOW else "f32" if name in F32 else dtype
    with hodu.autocast(low):
        assert call(dtype).dtype.name == wanted
    if dtype == "f32":
        assert call(dtype).dtype.name == "f32"


@pytest.mark.parametrize("name", ["matmul", "softmax", "add"])
def test_f64_stays(name):
    with hodu.autocast():
        assert (LOW | F32 | KEPT)[name]("f64").dtype.name == "f64"


def test_other_ops_promote_to_the_widest():
    low, wide = given(2, 3, dtype="bf16"), given(2, 3)
    with hodu.autocast():
        assert (low + wide).dtype is hodu.cat([low, wide]).dtype is hodu.f32
        assert hodu.index_put(low, (hodu.tensor([0]),), wide[:1]).dtype is hodu.f32
        assert low.scatter_add(0, hodu.zeros((1, 3), dtype="i64"), wide).dtype is hodu.f32
        assert (low @ hodu.ones(3, dtype="i32").to("f16")).dtype.name == "bf16"


def test_results_are_those_of_casts_by_hand():
    x, w = given(4, 8), given(8, 8)
    with hodu.autocast():
        found = hodu.softmax(x @ w, -1)
    np.testing.assert_array_equal(
        found.numpy(), hodu.softmax((x.to("bf16") @ w.to("bf16")).to("f32"), -1).numpy()
    )


def test_regions_nest_and_end():
    x = given(2, 2)
    assert not hodu.amp.is_autocast_enabled()
    with hodu.autocast():
        with hodu.autocast("f16"):
            assert (x @ x).dtype.name == "f16"
            with hodu.autocast(enabled=False):
                assert not hodu.amp.is_autocast_enabled()
                assert (x @ x).dtype.name == "f32"
        assert hodu.amp.is_autocast_enabled()
        assert (x @ x).dtype.name == "bf16"
    assert (x @ x).dtype.name == "f32"


def test_a_region_ends_with_an_error():
    with pytest.raises(ZeroDivisionError), hodu.autocast():
        raise ZeroDivisionError
    assert (given(2, 2) @ given(2, 2)).dtype.name == "f32"


def test_a_function_can_be_a_region():
    @hodu.autocast("f16")
    def product(x):
        """The doc."""
        return x @ x

    assert product.__doc__ == "The doc."
    assert product(given(2, 2)).dtype.name == "f16"
    assert (given(2, 2) @ given(2, 2)).dtype.name == "f32"


def test_other_threads_are_outside():
    x, found = given(2, 2), []
    inside, done = threading.Event(), threading.Event()

    def other():
        inside.wait(10)
        found.extend((x @ x).dtype for _ in range(3))
        done.set()

    thread = threading.Thread(target=other)
    thread.start()
    with hodu.autocast():
        assert (x @ x).dtype.name == "bf16"
        inside.set()
        assert done.wait(10)
        assert (x @ x).dtype.name == "bf16"
    thread.join()
    assert found == [hodu.f32] * 3


def test_strict_promotion_is_kept():
    set_promotion("strict")
    try:
        with hodu.autocast():
            assert (given(2, 2) @ given(2, 2, dtype="bf16")).dtype.name == "bf16"
        with pytest.raises(DTypeError):
            given(2, 2) @ given(2, 2, dtype="bf16")
    finally:
        set_promotion("torch")


def test_other_dtypes_are_refused():
    with pytest.raises(DTypeError, match="autocast\\(\\) to f64"):
        hodu.autocast("f64")


def test_what_an_op_is_written_in_is_not_concerned():
    x = given(3, 3)
    with hodu.autocast():
        assert hodu.kron(x, x).dtype.name == "f32"
        found = hodu.linalg.inv(x.to("bf16"))
    np.testing.assert_allclose(
        found.numpy(), np.linalg.inv(x.to("bf16").to("f32").numpy()), rtol=1e-4
    )


@pytest.mark.parametrize("cache_enabled", [True, False])
def test_gradients_have_the_dtypes_of_the_parameters(cache_enabled):
    x, w = given(4, 3), given(3, 2, requires_grad=True)
    with hodu.autocast(cache_enabled=cache_enabled):
        for _ in range(2):
            ((x @ w).sum() + (x @ w).sum()).backward()
    assert w.grad.dtype.name == "f32"
    rounded = x.to("bf16").to("f32").numpy().sum(0, keepdims=True).T
    np.testing.assert_allclose(w.grad.numpy(), np.repeat(4 * rounded, 2, 1), rtol=2e-2)


def test_a_parameter_is_cast_once(monkeypatch):
    casts = []
    track = autocast.track
    monkeypatch.setattr(autocast, "track", lambda *args: casts.append(0) or track(*args))
    x, w = given(2, 3), given(3, 3, requires_grad=True)
    with hodu.autocast():
        for _ in range(3):
            before = x @ w
        assert len(casts) == 1
        with hodu.no_grad():
            w *= 2
        np.testing.assert_array_equal((x @ w).detach().numpy(), 2 * before.detach().numpy())
        assert len(casts) == 2


def test_gradients_are_computed_in_the_dtypes_of_the_forward_pass():
    x = given(3, 3, requires_grad=True)
    y = (x @ x).sum()
    (wanted,) = hodu.autograd.grad(y, x, retain_graph=True)
    with hodu.autocast():
        (found,) = hodu.autograd.grad(y, x)
    np.testing.assert_array_equal(found.numpy(), wanted.numpy())


def net():
    hodu.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 32), nn.LayerNorm(32), nn.GELU(), nn.Linear(32, 1))


def trained(wrap, engine=None, steps=60):
    """The losses of a small regression."""
    draw = np.random.default_rng(1)
    x = hodu.tensor(draw.standard_normal((64, 4)).astype(np.float32))
    y = hodu.tensor(np.tanh(x.numpy() @ np.array([[1.0], [-2], [0.5], [1]], np.float32)))
    model = net()
    optimizer = optim.Adam(model.parameters(), lr=1e-2)

    def step(x, y):
        optimizer.zero_grad()
        with wrap():
            loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    if engine is not None:
        step = hodu.compile(step, state=(model, optimizer), compiler=engine)
    losses = [step(x, y).item() for _ in range(steps)]
    assert all(p.dtype.name == "f32" and p.grad.dtype.name == "f32" for p in model.parameters())
    return losses


@pytest.mark.parametrize("low", ["bf16", "f16"])
def test_training_comes_to_about_the_same_loss(low):
    exact, mixed = trained(contextlib.nullcontext), trained(lambda: hodu.autocast(low))
    assert mixed != exact
    assert mixed[-1] < 0.05 * mixed[0]
    np.testing.assert_allclose(mixed, exact, rtol=0.1, atol=2e-3)


@pytest.mark.parametrize("low", ["bf16", "f16"])
@pytest.mark.parametrize("engine", ["interp", "cpu"])
def test_a_compiled_step_follows_the_eager_one(engine, low):
    eager = trained(lambda: hodu.autocast(low), steps=10)
    compiled = trained(lambda: hodu.autocast(low), engine, steps=10)
    np.testing.assert_allclose(compiled, eager, rtol=2e-2, atol=1e-3)


def test_a_compiled_function_has_a_program_for_each_region():
    product = hodu.compile(lambda x: x @ x, compiler="interp")
    x = given(3, 3)
    assert product(x).dtype.name == "f32"
    with hodu.autocast():
        assert product(x).dtype.name == "bf16"
        with hodu.autocast("f16"):
            assert product(x).dtype.name == "f16"
    assert product(x).dtype.name == "f32"


def test_captured_control_flow_is_in_the_region():
    with hodu.capture("loop") as board:
        x = board.input("x", (5, 2, 2))
        with hodu.autocast():
            last, _ = hodu.scan(lambda c, row: ((c @ row).to("f32"), c), hodu.eye(2), x)
        board.target("y", last)
    assert "bf16" in str(board.snapshot)
    given_x = given(5, 2, 2)
    (found,) = board.snapshot.run(given_x.numpy())
    with hodu.autocast():
        wanted, _ = hodu.scan(lambda c, row: ((c @ row).to("f32"), c), hodu.eye(2), given_x)
    np.testing.assert_array_equal(found, wanted.numpy())


def test_a_checkpoint_runs_again_in_its_region():
    seen = []

    def part(x):
        y = x @ x
        seen.append(y.dtype)
        return y

    x = given(3, 3, requires_grad=True)
    with hodu.autocast():
        loss = hodu.checkpoint(part, x).sum()
    loss.backward()
    assert seen == [hodu.bf16, hodu.bf16] and x.grad.dtype is hodu.f32


def test_a_checkpoint_leaves_no_casts_behind():
    """Its second run is in the region of the first, which has been closed by then."""
    x = given(3, 3).requires_grad_()
    with hodu.autocast():
        y = hodu.checkpoint(lambda x: x @ x.T, x)
    y.sum().backward()
    assert (x.detach() @ x.detach()).dtype.name == "f32"
    with hodu.capture("product") as board:
        board.target("y", board.input("x", (3, 3)) @ x.detach())
    assert [node.op for node in board.snapshot.nodes] == ["matmul"]
