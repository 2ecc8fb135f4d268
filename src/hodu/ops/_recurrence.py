"""Linear recurrences along an axis, in which gradients of running products run backwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hodu.errors import UnsupportedError
from hodu.ops._table import F
from hodu.source import location

if TYPE_CHECKING:
    from hodu._tensor import Tensor


def backward_recurrence(factors: Tensor, terms: Tensor, axis: int) -> Tensor:
    """`r` with `r[i] = terms[i] + factors[i] * r[i + 1]` along `axis`, and 0 after the end.

    In log2(n) steps, each of which joins what is 1, 2, 4... elements ahead (Hillis and Steele,
    Data parallel algorithms, 1986).
    """
    size = terms.shape[axis]
    if not isinstance(size, int):
        raise UnsupportedError(
            f"the gradient of a running product along a dimension of unknown size {size}",
            where=location(),
            hint="bind the dimension to a number",
        )
    step = 1
    while step < size:
        terms = terms + factors * after(terms, axis, step)
        factors = factors * after(factors, axis, step)
        step *= 2
    return terms


def after(x: Tensor, axis: int, step: int, fill: float = 0.0) -> Tensor:
    """What stands `step` elements later along `axis`, `fill` after the end."""
    none = (0,) * x.ndim
    shift = (*none[:axis], step, *none[axis + 1 :])
    return F._pad(x, tuple(-s for s in shift), shift, value=fill)


def before(x: Tensor, axis: int, fill: float) -> Tensor:
    """What stands one element earlier along `axis`, `fill` before the start."""
    none = (0,) * x.ndim
    shift = (*none[:axis], 1, *none[axis + 1 :])
    return F._pad(x, shift, tuple(-s for s in shift), value=fill)
