"""`backward` and `grad`: gradients of results, collected in leaves or returned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.autograd.engine import Pass, accumulate
from hodu.dispatch.base import TensorBase, type_of, wrap
from hodu.dispatch.tape import Edge, Leaf, edge_of
from hodu.errors import ArgumentError, GradientError, ShapeError
from hodu.ops._table import F
from hodu.shapes import format_shape, numel
from hodu.source import location

if TYPE_CHECKING:
    from typing import TypeAlias

    from hodu._tensor import Tensor

    Tensors: TypeAlias = Tensor | Sequence[Tensor]


def backward(
    tensors: Tensors,
    grad_tensors: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Tensors | None = None,
) -> None:
    """Add the gradients of `tensors` to `.grad` of the leaves (or of `inputs` only).

    `grad_tensors` weigh the results; each may be left out for a tensor of one element. The graph
    is freed unless `retain_graph`, which `create_graph` implies; with that the gradients have
    gradients in turn. Raises GradientError.
    """
    roots = _roots(_listed(tensors), grad_tensors)
    retain = create_graph if retain_graph is None else retain_graph
    if inputs is None:
        Pass(retain=retain, create=create_graph).run(roots)
        return
    leaves = _listed(inputs)
    found = _gradients(roots, leaves, retain, create_graph)
    for leaf, gradient in zip(leaves, found, strict=True):
        if gradient is not None:
            node = leaf._node if isinstance(leaf._node, Leaf) else Leaf(leaf)
            accumulate(node, gradient, create_graph)


def grad(
    outputs: Tensors,
    inputs: Tensors,
    grad_outputs: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: bool | None = None,
    *,
    materialize_grads: bool = False,
) -> tuple[Any, ...]:
    """The gradients of the sum of `outputs`, weighted by `grad_outputs`, one for each input.

    Only what leads to the inputs is computed, and no `.grad` changes. For an input that the
    outputs do not depend on: GradientError, or None with `allow_unused`, or zeros with
    `materialize_grads`.
    """
    wanted = _listed(inputs)
    retain = create_graph if retain_graph is None else retain_graph
    found = _gradients(_roots(_listed(outputs), grad_outputs), wanted, retain, create_graph)
    if materialize_grads:
        pairs = zip(found, wanted, strict=True)
        return tuple(F.zeros_like(x) if g is None else g for g, x in pairs)
    if not allow_unused and any(g is None for g in found):
        position = next(i for i, g in enumerate(found) if g is None)
        raise GradientError(
            f"the outputs do not depend on input {position} of grad()",
            where=location(),
            hint="give allow_unused=True for None in its place",
        )
    return tuple(found)


def _gradients(
    roots: Sequence[tuple[Edge, Any]], inputs: Sequence[Any], retain: bool, create: bool
) -> list[Any]:
    edges = [edge_of(x) for x in inputs]
    if None in edges:
        raise GradientError(
            f"input {edges.index(None)} does not require grad",
            where=location(),
            hint="call .requires_grad_() on it before it is used",
        )
    found = Pass(targets=edges, retain=retain, create=create).run(roots)
    return [found.get(e) for e in edges if e is not None]


def _listed(tensors: Any) -> list[Any]:
    listed = [tensors] if isinstance(tensors, TensorBase) else list(tensors)
    for t in listed:
        if not isinstance(t, TensorBase):
            raise ArgumentError(
                f"gradients are of tensors, not of {type(t).__name__}", where=location()
            )
    return listed


def _roots(outputs: Sequence[Any], weights: Any) -> list[tuple[Edge, Any]]:
    """The places of the outputs and the gradients to start from."""
    given = _listed_weights(weights, len(outputs))
    roots: list[tuple[Edge, Any]] = []
    for i, (output, weight) in enumerate(zip(outputs, given, strict=True)):
        if output._node is None:
            raise GradientError(
                f"output {i} has no gradient: nothing that it was computed from requires grad",
                where=location(),
                hint="call .requires_grad_() on a tensor before it is used, outside no_grad()",
            )
        roots.append((edge_of(output), _weight(output, weight)))
    return roots


def _listed_weights(weights: Any, count: int) -> list[Any]:
    if weights is None:
        return [None] * count
    listed = [weights] if isinstance(weights, TensorBase) else list(weights)
    if len(listed) != count:
        raise ArgumentError(f"{len(listed)} gradients for {count} outputs", where=location())
    return listed


def _weight(output: Any, weight: Any) -> Any:
    if weight is None and output._data is not None and output._data.size == 1:
        return wrap(np.ones(output._data.shape, output._data.dtype))
    own = type_of(output)
    if weight is None:
        if numel(own.shape) != 1:
            raise GradientError(
                f"a gradient can be left out only for one element, and the output has shape "
                f"{format_shape(own.shape)}",
                where=location(),
                hint="reduce it first, as in .sum(), or give the gradient to start from",
            )
        return F.ones(own.shape, dtype=own.dtype)
    if tuple(weight.shape) != own.shape:
        raise ShapeError(
            f"a gradient of shape {format_shape(weight.shape)} for an output of "
            f"{format_shape(own.shape)}",
            where=location(),
        )
    return weight if weight.dtype is own.dtype else F.cast(weight, own.dtype)
