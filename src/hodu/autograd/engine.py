"""The backward pass: gradients from results to what they were computed from.

Nodes are taken in the reverse of the order in which they were made, and what reaches a tensor by
several paths is added up in that order too, so that a gradient is the same to the bit every time.
"""

from __future__ import annotations

import heapq
import sys
import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from hodu.dispatch.base import quiet, wrap, wrap_value
from hodu.dispatch.tape import Edge, Leaf, Node, grad_enabled
from hodu.dispatch.writes import wrote
from hodu.ops._autocast import region_var
from hodu.ops._table import F

Gradients = dict[tuple[Node, int], Any]
_accumulating = threading.Lock()


class Pass:
    """One backward pass.

    With `targets` only the paths to these edges are followed, and what reaches them is returned
    by `run`; without, leaves collect their gradients. Nodes numbered below `floor` are no part of
    it: what reaches them is returned, and goes no further.
    """

    def __init__(
        self,
        *,
        targets: Iterable[Edge] | None = None,
        floor: int = 0,
        retain: bool = False,
        create: bool = False,
    ) -> None:
        self._floor = floor
        self._targets = None if targets is None else {e for e in targets if e is not None}
        self._retain = retain
        self._create = create
        self._found: Gradients = {}
        self._waiting: list[tuple[int, Node]] = []
        self._arrived: dict[Node, list[Any]] = {}
        self._useful: Mapping[Node, bool] | None = None

    def run(self, roots: Sequence[tuple[Edge, Any]]) -> Gradients:
        """Start with these gradients of results; returns what reached the targets."""
        if self._targets is not None:
            self._useful = _reaching(self._targets, [e[0] for e, _ in roots if e is not None])
        token = grad_enabled.set(self._create)
        region = region_var.set(None)  # gradients are computed in the dtypes of the forward pass
        try:
            for edge, gradient in roots:
                self._arrive(edge, gradient)
            while self._waiting:
                node = heapq.heappop(self._waiting)[1]
                self._visit(node, self._arrived.pop(node))
        finally:
            region_var.reset(region)
            grad_enabled.reset(token)
        return self._found

    def _arrive(self, edge: Edge, gradient: Any) -> None:
        if edge is None or gradient is None:
            return
        node, index = edge
        arrived = self._arrived.get(node)
        if arrived is None:
            arrived = self._arrived[node] = [None] * node.count
            heapq.heappush(self._waiting, (-node.number, node))
        have = arrived[index]
        arrived[index] = gradient if have is None else F._add(have, gradient)

    def _visit(self, node: Node, cts: list[Any]) -> None:
        if node.number < self._floor:
            self._collect(node, cts)
            return
        if node.hooks is not None:
            _run_hooks(node.hooks, cts)
        if node.retained is not None:
            _retain(node.retained, cts)
        if self._targets is not None:
            self._collect(node, cts)
        if isinstance(node, Leaf):
            if self._targets is None:
                accumulate(node, cts.pop(), self._create)
            return
        wanted = node.needs if self._useful is None else self._wanted(node, self._useful)
        if True not in wanted:
            return
        gradients = node.backward(cts, wanted)
        if not self._retain:
            node.release()
        for edge, gradient, is_wanted in zip(node.edges, gradients, wanted, strict=True):
            if is_wanted and gradient is not None:
                self._arrive(edge, gradient)

    def _wanted(self, node: Node, useful: Mapping[Node, bool]) -> tuple[bool, ...]:
        return tuple([e is not None and useful[e[0]] for e in node.edges])

    def _collect(self, node: Node, cts: Sequence[Any]) -> None:
        for index, ct in enumerate(cts):
            if ct is not None and (self._targets is None or (node, index) in self._targets):
                self._found[node, index] = ct


def _reaching(targets: Iterable[tuple[Node, int]], roots: Iterable[Node]) -> dict[Node, bool]:
    """Which nodes on the way down from `roots` are, or lead to, a target's node."""
    found: dict[Node, bool] = {node: True for node, _ in targets}
    stack = list(roots)
    opened: set[Node] = set()
    while stack:
        node = stack[-1]
        inputs = [e[0] for e in node.edges if e is not None]
        if node not in opened:
            opened.add(node)
            stack += [n for n in inputs if n not in opened]
            continue
        stack.pop()
        if not found.get(node):
            found[node] = any(found.get(n, False) for n in inputs)
    return found


def _run_hooks(hooks: Mapping[int, Mapping[int, Any]], cts: list[Any]) -> None:
    for index, functions in hooks.items():
        for hook in list(functions.values()):
            if cts[index] is not None:
                changed = hook(cts[index])
                cts[index] = cts[index] if changed is None else changed


def _retain(retained: Mapping[int, Any], cts: Sequence[Any]) -> None:
    for index, reference in retained.items():
        tensor = reference()
        if tensor is not None and cts[index] is not None:
            have = tensor.grad
            tensor._grad = _own(cts[index]) if have is None else F._add(have, cts[index])


def accumulate(leaf: Leaf, gradient: Any, create: bool) -> None:
    """Add to the gradient of a leaf: in place where it is plain data, as in PyTorch."""
    tensor: Any = leaf.tensor()
    if tensor is None:
        return
    with _accumulating:
        have = getattr(tensor, "_grad", None)
        if have is None:
            tensor._grad = gradient if create else _own(gradient)
        elif create or have._data is None or gradient._data is None or have._node is not None:
            tensor._grad = F._add(have, gradient)
        else:
            quiet.run(np.add, have._data, gradient._data, have._data)
            wrote(have._data)
    if leaf.after:
        for hook in list(leaf.after.values()):
            hook(tensor)


def _own(gradient: Any) -> Any:
    """A gradient whose memory nobody else has, so that it can be written in place."""
    array = gradient._data
    if array is None:  # A captured view stands for a value, which nobody writes.
        is_view = gradient._origin is not None and gradient._value is not None
        return wrap_value(gradient._value) if is_view else gradient
    # Held by its tensor, by `array` and by the call that counts.
    if array.base is None and array.flags.writeable and sys.getrefcount(array) <= 3:
        return wrap(array)
    return wrap(array.copy())
