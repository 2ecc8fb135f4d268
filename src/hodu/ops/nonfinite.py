"""NaN and infinities: finding them, replacing them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import ml_dtypes
import numpy as np

from hodu.dtypes import ANY
from hodu.ops._rules import predicate, same_as
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, op
from hodu.ops.exponential import SHAPES

if TYPE_CHECKING:
    from hodu._tensor import Tensor

finfo: Callable[..., Any] = ml_dtypes.finfo

_VALUES = [float("nan"), float("inf"), float("-inf"), 0.0, -1.5]
SPECIAL = [S(T(dtype=t, values=_VALUES)) for t in ("f16", "bf16", "f32", "f64", "f8e5m2")]


@op("isnan(Tensor input) -> Tensor")
class Isnan:
    """Whether the elements are NaN; integers never are."""

    nondiff = "a truth value"
    dtypes = ANY
    infer = predicate()
    eager = np.isnan
    samples = SHAPES + SPECIAL


@op("isinf(Tensor input) -> Tensor")
class Isinf:
    """Whether the elements are infinite; integers never are."""

    nondiff = "a truth value"
    dtypes = ANY
    infer = predicate()
    eager = np.isinf
    samples = SHAPES + SPECIAL


@op("isfinite(Tensor input) -> Tensor")
class Isfinite:
    """Whether the elements are neither infinite nor NaN."""

    nondiff = "a truth value"
    dtypes = ANY
    infer = predicate()
    eager = np.isfinite
    samples = SHAPES + SPECIAL


@op("nan_to_num(Tensor input, float? nan=0.0, float? posinf=None, float? neginf=None) -> Tensor")
class NanToNum:
    """NaN and infinities replaced: by 0 and by the dtype's largest and least finite numbers."""

    dtypes = ANY
    infer = same_as(0)
    samples = [*SHAPES, *(S(*s.tensors, nan=1.0, posinf=2.0, neginf=-3.0) for s in SPECIAL)]
    inplace = True

    def compose(
        x: Tensor,
        nan: float | None = 0.0,
        posinf: float | None = None,
        neginf: float | None = None,
    ) -> Tensor:
        if not x.dtype.is_float:
            return F.clone(x)
        limits = finfo(x.dtype.numpy)
        x = F.where(F.isnan(x), nan or 0.0, x)
        x = F.where(x == float("inf"), float(limits.max) if posinf is None else posinf, x)
        return F.where(x == float("-inf"), float(limits.min) if neginf is None else neginf, x)

    def eager(
        x: Array,
        nan: float | None = 0.0,
        posinf: float | None = None,
        neginf: float | None = None,
    ) -> Array:
        result = x.copy()
        if x.dtype.kind in "iub":
            return result
        limits = finfo(x.dtype)
        result[np.isnan(x)] = nan or 0.0
        result[x == np.inf] = limits.max if posinf is None else posinf
        result[x == -np.inf] = limits.min if neginf is None else neginf
        return result
