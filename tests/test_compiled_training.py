"""Compiled steps of training beside eager ones, and what of a backward pass they leave out."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hodu
from hodu import nn, optim

DRAW = np.random.default_rng(3)
X = DRAW.standard_normal((12, 6)).astype(np.float32)
LABELS = np.arange(12) % 4


def network() -> nn.Module:
    """The same numbers each time; with noise, statistics of batches, and wide enough for tiles."""
    hodu.manual_seed(11)
    first = nn.Linear(6, 34, bias=False)  # the gradient of a bias would be nothing but rounding
    return nn.Sequential(first, nn.BatchNorm1d(34), nn.ReLU(), nn.Dropout(0.4), nn.Linear(34, 4))


def clip_norm(model: nn.Module) -> None:
    nn.utils.clip_grad_norm_(model.parameters(), 0.05)


def clip_values(model: nn.Module) -> None:
    nn.utils.clip_grad_value_(model.parameters(), 0.002)


class Training:
    """A network, its optimizer and scheduler, and the step over both."""

    def __init__(self, clip: Callable[[nn.Module], None] | None, low: str | None) -> None:
        self.model = network()
        self.optimizer = optim.SGD(self.model.parameters(), lr=0.3, momentum=0.9)
        self.scheduler = optim.lr_scheduler.OneCycleLR(self.optimizer, 0.5, total_steps=8)
        self._clip, self._low = clip, low

    def step(self, x: hodu.Tensor, labels: hodu.Tensor) -> hodu.Tensor:
        region = hodu.autocast(self._low) if self._low else contextlib.nullcontext()
        with region:
            loss = nn.functional.cross_entropy(self.model(x), labels)
        loss.backward()
        if self._clip is not None:
            self._clip(self.model)
        self.optimizer.step()
        self.optimizer.zero_grad()
        return loss

    def run(self, step: Callable[..., hodu.Tensor]) -> list[float]:
        """The losses of six steps with new numbers, each at another rate."""
        hodu.manual_seed(17)
        losses = []
        for turn in range(6):
            losses.append(step(hodu.tensor(np.roll(X, turn, 1)), hodu.tensor(LABELS)).item())
            self.scheduler.step()
        return losses


@pytest.mark.parametrize(("clip", "low"), [(clip_norm, None), (clip_values, "bf16")])
def test_a_step_with_all_at_once_follows_the_eager_one(clip: Any, low: str | None) -> None:
    """Dropout, statistics of batches, clipping, a scheduler and mixed precision."""
    free, eager, mine = Training(None, low), Training(clip, low), Training(clip, low)
    wanted = eager.run(eager.step)
    draws = hodu.rand(3).tolist()
    compiled = hodu.compile(mine.step, state=(mine.model, mine.optimizer))
    found, rounding = mine.run(compiled), 1e-5 if low is None else 2e-2
    np.testing.assert_allclose(found, wanted, rounding)
    assert hodu.rand(3).tolist() == draws, "both took as many random numbers"
    for name, value in eager.model.state_dict().items():
        state = mine.model.state_dict()[name].numpy()
        np.testing.assert_allclose(state, value.numpy(), 10 * rounding, rounding, err_msg=name)
    assert sum(map(len, compiled._programs.values())) == 1, "rates are no constants"
    assert abs(free.run(free.step)[-1] - wanted[-1]) > 0.1, "clipping has an effect"


def test_an_update_is_the_same_to_the_bit_on_any_number_of_threads() -> None:
    """Its sums of two products, of which a C compiler may fuse either."""
    found = []
    for threads in (1, 2):
        weight = hodu.ones(512, 256, requires_grad=True)
        adam = optim.Adam([weight])

        def step(x: hodu.Tensor, weight: Any = weight, adam: Any = adam) -> None:
            (weight * x).sum().backward()
            adam.step()
            adam.zero_grad()

        compiled = hodu.compile(step, state=adam, threads=threads)
        for seed in range(2):
            compiled(np.random.default_rng(seed).random((512, 256), np.float32))
        found.append([value.numpy() for value in (weight.detach(), *adam.state[weight].values())])
    for one, two in zip(*found, strict=True):
        np.testing.assert_array_equal(one, two)


# -- what nobody needs ----------------------------------------------------------------------------


def ops_of(model: nn.Module, x: np.ndarray) -> Counter[str]:
    """How often each op stands in a step that trains what of a model requires grad."""
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = optim.SGD(trained, lr=0.1)

    def step(x: hodu.Tensor) -> hodu.Tensor:
        loss = model(x).square().mean()
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        return loss

    compiled = hodu.compile(step, state=(model, optimizer), compiler="interp")
    snapshot = compiled.snapshot(hodu.tensor(x))
    return Counter(node.op for node in snapshot.nodes)


FROZEN = [
    ([], 5),  # three gradients of weights, two of what lies between layers, none of the input
    ([0], 3),  # ... and nothing goes through the second layer for the first one
    ([0, 1], 1),
    ([1], 4),
    ([2], 4),
    ([1, 2], 3),
]


@pytest.mark.parametrize(("frozen", "products"), FROZEN)
def test_gradients_that_nobody_needs_are_not_in_a_step(frozen: list[int], products: int) -> None:
    model = nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 4), nn.Tanh(), nn.Linear(4, 3))
    layers = [layer for layer in model if isinstance(layer, nn.Linear)]
    for number in frozen:
        layers[number].requires_grad_(False)
    found = ops_of(model, X)
    assert (found["linear"], found["matmul"]) == (3, products)
    # Sums over the batch are the gradients of biases; the last one is the loss.
    assert found["sum"] == 3 - len(frozen)


def test_the_gradient_of_an_image_is_not_in_a_step() -> None:
    model = nn.Sequential(nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3), nn.ReLU(), nn.Conv2d(3, 2, 3))
    image = DRAW.standard_normal((2, 2, 7, 7)).astype(np.float32)
    found = ops_of(model, image)
    assert (found["conv"], found["conv_weight"], found["conv_transpose"]) == (2, 2, 1)
    model[0].requires_grad_(False)
    model[1].requires_grad_(False)
    found = ops_of(model, image)
    assert (found["conv"], found["conv_weight"], found["conv_transpose"]) == (2, 1, 0)
