"""Variance by fractions."""

from __future__ import annotations

import math
from fractions import Fraction

from tests.ops.oracles._lines import reduce


def _variance(values, correction):
    if any(not math.isfinite(v) for v in values):
        return math.nan
    exact = [Fraction(float(v)) for v in values]
    mean = sum(exact) / len(exact) if exact else Fraction(0)
    total = float(sum((v - mean) ** 2 for v in exact))
    degrees = max(len(exact) - correction, 0)
    return total / degrees if degrees else math.inf if total else math.nan


def _var(x, dim=None, correction=1, keepdim=False):
    return reduce(x, dim, keepdim, lambda v: _variance(v, correction))


def _std(x, dim=None, correction=1, keepdim=False):
    return reduce(x, dim, keepdim, lambda v: math.sqrt(_variance(v, correction)))


ORACLES = {"var": _var, "std": _std}
