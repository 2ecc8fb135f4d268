"""Mathematical functions of one tensor, elementwise."""

from __future__ import annotations

import numpy as np

from hodu.dtypes import NUMERIC
from hodu.ops._rules import same_as
from hodu.ops._samples import shapes
from hodu.ops._table import op

SHAPES = shapes((3, 4), (0,), (), (2, 0, 3))


@op("neg(Tensor input) -> Tensor")
class Neg:
    """The negative."""

    dtypes = NUMERIC
    infer = same_as(0)
    eager = np.negative
    samples = SHAPES
    inplace, on_dims = True, True


@op("abs(Tensor input) -> Tensor")
class Abs:
    """The absolute value."""

    dtypes = NUMERIC
    infer = same_as(0)
    eager = np.abs
    samples = SHAPES
    inplace = True
