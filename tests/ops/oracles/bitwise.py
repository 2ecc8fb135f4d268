"""Bits of Python's own integers."""

import operator

import numpy as np

from tests.ops.elementwise import each


def _left_shift(x, y):
    bits = np.iinfo(x.dtype).bits
    return each(lambda a, b: a << b if 0 <= b < bits else 0)(x, y)


def _right_shift(x, y):
    bits = np.iinfo(x.dtype).bits
    return each(lambda a, b: a >> b if 0 <= b < bits else -(a < 0))(x, y)


ORACLES = {
    "bitwise_and": each(operator.and_),
    "bitwise_or": each(operator.or_),
    "bitwise_xor": each(operator.xor),
    "bitwise_not": each(lambda x: not x if isinstance(x, bool) else ~x),
    "bitwise_left_shift": _left_shift,
    "bitwise_right_shift": _right_shift,
}
