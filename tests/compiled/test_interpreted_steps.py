"""Whole training steps in the kernel interpreter, which checks every access."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
import pytest

import hodu
from hodu import nn, optim
from hodu.backends.cpu.prepare import prepare
from hodu.kernel.verify import verify_kernel
from hodu.nn import functional as F
from hodu.plan.target import named
from hodu.snapshot.interp import interpreter
from tests.compiled.interpret import Interpreted

Step: TypeAlias = "tuple[Callable[..., Any], tuple[Any, ...]]"


def numbers(*shape: int) -> np.ndarray:
    """Different numbers between 0.1 and 1: squares and their roots are far from zero."""
    return np.random.default_rng([7, *shape]).uniform(0.1, 1, shape).astype(np.float32)


def trained(model: nn.Module, optimizer: optim.Optimizer, loss: Callable[..., Any]) -> Any:
    """A step: gradients of a loss of the model's result, and the update."""

    def step(x: Any, *more: Any) -> Any:
        optimizer.zero_grad()
        found = loss(model(x), *more)
        found.backward()
        optimizer.step()
        return found

    return step


def dense() -> Step:
    model = nn.Sequential(nn.Linear(19, 21), nn.GELU(), nn.LayerNorm(21), nn.Linear(21, 5))
    step = trained(model, optim.AdamW(model.parameters()), F.cross_entropy)
    return step, (numbers(7, 19), np.arange(7) % 5)


def images() -> Step:
    model = nn.Sequential(
        nn.Conv2d(3, 17, 3, padding=1), nn.BatchNorm2d(17), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(17, 17, 3, padding=1, groups=17, stride=2), nn.Conv2d(17, 8, 1), nn.SiLU(),
        nn.AvgPool2d(2), nn.Flatten(), nn.Dropout(0.3), nn.Linear(8, 4),
    )  # fmt: skip
    step = trained(model, optim.SGD(model.parameters(), lr=0.1, momentum=0.9), F.cross_entropy)
    return step, (numbers(2, 3, 8, 8), np.arange(2))


class Words(nn.Module):
    """Rows of a table, attention over them, and a mean."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(11, 12)
        self.layer = nn.TransformerEncoderLayer(12, 2, 20, batch_first=True)

    def forward(self, x: Any) -> Any:
        return self.layer(self.table(x)).mean(1)


def words() -> Step:
    model = Words()
    step = trained(model, optim.Adam(model.parameters()), F.mse_loss)
    return step, (np.arange(10).reshape(2, 5), numbers(2, 12))


def series() -> Step:
    model = nn.LSTM(9, 10, batch_first=True)
    step = trained(model, optim.RMSprop(model.parameters()), lambda y, w: F.mse_loss(y[0], w))
    return step, (numbers(2, 3, 9), numbers(2, 3, 10))


STEPS = {"dense": dense, "images": images, "words": words, "series": series}


@pytest.mark.parametrize("target", ["x86-64-v3", "x86-64-v4"])
@pytest.mark.parametrize("name", STEPS)
def test_training_steps_stay_in_their_memory_and_are_right(name: str, target: str) -> None:
    hodu.manual_seed(3)
    step, given = STEPS[name]()
    snapshot = replace(hodu.compile(step).snapshot(*given), states={})  # they are written in place
    ready = prepare(snapshot, named(target))
    for launch in ready.program.launches():
        verify_kernel(launch.kernel)
    arrays = [_values(v, given) for v in snapshot.inputs]
    wanted = dict(zip(snapshot.outputs, interpreter(snapshot).run(arrays), strict=True))
    kernels = Interpreted(ready)
    results = iter(kernels.execute(arrays))
    for output, want in wanted.items():
        state = snapshot.aliases.get(output)
        got = next(results) if state is None else kernels.updated[state]
        assert got.dtype == want.dtype
        np.testing.assert_allclose(got, want, rtol=2e-4, atol=2e-5, err_msg=output)
    assert kernels.updated


def _values(value: hodu.Value, given: tuple[Any, ...]) -> np.ndarray:
    """An argument of the step, or contents for a state of this type."""
    shape, dtype = value.type.shape, value.type.dtype
    for array in given:
        if array.shape == shape and array.dtype == dtype.numpy:
            return array
    return (numbers(*shape) if dtype.is_float else np.ones(shape)).astype(dtype.numpy)
