"""Functions of the ops in hodu.ops.masking.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_int
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_COMPRESS = REGISTRY["compress"]


def compress(condition: Tensor, input: Tensor, dim: builtins.int | None = None) -> Tensor:
    """The parts of the input along `dim` where a 1-D condition is true (NumPy's compress).

    Without `dim`, of the flattened input. The condition may be shorter than the dimension.
    """
    return apply(
        _COMPRESS,
        (
            condition,
            input,
        ),
        {"dim": None if dim is None else as_int(dim, "dim")},
    )


_MASKED_SCATTER = REGISTRY["masked_scatter"]


def masked_scatter(input: Tensor, mask: Tensor, source: Tensor) -> Tensor:
    """A copy of the input with the elements of `source`, in order, where the mask is true.

    Input and mask are broadcast; the source needs an element for each true one of the mask.
    """
    return apply(
        _MASKED_SCATTER,
        (
            input,
            mask,
            source,
        ),
        {},
    )


_MASKED_SELECT = REGISTRY["masked_select"]


def masked_select(input: Tensor, mask: Tensor) -> Tensor:
    """The elements where the broadcast mask is true, as a 1-D tensor in row-major order."""
    return apply(
        _MASKED_SELECT,
        (
            input,
            mask,
        ),
        {},
    )
