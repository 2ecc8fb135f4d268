"""One-hot vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hodu.dims import Dim
from hodu.dtypes import INDEX, i64
from hodu.errors import CaptureError, OutOfRangeError, ValueRangeError
from hodu.ops._arguments import non_negative
from hodu.ops._samples import S
from hodu.ops._table import Array, F, function, op
from hodu.shapes import TensorType
from hodu.source import location

if TYPE_CHECKING:
    from hodu._tensor import Tensor


@op("one_hot(Tensor input, Dim num_classes) -> Tensor")
class OneHot:
    """A new last dimension of i64 that is 1 at the index in `input` and 0 elsewhere."""

    nondiff = "a constant"
    public = False
    dtypes = INDEX
    domain = (0, 3)
    samples = [S((2, 3), num_classes=4), S((), num_classes=5), S((0, 2), num_classes=3)]

    def infer(x: TensorType, num_classes: Dim) -> TensorType:
        non_negative((num_classes,), "num_classes")
        return TensorType((*x.shape, num_classes), i64)

    def eager(x: Array, num_classes: int) -> Array:
        outside = x[(x < 0) | (x >= num_classes)]
        if outside.size:
            raise OutOfRangeError(
                f"class {outside[0]} is out of range for num_classes={num_classes}"
            )
        return (x[..., None] == np.arange(num_classes)).astype(np.int64)

    def compose(x: Tensor, num_classes: Dim) -> Tensor:
        classes = F._arange(0, num_classes, 1, i64)
        return F.cast(F.eq(F.unsqueeze(x, -1), classes), i64)


@function(methods=False, where=("nn.functional",))
def one_hot(input: Tensor, num_classes: Dim = -1) -> Tensor:
    """One-hot vectors of the classes in `input`; -1 takes one class more than the greatest."""
    if num_classes != -1:
        return F._one_hot(input, num_classes)
    if input.is_captured:
        raise CaptureError(
            "the number of classes depends on the data, which is not known during capture",
            where=location(),
            hint="give num_classes",
        )
    if input.numel() == 0:
        raise ValueRangeError(
            "a tensor without elements has no greatest class", hint="give num_classes"
        )
    return F._one_hot(input, int(input.numpy().max()) + 1)
