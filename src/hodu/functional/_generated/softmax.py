"""Functions of the ops in hodu.ops.softmax.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_int, as_ints
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_LOG_SOFTMAX = REGISTRY["log_softmax"]


def _log_softmax(input: Tensor, dim: builtins.int) -> Tensor:
    """The logarithm of the softmax along `dim`, without overflow or loss of precision."""
    return apply(_LOG_SOFTMAX, (input,), {"dim": as_int(dim, "dim")})


_LOGSUMEXP = REGISTRY["logsumexp"]


def logsumexp(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    dim: builtins.int | Sequence[builtins.int],
    keepdim: builtins.bool = False,
) -> Tensor:
    """`log(sum(exp(input)))` over `dim`, without overflow; -inf over no elements."""
    return apply(_LOGSUMEXP, (input,), {"dim": as_ints(dim, "dim"), "keepdim": keepdim})


_SOFTMAX = REGISTRY["softmax"]


def _softmax(input: Tensor, dim: builtins.int) -> Tensor:
    """`exp(input)` divided by its sum along `dim`."""
    return apply(_SOFTMAX, (input,), {"dim": as_int(dim, "dim")})
