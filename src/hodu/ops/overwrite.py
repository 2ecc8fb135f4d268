"""Tensor methods that overwrite all the elements in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hodu.dispatch.base import TensorBase
from hodu.dtypes import Number
from hodu.errors import ArgumentError, ShapeError
from hodu.ops._table import F, method
from hodu.shapes import format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor


@method(name="fill_")
def fill_(input: Tensor, value: Tensor | Number) -> Tensor:
    """Make every element `value`, a number or a tensor of no dimensions."""
    if isinstance(value, TensorBase) and value.ndim:
        raise ShapeError(
            f"fill_() takes one value, not a tensor of shape {format_shape(value.shape)}",
            hint="copy_() takes a tensor that broadcasts",
        )
    F.setitem(input, ..., value)
    return input


@method(name="zero_")
def zero_(input: Tensor) -> Tensor:
    """Make every element 0."""
    F.setitem(input, ..., 0)
    return input


@method(name="copy_")
def copy_(input: Tensor, src: Tensor, non_blocking: bool = False) -> Tensor:
    """Take over the values of `src`, broadcast and cast as needed; `non_blocking` has no effect."""
    if not isinstance(src, TensorBase):
        raise ArgumentError(
            f"copy_() takes a tensor, not {type(src).__name__}", hint="fill_() takes a number"
        )
    F.setitem(input, ..., src)
    return input
