"""Gradients of captured decisions and loops against those of the same Python, run eagerly."""

import numpy as np
import pytest

import hodu
from hodu import dtypes
from hodu.autograd import grad
from hodu.errors import GradientError
from hodu.snapshot.interp import Interpreter

RNG = np.random.default_rng(8)
W = RNG.uniform(-0.9, 0.9, (3, 3))
X = RNG.uniform(-0.9, 0.9, (4, 3))
H = RNG.uniform(-0.9, 0.9, (3,))


def gated(w, x, h):
    """The branch depends on the data; it uses an outer value and an operand."""

    def left(a):
        return hodu.tanh(w @ a), a

    y, z = hodu.cond(h.sum() > 0, left, lambda a: (a * w[0], a.square()), (x[0],))
    return (y * z + h).sum()


def walked(w, x, h):
    """A carried pair, of which one counts, and rows that come out."""

    def step(carry, row):
        state, count = carry
        new = hodu.tanh(w @ state + row) * (1 + count)
        return (new, count + 1), (new * row, state)

    (last, _), (rows, states) = hodu.scan(step, (h, hodu.zeros((), dtype="i64")), x)
    return (last * rows.mean(0)).sum() + states.square().sum()


def walked_back(w, x, h):
    def step(state, rows):
        a, b = rows
        return hodu.sin(w @ state) * a + b, state

    last, states = hodu.scan(step, h, (x, x.square()), reverse=True)
    return last.sum() + (states * x).sum()


def grown(w, x, h):
    """How often it runs depends on the data."""

    def step(state, norm):
        new = state + 0.5 * hodu.tanh(w @ state) + x[0]
        return new, new.square().sum()

    state, norm = hodu.while_loop(lambda s, n: n < 40, step, (h, h.square().sum()))
    return (state * x[1]).sum() + norm


def never(w, x, h):
    (state,) = hodu.while_loop(lambda s: s.sum() > 1e6, lambda s: (w @ s,), (h,))
    return (state * x[1]).sum()


def nested(w, x, h):
    def step(state, row):
        def turn(s):
            return hodu.tanh(w @ s) + row

        new = hodu.cond(state.sum() > row.sum(), turn, lambda s: s * row, (state,))
        return new, new.sum()

    last, sums = hodu.scan(step, h, x)
    return last.square().sum() + (sums * sums).sum()


FUNCTIONS = [gated, walked, walked_back, grown, never, nested]


def derivatives(f, tensors):
    """The gradients of `f` and those of their squares."""
    leaves = [t.requires_grad_() for t in tensors]
    first = grad(f(*leaves), leaves, create_graph=True, materialize_grads=True)
    total = sum(g.square().sum() for g in first)
    if not total.requires_grad:
        return [*first]
    return [*first, *grad(total, leaves, materialize_grads=True)]


