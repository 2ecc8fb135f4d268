"""Functions of the ops in hodu.ops.norm.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_ints, as_scalar
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_NORM = REGISTRY["norm"]


def _norm(
    input: Tensor,
    p: builtins.bool | builtins.int | builtins.float = 2,
    dim: builtins.int | Sequence[builtins.int] | None = None,
    keepdim: builtins.bool = False,
) -> Tensor:
    """The `p`-norm over `dim`: the p-th root of the sum of p-th powers of absolute values.

    p = 0 counts the elements that are not zero, inf and -inf take the extremes.
    """
    return apply(
        _NORM,
        (input,),
        {
            "p": as_scalar(p, "p"),
            "dim": None if dim is None else as_ints(dim, "dim"),
            "keepdim": keepdim,
        },
    )
