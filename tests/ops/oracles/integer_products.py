"""Meanings of the products of bytes: those of other products, in integers that hold them."""

import numpy as np

from tests.ops.oracles.conv import conv
from tests.ops.oracles.matmul import matmul


def _centred(x, zero):
    return x.astype(np.int64) - (0 if zero is None else zero.astype(np.int64))


def integer_conv(x, w, bias, x_zero, w_zero, stride, padding, dilation, groups):
    a, b = _centred(x, x_zero), _centred(w, w_zero)
    return conv(a, b, bias, stride, padding, dilation, groups).astype(np.int32)


def integer_matmul(x, y, x_zero, y_zero):
    return matmul(_centred(x, x_zero), _centred(y, y_zero)).astype(np.int32)


ORACLES = {"integer_conv": integer_conv, "integer_matmul": integer_matmul}
