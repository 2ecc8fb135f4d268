"""Python's truth."""

from tests.ops.elementwise import each

ORACLES = {
    "logical_and": each(lambda x, y: bool(x) and bool(y), bool),
    "logical_or": each(lambda x, y: bool(x) or bool(y), bool),
    "logical_xor": each(lambda x, y: bool(x) != bool(y), bool),
    "logical_not": each(lambda x: not x, bool),
}
