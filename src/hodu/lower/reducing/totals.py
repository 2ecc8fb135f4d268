"""What single numbers are added up in, so that the error does not grow with their count."""

from __future__ import annotations

from hodu.dtypes import DType, f32, f64
from hodu.kernel.builder import KernelBuilder
from hodu.kernel.expr import Expr, select
from hodu.lower.reducing.folds import Fold
from hodu.plan.target import Target


class Total:
    """The fold of elements of `dtype`, one after the other.

    Sums of f32 are added up as f64. Where the processor has no instructions for f64, what rounding
    loses of each sum is added to the next element. (W. Kahan, "Further remarks on reducing
    truncation errors", 1965.)
    """

    def __init__(self, k: KernelBuilder, fold: Fold, dtype: DType, target: Target) -> None:
        within = fold.total_dtype(dtype)
        self.is_wider = within is not dtype
        is_compensated = within is f64 and dtype is f32 and not target.has_doubles
        self._k, self._fold, self._dtype = k, fold, dtype
        self._within = dtype if is_compensated else within
        self._sum = k.local("total", self._within, init=fold.identity(self._within))
        self._lost = k.local("rest", dtype, init=0.0) if is_compensated else None

    def add(self, x: Expr) -> None:
        """Combine one more element."""
        k, before = self._k, self._k.load(self._sum)
        if self._lost is None:
            k.store(self._sum, 0, self._fold(before, x.cast(self._within)))
            return
        missing = k.let(x + k.load(self._lost), "missing")
        before = k.let(before, "before")
        after = k.let(before + missing, "after")
        lost = k.let(missing - (after - before), "lost")
        k.store(self._lost, 0, select(lost.eq(lost), lost, 0.0))  # of an infinite sum it is NaN
        k.store(self._sum, 0, after)

    def value(self) -> Expr:
        """All of them combined, in their dtype."""
        return self._k.load(self._sum).cast(self._dtype)
