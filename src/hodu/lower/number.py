"""Python numbers of attributes as elements."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hodu.kernel.algebra import constant
from hodu.kernel.expr import Const
from hodu.kernel.narrow import computed
from hodu.ops import _fill_value

if TYPE_CHECKING:
    from hodu.dtypes import DType, Number


def number(value: Number, dtype: DType) -> Const:
    """`value` as `dtype` holds it, in the dtype in which that is computed."""
    with np.errstate(all="ignore"):
        held = _fill_value.constant(value, np.empty((), dtype.numpy))
    return constant(held.item(), computed(dtype))
