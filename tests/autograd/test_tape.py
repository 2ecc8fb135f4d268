"""Leaves, the backward pass and the modes, as in PyTorch."""

from __future__ import annotations

import copy
import gc
import pickle
import weakref

import numpy as np
import pytest

import hodu
from hodu.errors import DTypeError, GradientError


def leaf(*values: float) -> hodu.Tensor:
    return hodu.tensor(values, requires_grad=True)


def test_a_leaf_and_what_follows_from_it():
    x = leaf(1.0, 2.0)
    y = x * 2
    assert x.requires_grad and x.is_leaf and x.grad_fn is None and x.grad is None
    assert y.requires_grad and not y.is_leaf and y.grad_fn.name() == "mul"
    assert not y.detach().requires_grad and y.detach().is_leaf


def test_gradients_add_up():
    x = leaf(1.0, 2.0)
    (x * x).sum().backward()
    first = x.grad
    (x * 3).sum().backward()
    assert x.grad is first
    assert x.grad.tolist() == [5.0, 7.0]
    x.grad = None
    assert x.grad is None


def test_only_floats_require_grad():
    with pytest.raises(DTypeError, match="i64"):
        hodu.tensor([1, 2], requires_grad=True)


@pytest.mark.parametrize(
    "make", [hodu.zeros, hodu.ones, hodu.rand, hodu.randn, hodu.empty, hodu.eye]
)
def test_factories_make_leaves(make):
    assert make(3, requires_grad=True).is_leaf
    assert make(3, requires_grad=True).requires_grad
    assert not make(3).requires_grad


def test_requires_grad_is_turned_off_only_for_leaves():
    x = leaf(1.0)
    y = x * 2
    with pytest.raises(GradientError, match="mul"):
        y.requires_grad = False
    x.requires_grad_(False)
    assert not x.requires_grad
    assert not (x * 2).requires_grad


def test_no_grad_and_its_relatives():
    x = leaf(1.0)
    with hodu.no_grad():
        assert not hodu.is_grad_enabled()
        assert not (x * 2).requires_grad
        with hodu.enable_grad():
            assert (x * 2).requires_grad
    with hodu.inference_mode():
        assert not (x * 2).requires_grad
    with hodu.set_grad_enabled(False):
        assert not (x * 2).requires_grad
    assert (x * 2).requires_grad


def test_modes_decorate():
    @hodu.no_grad()
    def double(x):
        return x * 2

    assert not double(leaf(1.0)).requires_grad
    assert hodu.is_grad_enabled()


def test_the_graph_is_freed():
    x = leaf(1.0, 2.0)
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.tolist() == [4.0, 8.0]
    with pytest.raises(GradientError, match="retain_graph=True"):
        y.backward()


def test_a_graph_goes_with_its_result():
    x = leaf(1.0)
    gc.disable()
    try:
        y = x.exp()
        node = weakref.ref(y.grad_fn)
        del y
        assert node() is None
    finally:
        gc.enable()


def test_backward_needs_one_element_or_a_gradient():
    x = leaf(1.0, 2.0)
    with pytest.raises(GradientError, match=r"shape \[2\]"):
        (x * x).backward()
    (x * x).backward(hodu.tensor([1.0, 10.0]))
    assert x.grad.tolist() == [2.0, 40.0]


def test_backward_of_what_has_no_gradient():
    with pytest.raises(GradientError, match="requires grad"):
        hodu.ones(()).backward()


def test_broadcasting_and_promotion():
    x, y = leaf(1.0, 2.0), hodu.ones(3, 1, dtype="f64", requires_grad=True)
    (x * y).sum().backward()
    assert x.grad.dtype is hodu.f32 and x.grad.tolist() == [3.0, 3.0]
    assert y.grad.dtype is hodu.f64 and y.grad.tolist() == [[3.0]] * 3


