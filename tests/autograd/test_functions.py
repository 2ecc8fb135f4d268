"""Custom functions, checkpoints and transforms of functions."""

from __future__ import annotations

import pytest

import hodu
from hodu.autograd import Function, gradcheck, gradgradcheck
from hodu.errors import ArgumentError, GradientError


def leaf(*values: float) -> hodu.Tensor:
    return hodu.tensor(values, dtype="f64", requires_grad=True)


class Cube(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x * x

    @staticmethod
    def backward(ctx, ct):
        (x,) = ctx.saved_tensors
        return ct * 3 * x * x


class Exponential(Function):
    """Keeps its result, and takes a number."""

    @staticmethod
    def forward(x, scale):
        return (x * scale).exp(), x > 0

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.scale = inputs[1]
        ctx.save_for_backward(output[0])

    @staticmethod
    def backward(ctx, ct, _):
        (out,) = ctx.saved_tensors
        return ct * out * ctx.scale, None


def test_custom_function():
    assert gradcheck(Cube.apply, leaf(1.0, -2.0))
    assert gradgradcheck(Cube.apply, leaf(1.0, -2.0))
    assert gradcheck(lambda x: Exponential.apply(x, 0.5)[0], leaf(1.0, -2.0))
    assert not Exponential.apply(leaf(1.0), 2.0)[1].requires_grad
    assert not Cube.apply(leaf(1.0).detach()).requires_grad


def test_custom_function_with_a_wrong_number_of_gradients():
    class Wrong(Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, ct):
            return ct, ct

    with pytest.raises(GradientError, match="2 gradients for 1"):
        Wrong.apply(leaf(1.0)).backward()


def test_saved_tensors_are_freed_and_watched():
    x = leaf(1.0, 2.0)
    y = Cube.apply(x * 1)
    y.backward(hodu.ones_like(y))
    with pytest.raises(GradientError, match="Cube"):
        y.backward(hodu.ones_like(y))
    inner = x * 1
    y = Cube.apply(inner).sum()
    inner.add_(1)
    with pytest.raises(GradientError, match=r"Cube saved was written .* add_\(\)"):
        y.backward()


def test_checkpoint_computes_again():
    w, calls = leaf(2.0, 3.0), []

    def part(x):
        calls.append(1)
        return (x * w).exp() * hodu.rand(2, dtype="f64")

    x = leaf(0.1, 0.2)
    hodu.manual_seed(5)
    out = hodu.checkpoint(part, x)
    after = hodu.rand(1)
    out.sum().backward()
    assert len(calls) == 2
    again = [x.grad.tolist(), w.grad.tolist()]
    x.grad = w.grad = None
    hodu.manual_seed(5)
    part(x).sum().backward()
    assert [x.grad.tolist(), w.grad.tolist()] == again
    assert hodu.rand(1).tolist() == after.tolist()


def test_checkpoint_has_higher_derivatives():
    assert gradcheck(lambda x: hodu.checkpoint(lambda a: a.exp() * a, x), leaf(1.0, 2.0))
    assert gradgradcheck(lambda x: hodu.checkpoint(lambda a: a.exp() * a, x), leaf(1.0, 2.0))


def test_checkpoint_of_what_needs_no_gradient():
    x = leaf(1.0).detach()
    assert not hodu.checkpoint(lambda a: a * 2, x).requires_grad


def test_grad_of_functions():
    f = lambda x: (x * x * x).sum()  # noqa: E731
    x = leaf(1.0, 2.0).detach()
    assert hodu.grad(f)(x).tolist() == [3.0, 12.0]
    assert hodu.grad(lambda x: hodu.grad(f)(x).sum())(x).tolist() == [6.0, 12.0]
    assert not hodu.grad(f)(x).requires_grad and not x.requires_grad
    value, gradient = hodu.value_and_grad(f)(x)
    assert value.item() == 9.0 and not value.requires_grad
    assert gradient.tolist() == [3.0, 12.0]


def test_grad_of_structures_and_several_arguments():
    def loss(parameters, x):
        return (parameters["w"] * x + parameters["b"]).sum(), x.shape

    parameters = {"w": hodu.ones(2), "b": hodu.zeros(2)}
    found, aux = hodu.grad(loss, has_aux=True)(parameters, hodu.tensor([3.0, 4.0]))
    assert found["w"].tolist() == [3.0, 4.0] and found["b"].tolist() == [1.0, 1.0] and aux == (2,)
    by_a, by_b = hodu.grad(lambda a, b: (a * b).sum(), argnums=(0, 1))(hodu.ones(2), hodu.zeros(2))
    assert by_a.tolist() == [0.0, 0.0] and by_b.tolist() == [1.0, 1.0]


def test_grad_inside_of_what_is_on_the_tape():
    """What a function closes over has its gradient; a variable is told from itself by its use."""
    w = leaf(3.0)
    gradient = hodu.grad(lambda x: (w * x * x).sum())(leaf(2.0).detach())
    gradient.sum().backward()
    assert w.grad.tolist() == [4.0]
    x = leaf(5.0)
    assert hodu.grad(lambda y: (x * y).sum())(x).tolist() == [5.0]


def test_grad_wants_one_number():
    with pytest.raises(GradientError, match=r"shape \[2\]"):
        hodu.grad(lambda x: x * 2)(hodu.ones(2))
    with pytest.raises(ArgumentError, match="argument 0 holds no tensor"):
        hodu.grad(lambda x: x)(3.0)


def test_vjp_jvp_and_jacobian():
    def f(x):
        return x * x[0]

    x = hodu.tensor([2.0, 3.0])
    output, pull = hodu.vjp(f, x)
    assert output.tolist() == [4.0, 6.0]
    assert pull(hodu.tensor([1.0, 1.0]))[0].tolist() == [7.0, 2.0]
    assert pull(hodu.tensor([0.0, 1.0]))[0].tolist() == [3.0, 2.0]
    output, slope = hodu.jvp(f, (x,), (hodu.tensor([1.0, 0.0]),))
    assert output.tolist() == [4.0, 6.0] and slope.tolist() == [4.0, 3.0]
    assert hodu.jacrev(f)(x).tolist() == [[4.0, 0.0], [3.0, 2.0]]
    with pytest.raises(ArgumentError, match="tangents"):
        hodu.jvp(f, (x,), (x, x))
    with pytest.raises(ArgumentError, match="form"):
        pull((x, x))


def test_gradcheck_finds_a_wrong_gradient():
    class Wrong(Function):
        @staticmethod
        def forward(ctx, x):
            return x * x

        @staticmethod
        def backward(ctx, ct):
            return ct

    with pytest.raises(GradientError, match="by differences"):
        gradcheck(Wrong.apply, leaf(3.0))
    assert not gradcheck(Wrong.apply, leaf(3.0), raise_exception=False)
