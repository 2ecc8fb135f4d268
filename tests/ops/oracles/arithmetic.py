"""Arithmetic on Python's own numbers."""

from tests.ops.elementwise import each, real


def _add(x, y):
    return x or y if isinstance(x, bool) else x + y


def _mul(x, y):
    return x and y if isinstance(x, bool) else x * y


ORACLES = {
    "add": each(_add),
    "sub": each(lambda x, y: x - y),
    "mul": each(_mul),
    "div": real(lambda x, y: x / y),
    "addcmul": each(lambda x, a, b, value=1: x + value * a * b),
    "addcdiv": each(lambda x, a, b, value=1: x + value * a / b),
}
