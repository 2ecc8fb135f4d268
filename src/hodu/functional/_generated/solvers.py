"""Functions of the ops in hodu.ops.solvers.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, NamedTuple

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_float
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_DET = REGISTRY["det"]


def det(A: Tensor) -> Tensor:
    """The determinant of each matrix; that of a 0x0 matrix is 1."""
    return apply(_DET, (A,), {})


_INVERSE = REGISTRY["inverse"]


def inverse(input: Tensor) -> Tensor:
    """The inverse of each matrix; a singular one is an error."""
    return apply(_INVERSE, (input,), {})


class LstsqResult(NamedTuple):
    """Results of `lstsq`."""

    solution: Tensor
    residuals: Tensor
    rank: Tensor
    singular_values: Tensor


_LSTSQ = REGISTRY["lstsq"]


def lstsq(
    A: Tensor | builtins.bool | builtins.int | builtins.float,
    B: Tensor | builtins.bool | builtins.int | builtins.float,
    rcond: builtins.float | None = None,
) -> LstsqResult:
    """The X of least norm that minimises `A @ X - B`, for matrices [..., m, n] and [..., m, k].

    `residuals` are the squared column norms of `A @ X - B`, empty unless m > n. Singular values
    below `rcond` (the precision times max(m, n)) times the largest count as zero.
    """
    return LstsqResult(
        *apply(
            _LSTSQ,
            (
                A,
                B,
            ),
            {"rcond": None if rcond is None else as_float(rcond, "rcond")},
        )
    )


class SlogdetResult(NamedTuple):
    """Results of `slogdet`."""

    sign: Tensor
    logabsdet: Tensor


_SLOGDET = REGISTRY["slogdet"]


def slogdet(A: Tensor) -> SlogdetResult:
    """The sign and the logarithm of the absolute value of each determinant; 0 and -inf at 0."""
    return SlogdetResult(*apply(_SLOGDET, (A,), {}))


_SOLVE = REGISTRY["solve"]


def _solve(
    A: Tensor | builtins.bool | builtins.int | builtins.float,
    B: Tensor | builtins.bool | builtins.int | builtins.float,
) -> Tensor:
    """The X with `A @ X = B`, where B holds the right-hand sides as columns, [..., n, k]."""
    return apply(
        _SOLVE,
        (
            A,
            B,
        ),
        {},
    )


_SOLVE_TRIANGULAR = REGISTRY["solve_triangular"]


def solve_triangular(
    A: Tensor | builtins.bool | builtins.int | builtins.float,
    B: Tensor | builtins.bool | builtins.int | builtins.float,
    *,
    upper: builtins.bool,
    left: builtins.bool = True,
    unitriangular: builtins.bool = False,
) -> Tensor:
    """The X with `A @ X = B` (`X @ A = B` if not `left`), reading one triangle of A.

    With `unitriangular` the diagonal counts as ones. A zero on the diagonal is an error.
    """
    return apply(
        _SOLVE_TRIANGULAR,
        (
            A,
            B,
        ),
        {"upper": upper, "left": left, "unitriangular": unitriangular},
    )
