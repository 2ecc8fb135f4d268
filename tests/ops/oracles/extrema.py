"""Extrema of Python's own numbers."""

from tests.ops.elementwise import NAN, each


def _propagating(choose):
    return lambda x, y: NAN if x != x or y != y else choose(x, y)


def _ignoring(choose):
    return lambda x, y: y if x != x else x if y != y else choose(x, y)


def _clamp(x, low=None, high=None):
    if low is None:
        return each(_propagating(min))(x, high)
    raised = each(_propagating(max))(x, low)
    return raised if high is None else each(_propagating(min))(raised, high)


ORACLES = {
    "maximum": each(_propagating(max)),
    "minimum": each(_propagating(min)),
    "fmax": each(_ignoring(max)),
    "fmin": each(_ignoring(min)),
    "clamp": _clamp,
}
