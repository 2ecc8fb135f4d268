"""Sums, products and truth over dimensions, and what follows from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hodu.dims import Dim
from hodu.dtypes import ANY, FLOATS, FROM_NUMPY, DType, bool_, i64
from hodu.errors import DTypeError
from hodu.ops._precision import accumulator, narrow, wide, widen
from hodu.ops._rules import Axes, axes_of, reduce_to, reduced_shape, sum_dtype
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, op
from hodu.shapes import Shape, TensorType, numel

if TYPE_CHECKING:
    from hodu._tensor import Tensor

Dims = tuple[int, ...] | None
REDUCTIONS = [
    S((3, 4)),
    S((3, 4), dim=(1,)),
    S((2, 3, 4), dim=(0, -1), keepdim=True),
    S((2, 3, 4), dim=(1,), keepdim=True),
    S(()),
    S((), dim=(0,)),
    S((0, 3)),
    S((2, 0, 3), dim=(1,)),
]
SPECIAL = [
    S(T(dtype="f32", values=[[np.nan, 1, 2], [np.inf, 1, -np.inf], [0.0, -0.0, 1]]), dim=(1,)),
    S(T(dtype="f16", values=[2048.0] * 16 + [1.0] * 64)),
]


def count_over(shape: Shape, dim: Dims) -> Dim:
    """How many elements a reduction of `shape` over `dim` combines."""
    return numel(shape[axis] for axis in axes_of(dim, len(shape)))


def fold(ufunc: np.ufunc, x: Array, dim: Axes, keepdim: bool, within: DType | None = None) -> Array:
    """`x` reduced over `dim` by `ufunc`, in the dtype `within` if it is given."""
    dtype = None if within is None else within.numpy
    axes = None if dim is None else axes_of(dim, x.ndim)
    return np.asarray(ufunc.reduce(x, axis=axes, dtype=dtype, keepdims=keepdim))


def with_dims(x: Tensor, shape: Shape, dim: Dims, keepdim: bool) -> Tensor:
    """The result of a reduction of `shape` over `dim`, with the dimensions kept as 1."""
    return x if keepdim else F._reshape(x, reduced_shape(shape, dim, True))


def cast_array(x: Array, dtype: DType) -> Array:
    """`x` in `dtype`, as the op `cast` does it."""
    return x != 0 if dtype is bool_ else x.astype(dtype.numpy, copy=False)


def accumulated(x: Array, dtype: DType | None) -> tuple[Array, DType, DType]:
    """The operand of a sum or product, the dtype to accumulate in and that of the result."""
    if dtype is not None:
        x = cast_array(x, dtype)
    out = dtype or sum_dtype(FROM_NUMPY[x.dtype])
    return x, accumulator(out), out


@op("sum(Tensor input, int[]? dim=None, bool keepdim=False, *, DType? dtype=None) -> Tensor")
class Sum:
    """The sum over `dim` (all dimensions by default); integers and bools are summed as i64.

    With `dtype` the input is cast to it first, and so is the result.
    """

    autocast = "f32"
    infer = reduce_to(sum_dtype)
    samples = [
        *REDUCTIONS,
        *SPECIAL,
        S((3, 4), dim=(0,), dtype=i64),
        S((3, 4), dim=(0,), dtype=bool_),
        S(T(dtype="u8", values=[200, 100]), dtype=FROM_NUMPY[np.dtype("uint8")]),
    ]

    def eager(
        x: Array, dim: Dims = None, keepdim: bool = False, dtype: DType | None = None
    ) -> Array:
        if dtype is None and x.dtype.char in "fd":
            return fold(np.add, x, dim, keepdim)
        x, within, out = accumulated(x, dtype)
        return fold(np.add, x, dim, keepdim, within).astype(out.numpy, copy=False)

    vjp = {
        "input": lambda ct, input_type, dim, keepdim: F._expand(
            with_dims(ct, input_type.shape, dim, keepdim), input_type.shape
        )
    }
    vjp_eager = {
        "input": lambda ct, input_type, dim, keepdim: _spread(ct, input_type.shape, dim, keepdim)
    }


def _spread(ct: Array, shape: tuple[int, ...], dim: Dims, keepdim: bool) -> Array:
    """The gradient of a sum, once for each element; a view."""
    if ct.ndim and not keepdim:
        ct = ct.reshape(reduced_shape(shape, dim, True))
    return np.broadcast_to(ct, shape)


@op("prod(Tensor input, int[]? dim=None, bool keepdim=False, *, DType? dtype=None) -> Tensor")
class Prod:
    """The product over `dim` (all dimensions by default); integers and bools give i64.

    With `dtype` the input is cast to it first, and so is the result.
    """

    autocast = "f32"
    infer = reduce_to(sum_dtype)
    samples = [*REDUCTIONS, SPECIAL[0], S((3, 4), dim=(0,), dtype=i64)]

    def eager(
        x: Array, dim: Dims = None, keepdim: bool = False, dtype: DType | None = None
    ) -> Array:
        x, within, out = accumulated(x, dtype)
        return fold(np.multiply, x, dim, keepdim, within).astype(out.numpy, copy=False)

    vjp = {
        "input": lambda ct, input, dim, keepdim, dtype: _prod_gradient(
            ct, input, dim, keepdim, dtype
        )
    }


def _prod_gradient(
    ct: Tensor, input: Tensor, dim: Dims, keepdim: bool, dtype: DType | None
) -> Tensor:
    shape, axes = input.shape, axes_of(dim, len(input.shape))
    kept = [axis for axis in range(len(shape)) if axis not in axes]
    order = [*kept, *axes]
    flat_shape = (*(shape[axis] for axis in kept), numel(shape[axis] for axis in axes))
    x = F._permute(input if dtype is None else input.to(dtype), order)
    others = F._reshape(_products_of_others(F._reshape(x, flat_shape)), x.shape)
    back = sorted(range(len(order)), key=order.__getitem__)
    return with_dims(ct, shape, dim, keepdim) * F._permute(others, back)


def _products_of_others(x: Tensor) -> Tensor:
    """For each element the product of all others along the last dimension.

    By a tree of products, so that zeros need no care and derivatives of any order are right.
    """
    count = x.shape[-1]
    if isinstance(count, int) and count < 2:
        return F.ones_like(x)
    if count % 2:
        after = (0,) * (x.ndim - 1)
        return _products_of_others(F._pad(x, (*after, 0), (*after, 1), "constant", 1))[..., :-1]
    left, right = x[..., 0::2], x[..., 1::2]
    above = _products_of_others(left * right)
    return F._reshape(F.stack([above * right, above * left], -1), x.shape)


@op("any(Tensor input, int[]? dim=None, bool keepdim=False) -> Tensor")
class Any:
    """Whether some element over `dim` is not zero (NaN is not zero)."""

    nondiff = "a truth value"
    infer = reduce_to(bool_)
    samples = [*REDUCTIONS, SPECIAL[0]]

    def eager(x: Array, dim: Dims = None, keepdim: bool = False) -> Array:
        return fold(np.logical_or, x != 0, dim, keepdim)


@op("all(Tensor input, int[]? dim=None, bool keepdim=False) -> Tensor")
class All:
    """Whether all elements over `dim` are not zero (NaN is not zero)."""

    nondiff = "a truth value"
    infer = reduce_to(bool_)
    samples = [*REDUCTIONS, SPECIAL[0]]

    def eager(x: Array, dim: Dims = None, keepdim: bool = False) -> Array:
        return fold(np.logical_and, x != 0, dim, keepdim)


def _mean_dtype(name: str, own: DType, dtype: DType | None) -> DType:
    out = dtype or own
    if not out.is_float:
        raise DTypeError(
            f"{name}() of {own} has no float to be returned in"
            if dtype is None
            else f"{name}() cannot be returned as {dtype}",
            hint="say which float dtype the mean is to have, as in dtype='f32'",
        )
    return out


@op("mean(Tensor input, int[]? dim=None, bool keepdim=False, *, DType? dtype=None) -> Tensor")
class Mean:
    """The mean over `dim`, of floats (or in the float `dtype`); NaN over no elements."""

    dtypes = ANY
    samples = [
        *(S(T(s.tensors[0], "f32"), **s.attrs) for s in REDUCTIONS),  # type: ignore[arg-type]
        *(S(T((3, 4), t), dim=(0,)) for t in ("f8e4m3", "f8e5m2", "bf16", "f16", "f64")),
        *SPECIAL,
        S((3, 4), dim=(-1,), dtype=FROM_NUMPY[np.dtype("float64")]),
    ]

    def infer(
        x: TensorType, dim: Dims = None, keepdim: bool = False, dtype: DType | None = None
    ) -> TensorType:
        out = _mean_dtype("mean", x.dtype, dtype)
        return TensorType(reduced_shape(x.shape, dim, keepdim), out)

    def eager(
        x: Array, dim: Dims = None, keepdim: bool = False, dtype: DType | None = None
    ) -> Array:
        out = _mean_dtype("mean", FROM_NUMPY[x.dtype], dtype)
        within = accumulator(out)
        total = fold(np.add, x.astype(out.numpy, copy=False), dim, keepdim, within)
        count = np.asarray(count_over(x.shape, dim)).astype(within.numpy)
        return np.asarray(total / count).astype(out.numpy, copy=False)

    def compose(
        input: Tensor, dim: Dims = None, keepdim: bool = False, dtype: DType | None = None
    ) -> Tensor:
        out = _mean_dtype("mean", input.dtype, dtype)
        wide_input = input.to(out).to(accumulator(out))
        return (F.sum(wide_input, dim, keepdim) / count_over(input.shape, dim)).to(out)

    vjp = {
        "input": lambda ct, input_type, dim, keepdim: F._expand(
            with_dims(
                _share(ct, count_over(input_type.shape, dim)), input_type.shape, dim, keepdim
            ),
            input_type.shape,
        )
    }
    vjp_eager = {
        "input": lambda ct, input_type, dim, keepdim: _spread(
            _array_share(ct, count_over(input_type.shape, dim)), input_type.shape, dim, keepdim
        )
    }


def _share(ct: Tensor, count: Dim) -> Tensor:
    """`ct / count`, where a small float may not hold the count."""
    return narrow(F.div(widen(ct), count), ct.dtype)


def _array_share(ct: Array, count: Dim) -> Array:
    """`_share` of an array."""
    return np.asarray(wide(ct) / int(count)).astype(ct.dtype, copy=False)


@op("nansum(Tensor input, int[]? dim=None, bool keepdim=False, *, DType? dtype=None) -> Tensor")
class Nansum:
    """The sum over `dim` in which NaN counts as zero."""

    infer = reduce_to(sum_dtype)
    samples = [*REDUCTIONS, SPECIAL[0]]

    def compose(
        input: Tensor, dim: Dims = None, keepdim: bool = False, dtype: DType | None = None
    ) -> Tensor:
        return F.sum(_without_nan(input), dim, keepdim, dtype=dtype)


@op("nanmean(Tensor input, int[]? dim=None, bool keepdim=False, *, DType? dtype=None) -> Tensor")
class Nanmean:
    """The mean over `dim` of the elements that are not NaN; NaN where there are none."""

    dtypes = FLOATS
    samples = [*REDUCTIONS, SPECIAL[0]]

    def infer(
        x: TensorType, dim: Dims = None, keepdim: bool = False, dtype: DType | None = None
    ) -> TensorType:
        out = _mean_dtype("nanmean", x.dtype, dtype)
        return TensorType(reduced_shape(x.shape, dim, keepdim), out)

    def compose(
        input: Tensor, dim: Dims = None, keepdim: bool = False, dtype: DType | None = None
    ) -> Tensor:
        out = _mean_dtype("nanmean", input.dtype, dtype)
        total = F.sum(_without_nan(input).to(accumulator(out)), dim, keepdim)
        return (total / F.sum(F.eq(input, input), dim, keepdim)).to(out)


def _without_nan(input: Tensor) -> Tensor:
    return F.where(F.isnan(input), 0, input) if input.dtype.is_float else input


@op("count_nonzero(Tensor input, int[]? dim=None) -> Tensor")
class CountNonzero:
    """How many elements over `dim` are not zero, as i64."""

    nondiff = "a count"
    samples = [
        S((3, 4)),
        S((3, 4), dim=(1,)),
        S((2, 3, 4), dim=(0, 2)),
        S(()),
        S((0, 3)),
        SPECIAL[0],
    ]

    def infer(x: TensorType, dim: Dims = None) -> TensorType:
        return TensorType(reduced_shape(x.shape, dim, False), i64)

    def compose(input: Tensor, dim: Dims = None) -> Tensor:
        return F.sum(input.to(bool_), dim)
