"""Functions of the ops in hodu.ops.einsum.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_str
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_EINSUM = REGISTRY["einsum"]


def _einsum(operands: Sequence[Tensor], equation: builtins.str) -> Tensor:
    """The sum of products that `equation` names, such as "bij,bjk->bik".

    Composed of pairwise matrix products in a greedy order.
    """
    return apply(_EINSUM, (operands,), {"equation": as_str(equation, "equation")})
