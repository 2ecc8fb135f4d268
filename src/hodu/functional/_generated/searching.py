"""Functions of the ops in hodu.ops.searching.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_SEARCHSORTED = REGISTRY["searchsorted"]


def _searchsorted(
    sorted_sequence: Tensor | builtins.bool | builtins.int | builtins.float,
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    *,
    right: builtins.bool = False,
) -> Tensor:
    """Where each element would be inserted into the ascending last dimension, as i64.

    On the left of equal elements, or on their right.
    """
    return apply(
        _SEARCHSORTED,
        (
            sorted_sequence,
            input,
        ),
        {"right": right},
    )
