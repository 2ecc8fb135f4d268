"""Putting tensors together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dims import Dim, provably_different
from hodu.errors import ArgumentError, ShapeError
from hodu.ops._rules import axis_of, replace_dim
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, Promote, function, op
from hodu.shapes import Shape, TensorType, format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor


def _all_objects_or_none(arrays: Sequence[Array]) -> None:
    if len({a.dtype == object for a in arrays}) > 1:
        raise TypeError("dimensions join only with integers")


@op("cat(Tensor[] tensors, int dim=0) -> Tensor")
class Cat:
    """The tensors one after another along `dim`, in their common dtype.

    As in PyTorch, 1-d tensors without elements are left out.
    """

    promote, on_dims, methods = Promote.COMMON, True, False
    samples = [
        S([(2, 3), (1, 3), (4, 3)]),
        S([(2, 3), (2, 1)], dim=-1),
        S([(3,)], dim=0),
        S([(0, 2), (3, 2)], dim=0),
        S([(0,), (3, 2)], dim=1),
        S([(0,), (0,)]),
        S([(2, 2), T((1, 2), "f32")]),
        S([(2, 2), T((1, 2), "bool")]),
    ]

    def infer(tensors: list[TensorType], dim: int = 0) -> TensorType:
        if not tensors:
            raise ArgumentError("cat() needs at least one tensor")
        joined = [t for t in tensors if t.shape != (0,)] or tensors[:1]
        shape, dtype = joined[0].shape, tensors[0].dtype
        if not shape:
            raise ShapeError("cat() does not take 0-d tensors", hint="use stack()")
        axis = axis_of(dim, len(shape))
        size = shape[axis]
        for other in joined[1:]:
            shape = _same_but(axis, shape, other.shape)
            size = size + other.shape[axis]
        return TensorType(replace_dim(shape, axis, size), dtype)

    def eager(tensors: list[Array], dim: int = 0) -> Array:
        _all_objects_or_none(tensors)
        joined = [a for a in tensors if a.shape != (0,)] or tensors[:1]
        return np.concatenate(joined, dim)

    vjp = {"tensors": lambda ct, tensors_type, dim: _parts(ct, tensors_type, dim)}


def _parts(ct: Tensor, types: list[TensorType], dim: int) -> list[Tensor | None]:
    """The part of each tensor in a gradient of their concatenation; None for those left out."""
    joined = [t.shape != (0,) for t in types]
    if not any(joined):
        return [None] * len(types)
    axis = axis_of(dim, ct.ndim)
    sizes = [t.shape[axis] for t, is_in in zip(types, joined, strict=True) if is_in]
    parts = iter(F._split(ct, sizes, axis))
    return [next(parts) if is_in else None for is_in in joined]


def _same_but(axis: int, first: Shape, other: Shape) -> Shape:
    """`first`, numbers of `other` in place of its symbols; they may differ only at `axis`."""
    pairs = list(zip(first, other, strict=False))
    fits = len(first) == len(other) and not any(
        provably_different(a, b) for i, (a, b) in enumerate(pairs) if i != axis
    )
    if not fits:
        raise ShapeError(
            f"shapes {format_shape(first)} and {format_shape(other)} do not join along "
            f"dimension {axis}",
            hint="all their other dimensions must be equal",
        )
    return tuple(b if isinstance(b, int) else a for a, b in pairs)


@function(methods=False)
def concat(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """The tensors one after another along `dim`: `cat` under another name."""
    return F.cat(tensors, dim)


@function(methods=False)
def concatenate(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """The tensors one after another along `dim`: `cat` under NumPy's name."""
    return F.cat(tensors, dim)


