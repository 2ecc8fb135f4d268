"""Functions of the ops in hodu.ops.counting.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_int, as_scalar
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_BINCOUNT = REGISTRY["bincount"]


def bincount(input: Tensor, weights: Tensor | None = None, minlength: builtins.int = 0) -> Tensor:
    """How often each number from 0 up occurs, or the sum of its weights.

    Counts are i64; sums of f32 weights are f32, all others f64.
    """
    return apply(
        _BINCOUNT,
        (
            input,
            weights,
        ),
        {"minlength": as_int(minlength, "minlength")},
    )


_HISTC = REGISTRY["histc"]


def histc(
    input: Tensor,
    bins: builtins.int = 100,
    min: builtins.bool | builtins.int | builtins.float = 0,
    max: builtins.bool | builtins.int | builtins.float = 0,
) -> Tensor:
    """How many elements lie in each of `bins` equal intervals from `min` to `max`.

    Elements outside are not counted; the last interval includes `max`. min = max = 0 stands for
    the least and the greatest element.
    """
    return apply(
        _HISTC,
        (input,),
        {"bins": as_int(bins, "bins"), "min": as_scalar(min, "min"), "max": as_scalar(max, "max")},
    )
