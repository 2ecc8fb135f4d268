"""Functions of the ops in hodu.ops.shape.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_dims, as_int, as_ints
from hodu.dtypes import as_dtype
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor
    from hodu.dims import Dim
    from hodu.dtypes import DTypeLike

_RESHAPE = REGISTRY["reshape"]


def _reshape(input: Tensor, shape: Dim | Sequence[Dim] | Tensor) -> Tensor:
    """The elements in row-major order under another shape; a view where the strides allow it."""
    return apply(_RESHAPE, (input,), {"shape": as_dims(shape, "shape")})


_SQUEEZE = REGISTRY["squeeze"]


def _squeeze(input: Tensor, dim: builtins.int | Sequence[builtins.int]) -> Tensor:
    """The dimensions `dim`, which must have size 1, taken out; a view."""
    return apply(_SQUEEZE, (input,), {"dim": as_ints(dim, "dim")})


_UNSQUEEZE = REGISTRY["unsqueeze"]


def unsqueeze(input: Tensor, dim: builtins.int) -> Tensor:
    """A dimension of size 1 put in at `dim`; a view."""
    return apply(_UNSQUEEZE, (input,), {"dim": as_int(dim, "dim")})


_VIEW_DTYPE = REGISTRY["view_dtype"]


def _view_dtype(input: Tensor, dtype: DTypeLike) -> Tensor:
    """The same bytes read as another dtype; the last size changes with the size of an element."""
    return apply(_VIEW_DTYPE, (input,), {"dtype": as_dtype(dtype)})
