"""Functions of the ops in hodu.ops.quantiles.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, NamedTuple

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_int, as_str
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor


class MedianResult(NamedTuple):
    """Results of `_median`."""

    values: Tensor
    indices: Tensor


_MEDIAN = REGISTRY["median"]


def _median(input: Tensor, dim: builtins.int = -1, keepdim: builtins.bool = False) -> MedianResult:
    """The lower of the middle elements along `dim`, and where they are; the first NaN if any."""
    return MedianResult(*apply(_MEDIAN, (input,), {"dim": as_int(dim, "dim"), "keepdim": keepdim}))


class ModeResult(NamedTuple):
    """Results of `mode`."""

    values: Tensor
    indices: Tensor


_MODE = REGISTRY["mode"]


def mode(input: Tensor, dim: builtins.int = -1, keepdim: builtins.bool = False) -> ModeResult:
    """The most frequent (of several the smallest) along `dim`, and their last index."""
    return ModeResult(*apply(_MODE, (input,), {"dim": as_int(dim, "dim"), "keepdim": keepdim}))


class NanmedianResult(NamedTuple):
    """Results of `_nanmedian`."""

    values: Tensor
    indices: Tensor


_NANMEDIAN = REGISTRY["nanmedian"]


def _nanmedian(
    input: Tensor, dim: builtins.int = -1, keepdim: builtins.bool = False
) -> NanmedianResult:
    """The lower median along `dim` of what is not NaN, and where it is; NaN if nothing is."""
    return NanmedianResult(
        *apply(_NANMEDIAN, (input,), {"dim": as_int(dim, "dim"), "keepdim": keepdim})
    )


_NANQUANTILE = REGISTRY["nanquantile"]


def nanquantile(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    q: Tensor | builtins.bool | builtins.int | builtins.float,
    dim: builtins.int | None = None,
    keepdim: builtins.bool = False,
    *,
    interpolation: builtins.str = "linear",
) -> Tensor:
    """The `q`-quantiles (0 to 1) along `dim` or of all, of the elements that are not NaN."""
    return apply(
        _NANQUANTILE,
        (
            input,
            q,
        ),
        {
            "dim": None if dim is None else as_int(dim, "dim"),
            "keepdim": keepdim,
            "interpolation": as_str(interpolation, "interpolation"),
        },
    )


_QUANTILE = REGISTRY["quantile"]


def quantile(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    q: Tensor | builtins.bool | builtins.int | builtins.float,
    dim: builtins.int | None = None,
    keepdim: builtins.bool = False,
    *,
    interpolation: builtins.str = "linear",
) -> Tensor:
    """The `q`-quantiles (0 to 1) along `dim` or of all; NaN where there is a NaN.

    Several `q` give a first dimension of their own.
    """
    return apply(
        _QUANTILE,
        (
            input,
            q,
        ),
        {
            "dim": None if dim is None else as_int(dim, "dim"),
            "keepdim": keepdim,
            "interpolation": as_str(interpolation, "interpolation"),
        },
    )
