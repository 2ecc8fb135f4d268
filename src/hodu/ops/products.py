"""Products of tensors: cross, Kronecker, tensor contraction, chains of matrices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dims import Dim, provably_different
from hodu.dtypes import BOOL, NUMERIC
from hodu.errors import ArgumentError, OutOfRangeError, ShapeError
from hodu.ops._matrices import back
from hodu.ops._precision import narrow, wide, widen
from hodu.ops._rules import axis_of
from hodu.ops._samples import S
from hodu.ops._table import Array, F, Promote, function, op
from hodu.shapes import TensorType, broadcast_shapes, format_shape, numel

if TYPE_CHECKING:
    from hodu._tensor import Tensor


@op("cross(Tensor input, Tensor other, *, int dim=-1) -> Tensor")
class Cross:
    """The cross product of the 3-vectors along `dim`; the other dimensions broadcast."""

    promote, dtypes, public = Promote.COMMON, NUMERIC, False
    samples = [
        S((2, 3), (2, 3), dim=-1),
        S((3, 4), (3, 1), dim=0),
        S((2, 1, 3), (4, 3), dim=-1),
        S((0, 3), (0, 3), dim=1),
    ]

    def infer(x: TensorType, y: TensorType, dim: int) -> TensorType:
        shape = broadcast_shapes(x.shape, y.shape)
        axis = axis_of(dim, len(shape)) - len(shape)
        if any(t.rank < -axis or provably_different(t.shape[axis], 3) for t in (x, y)):
            raise ShapeError(
                f"cross() of {format_shape(x.shape)} and {format_shape(y.shape)}: both need size 3 "
                f"in dim={dim}"
            )
        return TensorType(shape, x.dtype)

    def eager(x: Array, y: Array, dim: int) -> Array:
        axis = axis_of(dim, max(x.ndim, y.ndim)) - max(x.ndim, y.ndim)
        if x.shape[axis] != 3 or y.shape[axis] != 3:
            raise ValueError("the vectors do not have 3 elements")
        (x1, x2), (y1, y2) = ([np.roll(wide(v), k, axis) for k in (-1, -2)] for v in (x, y))
        return back(x1 * y2 - x2 * y1, x)

    def compose(x: Tensor, y: Tensor, dim: int) -> Tensor:
        axis = axis_of(dim, max(x.ndim, y.ndim)) - max(x.ndim, y.ndim)
        (x1, x2), (y1, y2) = ([F.roll(widen(v), k, axis) for k in (-1, -2)] for v in (x, y))
        return narrow(x1 * y2 - x2 * y1, x.dtype)


@function()
def cross(input: Tensor, other: Tensor, dim: int | None = None) -> Tensor:
    """The cross product along `dim`, by default the first dimension of size 3."""
    if dim is None:
        dim = next((i for i, d in enumerate(input.shape) if d == 3), None)
    if dim is None:
        raise ShapeError(f"cross(): no dimension of {format_shape(input.shape)} has size 3")
    return F._cross(input, other, dim=dim)


@function(methods=False, where=("linalg:cross",))
def _linalg_cross(input: Tensor, other: Tensor, *, dim: int = -1) -> Tensor:
    """The cross product of the 3-vectors along `dim`; the other dimensions broadcast."""
    return F._cross(input, other, dim=dim)


@op("kron(Tensor input, Tensor other) -> Tensor")
class Kron:
    """The Kronecker product: every element of `input` times the whole of `other`, as blocks."""

    promote, dtypes = Promote.COMMON, NUMERIC | BOOL
    samples = [
        S((2, 3), (4, 5)),
        S((2,), (3, 2)),
        S((2, 1, 2), (3,)),
        S((), (2,)),
        S((0, 2), (3, 2)),
    ]

    def infer(x: TensorType, y: TensorType) -> TensorType:
        pairs = zip(_padded(x.shape, y.rank), _padded(y.shape, x.rank), strict=True)
        return TensorType(tuple(a * b for a, b in pairs), x.dtype)

    def eager(x: Array, y: Array) -> Array:
        a, b, shape = _interleaved(x.shape, y.shape)
        return np.asarray(np.multiply(x.reshape(a), y.reshape(b))).reshape(shape)

    def compose(x: Tensor, y: Tensor) -> Tensor:
        a, b, shape = _interleaved(x.shape, y.shape)
        return F.reshape(F.reshape(x, a) * F.reshape(y, b), shape)


def _padded(shape: Sequence[Dim], rank: int) -> tuple[Dim, ...]:
    return (*(1,) * (rank - len(shape)), *shape)


def _interleaved(x: Sequence[Any], y: Sequence[Any]) -> tuple[Any, Any, Any]:
    """Shapes in which the operands multiply by broadcasting, and the shape of the product."""
    pairs = list(zip(_padded(x, len(y)), _padded(y, len(x)), strict=True))
    a = tuple(d for m, _ in pairs for d in (m, 1))
    b = tuple(d for _, n in pairs for d in (1, n))
    return a, b, tuple(m * n for m, n in pairs)


@function(methods=False)
def tensordot(
    a: Tensor, b: Tensor, dims: int | Sequence[int] | Sequence[Sequence[int]] = 2
) -> Tensor:
    """The sum of products over dimensions of `a` paired with dimensions of `b`.

    `dims` is a pair of lists, or a number: the last ones of `a` with the first ones of `b`.
    """
    left, right = _contracted(a, b, dims)
    for i, j in zip(left, right, strict=True):
        if provably_different(a.shape[i], b.shape[j]):
            raise ShapeError(
                f"tensordot() pairs dimension {i} of {format_shape(a.shape)} with {j} of "
                f"{format_shape(b.shape)}: {a.shape[i]} and {b.shape[j]} differ"
            )
    rows = [i for i in range(a.ndim) if i not in left]
    columns = [j for j in range(b.ndim) if j not in right]
    outer = tuple(a.shape[i] for i in rows), tuple(b.shape[j] for j in columns)
    inner = numel(tuple(a.shape[i] for i in left))
    x = F.reshape(F.permute(a, [*rows, *left]), (numel(outer[0]), inner))
    y = F.reshape(F.permute(b, [*right, *columns]), (inner, numel(outer[1])))
    return F.reshape(F.matmul(x, y), (*outer[0], *outer[1]))


def _contracted(a: Tensor, b: Tensor, dims: Any) -> tuple[list[int], list[int]]:
    if isinstance(dims, int):
        if not 0 <= dims <= min(a.ndim, b.ndim):
            raise OutOfRangeError(
                f"tensordot(dims={dims}) of {format_shape(a.shape)} and {format_shape(b.shape)}"
            )
        return list(range(a.ndim - dims, a.ndim)), list(range(dims))
    left, right = ([d] if isinstance(d, int) else list(d) for d in dims)
    if len(left) != len(right):
        raise ArgumentError(f"tensordot(): {len(left)} dimensions cannot pair with {len(right)}")
    return [axis_of(d, a.ndim) for d in left], [axis_of(d, b.ndim) for d in right]


@function(methods=False, where=("linalg",))
def vecdot(x: Tensor, y: Tensor, *, dim: int = -1) -> Tensor:
    """The inner products of the vectors along `dim`; the other dimensions broadcast."""
    left, right = F.movedim(x, dim, -1), F.movedim(y, dim, -1)
    product = F.matmul(F.unsqueeze(left, -2), F.unsqueeze(right, -1))
    return F.squeeze(F.squeeze(product, -1), -1)


@function(methods=False, where=("linalg",))
def multi_dot(tensors: Sequence[Tensor]) -> Tensor:
    """The product of a chain of matrices in the cheapest order; the ends may be vectors."""
    if len(tensors) < 2:
        raise ArgumentError(f"multi_dot() takes at least two tensors, not {len(tensors)}")
    chain = list(tensors)
    first, last = chain[0].ndim == 1, chain[-1].ndim == 1
    chain[0] = F.unsqueeze(chain[0], 0) if first else chain[0]
    chain[-1] = F.unsqueeze(chain[-1], 1) if last else chain[-1]
    if any(t.ndim != 2 for t in chain):
        shown = ", ".join(format_shape(t.shape) for t in tensors)
        raise ShapeError(f"multi_dot() takes matrices, and vectors at the ends, not {shown}")
    splits = _chain_splits([int(chain[0].shape[0]), *(int(t.shape[1]) for t in chain)])

    def product(i: int, j: int) -> Tensor:
        if i == j:
            return chain[i]
        k = splits[i, j]
        return F.matmul(product(i, k), product(k + 1, j))

    result = product(0, len(chain) - 1)
    result = F.squeeze(result, -1) if last else result
    return F.squeeze(result, 0) if first else result


def _chain_splits(sizes: Sequence[int]) -> dict[tuple[int, int], int]:
    """Where to split each subchain: dynamic programming (Cormen et al., section 14.2)."""
    count = len(sizes) - 1
    cost = {(i, i): 0 for i in range(count)}
    splits: dict[tuple[int, int], int] = {}
    for span in range(1, count):
        for i in range(count - span):
            j = i + span
            costs = {
                k: cost[i, k] + cost[k + 1, j] + sizes[i] * sizes[k + 1] * sizes[j + 1]
                for k in range(i, j)
            }
            splits[i, j] = min(costs, key=lambda k: costs[k])
            cost[i, j] = costs[splits[i, j]]
    return splits
