"""Functions of the ops in hodu.ops.philox.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_dims
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor
    from hodu.dims import Dim


class PhiloxResult(NamedTuple):
    """Results of `_philox`."""

    bits: Tensor
    state: Tensor


_PHILOX = REGISTRY["philox"]


def _philox(state: Tensor, size: Dim | Sequence[Dim] | Tensor) -> PhiloxResult:
    """Random u32 words, and the state after them.

    The state is u64[2]: the seed, and how many blocks of four words have been drawn. Element i,
    in row-major order, is word i % 4 of Philox4x32-10 at counter `state[1] + i // 4`.
    """
    return PhiloxResult(*apply(_PHILOX, (state,), {"size": as_dims(size, "size")}))
