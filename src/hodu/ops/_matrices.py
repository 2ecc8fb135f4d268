"""What the linear algebra ops share: checks of matrix shapes, dtypes, failures in a batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hodu.dims import Dim, provably_different
from hodu.errors import ShapeError, ValueRangeError
from hodu.ops._precision import wide
from hodu.ops._table import Array
from hodu.shapes import Shape, TensorType, broadcasts_to, format_shape


def matrix_shape(name: str, x: TensorType) -> tuple[Shape, Dim, Dim]:
    """The batch shape, rows and columns of a stack of matrices; raises ShapeError."""
    if x.rank < 2:
        raise ShapeError(
            f"{name}() takes matrices [..., m, n], not a tensor {format_shape(x.shape)}"
        )
    return x.shape[:-2], x.shape[-2], x.shape[-1]


def square_shape(name: str, x: TensorType) -> tuple[Shape, Dim]:
    """The batch shape and the size of a stack of square matrices; raises ShapeError."""
    batch, rows, columns = matrix_shape(name, x)
    if provably_different(rows, columns):
        raise ShapeError(
            f"{name}() takes square matrices [..., n, n], not a tensor {format_shape(x.shape)}"
        )
    return batch, rows


def check_term(name: str, what: str, term: Shape, shape: Shape) -> None:
    """Raise ShapeError unless `term` broadcasts to `shape` without enlarging it."""
    if not broadcasts_to(term, shape):
        raise ShapeError(
            f"{name}(): {what} {format_shape(term)} does not broadcast to {format_shape(shape)}"
        )


def adjoint(x: Array) -> Array:
    """The last two axes swapped."""
    return np.swapaxes(x, -1, -2)


def back(result: Array, like: Array) -> Array:
    """A result in the dtype of the argument `like`."""
    return np.asarray(result).astype(like.dtype, copy=False)


def attempt(
    name: str,
    fault: str,
    call: Callable[..., Any],
    x: Array,
    *rest: Array,
    square: bool = True,
) -> Any:
    """`call(x, *rest)` on stacks of matrices; on LinAlgError, says which matrix is at fault."""
    if x.ndim < 2 or (square and x.shape[-1] != x.shape[-2]):
        raise ValueError("the matrices are not square" if square else "there are no matrices")
    try:
        return call(wide(x), *rest)
    except np.linalg.LinAlgError as error:
        where = _first_failure(call, wide(x), rest)
        which = f"the matrix at batch index {where} " if where else "the matrix "
        raise ValueRangeError(f"{name}(): {which}{fault}") from error


def finite(call: Callable[..., Any], triangle: Callable[[Array], Array] = np.asarray) -> Any:
    """`call`, with LinAlgError for matrices of which `triangle` reads NaN or infinity.

    Iterations of LAPACK may give anything for them, or never end.
    """

    def checked(x: Array, *rest: Array) -> Any:
        if not np.isfinite(triangle(x)).all():
            raise np.linalg.LinAlgError("not finite")
        return call(x, *rest)

    return checked


def _first_failure(call: Callable[..., Any], x: Array, rest: tuple[Array, ...]) -> str:
    """The batch index of the first matrix on which `call` fails; empty without a batch."""
    others = [r[(0,) * (r.ndim - 2)] for r in rest]  # the fault is the first operand's alone
    for index in np.ndindex(*x.shape[:-2]):
        try:
            call(x[index], *others)
        except np.linalg.LinAlgError:
            return f"{list(index)}" if index else ""
    return ""


def thin_svd(x: Array) -> tuple[Array, Array, Array]:
    """U, S and Vh with min(m, n) singular vectors."""
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    return u, s, vh
