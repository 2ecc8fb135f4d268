"""Comparisons of Python's own numbers."""

import operator

from tests.ops.elementwise import each

NAMES = ("eq", "ne", "lt", "le", "gt", "ge")
ORACLES = {name: each(getattr(operator, name), bool) for name in NAMES}
