"""Sums, products, truth and extremes over dimensions."""

from __future__ import annotations

from hodu.dtypes import bool_
from hodu.kernel.algebra import constant
from hodu.kernel.expr import Expr
from hodu.kernel.narrow import computed
from hodu.lower.index import Index
from hodu.lower.reducing.accumulated import accumulated
from hodu.lower.reducing.folds import ADD, MAX, MIN, MUL, Fold
from hodu.lower.reducing.reduce import reduce
from hodu.lower.rules import kernel
from hodu.lower.stage import Stage
from hodu.ops._rules import axes_of
from hodu.ops.reduction import count_over


def combined_axes(s: Stage) -> tuple[int, ...]:
    """The axes that the attribute `dim` names."""
    return axes_of(s.attrs["dim"], s.type().rank)


def _same(x: Expr) -> Expr:
    return x


@kernel("sum", inlines=True, epilogue=True)
def sum_(s: Stage) -> None:
    """The sum over `dim`."""
    reduce(s, combined_axes(s), ADD, *accumulated(s), _same)


@kernel("prod", inlines=True, epilogue=True)
def prod(s: Stage) -> None:
    """The product over `dim`."""
    reduce(s, combined_axes(s), MUL, *accumulated(s), _same)


@kernel("mean", inlines=True, epilogue=True)
def mean(s: Stage) -> None:
    """The mean over `dim`."""
    dtype, element = accumulated(s)
    (count,) = s.extents((count_over(s.type().shape, s.attrs["dim"]),))
    reduce(s, combined_axes(s), ADD, dtype, element, lambda total: total / count.cast(dtype))


def _truth(s: Stage, fold: Fold) -> None:
    def element(at: Index) -> Expr:
        x = s.read(0, at)
        return x if x.dtype is bool_ else x.ne(constant(0, x.dtype))

    reduce(s, combined_axes(s), fold, bool_, element, _same)


@kernel("any", inlines=True, epilogue=True)
def any_(s: Stage) -> None:
    """Whether some element is not zero."""
    _truth(s, MAX)


@kernel("all", inlines=True, epilogue=True)
def all_(s: Stage) -> None:
    """Whether all elements are not zero."""
    _truth(s, MIN)


def _extreme(s: Stage, fold: Fold) -> None:
    dtype = computed(s.type().dtype)
    reduce(s, combined_axes(s), fold, dtype, lambda at: s.read(0, at), _same)


@kernel("amax", inlines=True, epilogue=True)
def amax(s: Stage) -> None:
    """The largest element over `dim`, or NaN."""
    _extreme(s, MAX)


@kernel("amin", inlines=True, epilogue=True)
def amin(s: Stage) -> None:
    """The smallest element over `dim`, or NaN."""
    _extreme(s, MIN)
