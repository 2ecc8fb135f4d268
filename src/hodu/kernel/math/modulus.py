"""Exact remainders and lengths of floats."""

from __future__ import annotations

from hodu.dtypes import DType
from hodu.kernel.algebra import constant, unary
from hodu.kernel.buffer import Buf
from hodu.kernel.builder import KernelBuilder
from hodu.kernel.expr import Expr, select
from hodu.kernel.intrinsics import reduce_lanes
from hodu.kernel.math.floats import (
    INF,
    NAN,
    copy_sign,
    format_of,
    magnitude,
    pick,
    upper_half,
)


def fmod(k: KernelBuilder, x: Expr, y: Expr) -> Expr:
    """The exact remainder of x / y with the sign of x; NaN for y = 0 and infinite x."""
    x, y = k.let(x, "x"), k.let(y, "y")
    a, b = k.let(magnitude(x), "a"), k.let(magnitude(y), "b")
    valid = k.let((a < INF) & (b > 0.0), "valid")
    ratio = k.let(a / b, "ratio")
    # q times either half of b is exact, and so are the differences, as |r| <= b / 2. Large numbers
    # are scaled, lest q b overflows.
    limit = pick(x, (2.0**11,), (2.0**25,))[0]
    large = k.let(a > 2.0 ** (format_of(x).bias - 1), "large")
    scale = k.let(select(large, constant(0.25, x.dtype), 1.0), "scale")
    q = k.let(unary("rint", select(ratio < limit, ratio, 0.0)), "q")
    divisor = k.let(b * scale, "divisor")
    high = k.let(upper_half(divisor), "high")
    near = k.let((a * scale - q * high) - q * (divisor - high), "near")
    near = select(near < 0.0, near + divisor, near) * select(large, constant(4.0, x.dtype), 1.0)
    rest = k.local("rest", x.dtype, lanes=x.lanes, init=near)
    far = k.let(valid & (ratio >= limit) & (b < INF), "far")
    with k.when(_any(far, format_of(x).signed)):
        _divide_long(k, rest, select(far, a, 0.0), k.let(select(far, b, 1.0), "divisor"), far)
    found = select(b > a, a, k.load(rest))
    return copy_sign(select(valid, found, NAN), x)


def _any(condition: Expr, dtype: DType) -> Expr:
    """Whether a condition holds in any lane; `dtype` is an integer as wide as the lanes."""
    return reduce_lanes("max", select(condition, constant(1, dtype), 0)) > 0


def _divide_long(k: KernelBuilder, rest: Buf, a: Expr, b: Expr, far: Expr) -> None:
    """Long division in base 2: subtract b times falling powers of two; all steps are exact."""
    dtype = format_of(a).signed
    r = k.local("r", a.dtype, lanes=a.lanes, init=a)
    t = k.local("t", a.dtype, lanes=a.lanes, init=b)
    with k.loop_while(_any(k.load(t) <= k.load(r) * 0.5, dtype)):
        k.store(t, 0, select(k.load(t) <= k.load(r) * 0.5, k.load(t) * 2.0, k.load(t)))
    with k.loop_while(_any(k.load(t) > b, dtype)):
        k.store(r, 0, _less(k.load(r), k.load(t)))
        k.store(t, 0, select(k.load(t) > b, k.load(t) * 0.5, k.load(t)))
    k.store(rest, 0, select(far, _less(k.load(r), b), k.load(rest)))


def _less(r: Expr, t: Expr) -> Expr:
    return select(r >= t, r - t, r)


def hypot(k: KernelBuilder, x: Expr, y: Expr) -> Expr:
    """sqrt(x^2 + y^2) without overflow; infinite where either is, even beside a NaN."""
    x, y = k.let(magnitude(x), "x"), k.let(magnitude(y), "y")
    swap = k.let(y > x, "swap")
    long, short = k.let(select(swap, y, x), "long"), select(swap, x, y)
    ratio = k.let(select(long.eq(0.0), 0.0, short / long), "ratio")
    found = long * unary("sqrt", ratio * ratio + 1.0)
    found = select(long.eq(0.0), x + y, found)
    return select(x.eq(INF) | y.eq(INF), INF, found)
