"""Reductions, element by element in Python; exact sums by `math.fsum`."""

from __future__ import annotations

import math
from functools import reduce as fold

import numpy as np

from hodu import dtypes
from tests.ops.oracles._lines import reduce


def _wrapped(value):
    return (int(value) + 2**63) % 2**64 - 2**63


def _cast(x, dtype):
    if dtype is None:
        return x
    return (x != 0) if dtype is dtypes.bool_ else x.astype(dtype.numpy)


def _fsum(values):
    values = list(map(float, values))
    if any(not math.isfinite(v) for v in values):
        return fold(lambda a, b: a + b, values)
    return math.fsum(values)


def _sum(x, dim=None, keepdim=False, dtype=None):
    x = _cast(x, dtype)
    if x.dtype.kind == "f":
        return reduce(x, dim, keepdim, _fsum)
    total = reduce(x, dim, keepdim, lambda v: _wrapped(sum(map(int, v))))
    return total if dtype is None else _cast(total.astype(np.int64), dtype)


def _prod(x, dim=None, keepdim=False, dtype=None):
    x = _cast(x, dtype)
    if x.dtype.kind == "f":
        return reduce(x, dim, keepdim, lambda v: fold(lambda a, b: a * b, v, 1.0))
    return reduce(x, dim, keepdim, lambda v: _wrapped(math.prod(map(int, v)))).astype(np.int64)


def _mean(x, dim=None, keepdim=False, dtype=None):
    return reduce(x, dim, keepdim, lambda v: _fsum(v) / len(v) if v else math.nan)


def _real(values):
    return [v for v in values if v == v]


def _nanmean(x, dim=None, keepdim=False, dtype=None):
    return reduce(x, dim, keepdim, lambda v: _fsum(r) / len(r) if (r := _real(v)) else math.nan)


def _nansum(x, dim=None, keepdim=False, dtype=None):
    if x.dtype.kind != "f":
        return _sum(x, dim, keepdim, dtype)
    return reduce(x, dim, keepdim, lambda v: _fsum(_real(v)))


ORACLES = {
    "sum": _sum,
    "prod": _prod,
    "mean": _mean,
    "nansum": _nansum,
    "nanmean": _nanmean,
    "any": lambda x, dim=None, keepdim=False: reduce(x, dim, keepdim, lambda v: any(map(bool, v))),
    "all": lambda x, dim=None, keepdim=False: reduce(x, dim, keepdim, lambda v: all(map(bool, v))),
    "count_nonzero": lambda x, dim=None: reduce(x, dim, False, lambda v: sum(map(bool, v))),
}