@op("stack(Tensor[] tensors, int dim=0) -> Tensor")
class Stack:
    """The tensors, all of one shape, side by side along a new dimension."""

    promote, on_dims, methods = Promote.COMMON, True, False
    samples = [
        S([(2, 3), (2, 3)]),
        S([(2, 3), (2, 3), (2, 3)], dim=-1),
        S([(), ()]),
        S([(0,)], dim=1),
        S([(2,), T((2,), "bool")]),
    ]

    def infer(tensors: list[TensorType], dim: int = 0) -> TensorType:
        if not tensors:
            raise ArgumentError("stack() needs at least one tensor")
        shape = tensors[0].shape
        for other in tensors[1:]:
            shape = _same_but(-1, shape, other.shape)
        axis = axis_of(dim, len(shape) + 1)
        return TensorType((*shape[:axis], len(tensors), *shape[axis:]), tensors[0].dtype)

    def eager(tensors: list[Array], dim: int = 0) -> Array:
        _all_objects_or_none(tensors)
        return np.stack(tensors, dim)

    def compose(tensors: list[Tensor], dim: int = 0) -> Tensor:
        return F.cat([F.unsqueeze(t, dim) for t in tensors], dim)

    vjp = {"tensors": lambda ct, dim: list(F.unbind(ct, dim))}


def _at_least(rank: int, tensors: tuple[Any, ...]) -> Any:
    given = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else tensors
    if len(given) == 1 and given is tensors:
        return _raised(given[0], rank)
    return tuple(_raised(t, rank) for t in given)


def _raised(tensor: Tensor, rank: int) -> Tensor:
    missing = rank - len(tensor.shape)
    if missing <= 0:
        return tensor
    behind = 1 if rank == 3 and missing < 3 else 0
    return F._reshape(tensor, (*(1,) * (missing - behind), *tensor.shape, *(1,) * behind))


@function(methods=False)
def atleast_1d(*tensors: Any) -> Any:
    """Each tensor with at least 1 dimension: one tensor, or a tuple of several."""
    return _at_least(1, tensors)


@function(methods=False)
def atleast_2d(*tensors: Any) -> Any:
    """Each tensor with at least 2 dimensions, new ones in front."""
    return _at_least(2, tensors)


@function(methods=False)
def atleast_3d(*tensors: Any) -> Any:
    """Each tensor with at least 3 dimensions: (n,) becomes (1, n, 1), (m, n) becomes (m, n, 1)."""
    return _at_least(3, tensors)


@function(methods=False)
def hstack(tensors: Sequence[Tensor]) -> Tensor:
    """The tensors side by side: along the second dimension, or the first of 1-d tensors."""
    raised = _at_least(1, (list(tensors),))
    return F.cat(raised, 0 if raised and len(raised[0].shape) == 1 else 1)


@function(methods=False)
def vstack(tensors: Sequence[Tensor]) -> Tensor:
    """The tensors below one another, 1-d ones as rows."""
    return F.cat(_at_least(2, (list(tensors),)), 0)


@function(methods=False)
def dstack(tensors: Sequence[Tensor]) -> Tensor:
    """The tensors behind one another, along the third dimension."""
    return F.cat(_at_least(3, (list(tensors),)), 2)


@function(methods=False)
def column_stack(tensors: Sequence[Tensor]) -> Tensor:
    """The tensors side by side, 0-d and 1-d ones as columns."""
    columns = [t if len(t.shape) > 1 else F._reshape(t, (-1, 1)) for t in tensors]
    return F.cat(columns, 1)


@function(methods=False)
def block_diag(*tensors: Tensor) -> Tensor:
    """A matrix with the given ones along its diagonal and zeros elsewhere."""
    blocks = [_at_least(2, (t,)) for t in tensors]
    if any(len(b.shape) > 2 for b in blocks):
        shapes = ", ".join(format_shape(t.shape) for t in tensors)
        raise ShapeError(f"block_diag() takes tensors of at most 2 dimensions, not {shapes}")
    width: Dim = 0
    for b in blocks:
        width = width + b.shape[1]
    rows, left = [], width - width
    for b in blocks:
        right = width - left - b.shape[1]
        rows.append(F._pad(b, (0, left), (0, right)))
        left = left + b.shape[1]
    return F.cat(rows, 0)
