"""What kernels of several families share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from hodu.ops._table import Array


def in_f32(kernel: Callable[..., Array]) -> Callable[..., Array]:
    """`kernel` over floats of any width: 8- and 16-bit ones are computed in f32, rounded once."""

    @functools.wraps(kernel)
    def eager(x: Array, *rest: Any, **attrs: Any) -> Array:
        if x.dtype.itemsize > 2:
            return kernel(x, *rest, **attrs)
        wide = [a.astype(np.float32) for a in (x, *rest)]
        return kernel(*wide, **attrs).astype(x.dtype)

    return eager


def constant(value: bool | int | float, like: Array) -> Array:
    """`value` as a 0-d array in the dtype of `like`."""
    return np.asarray(value).astype(like.dtype)
