"""Functions of the ops in hodu.ops.matmul.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_MATMUL = REGISTRY["matmul"]


def matmul(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    other: Tensor | builtins.bool | builtins.int | builtins.float,
) -> Tensor:
    """The matrix product, batched over leading dimensions; 1-D operands are vectors.

    Small floats accumulate in f32 and are rounded once; integers wrap around.
    """
    return apply(
        _MATMUL,
        (
            input,
            other,
        ),
        {},
    )
