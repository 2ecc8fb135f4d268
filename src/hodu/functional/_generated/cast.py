"""Functions of the ops in hodu.ops.cast.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dtypes import as_dtype
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor
    from hodu.dtypes import DTypeLike

_BARRIER = REGISTRY["barrier"]


def _barrier(input: Tensor) -> Tensor:
    """The same values, which no pass takes for those of the input.

    With it a captured checkpoint computes again what it would otherwise have to keep.
    """
    return apply(_BARRIER, (input,), {})


_CAST = REGISTRY["cast"]


def cast(input: Tensor, dtype: DTypeLike) -> Tensor:
    """The same values in another dtype; floats are truncated to integers, non-zero is True."""
    return apply(_CAST, (input,), {"dtype": as_dtype(dtype)})


_CLONE = REGISTRY["clone"]


def clone(input: Tensor) -> Tensor:
    """A copy that shares no memory."""
    return apply(_CLONE, (input,), {})


_DETACH = REGISTRY["detach"]


def _detach(input: Tensor) -> Tensor:
    """The same values, through which no gradient goes.

    With it a captured body says what `Tensor.detach` and `no_grad` say elsewhere.
    """
    return apply(_DETACH, (input,), {})
