"""Gradients brought to the shapes and dtypes of what they are the gradients of."""

from __future__ import annotations

from typing import Any

from hodu.dispatch.base import type_of
from hodu.dtypes import FROM_NUMPY
from hodu.errors import GradientError
from hodu.ops._table import F
from hodu.shapes import Shape, format_shape


def to_input(name: str, gradient: Any, shape: Shape, dtype: Any) -> Any:
    """A gradient that a rule gave, summed over broadcast dimensions and cast to the dtype.

    Raises GradientError if it does not fit.
    """
    data = gradient._data
    if data is not None:
        if data.shape == shape and data.dtype is dtype:
            return gradient
        own, kind = data.shape, data.dtype
    else:
        found = type_of(gradient)
        own, kind = found.shape, found.dtype.numpy
    if own != shape:
        gradient = summed_to(name, gradient, own, shape)
    return gradient if kind == dtype else F.cast(gradient, FROM_NUMPY[dtype])


def summed_to(name: str, gradient: Any, own: Shape, shape: Shape) -> Any:
    """`gradient` of shape `own` summed to `shape`, which broadcasts to it."""
    extra = len(own) - len(shape)
    if extra > 0 and own[extra:] == shape:
        return F.sum(gradient, range(extra))
    kept = range(max(extra, 0), len(own))
    pairs = [(axis, own[axis], shape[axis - extra]) for axis in kept]
    if extra < 0 or any(a != b and b != 1 for _, a, b in pairs):
        raise GradientError(
            f"the gradient of {name}() has shape {format_shape(own)} for an input of "
            f"{format_shape(shape)}"
        )
    over = [*range(extra), *(axis for axis, a, b in pairs if a != b)]
    summed = F.sum(gradient, over, True)
    return F._reshape(summed, shape) if extra else summed
