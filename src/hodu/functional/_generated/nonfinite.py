"""Functions of the ops in hodu.ops.nonfinite.

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

_ISFINITE = REGISTRY["isfinite"]


def isfinite(input: Tensor) -> Tensor:
    """Whether the elements are neither infinite nor NaN."""
    return apply(_ISFINITE, (input,), {})


_ISINF = REGISTRY["isinf"]


def isinf(input: Tensor) -> Tensor:
    """Whether the elements are infinite; integers never are."""
    return apply(_ISINF, (input,), {})


_ISNAN = REGISTRY["isnan"]


def isnan(input: Tensor) -> Tensor:
    """Whether the elements are NaN; integers never are."""
    return apply(_ISNAN, (input,), {})


_NAN_TO_NUM = REGISTRY["nan_to_num"]


def nan_to_num(
    input: Tensor,
    nan: builtins.float | None = 0.0,
    posinf: builtins.float | None = None,
    neginf: builtins.float | None = None,
) -> Tensor:
    """NaN and infinities replaced: by 0 and by the dtype's largest and least finite numbers."""
    return apply(
        _NAN_TO_NUM,
        (input,),
        {
            "nan": None if nan is None else as_float(nan, "nan"),
            "posinf": None if posinf is None else as_float(posinf, "posinf"),
            "neginf": None if neginf is None else as_float(neginf, "neginf"),
        },
    )
