"""Functions of the ops in hodu.ops.sets.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, NamedTuple

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_int
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_NONZERO = REGISTRY["nonzero"]


def _nonzero(input: Tensor) -> Tensor:
    """The indices of the elements that are not zero, one row each."""
    return apply(_NONZERO, (input,), {})


class UniqueResult(NamedTuple):
    """Results of `_unique`."""

    output: Tensor
    inverse_indices: Tensor
    counts: Tensor


_UNIQUE = REGISTRY["unique"]


def _unique(input: Tensor, dim: builtins.int | None = None) -> UniqueResult:
    """The distinct elements (or slices along `dim`) in order, which of them each is, and counts."""
    return UniqueResult(
        *apply(_UNIQUE, (input,), {"dim": None if dim is None else as_int(dim, "dim")})
    )


class UniqueConsecutiveResult(NamedTuple):
    """Results of `_unique_consecutive`."""

    output: Tensor
    inverse_indices: Tensor
    counts: Tensor


_UNIQUE_CONSECUTIVE = REGISTRY["unique_consecutive"]


def _unique_consecutive(input: Tensor, dim: builtins.int | None = None) -> UniqueConsecutiveResult:
    """The first of each run of equal elements (or slices along `dim`), run numbers and lengths."""
    return UniqueConsecutiveResult(
        *apply(_UNIQUE_CONSECUTIVE, (input,), {"dim": None if dim is None else as_int(dim, "dim")})
    )