def capture(f, arrays):
    with hodu.capture("gradients") as board:
        given = [
            board.input(f"x{i}", a.shape, dtypes.FROM_NUMPY[a.dtype]) for i, a in enumerate(arrays)
        ]
        for i, g in enumerate(derivatives(f, given)):
            board.target(f"g{i}", g)
    return board.snapshot


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("f", FUNCTIONS, ids=lambda f: f.__name__)
def test_captured_as_eager(f, sign):
    arrays = [W, X, sign * H]
    wanted = derivatives(f, [hodu.tensor(a) for a in arrays])
    found = Interpreter(capture(f, arrays)).run(arrays)
    for got, want in zip(found, wanted, strict=True):
        np.testing.assert_allclose(got, want.detach().numpy(), rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("f", FUNCTIONS, ids=lambda f: f.__name__)
def test_compiled(f):
    arrays = [W, X, H]
    wanted = derivatives(f, [hodu.tensor(a) for a in arrays])
    compiled = hodu.compile(lambda *given: derivatives(f, given))
    for got, want in zip(compiled(*map(hodu.tensor, arrays)), wanted, strict=True):
        np.testing.assert_allclose(got.numpy(), want.detach().numpy(), rtol=1e-9, atol=1e-11)


def test_eager_tensors_that_a_body_uses_get_gradients():
    """They are constants of the capture, and operands of the loop."""
    w = hodu.tensor(W, requires_grad=True)
    with hodu.capture("constant") as board:
        x = board.input("x", X.shape, "f64")
        last, _ = hodu.scan(lambda s, row: (hodu.tanh(w @ s + row),) * 2, x[0], x)
        board.target("g", grad(last.sum(), w)[0])
    other = hodu.tensor(W, requires_grad=True)
    x = hodu.tensor(X)
    last, _ = hodu.scan(lambda s, row: (hodu.tanh(other @ s + row),) * 2, x[0], x)
    wanted = grad(last.sum(), other)[0].numpy()
    np.testing.assert_allclose(Interpreter(board.snapshot).run([X])[0], wanted, rtol=1e-12)


def test_any_length():
    """A scan over a named size, and gradients that small floats add up in f32."""
    with hodu.capture("length") as board:
        w = board.input("w", (3, 3), "f16").requires_grad_()
        x = board.input("x", ("N", 3), "f16")
        last, _ = hodu.scan(lambda s, row: (hodu.tanh(w @ s + row),) * 2, x[0], x)
        board.target("g", grad(last.sum(), w)[0])
    for n in (1, 5):
        x = RNG.uniform(-1, 1, (n, 3)).astype("f2")
        found = Interpreter(board.snapshot).run([W.astype("f2"), x])[0]
        w = hodu.tensor(W.astype("f2").astype("f4"), requires_grad=True)
        rows = hodu.tensor(x.astype("f4"))
        last, _ = hodu.scan(lambda s, r, w=w: (hodu.tanh(w @ s + r),) * 2, rows[0], rows)
        assert found.dtype == np.float16
        np.testing.assert_allclose(found, grad(last.sum(), w)[0].numpy(), atol=4e-3)


def test_a_body_without_gradients():
    with hodu.capture("none") as board:
        x = board.input("x", (3,), "f64").requires_grad_()
        y, count = hodu.cond(x.sum() > 0, lambda a: (a.sign(), 1), lambda a: (a.ceil(), 2), (x,))
        board.target("g", grad(y.sum() * count, x)[0])
    assert not Interpreter(board.snapshot).run([H])[0].any()


def captured_gradient(f, array) -> np.ndarray:
    with hodu.capture("gradient") as board:
        x = board.input("x", array.shape, "f64").requires_grad_()
        board.target("g", grad(f(x), x)[0])
    return Interpreter(board.snapshot).run([array])[0]


def eager_gradient(f, array) -> np.ndarray:
    x = hodu.tensor(array, requires_grad=True)
    return grad(f(x), x)[0].numpy()


def kept_constant(x):
    """Detached, without gradients, and a gradient that is a number: constants all."""

    def step(state, row):
        with hodu.no_grad():
            scale = state.abs().amax()
        slope = grad((state * state).sum(), state)[0] if state.requires_grad else 2 * state
        return state * scale + state.detach() * row + slope * row, state.square()

    last, squares = hodu.scan(step, x * 1, hodu.stack([x, x.cos()]))
    return last.sum() + squares.detach().sum() * last[0]


def branches_of_other_sizes(x):
    return hodu.cond(x.sum() > 0, lambda a: a[:2].square(), lambda a: a * a * a, (x,)).sum()


def written_in_place(x):
    def body(a):
        b = a * 1
        b[0] = a[1] * a[2]
        return b.mul_(a)

    return hodu.cond(x.sum() > 0, body, lambda a: 2 * a, (x,)).sum()


def of_its_own_size(x):
    return hodu.cond(x.sum() > 0, lambda a: a[a > 0].square().sum(), lambda a: a.sum(), (x,))


@pytest.mark.parametrize(
    "f", [kept_constant, branches_of_other_sizes, written_in_place, of_its_own_size]
)
@pytest.mark.parametrize("array", [np.array([0.3, -0.2, 0.9]), np.array([-0.3, 0.2, -0.9])])
def test_bodies(f, array):
    np.testing.assert_allclose(captured_gradient(f, array), eager_gradient(f, array), rtol=1e-12)


class Straight(hodu.autograd.Function):
    """Rounding with the gradient of the identity."""

    @staticmethod
    def forward(ctx, x):
        return x.round()

    @staticmethod
    def backward(ctx, ct):
        return ct


def hooked(x):
    y = x * x
    y.register_hook(lambda g: 2 * g)
    return y


@pytest.mark.parametrize("body", [Straight.apply, hooked])
def test_a_body_with_a_gradient_of_its_own_is_refused(body):
    """Calling what was recorded again would give another one."""
    with pytest.raises(GradientError, match=r"own, by (Straight|a hook)"):
        captured_gradient(lambda x: hodu.cond(x.sum() > 0, body, body, (x,)).sum(), H)


@pytest.mark.parametrize("engine", ["interp", "cpu"])
def test_a_body_can_capture_a_tensor_and_the_same_detached(engine):
    def loss(w, x):
        fixed = w.detach()
        looped, _ = hodu.scan(lambda h, row: (h * w * fixed + row, ()), x[0], x)
        chosen = hodu.cond(x.sum() > 0, lambda: fixed * w, lambda: fixed)
        return looped.sum() + chosen.sum()

    slope = hodu.grad(loss)
    w, x = hodu.tensor([0.5, 2.0]), hodu.ones(3, 2)
    found = hodu.compile(slope, compiler=engine)(w, x)
    np.testing.assert_allclose(found.numpy(), slope(w, x).numpy(), rtol=1e-6)


def test_compiled_training_step():
    """A state of the compiled step that only the body of a loop uses is trained."""

    def trained(compiled):
        w = hodu.tensor(W, requires_grad=True)
        optimizer = hodu.optim.SGD([w], lr=0.1)

        def step(x):
            optimizer.zero_grad()
            last, _ = hodu.scan(lambda s, row: (hodu.tanh(w @ s + row), s), x[0], x)
            last.square().sum().backward()
            optimizer.step()

        run = hodu.compile(step) if compiled else step
        for _ in range(3):
            run(hodu.tensor(X))
        return w.detach().numpy()

    np.testing.assert_allclose(trained(True), trained(False), rtol=1e-9)
    assert not np.allclose(trained(True), W)
