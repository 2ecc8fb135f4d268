"""Symbolic sizes as data."""

from __future__ import annotations

import numpy as np

from hodu.dims import Dim
from hodu.dtypes import i64
from hodu.ops._samples import S
from hodu.ops._table import Array, op
from hodu.shapes import TensorType


@op("dims(Dim[] dims, int[] shape) -> Tensor")
class Dims:
    """The given sizes as an i64 tensor of this shape; symbolic ones are known at run time."""

    nondiff = "a constant"
    public = methods = False
    samples = [S(dims=(2, 3), shape=(2,)), S(dims=(7,), shape=()), S(dims=(), shape=(0,))]

    def infer(dims: tuple[Dim, ...], shape: tuple[int, ...]) -> TensorType:
        return TensorType(shape, i64)

    def eager(dims: tuple[Dim, ...], shape: tuple[int, ...]) -> Array:
        return np.array(dims, np.int64).reshape(shape)
