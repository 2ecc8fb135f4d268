"""How tensors look in the terminal and in notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from hodu._tensor import Tensor


def text(tensor: Tensor) -> str:
    """The repr: values as NumPy prints them, then shape and dtype."""
    body = np.array2string(tensor.numpy(), separator=", ", prefix="tensor(")
    return f"tensor({body}, shape={list(tensor.shape)}, dtype={tensor.dtype})"


def html(tensor: Tensor) -> str:
    """The notebook form."""
    return f"<pre>{text(tensor)}</pre>"
