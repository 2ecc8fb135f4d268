"""Train a convolutional network on handwritten digits and export it to ONNX.

    python examples/digits_cnn.py [--epochs N] [--out FOLDER]

The network is that of `hodu demo`. The whole step (forward, backward, update) is one native
function; the time that is shown is the CPU time of everything, compiling included.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import numpy as np
from plot import plot_loss

import hodu
from hodu import nn, optim

DATA = Path(__file__).parent / "data" / "digits.npy"
HELD_OUT, BATCH = 360, 64


def load_split() -> tuple[np.ndarray, ...]:
    """Images f32 [n, 1, 8, 8] in 0..1 and labels i64 [n]: for training, then held out."""
    table = np.load(DATA)
    table = table[np.random.default_rng(0).permutation(len(table))]
    images = (table[:, :64] / np.float32(16)).astype(np.float32).reshape(-1, 1, 8, 8)
    labels = table[:, 64].astype(np.int64)
    return images[HELD_OUT:], labels[HELD_OUT:], images[:HELD_OUT], labels[:HELD_OUT]


def network() -> nn.Sequential:
    """8914 parameters: three 3 by 3 convolutions, two poolings, one linear classifier."""
    return nn.Sequential(
        nn.Conv2d(1, 12, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(12, 24, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(24, 24, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(24 * 2 * 2, 10),
    )


def shifted(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The images moved by at most one pixel along each axis."""
    dy, dx = rng.integers(0, 3, 2)
    padded = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)))
    return np.ascontiguousarray(padded[:, :, dy : dy + 8, dx : dx + 8])


def train(model: nn.Module, images: np.ndarray, labels: np.ndarray, epochs: int) -> list[float]:
    """Fit the model with AdamW under a cosine schedule; returns the loss of every step."""
    optimizer = optim.AdamW(model.parameters(), lr=3e-3, weight_decay=1e-2)
    steps = len(images) // BATCH
    schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs * steps)

    def step(x: hodu.Tensor, y: hodu.Tensor) -> hodu.Tensor:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y, label_smoothing=0.05)
        loss.backward()
        optimizer.step()
        return loss

    compiled = hodu.compile(step, state=(model, optimizer))
    rng, losses = np.random.default_rng(1), []
    for _ in range(epochs):
        order = rng.permutation(len(images))[: steps * BATCH].reshape(steps, BATCH)
        for index in order:
            x, y = shifted(images[index], rng), labels[index]
            losses.append(compiled(hodu.tensor(x), hodu.tensor(y)).item())
            schedule.step()
    return losses


def export(model: nn.Module, path: Path) -> hodu.Snapshot:
    """Write the trained model as ONNX, with a named batch dimension."""
    with hodu.capture("digits") as board, hodu.no_grad():
        logits = model(board.input("image", ("batch", 1, 8, 8), "f32"))
        board.targets(logits=logits, probabilities=hodu.softmax(logits, dim=1))
    hodu.save(board.snapshot, path)
    return board.snapshot


def cpu_seconds() -> float:
    """CPU time of this process and of the compilers that it started."""
    return sum(os.times()[:4])


def main(argv: list[str] | None = None) -> float:
    """Train, export, load what was exported, and measure that; returns the accuracy."""
    parser = argparse.ArgumentParser(description="Train a CNN on handwritten digits.")
    parser.add_argument("--epochs", type=int, default=50)
    parser.add_argument("--out", type=Path, default=Path())
    options = parser.parse_args(argv)
    options.out.mkdir(parents=True, exist_ok=True)

    start = cpu_seconds()
    hodu.manual_seed(0)
    images, labels, test_images, test_labels = load_split()
    model = network()
    losses = train(model, images, labels, options.epochs)
    path = options.out / "digits.onnx"
    export(model.eval(), path)
    seconds = cpu_seconds() - start

    trained = hodu.compile(hodu.load(path, dims={"batch": HELD_OUT}))
    logits = trained.execute({"image": test_images})["logits"].numpy()
    accuracy = float((logits.argmax(1) == test_labels).mean())
    print(f"loss {losses[0]:.3f} -> {losses[-1]:.3f} in {len(losses)} steps")
    print(f"test accuracy {accuracy:.2%} on {HELD_OUT} images, {seconds:.1f} s of CPU time")
    print(f"wrote {path}")
    plot_loss(losses, options.out / "digits_loss.png")
    return accuracy


if __name__ == "__main__":
    main()
