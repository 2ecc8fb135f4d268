"""Gradients brought to the shapes and dtypes of what they are the gradients of."""

from __future__ import annotations

from typing import Any

import numpy as np

from hodu.dispatch.base import type_of
from hodu.dtypes import FROM_NUMPY
from hodu.errors import GradientError
from hodu.ops._table import REGISTRY, Array, F
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
        keep = own[len(own) - len(shape) :] != shape
        gradient = F.sum(gradient, _broadcast_dims(name, own, shape), keep)
        if keep and len(own) > len(shape):
            gradient = F._reshape(gradient, shape)
    return gradient if kind == dtype else F.cast(gradient, FROM_NUMPY[dtype])


def array_to_input(name: str, gradient: Array, shape: Shape, dtype: Any) -> Array:
    """`to_input` of an array; runs no op but its kernel."""
    if gradient.shape[1:] == shape and gradient.itemsize > 2:  # a bias: the usual case
        gradient = np.add.reduce(gradient)
    elif gradient.shape != shape:
        over = _broadcast_dims(name, gradient.shape, shape)
        kernel = REGISTRY["sum"].eager
        assert kernel is not None
        gradient = kernel(gradient, over).reshape(shape)
    return gradient.astype(dtype, copy=False)


def _broadcast_dims(name: str, own: Shape, shape: Shape) -> tuple[int, ...]:
    """The dimensions of `own` over which `shape` was broadcast."""
    extra = len(own) - len(shape)
    pairs = [(axis, own[axis], shape[axis - extra]) for axis in range(max(extra, 0), len(own))]
    if extra < 0 or any(a != b and b != 1 for _, a, b in pairs):
        raise GradientError(
            f"the gradient of {name}() has shape {format_shape(own)} for an input of "
            f"{format_shape(shape)}"
        )
    return (*range(extra), *(axis for axis, a, b in pairs if a != b))
