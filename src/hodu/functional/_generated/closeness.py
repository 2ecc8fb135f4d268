"""Functions of the ops in hodu.ops.closeness.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_float
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_ISCLOSE = REGISTRY["isclose"]


def isclose(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    other: Tensor | builtins.bool | builtins.int | builtins.float,
    rtol: builtins.float = 1e-05,
    atol: builtins.float = 1e-08,
    equal_nan: builtins.bool = False,
) -> Tensor:
    """Whether |input - other| <= atol + rtol * |other|, reckoned in f64."""
    return apply(
        _ISCLOSE,
        (
            input,
            other,
        ),
        {"rtol": as_float(rtol, "rtol"), "atol": as_float(atol, "atol"), "equal_nan": equal_nan},
    )
