"""Angles reduced by multiples of pi / 2.

Up to a limit, three parts of pi / 2 of few bits and a rest are subtracted as often as they fit
(Cody and Waite, 1980). Beyond, the bits of 2 / pi that matter are multiplied exactly (M. Payne and
R. Hanek, "Radian reduction for trigonometric functions", SIGNUM Newsletter 18, 1983), which is
done only for vectors with such an element.
"""

from __future__ import annotations

import itertools
import math

from hodu.dtypes import DType, f32
from hodu.kernel.algebra import constant
from hodu.kernel.builder import KernelBuilder
from hodu.kernel.expr import Expr, select
from hodu.kernel.intrinsics import reduce_lanes
from hodu.kernel.math.exponential import nearest
from hodu.kernel.math.floats import FORMATS, INF, format_of, pick

# pi / 2 in parts of 11 bits for f32, and of 33 bits for f64
_PARTS = (1.5703125, 0.00048375129699707031, 7.5495336204767227e-08, 2.5633441515945188e-12)
_PARTS_WIDE = (
    1.5707963267341256,
    6.077100506303966e-11,
    2.0222662487111665e-21,
    8.4784276603689e-32,
)
# pi / 2 in two parts, the first of which times half a word is exact
_HALVES = ((1.5703125, 0.00048382679489661926), (1.570796012878418, 3.139164786504813e-07))
# The first 1280 bits of 2 / pi behind the point.
_TWO_OVER_PI = int(
    "a2f9836e4e441529fc2757d1f534ddc0db6295993c439041fe5163abdebbc561b7246e3a424dd2e0"
    "06492eea09d1921cfe1deb1cb129a73ee88235f52ebb4484e99c7026b45f7e413991d639835339f4"
    "9c845f8bbdf9283b1ff897ffde05980fef2f118b5a0a6d1f6d367ecf27cb09b74f463f669e5fea2d"
    "7527bac7ebe5f17b3d0739f78a5292ea6bfb5fb11f8d5d0856033046fc7b6babf0cfbc209af4361d",
    16,
)
_TWO_OVER_PI_BITS = 1280


def reduce_angle(k: KernelBuilder, x: Expr) -> tuple[Expr, Expr]:
    """r in [-pi / 4, pi / 4] and an integer q with x = q pi / 2 + r, up to a multiple of 2 pi.

    `x` is not negative. The low two bits of q matter.
    """
    form = format_of(x)
    limit = pick(x, (12000.0,), (1.0e6,))[0]
    n, bits = nearest(k, x, 2 / math.pi)
    rest = x
    for part in pick(x, _PARTS, _PARTS_WIDE):
        rest = rest - n * part
    r = k.local("r", x.dtype, lanes=x.lanes, init=k.let(rest, "near"))
    q = k.local("q", form.signed, lanes=x.lanes, init=bits)
    # As integers, so that NaN among them hides nothing.
    largest = reduce_lanes("max", x.bitcast(form.signed))
    with k.when(largest > constant(limit, x.dtype).bitcast(form.signed)):
        far, turns = _reduce_large(k, x)
        near = k.let(x <= limit, "is_near")
        k.store(r, 0, select(near, k.load(r), far))
        k.store(q, 0, select(near, k.load(q), turns))
    return k.let(k.load(r), "r"), k.let(k.load(q), "q")


def _reduce_large(k: KernelBuilder, x: Expr) -> tuple[Expr, Expr]:
    """The same for any large x: of x = m 2**e, m times a window of the bits of 2 / pi."""
    form = format_of(x)
    width = form.width
    bits = k.let(x.bitcast(form.unsigned), "bits")
    m = k.let((bits & ((1 << form.fraction) - 1)) | (1 << form.fraction), "m")
    # The window starts with the bit whose product with m counts twice a quarter turn.
    start = k.let((bits >> form.fraction) + (width - 2 - form.bias - form.fraction), "start")
    a, b, c = _window(k, start & 2047, width)
    low = k.let(m * b, "low")
    p1 = k.let(low + _high_product(k, m, c), "p1")
    carry = select(p1 < low, constant(1, form.unsigned), 0)
    p0 = k.let(m * a + _high_product(k, m, b) + carry, "p0")
    # The fraction of a quarter turn as a signed number of two words; what is below zero is flipped.
    high = k.let((p0 << 2) | (p1 >> (width - 2)), "high")
    below = k.let((high >> (width - 1)).ne(0), "below")
    flip = select(below, constant((1 << width) - 1, form.unsigned), 0)
    turn = _angle(k, k.let(high ^ flip, "turn"), (p1 << 2) ^ flip, x.dtype)
    r = select(below, -turn, turn)
    q = (p0 >> (width - 2)) + (high >> (width - 1))
    return select(x < INF, k.let(r, "far"), x - x), k.let(q.bitcast(form.signed), "turns")


def _angle(k: KernelBuilder, high: Expr, low: Expr, dtype: DType) -> Expr:
    """Two words, a fraction of a quarter turn, as an angle."""
    form = FORMATS[dtype]
    unit, half = 2.0**-form.width, form.width // 2
    first, second = _HALVES[0 if dtype is f32 else 1]
    top = k.let((high >> half).bitcast(form.signed).cast(dtype), "top")
    rest = (high & ((1 << half) - 1)).bitcast(form.signed).cast(dtype)
    least = (low >> 1).bitcast(form.signed).cast(dtype)
    small = rest * (math.pi / 2 * unit) + least * (math.pi * unit * unit)
    unit = unit * 2.0**half
    return k.let(top * (first * unit) + (top * (second * unit) + small), "angle")


def _window(k: KernelBuilder, start: Expr, width: int) -> tuple[Expr, Expr, Expr]:
    """Three words of 2 / pi, after one word of zeros, from the bit `start` on."""
    number = k.let(start >> (5 if width == 32 else 6), "number")
    words = _words(width)
    chosen: list[Expr] = [constant(w, start.dtype, start.lanes) for w in words[:4]]
    for i in range(1, (4 if width == 32 else 16) + 1):
        hit = k.let(number >= i, "hit")
        chosen = [k.let(select(hit, words[i + j], w), "word") for j, w in enumerate(chosen)]
    shift = k.let(start & (width - 1), "shift")
    rest = k.let(constant(width - 1, start.dtype) - shift, "rest")
    pairs = itertools.pairwise(chosen)
    a, b, c = (k.let((w << shift) | ((v >> 1) >> rest), "window") for w, v in pairs)
    return a, b, c


def _words(width: int) -> list[int]:
    count = _TWO_OVER_PI_BITS // width
    mask = (1 << width) - 1
    return [0, *((_TWO_OVER_PI >> (width * (count - 1 - i))) & mask for i in range(count))]


def _high_product(k: KernelBuilder, a: Expr, b: Expr) -> Expr:
    """The upper word of a product, of those of halves (Warren, Hacker's Delight, 8-2)."""
    half = a.dtype.bits // 2
    mask = (1 << half) - 1
    a0, a1 = k.let(a & mask, "a0"), k.let(a >> half, "a1")
    b0, b1 = k.let(b & mask, "b0"), k.let(b >> half, "b1")
    middle = k.let(a1 * b0 + ((a0 * b0) >> half), "middle")
    other = a0 * b1 + (middle & mask)
    return k.let(a1 * b1 + (middle >> half) + (other >> half), "high")
