"""Functions of the ops in hodu.ops.ranges.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_dim, as_scalar
from hodu.dtypes import as_dtype
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor
    from hodu.dims import Dim
    from hodu.dtypes import DTypeLike

_ARANGE = REGISTRY["arange"]


def _arange(
    start: builtins.bool | builtins.int | builtins.float,
    size: Dim,
    step: builtins.bool | builtins.int | builtins.float,
    dtype: DTypeLike,
) -> Tensor:
    """`start + i * step` for i = 0 ... size - 1: in integers if both are integers, else in f64."""
    return apply(
        _ARANGE,
        (),
        {
            "start": as_scalar(start, "start"),
            "size": as_dim(size, "size"),
            "step": as_scalar(step, "step"),
            "dtype": as_dtype(dtype),
        },
    )


_LINSPACE = REGISTRY["linspace"]


def _linspace(
    start: builtins.bool | builtins.int | builtins.float,
    end: builtins.bool | builtins.int | builtins.float,
    steps: Dim,
    dtype: DTypeLike,
) -> Tensor:
    """`steps` numbers from `start` to `end`, both included, worked out in f64 from both ends."""
    return apply(
        _LINSPACE,
        (),
        {
            "start": as_scalar(start, "start"),
            "end": as_scalar(end, "end"),
            "steps": as_dim(steps, "steps"),
            "dtype": as_dtype(dtype),
        },
    )
