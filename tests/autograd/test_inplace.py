"""Writes in place: followed on the tape, refused, or found out in the backward pass."""

from __future__ import annotations

import numpy as np
import pytest

import hodu
from hodu.autograd import gradcheck
from hodu.errors import GradientError


def leaf(*values: float) -> hodu.Tensor:
    return hodu.tensor(values, dtype="f64", requires_grad=True)


@pytest.mark.parametrize(
    "write",
    [
        lambda x: x.add_(1),
        lambda x: x.view(3).mul_(2),
        lambda x: x[0:1].zero_(),
        lambda x: x.__setitem__(0, 9.0),
        lambda x: x.fill_(0),
    ],
)
def test_a_leaf_is_written_only_without_the_tape(write):
    x = leaf(1.0, 2.0, 3.0)
    with pytest.raises(GradientError, match="leaf that requires grad"):
        write(x)
    assert x.tolist() == [1.0, 2.0, 3.0]
    with hodu.no_grad():
        write(x)
    assert x.requires_grad and x.is_leaf and x.tolist() != [1.0, 2.0, 3.0]


def test_what_is_kept_must_not_be_written():
    x = leaf(1.0, 2.0)
    y = x * 2
    z = y * y
    y.add_(1)
    with pytest.raises(
        GradientError, match=r"mul\(\) needs was written .* by add_\(\) at .*py:\d+"
    ):
        z.sum().backward()


@pytest.mark.parametrize(
    "write",
    [
        lambda y: y.detach().add_(1),
        lambda y: y.detach()[0:1].zero_(),
        lambda y: y.detach().__setitem__(0, 5.0),
        lambda y: y.detach().relu_(),
    ],
)
def test_writes_through_other_tensors_of_the_memory_are_found(write):
    x = leaf(1.0, 2.0)
    y = x.exp()
    loss = y.sum()
    write(y)
    with pytest.raises(GradientError, match=r"exp\(\)"):
        loss.backward()


def test_what_is_not_kept_may_be_written():
    x = leaf(1.0, 2.0)
    y = x * 2
    z = y + 1
    y.mul_(10)
    (z.sum() + y.sum()).backward()
    assert x.grad.tolist() == [22.0, 22.0]


def test_parameters_are_updated_after_the_backward_pass():
    w = leaf(1.0, 2.0)
    for _ in range(3):
        (w * w).sum().backward()
        with hodu.no_grad():
            w -= 0.1 * w.grad
        w.grad = None
    np.testing.assert_allclose(w.tolist(), [0.8**3, 2 * 0.8**3])


def scaled(x: hodu.Tensor) -> hodu.Tensor:
    y = x * 1
    y.mul_(3)
    y += x
    return y


def parts_written(x: hodu.Tensor) -> hodu.Tensor:
    y = x * 1
    y[0] = x[1] * x[2]
    y[1:] *= x[0]
    return y


def view_of_a_view_written(x: hodu.Tensor) -> hodu.Tensor:
    y = x * 1
    part = y[0:3][1:]
    part.mul_(x[0])
    return y * y


def collected(x: hodu.Tensor) -> hodu.Tensor:
    y = hodu.zeros(4, dtype="f64")
    for i in range(3):
        y[i] = x[i] ** (i + 1)
    return y


def written_by_index(x: hodu.Tensor) -> hodu.Tensor:
    y = x * 2
    y[hodu.tensor([2, 0])] = x[0:2] * x[1:3]
    return y


def filled_and_activated(x: hodu.Tensor) -> hodu.Tensor:
    y = x * 1
    y[y > 1.5] = 0
    return y.exp_()


@pytest.mark.parametrize(
    "f",
    [
        scaled,
        parts_written,
        view_of_a_view_written,
        collected,
        written_by_index,
        filled_and_activated,
    ],
)
def test_writes_are_followed(f):
    gradcheck(f, leaf(1.0, 2.0, 3.0))


def test_a_view_from_before_a_write_is_refused():
    x = leaf(1.0, 2.0, 3.0)
    y = x * 1
    part = y[0:2]
    y.mul_(2)
    with pytest.raises(GradientError, match="view was taken before"):
        part * 2


def test_a_view_that_cannot_be_followed_is_refused():
    y = leaf(1.0, 2.0) * 1
    with pytest.raises(GradientError, match="cannot be followed"):
        y.reshape(2, 1).mul_(2)


def test_memory_that_others_see_does_not_get_a_gradient():
    x = leaf(1.0, 2.0)
    y = hodu.zeros(2, dtype="f64")
    seen = y[0:1]
    with pytest.raises(GradientError, match="shares"):
        y[0] = x[0]
    assert seen.tolist() == [0.0]
    del seen
    y[0] = x[0]
    assert y.requires_grad


def test_a_write_of_a_constant_cuts_the_gradient():
    x = leaf(1.0, 2.0)
    y = x * 1
    y[0] = 7.0
    y.sum().backward()
    assert x.grad.tolist() == [0.0, 1.0]


def test_writes_in_a_capture_are_followed():
    with hodu.capture("g") as board:
        x = board.input("x", (3,), "f64").requires_grad_()
        parts_written(x).sum().backward()
        board.target("g", x.grad)
    (found,) = board.snapshot.run(np.array([1.0, 2.0, 3.0]))
    x = leaf(1.0, 2.0, 3.0)
    parts_written(x).sum().backward()
    assert found.tolist() == x.grad.tolist()
