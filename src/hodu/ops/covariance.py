"""Covariance and correlation of variables over observations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hodu.dims import provably_different
from hodu.dtypes import f32
from hodu.errors import ShapeError
from hodu.ops._precision import narrow, widen
from hodu.ops._table import F, function
from hodu.shapes import format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor


@function()
def cov(
    input: Tensor,
    *,
    correction: int = 1,
    fweights: Tensor | None = None,
    aweights: Tensor | None = None,
) -> Tensor:
    """The covariance of variables (rows) over observations (columns), which may be weighted.

    `fweights` says how often each observation occurred, `aweights` how important it is.
    """
    if input.ndim > 2:
        raise ShapeError(f"cov() takes at most 2 dimensions, not {format_shape(input.shape)}")
    x = input if input.dtype.is_float else F.cast(input, f32)
    rows = F.reshape(widen(x), (1, -1)) if x.ndim < 2 else widen(x)
    weights = _weights(rows, fweights, aweights)
    if weights is None:
        count = rows.shape[1]
        scale: Any = max(count - correction, 0) if isinstance(count, int) else count - correction
        centered = rows - F.mean(rows, 1, keepdim=True)
        product = F.matmul(centered, centered.mT)
    else:
        total = F.sum(weights)
        used = total if aweights is None else F.sum(weights * aweights) / total
        scale = total - correction * used if aweights is not None else total - correction
        centered = rows - F.sum(rows * weights, 1, keepdim=True) / total
        product = F.matmul(centered * weights, centered.mT)
    result = product / scale
    return narrow(F.reshape(result, ()) if rows.shape[0] == 1 else result, x.dtype)


def _weights(rows: Tensor, fweights: Tensor | None, aweights: Tensor | None) -> Tensor | None:
    given = [w for w in (fweights, aweights) if w is not None]
    for w in given:
        if w.ndim != 1 or provably_different(w.shape[0], rows.shape[1]):
            raise ShapeError(
                f"cov(): weights {format_shape(w.shape)} for {rows.shape[1]} observations"
            )
    if not given:
        return None
    weights = narrow(given[0], rows.dtype)
    return weights if len(given) == 1 else weights * narrow(given[1], rows.dtype)


@function()
def corrcoef(input: Tensor) -> Tensor:
    """Pearson's correlation coefficients of variables (rows) over observations (columns)."""
    covariance = F.cov(input)
    if not covariance.ndim:
        return covariance / covariance
    deviation = F.sqrt(F.diagonal(covariance))
    return F.clamp(covariance / F.unsqueeze(deviation, 1) / deviation, -1.0, 1.0)
