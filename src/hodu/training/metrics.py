"""Metrics: numbers that sum up the batches of an epoch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hodu import functional as f
from hodu._tensor import Tensor
from hodu.errors import ShapeError


class Metric:
    """A mean over items: a subclass says what a batch adds to it.

    `total` and `count` are its whole state.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Start anew."""
        self.total = 0.0
        self.count = 0

    def update(self, output: Any, target: Any) -> None:
        """Take a batch into account."""
        total, count = self.measure(output, target)
        self.total += total
        self.count += count

    def measure(self, output: Any, target: Any) -> tuple[float, int]:
        """The sum over the items of a batch, and their number."""
        raise NotImplementedError

    def compute(self) -> float:
        """The mean so far; NaN before the first batch."""
        return self.total / self.count if self.count else float("nan")

    def state_dict(self) -> dict[str, Any]:
        """Sum and number."""
        return {"total": self.total, "count": self.count}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from a saved state."""
        self.total, self.count = state_dict["total"], state_dict["count"]


class Mean(Metric):
    """The mean of a function of output and target that is a mean over their items.

    Without a function, the output is the mean of as many items as the target says.
    """

    def __init__(self, function: Callable[[Any, Any], Any] | None = None) -> None:
        super().__init__()
        self._function = function

    def measure(self, output: Any, target: Any) -> tuple[float, int]:
        """The mean of a batch times its size."""
        if self._function is None:
            return float(output) * int(target), int(target)
        return float(self._function(output, target)) * len(target), len(target)


class Accuracy(Metric):
    """The share of items whose class is among the `top` largest of outputs [N, classes, ...]."""

    def __init__(self, top: int = 1) -> None:
        super().__init__()
        self.top = top

    def measure(self, output: Tensor, target: Tensor) -> tuple[float, int]:
        """The number of items that are right, and of all."""
        if output.ndim != target.ndim + 1:
            raise ShapeError(
                f"accuracy compares outputs [N, classes, ...] with classes [N, ...], not "
                f"{list(output.shape)} with {list(target.shape)}"
            )
        best = f.topk(output.detach(), self.top, dim=1).indices
        right = (best == target.unsqueeze(1)).sum().item()
        return float(right), int(target.numel())
