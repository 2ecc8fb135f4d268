"""Functions of the ops in hodu.ops.gating.

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

_GLU = REGISTRY["glu"]


def glu(input: Tensor, dim: builtins.int = -1) -> Tensor:
    """The first half along `dim` times the sigmoid of the second half.

    Y. Dauphin et al., "Language Modeling with Gated Convolutional Networks" (2016).
    """
    return apply(_GLU, (input,), {"dim": as_int(dim, "dim")})
