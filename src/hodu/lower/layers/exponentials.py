"""Rows of scores in local memory to softmax weights, in whole vectors.

A row begins at `base` and has `count` scores; memory up to whole vectors belongs to it and holds
minus infinity where scores are weighed, so that it counts for nothing.
"""

from __future__ import annotations

import math

from hodu.kernel.algebra import broadcast, constant
from hodu.kernel.buffer import Buf
from hodu.kernel.builder import KernelBuilder
from hodu.kernel.expr import Expr
from hodu.kernel.intrinsics import reduce_lanes
from hodu.kernel.math import exp_weight


def whole_vectors(count: Expr, lanes: int) -> Expr:
    """`count` rounded up to whole vectors."""
    return (count + (lanes - 1)) // lanes * lanes


def greatest(k: KernelBuilder, scores: Buf, base: Expr, count: Expr, lanes: int) -> Expr:
    """The greatest score of a row; the weights of a row with a NaN are all NaN whatever it is."""
    least = constant(-math.inf, scores.dtype)
    held = k.local("most", scores.dtype, lanes=lanes, init=least)
    with k.loop(whole_vectors(count, lanes), step=lanes, name="c") as c:
        k.store(held, 0, k.load(held).max(k.let(k.load(scores, base + c, lanes), "score")))
    return k.let(reduce_lanes("max", k.load(held)), "most")


def exponentials(
    k: KernelBuilder, scores: Buf, base: Expr, count: Expr, top: Expr, lanes: int
) -> Expr:
    """Replace the scores of a row by the exponentials of what they are above `top`; their sum."""
    held = k.local("sum", scores.dtype, lanes=lanes, init=0.0)
    with k.loop(whole_vectors(count, lanes), step=lanes, name="c") as c:
        weight = k.let(exp_weight(k, k.load(scores, base + c, lanes) - top), "weight")
        k.store(held, 0, k.load(held) + weight)
        k.store(scores, base + c, weight)
    return k.let(reduce_lanes("add", k.load(held)), "sum")


def scale(k: KernelBuilder, buf: Buf, base: Expr, count: Expr, factor: Expr, lanes: int) -> None:
    """Multiply a row by a factor."""
    factor = k.let(broadcast(factor, lanes), "factor")
    with k.loop(whole_vectors(count, lanes), step=lanes, name="c") as c:
        k.store(buf, base + c, k.load(buf, base + c, lanes) * factor)
