"""Indexing and assignment with slices, integers, None, Ellipsis, bools and integer tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hodu.dispatch.base import wrap
from hodu.ops._table import function

if TYPE_CHECKING:
    from hodu._tensor import Tensor


@function(methods=False)
def getitem(input: Tensor, key: Any) -> Tensor:
    """`input[key]`."""
    return wrap(input.numpy()[key])


@function(methods=False)
def setitem(input: Tensor, key: Any, value: Any) -> None:
    """`input[key] = value`."""
    input.numpy()[key] = value
