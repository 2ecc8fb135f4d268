"""Matrix products."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from hodu.dtypes import NUMERIC
from hodu.errors import ShapeError
from hodu.ops._precision import wide
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, Promote, function, op
from hodu.shapes import TensorType, broadcast_shapes, format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor


@op("matmul(Tensor input, Tensor other) -> Tensor")
class Matmul:
    """The matrix product, batched over leading dimensions; 1-D operands are vectors.

    Small floats accumulate in f32 and are rounded once; integers wrap around.
    """

    promote, dtypes = Promote.COMMON, NUMERIC
    autocast = "low"
    where = ("linalg",)
    samples = [
        S((3, 4), (4, 5)),
        S((4,), (4,)),
        S((2, 3, 4), (4,)),
        S((4,), (2, 4, 5)),
        S((2, 1, 3, 4), (5, 4, 2)),
        S((0, 4), (4, 5)),
        S((3, 0), (0, 5)),
        S((0,), (0,)),
        S((0, 2, 3), (3, 2)),
        *(S(T((2, 40), t, 9, 120), T((40, 3), t, 9, 120)) for t in ("i8", "u8", "bf16")),
    ]

    def infer(x: TensorType, y: TensorType) -> TensorType:
        if not x.shape or not y.shape:
            raise ShapeError(
                f"matmul() of {format_shape(x.shape)} and {format_shape(y.shape)}: each operand "
                "needs at least one dimension",
                hint="multiply by a number with *",
            )
        inner = y.shape[-2] if y.rank > 1 else y.shape[0]
        if x.shape[-1] != inner and isinstance(x.shape[-1], int) and isinstance(inner, int):
            raise ShapeError(
                f"matmul() of {format_shape(x.shape)} and {format_shape(y.shape)}: the inner sizes "
                f"{x.shape[-1]} and {inner} differ"
            )
        batch = broadcast_shapes(x.shape[:-2], y.shape[:-2])
        rows = x.shape[-2:-1]
        columns = y.shape[-1:] if y.rank > 1 else ()
        return TensorType((*batch, *rows, *columns), x.dtype)

    def eager(x: Array, y: Array) -> Array:
        return product(x, y)

    vjp = {
        "input": lambda ct, input_type, other: _by_left(ct, input_type.rank, other),
        "other": lambda ct, input, other_type: _by_right(ct, input, other_type.rank),
    }
    vjp_eager = {
        "input": lambda ct, input_type, other: _left_array(ct, input_type.rank, other),
        "other": lambda ct, input, other_type: _right_array(ct, input, other_type.rank),
    }


def _by_left(ct: Tensor, rank: int, y: Tensor) -> Tensor:
    """The gradient of `x @ y` by x of this rank, not yet summed over its broadcast batch."""
    if y.ndim == 1:
        return F.unsqueeze(ct, -1) * y
    return _times_vector(y, ct) if rank == 1 else F.matmul(ct, y.mT)


def _by_right(ct: Tensor, x: Tensor, rank: int) -> Tensor:
    """The gradient of `x @ y` by y of this rank, not yet summed over its broadcast batch."""
    if x.ndim == 1:
        return x * ct if rank == 1 else F.unsqueeze(x, -1) * F.unsqueeze(ct, -2)
    if rank == 1:
        return _times_vector(x.mT, ct)
    if rank == 2 and x.ndim > 2:  # one product sums over the batch
        x, ct = F.flatten(x, 0, -2), F.flatten(ct, 0, -2)
    return F.matmul(x.mT, ct)


def _left_array(ct: Array, rank: int, y: Array) -> Array:
    """`_by_left` of arrays."""
    if y.ndim == 1:
        return ct[..., None] * y
    if rank == 1:
        return product(y, ct[..., None])[..., 0]
    return product(ct, y.swapaxes(-1, -2))


def _right_array(ct: Array, x: Array, rank: int) -> Array:
    """`_by_right` of arrays."""
    if x.ndim == 1:
        return x * ct if rank == 1 else x[:, None] * ct[..., None, :]
    if rank == 1:
        return product(x.swapaxes(-1, -2), ct[..., None])[..., 0]
    if rank == 2 and x.ndim > 2:
        rows = math.prod(x.shape[:-1])
        x, ct = x.reshape(rows, x.shape[-1]), ct.reshape(rows, ct.shape[-1])
    return product(x.swapaxes(-1, -2), ct)


def _times_vector(matrices: Tensor, vectors: Tensor) -> Tensor:
    return F.squeeze(F.matmul(matrices, F.unsqueeze(vectors, -1)), -1)


def product(x: Array, y: Array) -> Array:
    """The matrix product of two arrays of one dtype, in that dtype."""
    if x.dtype.char in "fd" or x.dtype.kind in "iu":
        return np.matmul(x, y)
    return np.asarray(np.matmul(wide(x), wide(y))).astype(x.dtype)


def _need_ranks(name: str, *operands: tuple[Tensor, int]) -> None:
    if any(t.ndim != rank for t, rank in operands):
        ranks = " and ".join(f"{rank}-D" for _, rank in operands)
        shown = " and ".join(format_shape(t.shape) for t, _ in operands)
        raise ShapeError(
            f"{name}() takes {ranks} tensors, not {shown}",
            hint="matmul() takes any ranks and broadcasts",
        )


@function()
def mm(input: Tensor, mat2: Tensor) -> Tensor:
    """The product of two matrices."""
    _need_ranks("mm", (input, 2), (mat2, 2))
    return F.matmul(input, mat2)


@function()
def mv(input: Tensor, vec: Tensor) -> Tensor:
    """The product of a matrix and a vector."""
    _need_ranks("mv", (input, 2), (vec, 1))
    return F.matmul(input, vec)


@function()
def bmm(input: Tensor, mat2: Tensor) -> Tensor:
    """The products of two batches of matrices, without broadcasting."""
    _need_ranks("bmm", (input, 3), (mat2, 3))
    if input.shape[0] != mat2.shape[0]:
        raise ShapeError(
            f"bmm() of {format_shape(input.shape)} and {format_shape(mat2.shape)}: the batches "
            f"{input.shape[0]} and {mat2.shape[0]} differ",
            hint="matmul() broadcasts the batch",
        )
    return F.matmul(input, mat2)


@function()
def dot(input: Tensor, tensor: Tensor) -> Tensor:
    """The inner product of two vectors."""
    _need_ranks("dot", (input, 1), (tensor, 1))
    return F.matmul(input, tensor)


@function()
def vdot(input: Tensor, other: Tensor) -> Tensor:
    """The inner product of two vectors (the dtypes are real: nothing is conjugated)."""
    _need_ranks("vdot", (input, 1), (other, 1))
    return F.matmul(input, other)


@function()
def inner(input: Tensor, other: Tensor) -> Tensor:
    """The inner products over the last dimension of each; a 0-d operand multiplies."""
    if not input.ndim or not other.ndim:
        return F.mul(input, other)
    return F.tensordot(input, other, dims=([-1], [-1]))


@function()
def outer(input: Tensor, vec2: Tensor) -> Tensor:
    """The products of every element of one vector with every element of another."""
    _need_ranks("outer", (input, 1), (vec2, 1))
    return F.mul(F.unsqueeze(input, 1), vec2)
