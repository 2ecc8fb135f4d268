"""Tensor methods.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import hodu.functional as _f
from hodu.dispatch.base import TensorBase
from hodu.dispatch.inplace import assign
from hodu.ops.conversion import (
    to_bf16,
    to_bool,
    to_f16,
    to_f32,
    to_f64,
    to_i8,
    to_i16,
    to_i32,
    to_i64,
    to_u8,
    type_as,
)
from hodu.ops.overwrite import copy_, fill_, zero_
from hodu.ops.random_fill import bernoulli_, normal_, random_, uniform_
from hodu.ops.select import where_else
from hodu.ops.split import split_method

if TYPE_CHECKING:
    from hodu._tensor import Tensor
    from hodu.devices import Device
    from hodu.dims import Dim
    from hodu.dtypes import DTypeLike, Number
    from hodu.functional._generated.cumulative import CummaxResult, CumminResult
    from hodu.functional._generated.decompositions import QrResult, SvdResult
    from hodu.functional._generated.max_min import AminmaxResult
    from hodu.functional._generated.quantiles import ModeResult
    from hodu.functional._generated.solvers import SlogdetResult
    from hodu.functional._generated.sorting import KthvalueResult, SortResult, TopkResult
    from hodu.random import Generator


class TensorMethods(TensorBase):
    """The methods of `Tensor` that follow from the op table."""

    __slots__ = ()

    def _self(self) -> Tensor:
        raise NotImplementedError

    def abs(self) -> Tensor:
        """The absolute value; that of the least signed integer wraps around to itself."""
        return _f.abs(self._self())

    def abs_(self) -> Tensor:
        """`abs` in place."""
        return assign(self, _f.abs(self._self()))

    def acos(self) -> Tensor:
        """The angle in [0, pi] with this cosine."""
        return _f.acos(self._self())

    def acos_(self) -> Tensor:
        """`acos` in place."""
        return assign(self, _f.acos(self._self()))

    def acosh(self) -> Tensor:
        """The inverse hyperbolic cosine, not negative."""
        return _f.acosh(self._self())

    def acosh_(self) -> Tensor:
        """`acosh` in place."""
        return assign(self, _f.acosh(self._self()))

    def add(self, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
        """The sum `input + alpha * other`."""
        return _f.add(self._self(), other, alpha=alpha)

    def add_(self, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
        """`add` in place."""
        return assign(self, _f.add(self._self(), other, alpha=alpha))

    def addcdiv(
        self,
        tensor1: Tensor | builtins.bool | builtins.int | builtins.float,
        tensor2: Tensor | builtins.bool | builtins.int | builtins.float,
        *,
        value: builtins.bool | builtins.int | builtins.float = 1,
    ) -> Tensor:
        """The sum `input + value * tensor1 / tensor2`; for floats."""
        return _f.addcdiv(self._self(), tensor1, tensor2, value=value)

    def addcdiv_(
        self,
        tensor1: Tensor | builtins.bool | builtins.int | builtins.float,
        tensor2: Tensor | builtins.bool | builtins.int | builtins.float,
        *,
        value: builtins.bool | builtins.int | builtins.float = 1,
    ) -> Tensor:
        """`addcdiv` in place."""
        return assign(self, _f.addcdiv(self._self(), tensor1, tensor2, value=value))

    def addcmul(
        self,
        tensor1: Tensor | builtins.bool | builtins.int | builtins.float,
        tensor2: Tensor | builtins.bool | builtins.int | builtins.float,
        *,
        value: builtins.bool | builtins.int | builtins.float = 1,
    ) -> Tensor:
        """The sum `input + value * tensor1 * tensor2`."""
        return _f.addcmul(self._self(), tensor1, tensor2, value=value)

    def addcmul_(
        self,
        tensor1: Tensor | builtins.bool | builtins.int | builtins.float,
        tensor2: Tensor | builtins.bool | builtins.int | builtins.float,
        *,
        value: builtins.bool | builtins.int | builtins.float = 1,
    ) -> Tensor:
        """`addcmul` in place."""
        return assign(self, _f.addcmul(self._self(), tensor1, tensor2, value=value))

    def addmm(
        self,
        mat1: Tensor | builtins.bool | builtins.int | builtins.float,
        mat2: Tensor | builtins.bool | builtins.int | builtins.float,
        *,
        beta: builtins.bool | builtins.int | builtins.float = 1,
        alpha: builtins.bool | builtins.int | builtins.float = 1,
    ) -> Tensor:
        """The sum `beta * input + alpha * (mat1 @ mat2)` of matrices."""
        return _f.addmm(self._self(), mat1, mat2, beta=beta, alpha=alpha)

    def addmm_(
        self,
        mat1: Tensor | builtins.bool | builtins.int | builtins.float,
        mat2: Tensor | builtins.bool | builtins.int | builtins.float,
        *,
        beta: builtins.bool | builtins.int | builtins.float = 1,
        alpha: builtins.bool | builtins.int | builtins.float = 1,
    ) -> Tensor:
        """`addmm` in place."""
        return assign(self, _f.addmm(self._self(), mat1, mat2, beta=beta, alpha=alpha))

    def all(
        self,
        dim: builtins.int | Sequence[builtins.int] | None = None,
        keepdim: builtins.bool = False,
    ) -> Tensor:
        """Whether all elements over `dim` are not zero (NaN is not zero)."""
        return _f.all(self._self(), dim, keepdim)

    def allclose(
        self,
        other: Tensor,
        rtol: builtins.float = 1e-05,
        atol: builtins.float = 1e-08,
        equal_nan: builtins.bool = False,
    ) -> builtins.bool:
        """Whether all elements are close, as a Python bool; see `isclose`."""
        return _f.allclose(self._self(), other, rtol, atol, equal_nan)

    def amax(
        self,
        dim: builtins.int | Sequence[builtins.int] | None = None,
        keepdim: builtins.bool = False,
    ) -> Tensor:
        """The largest element over `dim` (all dimensions by default); NaN if there is one."""
        return _f.amax(self._self(), dim, keepdim)

    def amin(
        self,
        dim: builtins.int | Sequence[builtins.int] | None = None,
        keepdim: builtins.bool = False,
    ) -> Tensor:
        """The smallest element over `dim` (all dimensions by default); NaN if there is one."""
        return _f.amin(self._self(), dim, keepdim)

    def aminmax(
        self, *, dim: builtins.int | None = None, keepdim: builtins.bool = False
    ) -> AminmaxResult:
        """The smallest and the largest element along `dim`, or of all."""
        return _f.aminmax(self._self(), dim=dim, keepdim=keepdim)

    def any(
        self,
        dim: builtins.int | Sequence[builtins.int] | None = None,
        keepdim: builtins.bool = False,
    ) -> Tensor:
        """Whether some element over `dim` is not zero (NaN is not zero)."""
        return _f.any(self._self(), dim, keepdim)

    def argmax(self, dim: builtins.int | None = None, keepdim: builtins.bool = False) -> Tensor:
        """The index of the first largest element along `dim`, or in the flattened tensor."""
        return _f.argmax(self._self(), dim, keepdim)

    def argmin(self, dim: builtins.int | None = None, keepdim: builtins.bool = False) -> Tensor:
        """The index of the first smallest element along `dim`, or in the flattened tensor."""
        return _f.argmin(self._self(), dim, keepdim)

    def argsort(
        self,
        dim: builtins.int = -1,
        descending: builtins.bool = False,
        *,
        stable: builtins.bool = False,
    ) -> Tensor:
        """The indices that put the elements in order along `dim`; always stable."""
        return _f.argsort(self._self(), dim, descending, stable=stable)

    def argwhere(self) -> Tensor:
        """The indices of the elements that are not zero, one row each."""
        return _f.argwhere(self._self())

    def as_strided(self, size: Any, stride: Any, storage_offset: builtins.int = 0) -> Tensor:
        """A view with these sizes and strides (in elements) of a contiguous tensor."""
        return _f.as_strided(self._self(), size, stride, storage_offset)

    def asin(self) -> Tensor:
        """The angle in [-pi/2, pi/2] with this sine."""
        return _f.asin(self._self())

    def asin_(self) -> Tensor:
        """`asin` in place."""
        return assign(self, _f.asin(self._self()))

    def asinh(self) -> Tensor:
        """The inverse hyperbolic sine."""
        return _f.asinh(self._self())

    def asinh_(self) -> Tensor:
        """`asinh` in place."""
        return assign(self, _f.asinh(self._self()))

    def atan(self) -> Tensor:
        """The angle in [-pi/2, pi/2] with this tangent."""
        return _f.atan(self._self())

    def atan_(self) -> Tensor:
        """`atan` in place."""
        return assign(self, _f.atan(self._self()))

    def atan2(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """The angle in [-pi, pi] of the point (other, input); `input` is the ordinate."""
        return _f.atan2(self._self(), other)

    def atan2_(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """`atan2` in place."""
        return assign(self, _f.atan2(self._self(), other))

    def atanh(self) -> Tensor:
        """The inverse hyperbolic tangent."""
        return _f.atanh(self._self())

    def atanh_(self) -> Tensor:
        """`atanh` in place."""
        return assign(self, _f.atanh(self._self()))

    def baddbmm(
        self,
        batch1: Tensor | builtins.bool | builtins.int | builtins.float,
        batch2: Tensor | builtins.bool | builtins.int | builtins.float,
        *,
        beta: builtins.bool | builtins.int | builtins.float = 1,
        alpha: builtins.bool | builtins.int | builtins.float = 1,
    ) -> Tensor:
        """The sum `beta * input + alpha * (batch1 @ batch2)` of batches of matrices."""
        return _f.baddbmm(self._self(), batch1, batch2, beta=beta, alpha=alpha)

    def baddbmm_(
        self,
        batch1: Tensor | builtins.bool | builtins.int | builtins.float,
        batch2: Tensor | builtins.bool | builtins.int | builtins.float,
        *,
        beta: builtins.bool | builtins.int | builtins.float = 1,
        alpha: builtins.bool | builtins.int | builtins.float = 1,
    ) -> Tensor:
        """`baddbmm` in place."""
        return assign(self, _f.baddbmm(self._self(), batch1, batch2, beta=beta, alpha=alpha))

    def bernoulli(self, p: Number | None = None, *, generator: Generator | None = None) -> Tensor:
        """1 with the probability that `input` gives (or `p`), else 0; in the dtype of `input`."""
        return _f.bernoulli(self._self(), p, generator=generator)

    def bernoulli_(self, p: Tensor | Number = 0.5, *, generator: Generator | None = None) -> Tensor:
        """Fill with 1 with probability `p` (a number or a tensor that broadcasts), else 0."""
        return bernoulli_(self._self(), p, generator=generator)

    def bfloat16(self) -> Tensor:
        """The tensor as bf16."""
        return to_bf16(self._self())

    def bincount(self, weights: Tensor | None = None, minlength: builtins.int = 0) -> Tensor:
        """How often each number from 0 up occurs, or the sum of its weights."""
        return _f.bincount(self._self(), weights, minlength)

    def bitwise_and(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """The bits set in both."""
        return _f.bitwise_and(self._self(), other)

    def bitwise_and_(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """`bitwise_and` in place."""
        return assign(self, _f.bitwise_and(self._self(), other))

    def bitwise_left_shift(
        self, other: Tensor | builtins.bool | builtins.int | builtins.float
    ) -> Tensor:
        """The bits shifted left by other places; 0 when those are negative or beyond the width."""
        return _f.bitwise_left_shift(self._self(), other)

    def bitwise_left_shift_(
        self, other: Tensor | builtins.bool | builtins.int | builtins.float
    ) -> Tensor:
        """`bitwise_left_shift` in place."""
        return assign(self, _f.bitwise_left_shift(self._self(), other))

    def bitwise_not(self) -> Tensor:
        """All bits inverted; on bools, logical not."""
        return _f.bitwise_not(self._self())

    def bitwise_not_(self) -> Tensor:
        """`bitwise_not` in place."""
        return assign(self, _f.bitwise_not(self._self()))

    def bitwise_or(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """The bits set in either."""
        return _f.bitwise_or(self._self(), other)

    def bitwise_or_(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """`bitwise_or` in place."""
        return assign(self, _f.bitwise_or(self._self(), other))

    def bitwise_right_shift(
        self, other: Tensor | builtins.bool | builtins.int | builtins.float
    ) -> Tensor:
        """The bits shifted right, filled with the sign."""
        return _f.bitwise_right_shift(self._self(), other)

    def bitwise_right_shift_(
        self, other: Tensor | builtins.bool | builtins.int | builtins.float
    ) -> Tensor:
        """`bitwise_right_shift` in place."""
        return assign(self, _f.bitwise_right_shift(self._self(), other))

    def bitwise_xor(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """The bits set in one of the two."""
        return _f.bitwise_xor(self._self(), other)

    def bitwise_xor_(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """`bitwise_xor` in place."""
        return assign(self, _f.bitwise_xor(self._self(), other))

    def bmm(self, mat2: Tensor) -> Tensor:
        """The products of two batches of matrices, without broadcasting."""
        return _f.bmm(self._self(), mat2)

    def bool(self) -> Tensor:
        """The tensor as bools: whether the elements differ from 0."""
        return to_bool(self._self())

    def broadcast_to(self, size: Any) -> Tensor:
        """Dimensions of size 1 repeated to `size`; a view."""
        return _f.broadcast_to(self._self(), size)

    def byte(self) -> Tensor:
        """The tensor as u8."""
        return to_u8(self._self())

    def cast(self, dtype: DTypeLike) -> Tensor:
        """The same values in another dtype; floats are truncated to integers, non-zero is True."""
        return _f.cast(self._self(), dtype)

    def ceil(self) -> Tensor:
        """Rounded up."""
        return _f.ceil(self._self())

    def ceil_(self) -> Tensor:
        """`ceil` in place."""
        return assign(self, _f.ceil(self._self()))

    def celu(self, alpha: builtins.float = 1.0) -> Tensor:
        """The input where it is positive, else alpha * (exp(input / alpha) - 1)."""
        return _f.celu(self._self(), alpha)

    def celu_(self, alpha: builtins.float = 1.0) -> Tensor:
        """`celu` in place."""
        return assign(self, _f.celu(self._self(), alpha))

    def char(self) -> Tensor:
        """The tensor as i8."""
        return to_i8(self._self())

    def cholesky(self, upper: builtins.bool = False) -> Tensor:
        """The lower triangular L with `L @ L.mT = input` of a positive definite matrix, or L.mT."""
        return _f.cholesky(self._self(), upper)

    def cholesky_solve(self, L: Tensor, upper: builtins.bool = False) -> Tensor:
        """The X with `A @ X = B`, given the Cholesky factor of A."""
        return _f.cholesky_solve(self._self(), L, upper)

    def chunk(self, chunks: builtins.int, dim: builtins.int = 0) -> builtins.tuple[Tensor, ...]:
        """At most `chunks` pieces of one size along `dim`, the last perhaps smaller; views."""
        return _f.chunk(self._self(), chunks, dim)

    def clamp(
        self,
        min: Tensor | builtins.bool | builtins.int | builtins.float | None = None,
        max: Tensor | builtins.bool | builtins.int | builtins.float | None = None,
    ) -> Tensor:
        """The input brought into [min, max], which are numbers or tensors; NaN stays."""
        return _f.clamp(self._self(), min, max)

    def clamp_(
        self,
        min: Tensor | builtins.bool | builtins.int | builtins.float | None = None,
        max: Tensor | builtins.bool | builtins.int | builtins.float | None = None,
    ) -> Tensor:
        """`clamp` in place."""
        return assign(self, _f.clamp(self._self(), min, max))

    def clamp_max(self, max: Tensor | Number) -> Tensor:
        """The smaller of the input and `max`."""
        return _f.clamp_max(self._self(), max)

    def clamp_max_(self, max: Tensor | Number) -> Tensor:
        """`clamp_max` in place."""
        return assign(self, _f.clamp_max(self._self(), max))

    def clamp_min(self, min: Tensor | Number) -> Tensor:
        """The larger of the input and `min`."""
        return _f.clamp_min(self._self(), min)

    def clamp_min_(self, min: Tensor | Number) -> Tensor:
        """`clamp_min` in place."""
        return assign(self, _f.clamp_min(self._self(), min))

    def clone(self) -> Tensor:
        """A copy that shares no memory."""
        return _f.clone(self._self())

    def contiguous(self) -> Tensor:
        """The tensor itself if its elements lie in row-major order without gaps, else a copy."""
        return _f.contiguous(self._self())

    def copy_(self, src: Tensor, non_blocking: builtins.bool = False) -> Tensor:
        """Take over the values of `src`, broadcast and cast as needed; `non_blocking` has no effect."""
        return copy_(self._self(), src, non_blocking)

    def corrcoef(self) -> Tensor:
        """Pearson's correlation coefficients of variables (rows) over observations (columns)."""
        return _f.corrcoef(self._self())

    def cos(self) -> Tensor:
        """The cosine of an angle in radians."""
        return _f.cos(self._self())

    def cos_(self) -> Tensor:
        """`cos` in place."""
        return assign(self, _f.cos(self._self()))

    def cosh(self) -> Tensor:
        """The hyperbolic cosine."""
        return _f.cosh(self._self())

    def cosh_(self) -> Tensor:
        """`cosh` in place."""
        return assign(self, _f.cosh(self._self()))

    def count_nonzero(self, dim: builtins.int | Sequence[builtins.int] | None = None) -> Tensor:
        """How many elements over `dim` are not zero, as i64."""
        return _f.count_nonzero(self._self(), dim)

    def cov(
        self,
        *,
        correction: builtins.int = 1,
        fweights: Tensor | None = None,
        aweights: Tensor | None = None,
    ) -> Tensor:
        """The covariance of variables (rows) over observations (columns), which may be weighted."""
        return _f.cov(self._self(), correction=correction, fweights=fweights, aweights=aweights)

    def cross(self, other: Tensor, dim: builtins.int | None = None) -> Tensor:
        """The cross product along `dim`, by default the first dimension of size 3."""
        return _f.cross(self._self(), other, dim)

    def cummax(self, dim: builtins.int) -> CummaxResult:
        """The running maximum along `dim` and the index of its last occurrence; NaN stays."""
        return _f.cummax(self._self(), dim)

    def cummin(self, dim: builtins.int) -> CumminResult:
        """The running minimum along `dim` and the index of its last occurrence; NaN stays."""
        return _f.cummin(self._self(), dim)

    def cumprod(self, dim: builtins.int, *, dtype: DTypeLike | None = None) -> Tensor:
        """The running product along `dim`; integers and bools give i64."""
        return _f.cumprod(self._self(), dim, dtype=dtype)

    def cumprod_(self, dim: builtins.int, *, dtype: DTypeLike | None = None) -> Tensor:
        """`cumprod` in place."""
        return assign(self, _f.cumprod(self._self(), dim, dtype=dtype))

    def cumsum(self, dim: builtins.int, *, dtype: DTypeLike | None = None) -> Tensor:
        """The running sum along `dim`; integers and bools are summed as i64."""
        return _f.cumsum(self._self(), dim, dtype=dtype)

    def cumsum_(self, dim: builtins.int, *, dtype: DTypeLike | None = None) -> Tensor:
        """`cumsum` in place."""
        return assign(self, _f.cumsum(self._self(), dim, dtype=dtype))

    def det(self) -> Tensor:
        """The determinant of each matrix; that of a 0x0 matrix is 1."""
        return _f.det(self._self())

    def diag(self, diagonal: builtins.int = 0) -> Tensor:
        """The matrix with a vector on its diagonal, or the diagonal of a matrix."""
        return _f.diag(self._self(), diagonal)

    def diag_embed(
        self, offset: builtins.int = 0, dim1: builtins.int = -2, dim2: builtins.int = -1
    ) -> Tensor:
        """Matrices in the dimensions `dim1` and `dim2` with the last dimension on a diagonal."""
        return _f.diag_embed(self._self(), offset, dim1, dim2)

    def diagflat(self, offset: builtins.int = 0) -> Tensor:
        """The matrix with all the elements on its diagonal."""
        return _f.diagflat(self._self(), offset)

    def diagonal(
        self, offset: builtins.int = 0, dim1: builtins.int = 0, dim2: builtins.int = 1
    ) -> Tensor:
        """The diagonal of the plane of `dim1` and `dim2`, as the last dimension; a view."""
        return _f.diagonal(self._self(), offset, dim1, dim2)

    def diff(
        self,
        n: builtins.int = 1,
        dim: builtins.int = -1,
        prepend: Tensor | None = None,
        append: Tensor | None = None,
    ) -> Tensor:
        """The `n`-th difference of neighbours along `dim`; of bools, whether they differ."""
        return _f.diff(self._self(), n, dim, prepend, append)

    def div(self, other: Tensor | Number, *, rounding_mode: builtins.str | None = None) -> Tensor:
        """The quotient: true, or rounded towards zero ("trunc") or down ("floor")."""
        return _f.div(self._self(), other, rounding_mode=rounding_mode)

    def div_(self, other: Tensor | Number, *, rounding_mode: builtins.str | None = None) -> Tensor:
        """`div` in place."""
        return assign(self, _f.div(self._self(), other, rounding_mode=rounding_mode))

    def dot(self, tensor: Tensor) -> Tensor:
        """The inner product of two vectors."""
        return _f.dot(self._self(), tensor)

    def double(self) -> Tensor:
        """The tensor as f64."""
        return to_f64(self._self())

    def dsplit(self, indices_or_sections: Any) -> builtins.tuple[Tensor, ...]:
        """Pieces behind one another: along the third dimension."""
        return _f.dsplit(self._self(), indices_or_sections)

    def elu(self, alpha: builtins.float = 1.0) -> Tensor:
        """The input where it is positive, else alpha * (exp(input) - 1)."""
        return _f.elu(self._self(), alpha)

    def elu_(self, alpha: builtins.float = 1.0) -> Tensor:
        """`elu` in place."""
        return assign(self, _f.elu(self._self(), alpha))

    def eq(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """Whether the elements are equal."""
        return _f.eq(self._self(), other)

    def eq_(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """`eq` in place."""
        return assign(self, _f.eq(self._self(), other))

    def equal(self, other: Tensor) -> builtins.bool:
        """Whether two tensors have the same shape and equal elements, as a Python bool."""
        return _f.equal(self._self(), other)

    def erf(self) -> Tensor:
        """The error function."""
        return _f.erf(self._self())

    def erf_(self) -> Tensor:
        """`erf` in place."""
        return assign(self, _f.erf(self._self()))

    def erfc(self) -> Tensor:
        """The complementary error function, 1 - erf(input), accurate where that is small."""
        return _f.erfc(self._self())

    def erfc_(self) -> Tensor:
        """`erfc` in place."""
        return assign(self, _f.erfc(self._self()))

    def erfinv(self) -> Tensor:
        """The inverse of the error function: infinite at -1 and 1, NaN beyond."""
        return _f.erfinv(self._self())

    def erfinv_(self) -> Tensor:
        """`erfinv` in place."""
        return assign(self, _f.erfinv(self._self()))

    def exp(self) -> Tensor:
        """e to the power of the input."""
        return _f.exp(self._self())

    def exp_(self) -> Tensor:
        """`exp` in place."""
        return assign(self, _f.exp(self._self()))

    def exp2(self) -> Tensor:
        """2 to the power of the input."""
        return _f.exp2(self._self())

    def exp2_(self) -> Tensor:
        """`exp2` in place."""
        return assign(self, _f.exp2(self._self()))

    def expand(self, size: Any, *more: Any) -> Tensor:
        """Dimensions of size 1 repeated to the sizes given; -1 keeps one; a view."""
        return _f.expand(self._self(), size, *more)

    def expand_as(self, other: Tensor) -> Tensor:
        """Dimensions of size 1 repeated to the shape of `other`; a view."""
        return _f.expand_as(self._self(), other)

    def expm1(self) -> Tensor:
        """e to the power of the input, minus one; accurate near 0."""
        return _f.expm1(self._self())

    def expm1_(self) -> Tensor:
        """`expm1` in place."""
        return assign(self, _f.expm1(self._self()))

    def fill_(self, value: Tensor | Number) -> Tensor:
        """Make every element `value`, a number or a tensor of no dimensions."""
        return fill_(self._self(), value)

    def flatten(self, start_dim: builtins.int = 0, end_dim: builtins.int = -1) -> Tensor:
        """The dimensions from `start_dim` to `end_dim`, both included, made into one."""
        return _f.flatten(self._self(), start_dim, end_dim)

    def flip(self, dims: Any, *more: builtins.int) -> Tensor:
        """The elements in reverse order along the dimensions, given as numbers or one sequence."""
        return _f.flip(self._self(), dims, *more)

    def fliplr(self) -> Tensor:
        """The elements in reverse order along the second dimension."""
        return _f.fliplr(self._self())

    def flipud(self) -> Tensor:
        """The elements in reverse order along the first dimension."""
        return _f.flipud(self._self())

    def float(self) -> Tensor:
        """The tensor as f32."""
        return to_f32(self._self())

    def floor(self) -> Tensor:
        """Rounded down."""
        return _f.floor(self._self())

    def floor_(self) -> Tensor:
        """`floor` in place."""
        return assign(self, _f.floor(self._self()))

    def floor_divide(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """The quotient rounded towards minus infinity; a zero integer divisor is an error."""
        return _f.floor_divide(self._self(), other)

    def floor_divide_(
        self, other: Tensor | builtins.bool | builtins.int | builtins.float
    ) -> Tensor:
        """`floor_divide` in place."""
        return assign(self, _f.floor_divide(self._self(), other))

    def fmax(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """The larger of two elements; the other one where one is NaN."""
        return _f.fmax(self._self(), other)

    def fmin(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """The smaller of two elements; the other one where one is NaN."""
        return _f.fmin(self._self(), other)

    def fmod(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """The remainder with the sign of the dividend; a zero integer divisor is an error."""
        return _f.fmod(self._self(), other)

    def fmod_(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """`fmod` in place."""
        return assign(self, _f.fmod(self._self(), other))

    def frac(self) -> Tensor:
        """The fractional part, with the sign of the input."""
        return _f.frac(self._self())

    def frac_(self) -> Tensor:
        """`frac` in place."""
        return assign(self, _f.frac(self._self()))

    def gather(self, dim: builtins.int, index: Tensor, *, wrap: builtins.bool = False) -> Tensor:
        """`out[i][j] = input[index[i][j]][j]` for dim=0, and so on."""
        return _f.gather(self._self(), dim, index, wrap=wrap)

    def ge(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """Whether input >= other."""
        return _f.ge(self._self(), other)

    def ge_(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """`ge` in place."""
        return assign(self, _f.ge(self._self(), other))

    def gelu(self, *, approximate: builtins.str = "none") -> Tensor:
        """input * Phi(input) with the normal distribution Phi, exact or by "tanh"."""
        return _f.gelu(self._self(), approximate=approximate)

    def glu(self, dim: builtins.int = -1) -> Tensor:
        """The first half along `dim` times the sigmoid of the second half."""
        return _f.glu(self._self(), dim)

    def gt(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """Whether input > other."""
        return _f.gt(self._self(), other)

    def gt_(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """`gt` in place."""
        return assign(self, _f.gt(self._self(), other))

    def half(self) -> Tensor:
        """The tensor as f16."""
        return to_f16(self._self())

    def hardshrink(self, lambd: builtins.float = 0.5) -> Tensor:
        """The input where it lies outside [-lambd, lambd], else 0."""
        return _f.hardshrink(self._self(), lambd)

    def hardsigmoid(self) -> Tensor:
        """The straight-line sigmoid, relu6(input + 3) / 6."""
        return _f.hardsigmoid(self._self())

    def hardswish(self) -> Tensor:
        """The straight-line swish, input * relu6(input + 3) / 6."""
        return _f.hardswish(self._self())

    def hardtanh(
        self,
        min_val: builtins.bool | builtins.int | builtins.float = -1.0,
        max_val: builtins.bool | builtins.int | builtins.float = 1.0,
    ) -> Tensor:
        """Clamp to [min_val, max_val]."""
        return _f.hardtanh(self._self(), min_val, max_val)

    def hardtanh_(
        self,
        min_val: builtins.bool | builtins.int | builtins.float = -1.0,
        max_val: builtins.bool | builtins.int | builtins.float = 1.0,
    ) -> Tensor:
        """`hardtanh` in place."""
        return assign(self, _f.hardtanh(self._self(), min_val, max_val))

    def histc(
        self,
        bins: builtins.int = 100,
        min: builtins.bool | builtins.int | builtins.float = 0,
        max: builtins.bool | builtins.int | builtins.float = 0,
    ) -> Tensor:
        """How many elements lie in each of `bins` equal intervals from `min` to `max`."""
        return _f.histc(self._self(), bins, min, max)

    def hsplit(self, indices_or_sections: Any) -> builtins.tuple[Tensor, ...]:
        """Pieces side by side: along the second dimension, or the first of a 1-d tensor."""
        return _f.hsplit(self._self(), indices_or_sections)

    def hypot(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """The length of the hypotenuse, sqrt(input**2 + other**2), without overflow."""
        return _f.hypot(self._self(), other)

    def hypot_(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """`hypot` in place."""
        return assign(self, _f.hypot(self._self(), other))

    def index_add(
        self,
        dim: builtins.int,
        index: Tensor,
        source: Tensor,
        *,
        alpha: builtins.bool | builtins.int | builtins.float = 1,
    ) -> Tensor:
        """A copy of the input with `alpha * source` added to its parts along `dim` by index."""
        return _f.index_add(self._self(), dim, index, source, alpha=alpha)

    def index_add_(
        self,
        dim: builtins.int,
        index: Tensor,
        source: Tensor,
        *,
        alpha: builtins.bool | builtins.int | builtins.float = 1,
    ) -> Tensor:
        """`index_add` in place."""
        return assign(self, _f.index_add(self._self(), dim, index, source, alpha=alpha))

    def index_copy(self, dim: builtins.int, index: Tensor, source: Tensor) -> Tensor:
        """A copy of the input with its parts along `dim` by index taken from `source`."""
        return _f.index_copy(self._self(), dim, index, source)

    def index_copy_(self, dim: builtins.int, index: Tensor, source: Tensor) -> Tensor:
        """`index_copy` in place."""
        return assign(self, _f.index_copy(self._self(), dim, index, source))

    def index_fill(self, dim: builtins.int, index: Tensor, value: Tensor | Number) -> Tensor:
        """A copy of the input with its parts along `dim` by index set to `value`."""
        return _f.index_fill(self._self(), dim, index, value)

    def index_fill_(self, dim: builtins.int, index: Tensor, value: Tensor | Number) -> Tensor:
        """`index_fill` in place."""
        return assign(self, _f.index_fill(self._self(), dim, index, value))

    def index_put(
        self, indices: Sequence[Tensor | None], values: Tensor, accumulate: builtins.bool = False
    ) -> Tensor:
        """A copy of the input after `input[indices] = values`, or with the values added."""
        return _f.index_put(self._self(), indices, values, accumulate)

    def index_put_(
        self, indices: Sequence[Tensor | None], values: Tensor, accumulate: builtins.bool = False
    ) -> Tensor:
        """`index_put` in place."""
        return assign(self, _f.index_put(self._self(), indices, values, accumulate))

    def index_select(self, dim: builtins.int, index: Tensor) -> Tensor:
        """The parts of the input along `dim` that a 1-D index names, none of them negative."""
        return _f.index_select(self._self(), dim, index)

    def inner(self, other: Tensor) -> Tensor:
        """The inner products over the last dimension of each; a 0-d operand multiplies."""
        return _f.inner(self._self(), other)

    def int(self) -> Tensor:
        """The tensor as i32."""
        return to_i32(self._self())

    def inverse(self) -> Tensor:
        """The inverse of each matrix; a singular one is an error."""
        return _f.inverse(self._self())

    def isclose(
        self,
        other: Tensor | builtins.bool | builtins.int | builtins.float,
        rtol: builtins.float = 1e-05,
        atol: builtins.float = 1e-08,
        equal_nan: builtins.bool = False,
    ) -> Tensor:
        """Whether |input - other| <= atol + rtol * |other|, reckoned in f64."""
        return _f.isclose(self._self(), other, rtol, atol, equal_nan)

    def isfinite(self) -> Tensor:
        """Whether the elements are neither infinite nor NaN."""
        return _f.isfinite(self._self())

    def isinf(self) -> Tensor:
        """Whether the elements are infinite; integers never are."""
        return _f.isinf(self._self())

    def isnan(self) -> Tensor:
        """Whether the elements are NaN; integers never are."""
        return _f.isnan(self._self())

    def kron(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """The Kronecker product: every element of `input` times the whole of `other`, as blocks."""
        return _f.kron(self._self(), other)

    def kthvalue(
        self, k: builtins.int, dim: builtins.int = -1, keepdim: builtins.bool = False
    ) -> KthvalueResult:
        """The `k`-th smallest elements along `dim` (counted from 1), and where they are."""
        return _f.kthvalue(self._self(), k, dim, keepdim)

    def le(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """Whether input <= other."""
        return _f.le(self._self(), other)

    def le_(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """`le` in place."""
        return assign(self, _f.le(self._self(), other))

    def leaky_relu(self, negative_slope: builtins.float = 0.01) -> Tensor:
        """The input where it is positive, else `negative_slope` times it."""
        return _f.leaky_relu(self._self(), negative_slope)

    def leaky_relu_(self, negative_slope: builtins.float = 0.01) -> Tensor:
        """`leaky_relu` in place."""
        return assign(self, _f.leaky_relu(self._self(), negative_slope))

    def lerp(
        self,
        end: Tensor | builtins.bool | builtins.int | builtins.float,
        weight: Tensor | builtins.bool | builtins.int | builtins.float,
    ) -> Tensor:
        """The point between `input` (weight 0) and `end` (weight 1), both hit exactly."""
        return _f.lerp(self._self(), end, weight)

    def lerp_(
        self,
        end: Tensor | builtins.bool | builtins.int | builtins.float,
        weight: Tensor | builtins.bool | builtins.int | builtins.float,
    ) -> Tensor:
        """`lerp` in place."""
        return assign(self, _f.lerp(self._self(), end, weight))

    def log(self) -> Tensor:
        """The natural logarithm."""
        return _f.log(self._self())

    def log_(self) -> Tensor:
        """`log` in place."""
        return assign(self, _f.log(self._self()))

    def log10(self) -> Tensor:
        """The logarithm to base 10."""
        return _f.log10(self._self())

    def log10_(self) -> Tensor:
        """`log10` in place."""
        return assign(self, _f.log10(self._self()))

    def log1p(self) -> Tensor:
        """The natural logarithm of 1 + input; accurate near 0."""
        return _f.log1p(self._self())

    def log1p_(self) -> Tensor:
        """`log1p` in place."""
        return assign(self, _f.log1p(self._self()))

    def log2(self) -> Tensor:
        """The logarithm to base 2."""
        return _f.log2(self._self())

    def log2_(self) -> Tensor:
        """`log2` in place."""
        return assign(self, _f.log2(self._self()))

    def log_sigmoid(self) -> Tensor:
        """The logarithm of sigmoid, without underflow."""
        return _f.log_sigmoid(self._self())

    def log_softmax(self, dim: builtins.int, *, dtype: DTypeLike | None = None) -> Tensor:
        """The logarithm of the softmax along `dim`; with `dtype` the input is cast to it first."""
        return _f.log_softmax(self._self(), dim, dtype=dtype)

    def logaddexp(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """The logarithm of exp(input) + exp(other), without overflow."""
        return _f.logaddexp(self._self(), other)

    def logcumsumexp(self, dim: builtins.int) -> Tensor:
        """`log(cumsum(exp(input)))` along `dim`, without overflow."""
        return _f.logcumsumexp(self._self(), dim)

    def logdet(self) -> Tensor:
        """The logarithm of each determinant: -inf where it is 0, NaN where it is negative."""
        return _f.logdet(self._self())

    def logical_and(self, other: Tensor) -> Tensor:
        """Whether both are true."""
        return _f.logical_and(self._self(), other)

    def logical_and_(self, other: Tensor) -> Tensor:
        """`logical_and` in place."""
        return assign(self, _f.logical_and(self._self(), other))

    def logical_not(self) -> Tensor:
        """Whether the element is false."""
        return _f.logical_not(self._self())

    def logical_not_(self) -> Tensor:
        """`logical_not` in place."""
        return assign(self, _f.logical_not(self._self()))

    def logical_or(self, other: Tensor) -> Tensor:
        """Whether either is true."""
        return _f.logical_or(self._self(), other)

    def logical_or_(self, other: Tensor) -> Tensor:
        """`logical_or` in place."""
        return assign(self, _f.logical_or(self._self(), other))

    def logical_xor(self, other: Tensor) -> Tensor:
        """Whether just one is true."""
        return _f.logical_xor(self._self(), other)

    def logical_xor_(self, other: Tensor) -> Tensor:
        """`logical_xor` in place."""
        return assign(self, _f.logical_xor(self._self(), other))

    def logit(self, eps: builtins.float | None = None) -> Tensor:
        """The inverse of sigmoid, log(x / (1 - x)), with x first clamped to [eps, 1 - eps]."""
        return _f.logit(self._self(), eps)

    def logit_(self, eps: builtins.float | None = None) -> Tensor:
        """`logit` in place."""
        return assign(self, _f.logit(self._self(), eps))

    def logsumexp(
        self, dim: builtins.int | Sequence[builtins.int], keepdim: builtins.bool = False
    ) -> Tensor:
        """`log(sum(exp(input)))` over `dim`, without overflow; -inf over no elements."""
        return _f.logsumexp(self._self(), dim, keepdim)

    def long(self) -> Tensor:
        """The tensor as i64."""
        return to_i64(self._self())

    def lt(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """Whether input < other."""
        return _f.lt(self._self(), other)

    def lt_(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """`lt` in place."""
        return assign(self, _f.lt(self._self(), other))

    def masked_fill(self, mask: Tensor, value: Tensor | Number) -> Tensor:
        """The input with `value`, a number or a 0-d tensor, where `mask` holds; keeps the dtype."""
        return _f.masked_fill(self._self(), mask, value)

    def masked_fill_(self, mask: Tensor, value: Tensor | Number) -> Tensor:
        """`masked_fill` in place."""
        return assign(self, _f.masked_fill(self._self(), mask, value))

    def masked_scatter(self, mask: Tensor, source: Tensor) -> Tensor:
        """A copy of the input with the elements of `source`, in order, where the mask is true."""
        return _f.masked_scatter(self._self(), mask, source)

    def masked_scatter_(self, mask: Tensor, source: Tensor) -> Tensor:
        """`masked_scatter` in place."""
        return assign(self, _f.masked_scatter(self._self(), mask, source))

    def masked_select(self, mask: Tensor) -> Tensor:
        """The elements where the broadcast mask is true, as a 1-D tensor in row-major order."""
        return _f.masked_select(self._self(), mask)

    def matmul(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """The matrix product, batched over leading dimensions; 1-D operands are vectors."""
        return _f.matmul(self._self(), other)

    def matrix_exp(self) -> Tensor:
        """The exponential of each square matrix."""
        return _f.matrix_exp(self._self())

    def matrix_power(self, n: builtins.int) -> Tensor:
        """Each matrix multiplied by itself n times; the inverse's power if n is negative."""
        return _f.matrix_power(self._self(), n)

    def max(self, dim: Any = None, keepdim: builtins.bool = False, *, other: Any = None) -> Any:
        """The largest element; with `dim` (values, indices); with a tensor `maximum`."""
        return _f.max(self._self(), dim, keepdim, other=other)

    def maximum(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """The larger of two elements; NaN if either is."""
        return _f.maximum(self._self(), other)

    def mean(
        self,
        dim: builtins.int | Sequence[builtins.int] | None = None,
        keepdim: builtins.bool = False,
        *,
        dtype: DTypeLike | None = None,
    ) -> Tensor:
        """The mean over `dim`, of floats (or in the float `dtype`); NaN over no elements."""
        return _f.mean(self._self(), dim, keepdim, dtype=dtype)

    def median(self, dim: builtins.int | None = None, keepdim: builtins.bool = False) -> Any:
        """The lower median of all; with `dim` (values, indices) along it; NaN if any is."""
        return _f.median(self._self(), dim, keepdim)

    def min(self, dim: Any = None, keepdim: builtins.bool = False, *, other: Any = None) -> Any:
        """The smallest element; with `dim` (values, indices); with a tensor `minimum`."""
        return _f.min(self._self(), dim, keepdim, other=other)

    def minimum(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """The smaller of two elements; NaN if either is."""
        return _f.minimum(self._self(), other)

    def mish(self) -> Tensor:
        """input * tanh(softplus(input))."""
        return _f.mish(self._self())

    def mm(self, mat2: Tensor) -> Tensor:
        """The product of two matrices."""
        return _f.mm(self._self(), mat2)

    def mode(self, dim: builtins.int = -1, keepdim: builtins.bool = False) -> ModeResult:
        """The most frequent (of several the smallest) along `dim`, and their last index."""
        return _f.mode(self._self(), dim, keepdim)

    def moveaxis(
        self,
        source: builtins.int | Sequence[builtins.int],
        destination: builtins.int | Sequence[builtins.int],
    ) -> Tensor:
        """The dimensions `source` moved to the places `destination`; a view."""
        return _f.moveaxis(self._self(), source, destination)

    def movedim(
        self,
        source: builtins.int | Sequence[builtins.int],
        destination: builtins.int | Sequence[builtins.int],
    ) -> Tensor:
        """The dimensions `source` moved to the places `destination`; a view."""
        return _f.movedim(self._self(), source, destination)

    def msort(self) -> Tensor:
        """The elements in ascending order along the first dimension."""
        return _f.msort(self._self())

    def mul(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """The product; on bools, logical and."""
        return _f.mul(self._self(), other)

    def mul_(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """`mul` in place."""
        return assign(self, _f.mul(self._self(), other))

    def multinomial(
        self,
        num_samples: builtins.int,
        replacement: builtins.bool = False,
        *,
        generator: Generator | None = None,
    ) -> Tensor:
        """Indices drawn with the probabilities in each row of `input`, which need not sum to 1."""
        return _f.multinomial(self._self(), num_samples, replacement, generator=generator)

    def mv(self, vec: Tensor) -> Tensor:
        """The product of a matrix and a vector."""
        return _f.mv(self._self(), vec)

    def nan_to_num(
        self,
        nan: builtins.float | None = 0.0,
        posinf: builtins.float | None = None,
        neginf: builtins.float | None = None,
    ) -> Tensor:
        """NaN and infinities replaced: by 0 and by the dtype's largest and least finite numbers."""
        return _f.nan_to_num(self._self(), nan, posinf, neginf)

    def nan_to_num_(
        self,
        nan: builtins.float | None = 0.0,
        posinf: builtins.float | None = None,
        neginf: builtins.float | None = None,
    ) -> Tensor:
        """`nan_to_num` in place."""
        return assign(self, _f.nan_to_num(self._self(), nan, posinf, neginf))

    def nanmean(
        self,
        dim: builtins.int | Sequence[builtins.int] | None = None,
        keepdim: builtins.bool = False,
        *,
        dtype: DTypeLike | None = None,
    ) -> Tensor:
        """The mean over `dim` of the elements that are not NaN; NaN where there are none."""
        return _f.nanmean(self._self(), dim, keepdim, dtype=dtype)

    def nanmedian(self, dim: builtins.int | None = None, keepdim: builtins.bool = False) -> Any:
        """The lower median of what is not NaN; with `dim` (values, indices) along it."""
        return _f.nanmedian(self._self(), dim, keepdim)

    def nanquantile(
        self,
        q: Tensor | builtins.bool | builtins.int | builtins.float,
        dim: builtins.int | None = None,
        keepdim: builtins.bool = False,
        *,
        interpolation: builtins.str = "linear",
    ) -> Tensor:
        """The `q`-quantiles (0 to 1) along `dim` or of all, of the elements that are not NaN."""
        return _f.nanquantile(self._self(), q, dim, keepdim, interpolation=interpolation)

    def nansum(
        self,
        dim: builtins.int | Sequence[builtins.int] | None = None,
        keepdim: builtins.bool = False,
        *,
        dtype: DTypeLike | None = None,
    ) -> Tensor:
        """The sum over `dim` in which NaN counts as zero."""
        return _f.nansum(self._self(), dim, keepdim, dtype=dtype)

    def narrow(self, dim: builtins.int, start: Dim | Tensor, length: Dim) -> Tensor:
        """`length` elements from `start` on along `dim`; a view. A negative `start` counts back."""
        return _f.narrow(self._self(), dim, start, length)

    def ne(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """Whether the elements differ."""
        return _f.ne(self._self(), other)

    def ne_(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """`ne` in place."""
        return assign(self, _f.ne(self._self(), other))

    def neg(self) -> Tensor:
        """The negative; unsigned integers wrap around."""
        return _f.neg(self._self())

    def neg_(self) -> Tensor:
        """`neg` in place."""
        return assign(self, _f.neg(self._self()))

    def new_empty(
        self,
        size: Any,
        *more: Any,
        dtype: DTypeLike | None = None,
        device: Device | builtins.str | None = None,
        requires_grad: builtins.bool = False,
    ) -> Tensor:
        """A tensor to be written, in the dtype of `input`."""
        return _f.new_empty(
            self._self(), size, *more, dtype=dtype, device=device, requires_grad=requires_grad
        )

    def new_full(
        self,
        size: Any,
        fill_value: Any,
        *,
        dtype: DTypeLike | None = None,
        device: Device | builtins.str | None = None,
        requires_grad: builtins.bool = False,
    ) -> Tensor:
        """A tensor of `size` times `fill_value` in the dtype of `input`."""
        return _f.new_full(
            self._self(), size, fill_value, dtype=dtype, device=device, requires_grad=requires_grad
        )

    def new_ones(
        self,
        size: Any,
        *more: Any,
        dtype: DTypeLike | None = None,
        device: Device | builtins.str | None = None,
        requires_grad: builtins.bool = False,
    ) -> Tensor:
        """A tensor of ones in the dtype of `input`."""
        return _f.new_ones(
            self._self(), size, *more, dtype=dtype, device=device, requires_grad=requires_grad
        )

    def new_tensor(
        self,
        data: Any,
        *,
        dtype: DTypeLike | None = None,
        device: Device | builtins.str | None = None,
        requires_grad: builtins.bool = False,
    ) -> Tensor:
        """A tensor with a copy of `data`, in the dtype of `input` unless another is given."""
        return _f.new_tensor(
            self._self(), data, dtype=dtype, device=device, requires_grad=requires_grad
        )

    def new_zeros(
        self,
        size: Any,
        *more: Any,
        dtype: DTypeLike | None = None,
        device: Device | builtins.str | None = None,
        requires_grad: builtins.bool = False,
    ) -> Tensor:
        """A tensor of zeros in the dtype of `input`."""
        return _f.new_zeros(
            self._self(), size, *more, dtype=dtype, device=device, requires_grad=requires_grad
        )

    def nonzero(self, *, as_tuple: builtins.bool = False) -> Any:
        """Indices of what is not zero: [count, rank], or one tensor for each dimension."""
        return _f.nonzero(self._self(), as_tuple=as_tuple)

    def norm(
        self,
        p: Number | builtins.str = "fro",
        dim: builtins.int | builtins.tuple[builtins.int, ...] | None = None,
        keepdim: builtins.bool = False,
        dtype: DTypeLike | None = None,
    ) -> Tensor:
        """The `p`-norm over `dim`; "fro" is the root of the sum of squares."""
        return _f.norm(self._self(), p, dim, keepdim, dtype)

    def normal_(
        self, mean: Number = 0.0, std: Number = 1.0, *, generator: Generator | None = None
    ) -> Tensor:
        """Fill with normal random numbers of this mean and standard deviation."""
        return normal_(self._self(), mean, std, generator=generator)

    def outer(self, vec2: Tensor) -> Tensor:
        """The products of every element of one vector with every element of another."""
        return _f.outer(self._self(), vec2)

    def permute(self, dims: Any, *more: builtins.int) -> Tensor:
        """The dimensions in another order, given as numbers or as one sequence; a view."""
        return _f.permute(self._self(), dims, *more)

    def pinverse(self, rcond: builtins.float = 1e-15) -> Tensor:
        """The pseudo-inverse, in which singular values up to `rcond` times the largest are zero."""
        return _f.pinverse(self._self(), rcond)

    def pow(self, exponent: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """`input` to the power of `exponent`; negative integer powers of integers are errors."""
        return _f.pow(self._self(), exponent)

    def pow_(self, exponent: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """`pow` in place."""
        return assign(self, _f.pow(self._self(), exponent))

    def prelu(self, weight: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """The input where it is positive, else `weight` times it."""
        return _f.prelu(self._self(), weight)

    def prod(
        self,
        dim: builtins.int | Sequence[builtins.int] | None = None,
        keepdim: builtins.bool = False,
        *,
        dtype: DTypeLike | None = None,
    ) -> Tensor:
        """The product over `dim` (all dimensions by default); integers and bools give i64."""
        return _f.prod(self._self(), dim, keepdim, dtype=dtype)

    def put(self, index: Tensor, source: Tensor, accumulate: builtins.bool = False) -> Tensor:
        """A copy of the input with `source` written, or added, at flat positions."""
        return _f.put(self._self(), index, source, accumulate)

    def put_(self, index: Tensor, source: Tensor, accumulate: builtins.bool = False) -> Tensor:
        """`put` in place."""
        return assign(self, _f.put(self._self(), index, source, accumulate))

    def qr(self, mode: builtins.str = "reduced") -> QrResult:
        """An orthogonal Q and an upper triangular R with `Q @ R = A`."""
        return _f.qr(self._self(), mode)

    def quantile(
        self,
        q: Tensor | builtins.bool | builtins.int | builtins.float,
        dim: builtins.int | None = None,
        keepdim: builtins.bool = False,
        *,
        interpolation: builtins.str = "linear",
    ) -> Tensor:
        """The `q`-quantiles (0 to 1) along `dim` or of all; NaN where there is a NaN."""
        return _f.quantile(self._self(), q, dim, keepdim, interpolation=interpolation)

    def random_(
        self,
        from_: builtins.int = 0,
        to: builtins.int | None = None,
        *,
        generator: Generator | None = None,
    ) -> Tensor:
        """Fill with integers in [from_, to); `random_(to)` starts at 0."""
        return random_(self._self(), from_, to, generator=generator)

    def ravel(self) -> Tensor:
        """All the elements in one dimension."""
        return _f.ravel(self._self())

    def reciprocal(self) -> Tensor:
        """One over the input; integers are taken as f32."""
        return _f.reciprocal(self._self())

    def reciprocal_(self) -> Tensor:
        """`reciprocal` in place."""
        return assign(self, _f.reciprocal(self._self()))

    def reduce_window(
        self,
        window_shape: builtins.int | Sequence[builtins.int],
        stride: builtins.int | Sequence[builtins.int] | None = None,
        padding: builtins.int | Sequence[builtins.int] = 0,
        dilation: builtins.int | Sequence[builtins.int] = 1,
        reduce: builtins.str = "sum",
    ) -> Tensor:
        """The "sum", "prod", "max", "min" or "mean" of every window over the last axes."""
        return _f.reduce_window(self._self(), window_shape, stride, padding, dilation, reduce)

    def relu(self) -> Tensor:
        """The input where it is positive, else 0."""
        return _f.relu(self._self())

    def relu_(self) -> Tensor:
        """`relu` in place."""
        return assign(self, _f.relu(self._self()))

    def relu6(self) -> Tensor:
        """Clamp to [0, 6]."""
        return _f.relu6(self._self())

    def remainder(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """The remainder with the sign of the divisor; a zero integer divisor is an error."""
        return _f.remainder(self._self(), other)

    def remainder_(self, other: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
        """`remainder` in place."""
        return assign(self, _f.remainder(self._self(), other))

    def repeat(self, repeats: Any, *more: Any) -> Tensor:
        """The tensor `repeats` times along each dimension, given as numbers or one sequence."""
        return _f.repeat(self._self(), repeats, *more)

    def repeat_interleave(
        self,
        repeats: Any = None,
        dim: builtins.int | None = None,
        *,
        output_size: Dim | None = None,
    ) -> Tensor:
        """Each slice along `dim` (each element without `dim`) `repeats` times in a row."""
        return _f.repeat_interleave(self._self(), repeats, dim, output_size=output_size)

    def reshape(self, shape: Any, *more: Any) -> Tensor:
        """The elements under another shape, given as numbers or one sequence; one may be -1."""
        return _f.reshape(self._self(), shape, *more)

    def reshape_as(self, other: Tensor) -> Tensor:
        """The elements under the shape of `other`."""
        return _f.reshape_as(self._self(), other)

    def roll(
        self, shifts: Any, dims: builtins.int | Sequence[builtins.int] | None = None
    ) -> Tensor:
        """The elements moved by `shifts` places along `dims`, or row by row without `dims`."""
        return _f.roll(self._self(), shifts, dims)

    def rot90(self, k: builtins.int = 1, dims: Sequence[builtins.int] = (0, 1)) -> Tensor:
        """The plane of the two `dims` turned by `k` quarters, from the first towards the second."""
        return _f.rot90(self._self(), k, dims)

    def round(self, *, decimals: builtins.int = 0) -> Tensor:
        """Rounded to `decimals` places, halves to the even digit; -1 means to tens."""
        return _f.round(self._self(), decimals=decimals)

    def round_(self, *, decimals: builtins.int = 0) -> Tensor:
        """`round` in place."""
        return assign(self, _f.round(self._self(), decimals=decimals))

    def rsqrt(self) -> Tensor:
        """One over the square root."""
        return _f.rsqrt(self._self())

    def rsqrt_(self) -> Tensor:
        """`rsqrt` in place."""
        return assign(self, _f.rsqrt(self._self()))

    def rsub(self, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
        """The difference the other way round: `other - alpha * input`."""
        return _f.rsub(self._self(), other, alpha=alpha)

    def scatter(
        self,
        dim: builtins.int,
        index: Tensor,
        src: Tensor | Number | None = None,
        *,
        reduce: builtins.str | None = None,
        value: Number | None = None,
    ) -> Tensor:
        """A copy of the input with `out[index[i][j]][j] = src[i][j]` for dim=0, and so on."""
        return _f.scatter(self._self(), dim, index, src, reduce=reduce, value=value)

    def scatter_(
        self,
        dim: builtins.int,
        index: Tensor,
        src: Tensor | Number | None = None,
        *,
        reduce: builtins.str | None = None,
        value: Number | None = None,
    ) -> Tensor:
        """`scatter` in place."""
        return assign(self, _f.scatter(self._self(), dim, index, src, reduce=reduce, value=value))

    def scatter_add(self, dim: builtins.int, index: Tensor, src: Tensor) -> Tensor:
        """A copy of the input with `out[index[i][j]][j] += src[i][j]` for dim=0, and so on."""
        return _f.scatter_add(self._self(), dim, index, src)

    def scatter_add_(self, dim: builtins.int, index: Tensor, src: Tensor) -> Tensor:
        """`scatter_add` in place."""
        return assign(self, _f.scatter_add(self._self(), dim, index, src))

    def scatter_reduce(
        self,
        dim: builtins.int,
        index: Tensor,
        src: Tensor,
        reduce: builtins.str,
        *,
        include_self: builtins.bool = True,
    ) -> Tensor:
        """`scatter` that joins meeting values by "sum", "prod", "mean", "amax" or "amin"."""
        return _f.scatter_reduce(self._self(), dim, index, src, reduce, include_self=include_self)

    def scatter_reduce_(
        self,
        dim: builtins.int,
        index: Tensor,
        src: Tensor,
        reduce: builtins.str,
        *,
        include_self: builtins.bool = True,
    ) -> Tensor:
        """`scatter_reduce` in place."""
        return assign(
            self,
            _f.scatter_reduce(self._self(), dim, index, src, reduce, include_self=include_self),
        )

    def select(self, dim: builtins.int, index: builtins.int | Tensor) -> Tensor:
        """The part at `index` along `dim`, without that dimension; a view for a known index."""
        return _f.select(self._self(), dim, index)

    def selu(self) -> Tensor:
        """elu with the alpha, and times the scale, that keep activations at variance 1."""
        return _f.selu(self._self())

    def selu_(self) -> Tensor:
        """`selu` in place."""
        return assign(self, _f.selu(self._self()))

    def short(self) -> Tensor:
        """The tensor as i16."""
        return to_i16(self._self())

    def sigmoid(self) -> Tensor:
        """The logistic function, 1 / (1 + exp(-input))."""
        return _f.sigmoid(self._self())

    def sigmoid_(self) -> Tensor:
        """`sigmoid` in place."""
        return assign(self, _f.sigmoid(self._self()))

    def sign(self) -> Tensor:
        """-1, 0 or 1; bools stay as they are, the sign of NaN is 0."""
        return _f.sign(self._self())

    def sign_(self) -> Tensor:
        """`sign` in place."""
        return assign(self, _f.sign(self._self()))

    def silu(self) -> Tensor:
        """input * sigmoid(input), also called swish."""
        return _f.silu(self._self())

    def sin(self) -> Tensor:
        """The sine of an angle in radians."""
        return _f.sin(self._self())

    def sin_(self) -> Tensor:
        """`sin` in place."""
        return assign(self, _f.sin(self._self()))

    def sinh(self) -> Tensor:
        """The hyperbolic sine."""
        return _f.sinh(self._self())

    def sinh_(self) -> Tensor:
        """`sinh` in place."""
        return assign(self, _f.sinh(self._self()))

    def slogdet(self) -> SlogdetResult:
        """The sign and the logarithm of the absolute value of each determinant; 0 and -inf at 0."""
        return _f.slogdet(self._self())

    def softmax(self, dim: builtins.int, *, dtype: DTypeLike | None = None) -> Tensor:
        """`exp(input)` divided by its sum along `dim`; with `dtype` the input is cast first."""
        return _f.softmax(self._self(), dim, dtype=dtype)

    def softplus(self, beta: builtins.float = 1.0, threshold: builtins.float = 20.0) -> Tensor:
        """log(1 + exp(beta * input)) / beta; the input itself where beta * input > threshold."""
        return _f.softplus(self._self(), beta, threshold)

    def softshrink(self, lambd: builtins.float = 0.5) -> Tensor:
        """The input brought towards 0 by `lambd`, to 0 inside [-lambd, lambd]."""
        return _f.softshrink(self._self(), lambd)

    def softsign(self) -> Tensor:
        """input / (1 + abs(input))."""
        return _f.softsign(self._self())

    def sort(
        self,
        dim: builtins.int = -1,
        descending: builtins.bool = False,
        *,
        stable: builtins.bool = False,
    ) -> SortResult:
        """The elements in order along `dim`, and where they were; always stable."""
        return _f.sort(self._self(), dim, descending, stable=stable)

    def split(self, split_size: Any, dim: builtins.int = 0) -> builtins.tuple[Tensor, ...]:
        """Pieces of one size (the last perhaps smaller) or of those listed along `dim`; views."""
        return split_method(self._self(), split_size, dim)

    def sqrt(self) -> Tensor:
        """The square root; NaN below zero."""
        return _f.sqrt(self._self())

    def sqrt_(self) -> Tensor:
        """`sqrt` in place."""
        return assign(self, _f.sqrt(self._self()))

    def square(self) -> Tensor:
        """The square."""
        return _f.square(self._self())

    def square_(self) -> Tensor:
        """`square` in place."""
        return assign(self, _f.square(self._self()))

    def squeeze(self, dim: builtins.int | Sequence[builtins.int] | None = None) -> Tensor:
        """All dimensions of size 1 taken out, or those of `dim` that are; symbolic ones stay."""
        return _f.squeeze(self._self(), dim)

    def std(
        self,
        dim: Any = None,
        unbiased: builtins.bool | None = None,
        keepdim: builtins.bool = False,
        *,
        correction: Number | None = None,
    ) -> Tensor:
        """The standard deviation over `dim`, divided by the count less `correction` (1)."""
        return _f.std(self._self(), dim, unbiased, keepdim, correction=correction)

    def sub(self, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
        """The difference `input - alpha * other`."""
        return _f.sub(self._self(), other, alpha=alpha)

    def sub_(self, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
        """`sub` in place."""
        return assign(self, _f.sub(self._self(), other, alpha=alpha))

    def sum(
        self,
        dim: builtins.int | Sequence[builtins.int] | None = None,
        keepdim: builtins.bool = False,
        *,
        dtype: DTypeLike | None = None,
    ) -> Tensor:
        """The sum over `dim` (all dimensions by default); integers and bools are summed as i64."""
        return _f.sum(self._self(), dim, keepdim, dtype=dtype)

    def svd(self, full_matrices: builtins.bool = True) -> SvdResult:
        """Singular values S in descending order and orthogonal U, Vh: `A = U @ diag(S) @ Vh`."""
        return _f.svd(self._self(), full_matrices)

    def swapaxes(self, axis0: builtins.int, axis1: builtins.int) -> Tensor:
        """Two dimensions swapped; a view."""
        return _f.swapaxes(self._self(), axis0, axis1)

    def swapdims(self, dim0: builtins.int, dim1: builtins.int) -> Tensor:
        """Two dimensions swapped; a view."""
        return _f.swapdims(self._self(), dim0, dim1)

    def t(self) -> Tensor:
        """The transpose of a matrix; a vector or a 0-d tensor as it is; a view."""
        return _f.t(self._self())

    def take(self, index: Tensor) -> Tensor:
        """The elements of the flattened input that the index names, in the shape of the index."""
        return _f.take(self._self(), index)

    def take_along_dim(self, indices: Tensor, dim: builtins.int | None = None) -> Tensor:
        """`gather` whose other dimensions broadcast; without `dim`, of the flattened tensors."""
        return _f.take_along_dim(self._self(), indices, dim)

    def tan(self) -> Tensor:
        """The tangent of an angle in radians."""
        return _f.tan(self._self())

    def tan_(self) -> Tensor:
        """`tan` in place."""
        return assign(self, _f.tan(self._self()))

    def tanh(self) -> Tensor:
        """The hyperbolic tangent."""
        return _f.tanh(self._self())

    def tanh_(self) -> Tensor:
        """`tanh` in place."""
        return assign(self, _f.tanh(self._self()))

    def tanhshrink(self) -> Tensor:
        """input - tanh(input)."""
        return _f.tanhshrink(self._self())

    def tensor_split(
        self, indices_or_sections: Any, dim: builtins.int = 0
    ) -> builtins.tuple[Tensor, ...]:
        """That many pieces along `dim`, sizes differing by at most 1, or cut at the indices."""
        return _f.tensor_split(self._self(), indices_or_sections, dim)

    def threshold(
        self,
        threshold: builtins.bool | builtins.int | builtins.float,
        value: builtins.bool | builtins.int | builtins.float,
    ) -> Tensor:
        """The input where it is above `threshold`, else `value`."""
        return _f.threshold(self._self(), threshold, value)

    def threshold_(
        self,
        threshold: builtins.bool | builtins.int | builtins.float,
        value: builtins.bool | builtins.int | builtins.float,
    ) -> Tensor:
        """`threshold` in place."""
        return assign(self, _f.threshold(self._self(), threshold, value))

    def tile(self, dims: Any, *more: Any) -> Tensor:
        """Like `repeat`; where `dims` has too few entries, 1 is put in front."""
        return _f.tile(self._self(), dims, *more)

    def to(
        self,
        *args: Any,
        dtype: DTypeLike | None = None,
        device: Device | builtins.str | None = None,
        non_blocking: builtins.bool = False,
        copy: builtins.bool = False,
    ) -> Tensor:
        """The tensor in another dtype, on another device, or both as another tensor has them."""
        return _f.to(
            self._self(), *args, dtype=dtype, device=device, non_blocking=non_blocking, copy=copy
        )

    def topk(
        self,
        k: Dim,
        dim: builtins.int = -1,
        largest: builtins.bool = True,
        sorted: builtins.bool = True,
    ) -> TopkResult:
        """The `k` largest (or smallest) elements along `dim`, in order, and where they are."""
        return _f.topk(self._self(), k, dim, largest, sorted)

    def trace(self) -> Tensor:
        """The sum of the diagonal of a matrix; i64 for integers and bools."""
        return _f.trace(self._self())

    def transpose(self, dim0: builtins.int, dim1: builtins.int) -> Tensor:
        """Two dimensions swapped; a view."""
        return _f.transpose(self._self(), dim0, dim1)

    def tril(self, diagonal: builtins.int = 0) -> Tensor:
        """The last two dimensions on and below the given diagonal, zero elsewhere."""
        return _f.tril(self._self(), diagonal)

    def tril_(self, diagonal: builtins.int = 0) -> Tensor:
        """`tril` in place."""
        return assign(self, _f.tril(self._self(), diagonal))

    def triu(self, diagonal: builtins.int = 0) -> Tensor:
        """The last two dimensions on and above the given diagonal, zero elsewhere."""
        return _f.triu(self._self(), diagonal)

    def triu_(self, diagonal: builtins.int = 0) -> Tensor:
        """`triu` in place."""
        return assign(self, _f.triu(self._self(), diagonal))

    def trunc(self) -> Tensor:
        """Rounded towards zero."""
        return _f.trunc(self._self())

    def trunc_(self) -> Tensor:
        """`trunc` in place."""
        return assign(self, _f.trunc(self._self()))

    def type_as(self, other: Tensor) -> Tensor:
        """The tensor in the dtype of `other`."""
        return type_as(self._self(), other)

    def unbind(self, dim: builtins.int = 0) -> builtins.tuple[Tensor, ...]:
        """The slices along `dim`, each without that dimension; views."""
        return _f.unbind(self._self(), dim)

    def unflatten(self, dim: builtins.int, sizes: Any) -> Tensor:
        """One dimension split into several; one of `sizes` may be -1."""
        return _f.unflatten(self._self(), dim, sizes)

    def unfold(self, dimension: builtins.int, size: builtins.int, step: builtins.int) -> Tensor:
        """Windows of `size` elements along `dimension`, `step` apart, as a new last one; a view."""
        return _f.unfold(self._self(), dimension, size, step)

    def uniform_(
        self, from_: Number = 0.0, to: Number = 1.0, *, generator: Generator | None = None
    ) -> Tensor:
        """Fill with uniform random numbers in [from_, to), up to rounding."""
        return uniform_(self._self(), from_, to, generator=generator)

    def unique(
        self,
        sorted: builtins.bool = True,
        return_inverse: builtins.bool = False,
        return_counts: builtins.bool = False,
        dim: builtins.int | None = None,
    ) -> Any:
        """The distinct elements, or slices along `dim`; always in order, also if not `sorted`."""
        return _f.unique(self._self(), sorted, return_inverse, return_counts, dim)

    def unique_consecutive(
        self,
        return_inverse: builtins.bool = False,
        return_counts: builtins.bool = False,
        dim: builtins.int | None = None,
    ) -> Any:
        """The elements, or slices along `dim`, without those that equal the one before."""
        return _f.unique_consecutive(self._self(), return_inverse, return_counts, dim)

    def unsqueeze(self, dim: builtins.int) -> Tensor:
        """A dimension of size 1 put in at `dim`; a view."""
        return _f.unsqueeze(self._self(), dim)

    def var(
        self,
        dim: Any = None,
        unbiased: builtins.bool | None = None,
        keepdim: builtins.bool = False,
        *,
        correction: Number | None = None,
    ) -> Tensor:
        """The variance over `dim`: squared deviations over the count less `correction` (1)."""
        return _f.var(self._self(), dim, unbiased, keepdim, correction=correction)

    def vdot(self, other: Tensor) -> Tensor:
        """The inner product of two vectors (the dtypes are real: nothing is conjugated)."""
        return _f.vdot(self._self(), other)

    def view(self, shape: Any, *more: Any) -> Tensor:
        """A view under another shape, or read as another dtype; never copies."""
        return _f.view(self._self(), shape, *more)

    def view_as(self, other: Tensor) -> Tensor:
        """A view under the shape of `other`; never copies."""
        return _f.view_as(self._self(), other)

    def vsplit(self, indices_or_sections: Any) -> builtins.tuple[Tensor, ...]:
        """Pieces below one another: along the first dimension."""
        return _f.vsplit(self._self(), indices_or_sections)

    def where(self, condition: Tensor, other: Tensor | Number) -> Tensor:
        """The input where the condition holds, `other` elsewhere."""
        return where_else(self._self(), condition, other)

    def zero_(self) -> Tensor:
        """Make every element 0."""
        return zero_(self._self())

    absolute = abs
    absolute_ = abs_

    arccos = acos
    arccos_ = acos_

    arccosh = acosh
    arccosh_ = acosh_

    arcsin = asin
    arcsin_ = asin_

    arcsinh = asinh
    arcsinh_ = asinh_

    arctan = atan
    arctan_ = atan_

    arctan2 = atan2
    arctan2_ = atan2_

    arctanh = atanh
    arctanh_ = atanh_

    clip = clamp
    clip_ = clamp_

    divide = div
    divide_ = div_

    fix = trunc
    fix_ = trunc_

    greater = gt
    greater_ = gt_

    greater_equal = ge
    greater_equal_ = ge_

    inv = inverse

    less = lt
    less_ = lt_

    less_equal = le
    less_equal_ = le_

    multiply = mul
    multiply_ = mul_

    negative = neg
    negative_ = neg_

    not_equal = ne
    not_equal_ = ne_

    sgn = sign
    sgn_ = sign_

    subtract = sub
    subtract_ = sub_

    true_divide = div
    true_divide_ = div_
