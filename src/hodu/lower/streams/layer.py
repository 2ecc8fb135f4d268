"""Groups that make rows one after the other, and what they read for each."""

from __future__ import annotations

from dataclasses import dataclass

from hodu.lower.groups import Group
from hodu.snapshot.ir import Node, Value

ROWS = 2  # the axis of rows of [1, channel, row, column]


@dataclass(frozen=True, slots=True)
class Read:
    """The rows of a value that a group takes for its row i: `rows` from i * stride - before on.

    `inner` are those of the node of the group, others those of its epilogue. What lies beyond the
    tensor counts as `fill`, None where nothing does.
    """

    value: Value
    inner: bool
    rows: int = 1
    stride: int = 1
    before: int = 0
    fill: float | None = None

    @property
    def reach(self) -> int:
        """The last of the rows that row 0 takes."""
        return self.rows - 1 - self.before


@dataclass(frozen=True, slots=True)
class Layer:
    """A group that makes rows, or with `totals` sums over all pixels."""

    group: Group
    reads: tuple[Read, ...]
    totals: bool = False

    @property
    def result(self) -> Value:
        """What the group stores."""
        return self.group.root.outputs[0]

    @property
    def count(self) -> int:
        """How often the group is computed, for a row each time."""
        return height(self.reads[0].value if self.totals else self.result)


@dataclass(frozen=True, slots=True)
class Stream:
    """Layers one after the other that make one tensor of rows of another."""

    layers: tuple[Layer, ...]
    source: Value

    @property
    def result(self) -> Value:
        """What the last layer makes, which alone is read elsewhere."""
        return self.layers[-1].result

    @property
    def roots(self) -> tuple[Node, ...]:
        """The nodes by which the groups are known."""
        return tuple(layer.group.root for layer in self.layers)


def height(value: Value) -> int:
    """How many rows a tensor has."""
    size = value.type.shape[ROWS]
    assert isinstance(size, int)
    return size
