"""Sign and magnitude, elementwise."""

from __future__ import annotations

import numpy as np

from hodu.dtypes import BOOL, NUMERIC
from hodu.ops._rules import same_as
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, alias, op
from hodu.ops.exponential import SHAPES


@op("neg(Tensor input) -> Tensor")
class Neg:
    """The negative; unsigned integers wrap around."""

    dtypes = NUMERIC
    infer = same_as(0)
    eager = np.negative
    samples = SHAPES
    inplace, on_dims = True, True
    vjp = {"input": lambda ct: -ct}


@op("abs(Tensor input) -> Tensor")
class Abs:
    """The absolute value; that of the least signed integer wraps around to itself."""

    dtypes = NUMERIC
    infer = same_as(0)
    eager = np.absolute
    samples = [*SHAPES, S(T(dtype="i8", values=[-128, -127, 127]))]
    inplace = True
    vjp = {"input": lambda ct, input: ct * F.sign(input)}


@op("sign(Tensor input) -> Tensor")
class Sign:
    """-1, 0 or 1; bools stay as they are, the sign of NaN is 0."""

    dtypes = NUMERIC | BOOL
    infer = same_as(0)
    samples = SHAPES
    inplace = True

    def eager(x: Array) -> Array:
        if x.dtype == bool:
            return x.copy()
        return (x > 0).astype(x.dtype) - (x < 0).astype(x.dtype)

    vjp = {"input": lambda ct: F.zeros_like(ct)}


alias("neg", "negative")
alias("abs", "absolute")
alias("sign", "sgn")
