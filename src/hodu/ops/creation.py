"""Making tensors from data, sizes and ranges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dispatch.base import wrap
from hodu.dtypes import DTypeLike, as_dtype, f32
from hodu.ops._table import function

if TYPE_CHECKING:
    from hodu._tensor import Tensor


@function(methods=False)
def tensor(data: Any, *, dtype: DTypeLike | None = None) -> Tensor:
    """A tensor with a copy of `data`: numbers, nested sequences, arrays or tensors."""
    array = np.array(data)
    if dtype is not None:
        array = array.astype(as_dtype(dtype).numpy)
    elif array.dtype == np.float64 and not hasattr(data, "dtype"):
        array = array.astype(f32.numpy)
    return wrap(array)
