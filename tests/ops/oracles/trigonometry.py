"""Trigonometry by C's math library."""

import math

from tests.ops.elementwise import real

NAMES = ("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh")
NAMES += ("asinh", "acosh", "atanh", "atan2", "hypot")
ORACLES = {name: real(getattr(math, name)) for name in NAMES}
