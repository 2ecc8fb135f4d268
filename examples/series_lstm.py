"""Train an LSTM to continue a series: a slow and a fast wave, with noise.

    python examples/series_lstm.py [--steps N] [--out FOLDER]

It learns the next value from the ones before. The model goes
out as ONNX, where the layer is one LSTM operator.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from plot import plot_loss

import hodu
from hodu import nn, optim

LENGTH, BATCH, HIDDEN = 48, 32, 24


def series(count: int, rng: np.random.Generator) -> np.ndarray:
    """Pieces of the series with random phases, f32 [count, LENGTH + 1]."""
    time = np.arange(LENGTH + 1)
    slow, fast = rng.uniform(0, 2 * np.pi, (2, count, 1))
    clean = np.sin(time * 0.2 + slow) + 0.4 * np.sin(time * 0.55 + fast)
    return (clean + rng.normal(0, 0.02, clean.shape)).astype(np.float32)


class Forecaster(nn.Module):
    """An LSTM and a linear layer: from each value of [batch, time, 1] to the next one."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(1, HIDDEN, batch_first=True)
        self.head = nn.Linear(HIDDEN, 1)

    def forward(self, x: hodu.Tensor) -> hodu.Tensor:
        """The predictions, [batch, time, 1]."""
        return self.head(self.lstm(x)[0])


def train(model: Forecaster, steps: int) -> list[float]:
    """Fit the model with Adam, the whole step as one program; returns the losses."""
    optimizer = optim.Adam(model.parameters(), lr=1e-2)

    def step(x: hodu.Tensor, y: hodu.Tensor) -> hodu.Tensor:
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        return loss

    compiled = hodu.compile(step, state=(model, optimizer))
    rng, losses = np.random.default_rng(1), []
    for _ in range(steps):
        batch = hodu.tensor(series(BATCH, rng)[..., None])
        losses.append(compiled(batch[:, :-1].contiguous(), batch[:, 1:].contiguous()).item())
    return losses


def export(model: Forecaster, path: Path) -> None:
    """Write the model as ONNX."""
    with hodu.capture("forecaster") as board, hodu.no_grad():
        board.target("next", model(board.input("series", ("batch", LENGTH, 1))))
    hodu.save(board.snapshot, path)


def main(argv: list[str] | None = None) -> float:
    """Train, export, and measure the model against repeating the last value; returns the error."""
    parser = argparse.ArgumentParser(description="Train an LSTM on a series.")
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--out", type=Path, default=Path())
    options = parser.parse_args(argv)
    options.out.mkdir(parents=True, exist_ok=True)

    hodu.manual_seed(0)
    model = Forecaster()
    losses = train(model, options.steps)
    path = options.out / "forecaster.onnx"
    export(model.eval(), path)
    test = series(64, np.random.default_rng(2))
    (found,) = hodu.load(path).run(test[:, :-1, None])
    error = float(np.sqrt(np.mean((found[:, -8:, 0] - test[:, -8:]) ** 2)))
    naive = float(np.sqrt(np.mean((test[:, -9:-1] - test[:, -8:]) ** 2)))
    print(f"loss {losses[0]:.4f} -> {losses[-1]:.4f} in {len(losses)} steps")
    print(f"error of the next value {error:.3f}; repeating the last one {naive:.3f}")
    print(f"wrote {path}")
    plot_loss(losses, options.out / "forecaster_loss.png")
    return error / naive


if __name__ == "__main__":
    main()
