"""NaN and infinities by their definitions."""

from tests.ops.elementwise import INF, each


def _nan_to_num(x, nan=0.0, posinf=None, neginf=None):
    return nan if x != x else posinf if x == INF else neginf if x == -INF else x


ORACLES = {
    "isnan": each(lambda x: x != x, bool),
    "isinf": each(lambda x: x in (INF, -INF), bool),
    "isfinite": each(lambda x: abs(x) < INF, bool),
    # The largest finite number depends on the dtype: test_nonfinite.py has that.
    "nan_to_num": each(_nan_to_num),
}