def test_gradients_do_not_share_memory():
    x, y = leaf(1.0, 2.0), leaf(3.0, 4.0)
    start = hodu.ones(2)
    (x + y).backward(start)
    x.grad.zero_()
    assert y.grad.tolist() == [1.0, 1.0] and start.tolist() == [1.0, 1.0]
    x.grad = None
    x.sum().backward()
    x.grad.add_(1)
    assert x.grad.tolist() == [2.0, 2.0]


def test_retain_grad_and_hooks():
    x = leaf(1.0, 2.0)
    y = x * 2
    y.retain_grad()
    seen = []
    handle = y.register_hook(lambda g: seen.append(g.tolist()))
    y.register_hook(lambda g: g * 10)
    (y * y).sum().backward(retain_graph=True)
    assert seen == [[4.0, 8.0]]
    assert y.grad.tolist() == [40.0, 80.0] and x.grad.tolist() == [80.0, 160.0]
    handle.remove()
    (y * y).sum().backward()
    assert len(seen) == 1


def test_hook_after_accumulation():
    x = leaf(1.0)
    seen = []
    x.register_post_accumulate_grad_hook(lambda t: seen.append((t is x, t.grad.item())))
    (x * 3).backward()
    assert seen == [(True, 3.0)]


def test_grad_returns_and_collects_nothing():
    x, y, z = leaf(2.0), leaf(3.0), leaf(4.0)
    inner = x * y
    a, b = hodu.autograd.grad(inner * inner, [x, inner], retain_graph=True)
    assert a.tolist() == [36.0] and b.tolist() == [12.0]
    assert x.grad is None
    with pytest.raises(GradientError, match="do not depend on input 0"):
        hodu.autograd.grad(inner, z, retain_graph=True)
    assert hodu.autograd.grad(inner, z, allow_unused=True, retain_graph=True) == (None,)
    assert hodu.autograd.grad(inner, z, materialize_grads=True)[0].tolist() == [0.0]


def test_backward_into_some_inputs():
    x, y = leaf(2.0), leaf(3.0)
    (x * y).backward(inputs=[x])
    assert x.grad.tolist() == [3.0] and y.grad is None


def test_higher_order():
    x = leaf(2.0)
    (first,) = hodu.autograd.grad((x * x * x).sum(), x, create_graph=True)
    (second,) = hodu.autograd.grad(first.sum(), x, create_graph=True)
    (third,) = hodu.autograd.grad(second.sum(), x)
    assert [first.item(), second.item(), third.item()] == [12.0, 12.0, 6.0]


def test_numpy_needs_detach():
    x = leaf(1.0)
    with pytest.raises(GradientError, match="detach"):
        x.numpy()
    assert x.item() == 1.0 and x.tolist() == [1.0]
    assert x.detach().numpy().tolist() == [1.0]


def test_copies_and_pickles_of_leaves():
    x = leaf(1.0, 2.0)
    x.grad = hodu.ones(2)
    for other in (copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        assert other.requires_grad and other.is_leaf and other.tolist() == [1.0, 2.0]
    assert copy.deepcopy(x).grad.tolist() == [1.0, 1.0]
    with pytest.raises(GradientError, match="detach"):
        copy.deepcopy(x * 2)


def test_subclasses_are_leaves():
    class Parameter(hodu.Tensor):
        __slots__ = ()

    p = Parameter([1.0, 2.0]).requires_grad_()
    y = p * p
    assert type(y) is hodu.Tensor
    y.sum().backward()
    assert p.grad.tolist() == [2.0, 4.0]


def test_captured_gradients():
    with hodu.capture("g") as board:
        x = board.input("x", ("N", 2)).requires_grad_()
        w = board.input("w", (2, 3)).requires_grad_()
        (x @ w).relu().sum().backward()
        board.targets(x=x.grad, w=w.grad)
    xs, ws = np.ones((4, 2), np.float32), np.full((2, 3), 0.5, np.float32)
    by_x, by_w = board.snapshot.run(xs, ws)
    assert by_x.tolist() == [[1.5, 1.5]] * 4
    assert by_w.tolist() == [[4.0] * 3] * 2
