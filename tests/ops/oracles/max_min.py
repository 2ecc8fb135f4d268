"""Extremes found by walking through the elements."""

from __future__ import annotations

import operator

import numpy as np

from tests.ops.oracles._lines import reduce


def _best(better):
    def fn(values):
        best = 0
        for i, v in enumerate(values):
            if values[best] != values[best]:
                break
            if v != v or better(v, values[best]):
                best = i
        return values[best], best

    return fn


GREATEST, LEAST = _best(operator.gt), _best(operator.lt)


def _value(fn):
    return lambda x, dim=(), keepdim=False: _reduced(x, dim, keepdim, lambda v: fn(v)[0])


def _index(fn):
    return lambda x, dim=None, keepdim=False: _reduced(x, dim, keepdim, lambda v: fn(v)[1])


def _reduced(x, dim, keepdim, fn):
    return np.asarray(reduce(x, dim, keepdim, fn), dtype=None if x.size else np.float64)


def _both(fn):
    def oracle(x, dim, keepdim=False):
        return _value(fn)(x, dim, keepdim), _index(fn)(x, dim, keepdim)

    return oracle


ORACLES = {
    "amax": _value(GREATEST),
    "amin": _value(LEAST),
    "argmax": _index(GREATEST),
    "argmin": _index(LEAST),
    "max": _both(GREATEST),
    "min": _both(LEAST),
    "aminmax": lambda x, dim=None, keepdim=False: (
        _value(LEAST)(x, dim, keepdim),
        _value(GREATEST)(x, dim, keepdim),
    ),
}
