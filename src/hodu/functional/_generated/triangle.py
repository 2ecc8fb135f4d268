"""Functions of the ops in hodu.ops.triangle.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_dim, as_int
from hodu.dtypes import as_dtype
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor
    from hodu.dims import Dim
    from hodu.dtypes import DTypeLike

_EYE = REGISTRY["eye"]


def _eye(n: Dim, m: Dim, dtype: DTypeLike) -> Tensor:
    """An `n` x `m` matrix with ones on the diagonal and zeros elsewhere."""
    return apply(_EYE, (), {"n": as_dim(n, "n"), "m": as_dim(m, "m"), "dtype": as_dtype(dtype)})


_TRIL = REGISTRY["tril"]


def tril(input: Tensor, diagonal: builtins.int = 0) -> Tensor:
    """The last two dimensions on and below the given diagonal, zero elsewhere."""
    return apply(_TRIL, (input,), {"diagonal": as_int(diagonal, "diagonal")})


_TRIU = REGISTRY["triu"]


def triu(input: Tensor, diagonal: builtins.int = 0) -> Tensor:
    """The last two dimensions on and above the given diagonal, zero elsewhere."""
    return apply(_TRIU, (input,), {"diagonal": as_int(diagonal, "diagonal")})
