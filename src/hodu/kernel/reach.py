"""How far the positions of a kernel reach, for machines whose registers hold 32 bits."""

from __future__ import annotations

from hodu.dtypes import u32
from hodu.kernel.algebra import bounds
from hodu.kernel.expr import INDEX, Cast, Expr, Ramp
from hodu.kernel.ir import Kernel
from hodu.kernel.walk import all_expressions

# Half of what fits, so that a loop variable may pass its end by a step.
_LIMIT = 1 << 30


def is_short(kernel: Kernel) -> bool:
    """Whether every position that a kernel computes is sure to fit in 32 bits."""
    return all(map(_is_near, all_expressions(kernel.body)))


def _holds_short(x: Expr) -> bool:
    return (
        isinstance(x, Cast)
        and x.a.dtype.is_integer
        and x.a.dtype.bits <= 32
        and x.a.dtype is not u32
    )


def _is_near(x: Expr) -> bool:
    if x.dtype is not INDEX or _holds_short(x):
        return True
    if isinstance(x, Ramp):
        return _is_near(x.base)
    low, high = bounds(x)
    return low is not None and high is not None and low >= -_LIMIT and high <= _LIMIT
