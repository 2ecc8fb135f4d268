"""Winograd's F(m, 3): m sums of three products each by m + 2 multiplications.

A filter and a stretch of m + 2 elements, as polynomials, are evaluated at m + 2 points, multiplied
point by point, and interpolated (S. Winograd, 1980; A. Lavin and S. Gray, "Fast Algorithms for
Convolutional Neural Networks", 2016). The points are 0, infinity and pairs of opposite numbers,
which share most of their arithmetic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hodu.kernel.algebra import constant
from hodu.kernel.builder import KernelBuilder
from hodu.kernel.expr import Expr
from hodu.kernel.intrinsics import fma
from hodu.ops._table import Array

TAPS = 3


@dataclass(frozen=True, slots=True)
class Minimal:
    """The algorithm with the points 0, infinity and both signs of `pairs`."""

    pairs: tuple[float, ...]

    @property
    def points(self) -> int:
        """Elements that go in, and multiplications."""
        return 2 * len(self.pairs) + 2

    @property
    def outputs(self) -> int:
        """Sums that come out."""
        return self.points - TAPS + 1

    def filters(self) -> Array:
        """The matrix [points, taps] that evaluates a filter, in f64."""
        finite = [0.0, *(sign * a for a in self.pairs for sign in (1, -1))]
        rows = [[x**power for power in range(TAPS)] for x in finite]
        scales = [np.prod([x - y for y in finite if y != x]) for x in finite]
        last = [0.0] * (TAPS - 1) + [1.0]
        return np.array([*(np.array(r) / n for r, n in zip(rows, scales, strict=True)), last])

    def evaluate(self, k: KernelBuilder, d: Sequence[Expr]) -> list[Expr]:
        """A stretch of elements at all points."""
        whole = _product(self.pairs)
        found = [_combined(k, whole, d[0::2])]
        for a in self.pairs:
            others = _product([b for b in self.pairs if b != a])
            even = _combined(k, others, d[2::2])
            odd = _combined(k, others, d[1::2])
            found += [_plus(k, odd, a, even), _plus(k, odd, -a, even)]
        return [*found, _combined(k, whole, d[1::2])]

    def interpolate(self, k: KernelBuilder, m: Sequence[Expr]) -> list[Expr]:
        """The sums from the products at all points."""
        pairs = list(zip(m[1:-1:2], m[2:-1:2], strict=True))
        both = ([k.let(p + q) for p, q in pairs], [k.let(p - q) for p, q in pairs])
        found = []
        for power in range(self.outputs):
            terms = [(x, a**power) for x, a in zip(both[power % 2], self.pairs, strict=True)]
            if power == 0:
                terms.insert(0, (m[0], 1.0))
            if power == self.outputs - 1:
                terms.insert(0, (m[-1], 1.0))
            found.append(_weighted(k, terms))
        return found


F2 = Minimal((1.0,))
F4 = Minimal((0.625, 1.5))
"""Points with a third of the rounding error of (1, 2); their products and powers are exact in f32.

(B. Barabasz et al., "Error Analysis and Improving the Accuracy of Winograd Convolution for Deep
Neural Networks", 2020, on the choice of points.)
"""


def _product(roots: Sequence[float]) -> list[float]:
    """The coefficients of the product of (x - a * a) over `roots`, the constant one first."""
    found = [1.0]
    for a in roots:
        found = [low - a * a * high for low, high in zip([0.0, *found], [*found, 0.0], strict=True)]
    return found


def _combined(k: KernelBuilder, factors: Sequence[float], d: Sequence[Expr]) -> Expr:
    """The sum of elements times factors, the last of which is 1."""
    pairs = list(zip(d, factors, strict=False))
    return _weighted(k, pairs[::-1])


def _weighted(k: KernelBuilder, terms: Sequence[tuple[Expr, float]]) -> Expr:
    """The sum of expressions times factors, those whose factor is 1 first."""
    (first, factor), *rest = sorted(terms, key=lambda term: term[1] != 1.0)
    total = first if factor == 1.0 else k.let(first * factor)
    for x, by in rest:
        total = _plus(k, x, by, total)
    return total


def _plus(k: KernelBuilder, x: Expr, factor: float, total: Expr) -> Expr:
    """`x * factor + total`."""
    if abs(factor) == 1.0:
        return k.let(total + x if factor > 0 else total - x)
    return k.let(fma(x, constant(factor, x.dtype), total))
