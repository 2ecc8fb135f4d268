"""Functions of the ops in hodu.ops.indexing.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_INDEX = REGISTRY["index"]


def _index(
    input: Tensor, indices: Sequence[Tensor | None], *, wrap: builtins.bool = True
) -> Tensor:
    """The elements that broadcast integer tensors name; None stands for a whole axis.

    The axes of the indices replace the ones they pick from: in place if these are adjacent, else
    in front. Negative indices count from the end, unless `wrap` is off.
    """
    return apply(
        _INDEX,
        (
            input,
            indices,
        ),
        {"wrap": wrap},
    )


_INDEX_PUT = REGISTRY["index_put"]


def _index_put(
    input: Tensor,
    indices: Sequence[Tensor | None],
    values: Tensor,
    accumulate: builtins.bool = False,
    *,
    wrap: builtins.bool = True,
) -> Tensor:
    """A copy of the input with `values` written, or added, where `index` would read.

    Of duplicate places the last one wins; with `accumulate` all of them add up.
    """
    return apply(
        _INDEX_PUT,
        (
            input,
            indices,
            values,
        ),
        {"accumulate": accumulate, "wrap": wrap},
    )
