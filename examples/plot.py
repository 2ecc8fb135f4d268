"""The plot of a loss, for those who have matplotlib (`pip install hodu[plot]`)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def plot_loss(losses: Sequence[float], path: Path) -> bool:
    """Draw the loss of every step into a .png; without matplotlib, say so and return False."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        print("no plot: matplotlib is not installed")
        return False
    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.add_subplot(xlabel="step", ylabel="loss", yscale="log")
    axes.plot(losses)
    figure.savefig(path)
    print(f"wrote {path}")
    return True
