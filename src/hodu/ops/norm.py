"""Norms of vectors and matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dtypes import FLOATS, Number, f64
from hodu.errors import ValueRangeError
from hodu.ops._precision import accumulator, wide, widen
from hodu.ops._rules import float_dtype, reduced_shape
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, function, op
from hodu.ops.max_min import check_nonempty
from hodu.ops.reduction import fold, with_dims
from hodu.shapes import TensorType

if TYPE_CHECKING:
    from hodu._tensor import Tensor
    from hodu.dtypes import DTypeLike

Dims = tuple[int, ...] | None


def _norm_type(x: TensorType, p: Number = 2, dim: Dims = None, keepdim: bool = False) -> TensorType:
    if abs(p) == np.inf:
        check_nonempty("norm", x.shape, dim)
    return TensorType(reduced_shape(x.shape, dim, keepdim), float_dtype(x.dtype))


@op("norm(Tensor input, Scalar p=2, int[]? dim=None, bool keepdim=False) -> Tensor")
class Norm:
    """The `p`-norm over `dim`: the p-th root of the sum of p-th powers of absolute values.

    p = 0 counts the elements that are not zero, inf and -inf take the extremes.
    """

    dtypes, public, infer = FLOATS, False, _norm_type
    autocast = "f32"
    samples = [S((2, 3, 4), p=p, dim=(1,)) for p in (0, 0.5, 1, 2, 3, -1, np.inf, -np.inf)]
    samples += [
        S((3, 4)),
        S((2, 3, 4), dim=(0, 2), keepdim=True),
        S(()),
        S((0, 3), dim=(0,)),
        S(T(dtype="f16", values=[200.0] * 200)),
        S(T(dtype="f32", values=[[np.nan, 1], [np.inf, 1]]), dim=(1,)),
    ]

    def eager(x: Array, p: Number = 2, dim: Dims = None, keepdim: bool = False) -> Array:
        size = np.abs(wide(x)).astype(np.float64, copy=False)
        if abs(p) == np.inf:
            check_nonempty("norm", x.shape, dim)
            extreme = np.maximum if p > 0 else np.minimum
            found = fold(extreme, size, dim, keepdim)
        else:
            powers = (size != 0) if p == 0 else size**p
            found = fold(np.add, powers, dim, keepdim, f64)
            found = found if p in (0, 1) else found ** (1 / p)
        return found.astype(x.dtype, copy=False)

    def compose(input: Tensor, p: Number = 2, dim: Dims = None, keepdim: bool = False) -> Tensor:
        x = input.to(accumulator(input.dtype))
        return _powers(x, p, () if dim is None else dim, keepdim).to(input.dtype)

    vjp = {
        "input": lambda ct, out, input, p, dim, keepdim: _norm_gradient(
            ct, out, input, p, dim, keepdim
        )
    }


def _norm_gradient(
    ct: Tensor, out: Tensor, input: Tensor, p: Number, dim: Dims, keepdim: bool
) -> Tensor:
    """As PyTorch has it: 0 where the norm, or for small p the element, is 0."""
    ct, out = (widen(with_dims(t, input.shape, dim, keepdim)) for t in (ct, out))
    x = widen(input)
    if p == 0:
        return F.zeros_like(x)
    if p == 1:
        return ct * F.sign(x)
    if p == 2:
        return x * F.where(out == 0, 0, ct / out)
    size = F.abs(x)
    if abs(p) == np.inf:
        is_extreme = size == out
        return F.sign(x) * F.where(is_extreme, ct / F.sum(is_extreme, dim, True), 0)
    safe = F.where(x == 0, 1, size)
    slope = F.sign(x) * safe ** (p - 1)
    return slope * F.where(out == 0, 0, ct * F.where(out == 0, 1, out) ** (1 - p))


def _powers(x: Tensor, p: Number, dim: tuple[int, ...], keepdim: bool) -> Tensor:
    if p == 0:
        return F.sum(F.ne(x, 0), dim, keepdim)
    if p == 2:
        return F.sqrt(F.sum(x * x, dim, keepdim))
    size = F.abs(x)
    if abs(p) == np.inf:
        return F.amax(size, dim, keepdim) if p > 0 else F.amin(size, dim, keepdim)
    return F.sum(size, dim, keepdim) if p == 1 else F.sum(size**p, dim, keepdim) ** (1 / p)


@function()
def norm(
    input: Tensor,
    p: Number | str = "fro",
    dim: int | tuple[int, ...] | None = None,
    keepdim: bool = False,
    dtype: DTypeLike | None = None,
) -> Tensor:
    """The `p`-norm over `dim`; "fro" is the root of the sum of squares.

    "nuc" is the sum of the singular values of a matrix: of the tensor itself, or of the two
    dimensions `dim`.
    """
    x = input if dtype is None else input.to(dtype)
    if p == "nuc":
        return _nuclear_norm(x, (-2, -1) if dim is None else dim, keepdim)
    if isinstance(p, str) and p != "fro":
        raise ValueRangeError(f"norm() of order p={p!r}", hint="it is a number, 'fro' or 'nuc'")
    return F._norm(x, 2 if p == "fro" else p, dim, keepdim)


def _nuclear_norm(x: Tensor, dim: Any, keepdim: bool) -> Tensor:
    values = F.svd(F.movedim(x, dim, (-2, -1)))[1]
    return F.reshape(F.sum(values, -1), reduced_shape(x.shape, dim, keepdim))
