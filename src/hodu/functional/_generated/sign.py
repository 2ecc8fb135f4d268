"""Functions of the ops in hodu.ops.sign.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_ABS = REGISTRY["abs"]


def abs(input: Tensor) -> Tensor:
    """The absolute value; that of the least signed integer wraps around to itself."""
    return apply(_ABS, (input,), {})


_NEG = REGISTRY["neg"]


def neg(input: Tensor) -> Tensor:
    """The negative; unsigned integers wrap around."""
    return apply(_NEG, (input,), {})


_SIGN = REGISTRY["sign"]


def sign(input: Tensor) -> Tensor:
    """-1, 0 or 1; bools stay as they are, the sign of NaN is 0."""
    return apply(_SIGN, (input,), {})
