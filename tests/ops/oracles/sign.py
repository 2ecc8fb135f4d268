"""Signs and magnitudes on Python's own numbers."""

import math

from tests.ops.elementwise import each


def _sign(x):
    if isinstance(x, bool):
        return x
    return 0 if x == 0 else math.copysign(1, x) if isinstance(x, float) else (1 if x > 0 else -1)


ORACLES = {"neg": each(lambda x: -x), "abs": each(abs), "sign": each(_sign)}
