"""Functions of the ops in hodu.ops.rounding.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_int
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_CEIL = REGISTRY["ceil"]


def ceil(input: Tensor) -> Tensor:
    """Rounded up."""
    return apply(_CEIL, (input,), {})


_FLOOR = REGISTRY["floor"]


def floor(input: Tensor) -> Tensor:
    """Rounded down."""
    return apply(_FLOOR, (input,), {})


_FRAC = REGISTRY["frac"]


def frac(input: Tensor) -> Tensor:
    """The fractional part, with the sign of the input."""
    return apply(_FRAC, (input,), {})


_ROUND = REGISTRY["round"]


def round(input: Tensor, *, decimals: builtins.int = 0) -> Tensor:
    """Rounded to `decimals` places, halves to the even digit; -1 means to tens.

    Integers stay as they are, and take no decimals.
    """
    return apply(_ROUND, (input,), {"decimals": as_int(decimals, "decimals")})


_TRUNC = REGISTRY["trunc"]


def trunc(input: Tensor) -> Tensor:
    """Rounded towards zero."""
    return apply(_TRUNC, (input,), {})
