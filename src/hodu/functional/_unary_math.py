"""Functions of the ops in hodu.ops.unary_math.

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
    """The absolute value."""
    return apply(_ABS, (input,), {})


_NEG = REGISTRY["neg"]


def neg(input: Tensor) -> Tensor:
    """The negative."""
    return apply(_NEG, (input,), {})
