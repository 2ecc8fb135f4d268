"""Medians, quantiles and modes: what follows from sorting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dims import Dim
from hodu.dtypes import FLOATS, Number, bool_, f64, i64
from hodu.errors import ShapeError, ValueRangeError
from hodu.ops._precision import accumulator
from hodu.ops._rules import axis_of, reduced_shape
from hodu.ops._samples import S, T
from hodu.ops._table import F, Promote, function, op
from hodu.ops.max_min import check_nonempty
from hodu.shapes import TensorType, numel

if TYPE_CHECKING:
    from hodu._tensor import Tensor

NAN = T(dtype="f32", values=[[3, 1, 2, 5], [1, np.nan, 0, np.nan], [np.nan] * 4])
INTERPOLATIONS = ("linear", "lower", "higher", "midpoint", "nearest")
MEDIANS = [S((3, 5)), S((4, 3), dim=0, keepdim=True), S((2, 3, 4), dim=1), S(()), S(NAN)]


def _chosen(name: str) -> Any:
    def infer(x: TensorType, dim: int = -1, keepdim: bool = False) -> tuple[TensorType, ...]:
        check_nonempty(name, x.shape, (dim,))
        shape = reduced_shape(x.shape, dim, keepdim)
        return TensorType(shape, x.dtype), TensorType(shape, i64)

    return infer


def _row(input: Tensor) -> Tensor:
    """The tensor with at least one dimension."""
    return F.reshape(input, (1,)) if input.ndim == 0 else input


def _nan_count(x: Tensor, dim: int) -> Tensor | int:
    return F.sum(F.isnan(x), dim, True) if x.dtype.is_float else 0


def _at(
    values: Tensor, indices: Tensor, position: Tensor, dim: int, shape: Sequence[Dim]
) -> tuple[Tensor, Tensor]:
    """The values and indices at one position along `dim`, in `shape`."""
    return (
        F.reshape(F.gather(values, dim, position), shape),
        F.reshape(F.gather(indices, dim, position), shape),
    )


@op("median(Tensor input, int dim=-1, bool keepdim=False) -> (Tensor values, Tensor indices)")
class Median:
    """The lower of the middle elements along `dim`, and where they are; the first NaN if any."""

    public, samples, infer = False, MEDIANS, _chosen("median")

    def compose(input: Tensor, dim: int = -1, keepdim: bool = False) -> tuple[Tensor, Tensor]:
        check_nonempty("median", input.shape, (dim,))
        shape = reduced_shape(input.shape, dim, keepdim)
        x = _row(input)
        values, indices = F.sort(x, dim, stable=True)
        size, nans = x.shape[dim], _nan_count(x, dim)
        none = F.zeros(reduced_shape(x.shape, dim, True), dtype=i64)
        middle = F.add(none, (size - 1) // 2)
        position = F.where(F.gt(nans, 0), F.sub(size, nans), middle) if x.dtype.is_float else middle
        return _at(values, indices, position, dim, shape)


@op("nanmedian(Tensor input, int dim=-1, bool keepdim=False) -> (Tensor values, Tensor indices)")
class Nanmedian:
    """The lower median along `dim` of what is not NaN, and where it is; NaN if nothing is."""

    public, samples, infer = False, MEDIANS, _chosen("nanmedian")

    def compose(input: Tensor, dim: int = -1, keepdim: bool = False) -> tuple[Tensor, Tensor]:
        check_nonempty("nanmedian", input.shape, (dim,))
        shape = reduced_shape(input.shape, dim, keepdim)
        x = _row(input)
        values, indices = F.sort(x, dim, stable=True)
        none = F.zeros(reduced_shape(x.shape, dim, True), dtype=i64)
        rest = F.sub(F.add(none, x.shape[dim]), _nan_count(x, dim))
        return _at(values, indices, F.clamp((rest - 1) // 2, min=0), dim, shape)


def _of_all(input: Tensor, name: str) -> Tensor:
    """The median of the flattened tensor; of no elements it is NaN, as the mean is."""
    if numel(input.shape) == 0:
        if not input.dtype.is_float:
            check_nonempty(name, input.shape, None)
        return F.mean(input)
    choose = F._median if name == "median" else F._nanmedian
    return choose(F.reshape(input, (-1,)), 0).values


@function()
def median(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """The lower median of all; with `dim` (values, indices) along it; NaN if any is."""
    return _of_all(input, "median") if dim is None else F._median(input, dim, keepdim)


@function()
def nanmedian(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """The lower median of what is not NaN; with `dim` (values, indices) along it."""
    return _of_all(input, "nanmedian") if dim is None else F._nanmedian(input, dim, keepdim)


@op("mode(Tensor input, int dim=-1, bool keepdim=False) -> (Tensor values, Tensor indices)")
class Mode:
    """The most frequent (of several the smallest) along `dim`, and their last index."""

    samples = [
        S(T((3, 9), low=0, high=3)),
        S(T((6, 2), low=0, high=2), dim=0, keepdim=True),
        S(()),
    ]
    infer = _chosen("mode")

    def compose(input: Tensor, dim: int = -1, keepdim: bool = False) -> tuple[Tensor, Tensor]:
        shape = reduced_shape(input.shape, dim, keepdim)
        x = _row(input)
        check_nonempty("mode", x.shape, (dim,))
        axis = axis_of(dim, x.ndim)
        values, indices = F.sort(x, axis, stable=True)
        steps = F.ne(
            F.narrow(values, axis, 1, x.shape[axis] - 1),
            F.narrow(values, axis, 0, x.shape[axis] - 1),
        )
        first = F.full(reduced_shape(x.shape, axis, True), True, dtype=bool_)
        positions = F.cumsum(F.full(x.shape, 1, dtype=i64), axis) - 1
        starts = F.where(F.cat([first, steps], axis), positions, 0)
        run = positions - F.cummax(starts, axis).values
        return _at(values, indices, F.argmax(run, axis, True), axis, shape)


def _quantile_type(
    x: TensorType,
    q: TensorType,
    dim: int | None = None,
    keepdim: bool = False,
    interpolation: str = "linear",
) -> TensorType:
    _check_quantile(q.rank, interpolation)
    axes = None if dim is None else (dim,)
    check_nonempty("quantile", x.shape, axes)
    return TensorType((*q.shape, *reduced_shape(x.shape, axes, keepdim)), x.dtype)


def _check_quantile(rank: int, interpolation: str) -> None:
    if rank > 1:
        raise ShapeError(f"quantile() takes q as a number or in one dimension, not in {rank}")
    if interpolation not in INTERPOLATIONS:
        raise ValueRangeError(
            f"interpolation={interpolation!r}", hint=f"it is one of {', '.join(INTERPOLATIONS)}"
        )


QUANTILES = [
    S((3, 5), T(values=0.3)),
    S((3, 5), T(values=[0.0, 0.5, 1.0]), dim=0),
    S((2, 3, 4), T(values=[0.25, 0.875]), dim=1, keepdim=True),
    S((3, 4), T(values=0.5), keepdim=True),
    S((), T(values=0.5)),
    *(S((3, 4), T(values=[0.25, 0.5]), dim=1, interpolation=i) for i in INTERPOLATIONS),
    S(NAN, T(dtype="f32", values=[0.1, 0.5, 1.0]), dim=1),
    S(NAN, T(dtype="f32", values=0.5), dim=0, interpolation="higher"),
]
_SIGNATURE = (
    "(Tensor input, Tensor q, int? dim=None, bool keepdim=False, *, "
    'str interpolation="linear") -> Tensor'
)


@op(f"quantile{_SIGNATURE}")
class Quantile:
    """The `q`-quantiles (0 to 1) along `dim` or of all; NaN where there is a NaN.

    Several `q` give a first dimension of their own.
    """

    promote, dtypes, samples, infer = Promote.COMMON, FLOATS, QUANTILES, _quantile_type
    autocast = "f32"

    def compose(
        input: Tensor,
        q: Tensor,
        dim: int | None = None,
        keepdim: bool = False,
        interpolation: str = "linear",
    ) -> Tensor:
        return _quantile(input, q, dim, keepdim, interpolation, skip_nan=False)


@op(f"nanquantile{_SIGNATURE}")
class Nanquantile:
    """The `q`-quantiles (0 to 1) along `dim` or of all, of the elements that are not NaN."""

    promote, dtypes, samples, infer = Promote.COMMON, FLOATS, QUANTILES, _quantile_type
    autocast = "f32"

    def compose(
        input: Tensor,
        q: Tensor,
        dim: int | None = None,
        keepdim: bool = False,
        interpolation: str = "linear",
    ) -> Tensor:
        return _quantile(input, q, dim, keepdim, interpolation, skip_nan=True)


def _quantile(
    input: Tensor, q: Tensor, dim: int | None, keepdim: bool, interpolation: str, skip_nan: bool
) -> Tensor:
    _check_quantile(q.ndim, interpolation)
    _check_probabilities(q)
    axes = None if dim is None else (dim,)
    check_nonempty("quantile", input.shape, axes)
    shape = (*q.shape, *reduced_shape(input.shape, axes, keepdim))
    x = input.to(accumulator(input.dtype))
    rows = F.reshape(x, (1, -1)) if dim is None else F.movedim(_row(x), dim, -1)
    ranked = F.sort(rows, -1).values
    found = _interpolated(ranked, _ranks(ranked, _row(q), skip_nan), interpolation)
    return F.reshape(F.movedim(found, -1, 0), shape).to(input.dtype)


def _check_probabilities(q: Tensor) -> None:
    known = q._data
    if known is not None and not ((known >= 0) & (known <= 1)).all():
        raise ValueRangeError(f"quantile() of q={q.tolist()}", hint="q lies in [0, 1]")


def _ranks(ranked: Tensor, q: Tensor, skip_nan: bool) -> Tensor:
    """The position of each quantile in the sorted rows: [..., number of q], as f64."""
    last, nans = ranked.shape[-1] - 1, _nan_count(ranked, -1)
    if skip_nan:
        return F.mul(q.to(f64), F.clamp(F.sub(last, nans), min=0))
    return F.where(F.gt(nans, 0), last, F.mul(q.to(f64), last))


def _interpolated(ranked: Tensor, rank: Tensor, interpolation: str) -> Tensor:
    if interpolation in ("lower", "higher", "nearest"):
        rounding = {"lower": F.floor, "higher": F.ceil, "nearest": F.round}[interpolation]
        return F.gather(ranked, -1, rounding(rank).to(i64))
    low = F.floor(rank)
    below = F.gather(ranked, -1, low.to(i64))
    above = F.gather(ranked, -1, F.ceil(rank).to(i64))
    weight: Tensor | Number = 0.5 if interpolation == "midpoint" else (rank - low).to(ranked.dtype)
    # Where both are the same, also when it is an infinity, there is nothing to interpolate.
    return F.where(F.eq(below, above), below, below + (above - below) * weight)
