"""Functions of the ops in hodu.ops.statistics.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_ints, as_scalar
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_STD = REGISTRY["std"]


def _std(
    input: Tensor,
    dim: builtins.int | Sequence[builtins.int] | None = None,
    *,
    correction: builtins.bool | builtins.int | builtins.float = 1,
    keepdim: builtins.bool = False,
) -> Tensor:
    """The standard deviation over `dim`, the root of the variance."""
    return apply(
        _STD,
        (input,),
        {
            "dim": None if dim is None else as_ints(dim, "dim"),
            "correction": as_scalar(correction, "correction"),
            "keepdim": keepdim,
        },
    )


_VAR = REGISTRY["var"]


def _var(
    input: Tensor,
    dim: builtins.int | Sequence[builtins.int] | None = None,
    *,
    correction: builtins.bool | builtins.int | builtins.float = 1,
    keepdim: builtins.bool = False,
) -> Tensor:
    """The variance over `dim`: squared deviations divided by the count less `correction`.

    The composition corrects for the rounding of the mean (the corrected two-pass algorithm: Chan,
    Golub, LeVeque, "Algorithms for computing the sample variance", 1983).
    """
    return apply(
        _VAR,
        (input,),
        {
            "dim": None if dim is None else as_ints(dim, "dim"),
            "correction": as_scalar(correction, "correction"),
            "keepdim": keepdim,
        },
    )
