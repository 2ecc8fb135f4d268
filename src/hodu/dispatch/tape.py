"""What the tape is made of: leaves that collect gradients, nodes that pass them on.

A tensor that is on the tape points to the node that made it (`_node`, and its place among the
results, `_index`); nodes point to those of their inputs. Nobody else holds them, so a graph goes
when its last result does.
"""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any, TypeAlias

from hodu.dispatch import writes
from hodu.dispatch.base import TensorBase, type_of, wrap, wrap_value
from hodu.errors import DTypeError
from hodu.source import Mark, location, mark

Hook: TypeAlias = Callable[[Any], Any]
Edge: TypeAlias = "tuple[Node, int] | None"
grad_enabled: ContextVar[bool] = ContextVar("hodu_grad_enabled", default=True)
next_number = itertools.count(1).__next__


class Node:
    """A step of a computation, through which gradients go from its results to its inputs.

    `edges` are the places that made its inputs, None for those without a gradient; `needs` says
    which have one. `number` grows along the computation, so that the backward pass goes through
    nodes from the largest on.
    """

    __slots__ = ("__weakref__", "count", "edges", "hooks", "needs", "number", "place", "retained")
    edges: Sequence[Edge]
    needs: tuple[bool, ...]
    count: int
    hooks: dict[int, dict[int, Hook]] | None
    retained: dict[int, weakref.ref[TensorBase]] | None
    place: Mark | None

    def __init__(self, edges: Sequence[Edge], count: int, depth: int = 0) -> None:
        """`depth` callers of this are known to be in this package (see `mark`)."""
        self.edges = edges
        self.needs = tuple([e is not None for e in edges])
        self.count = count
        self.hooks = self.retained = None
        self.number = next_number()
        self.place = mark(1 + depth)
        writes.begin()

    def name(self) -> str:
        """What the step does, as its op is called."""
        raise NotImplementedError

    def backward(self, cts: Sequence[Any], wanted: tuple[bool, ...]) -> Sequence[Any]:
        """The gradients of the inputs, one for each edge, from those of the results.

        None stands for zero; only those in `wanted` are needed.
        """
        raise NotImplementedError

    def preserve(self, memory: Any) -> None:
        """Copy what was kept of `memory`, into which the result is about to be written."""

    def release(self) -> None:
        """Let go of what was kept for the backward pass, which cannot run again."""

    @property
    def next_functions(self) -> tuple[tuple[Node | None, int], ...]:
        """The nodes of the inputs, each with the place among its results."""
        return tuple((None, 0) if e is None else e for e in self.edges)

    def __repr__(self) -> str:
        return f"<gradient of {self.name()}>"


class Leaf(Node):
    """The end of a path: a tensor that collects its gradient in `.grad`."""

    __slots__ = ("after", "tensor")

    def __init__(self, tensor: TensorBase) -> None:
        self.edges, self.needs, self.count = (), (), 1
        self.hooks = self.retained = self.place = None
        self.number = next_number()
        self.tensor = weakref.ref(tensor)
        self.after: dict[int, Hook] = {}

    def name(self) -> str:
        return "leaf"


def is_tracked(inputs: Sequence[Any]) -> bool:
    """Whether a tensor among `inputs`, or in a list among them, is on the tape."""
    for x in inputs:
        if isinstance(x, TensorBase):
            if x._node is not None:
                return True
        elif isinstance(x, (list, tuple)) and is_tracked(x):
            return True
    return False


def edge_of(tensor: TensorBase | None) -> Edge:
    """The place that made a tensor."""
    if tensor is None or tensor._node is None:
        return None
    return tensor._node, tensor._index


def attach(tensor: Any, node: Node, index: int = 0) -> Any:
    """Put a result on the tape."""
    tensor._node = node
    tensor._index = index
    if tensor._data is not None:
        tensor._origin = tensor._place = None
        tensor._version = 0
    return tensor


def require(tensor: Any) -> Any:
    """Make a tensor a leaf that collects its gradient; raises DTypeError unless it holds floats."""
    if tensor._node is None:
        dtype = type_of(tensor).dtype
        if not dtype.is_float:
            raise DTypeError(
                f"only floats have gradients, and this is a tensor of {dtype}",
                where=location(),
                hint="cast it first, with .to('f32')",
            )
        attach(tensor, Leaf(tensor))
    return tensor


def as_leaf(tensor: Any, requires_grad: bool) -> Any:
    """`tensor`, new and held by nobody else, as a leaf if a gradient is asked for."""
    return require(tensor) if requires_grad else tensor


def keep(tensor: TensorBase) -> Any:
    """What to keep of a tensor for the backward pass: its data, not what it is made from."""
    if tensor._data is not None:
        return tensor._data
    return tensor if tensor._value is None else tensor._value


def restore(kept: Any, edge: Edge) -> Any:
    """A tensor with the data that `keep` gave, made where `edge` says."""
    if isinstance(kept, TensorBase):
        return kept
    tensor = wrap(kept) if isinstance(kept, writes.ARRAY) else wrap_value(kept)
    if edge is not None and grad_enabled.get():
        attach(tensor, *edge)
    return tensor
