"""Matrix products with a term added: linear layers, bilinear forms, addmm."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from hodu.dims import provably_different
from hodu.dtypes import FLOATS, FROM_NUMPY, NUMERIC, Number
from hodu.errors import DTypeError, ShapeError
from hodu.ops._matrices import check_term
from hodu.ops._precision import narrow, wide, widen
from hodu.ops._samples import S
from hodu.ops._table import REGISTRY, Array, F, Promote, op
from hodu.ops.matmul import product
from hodu.shapes import TensorType, format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor


# With few rows, weight @ input.T takes OpenBLAS 0.55 to 0.85 of the time of input @ weight.T, and
# the sum with the bias, which is needed anyway, turns it back.
_FEW_ROWS, _LARGE = 64, 1 << 16


@op("linear(Tensor input, Tensor weight, Tensor? bias=None) -> Tensor")
class Linear:
    """The affine map `input @ weight.T + bias` over the last dimension; weight is [out, in]."""

    promote, dtypes = Promote.COMMON, FLOATS
    autocast = "low"
    where, methods = ("nn.functional",), False
    samples = [
        S((3, 4), (5, 4), (5,)),
        S((2, 3, 4), (5, 4), None),
        S((4,), (5, 4), (5,)),
        S((3, 4), (4,), ()),
        S((0, 4), (5, 4), (5,)),
        S((3, 0), (5, 0), (5,)),
    ]

    def infer(x: TensorType, weight: TensorType, bias: TensorType | None) -> TensorType:
        if (
            not x.rank
            or weight.rank not in (1, 2)
            or provably_different(x.shape[-1], weight.shape[-1])
        ):
            raise ShapeError(
                f"linear() of an input {format_shape(x.shape)} and a weight "
                f"{format_shape(weight.shape)}: their last sizes must agree",
                hint="the weight is [out_features, in_features]",
            )
        shape = (*x.shape[:-1], *weight.shape[:-1])
        if bias is not None:
            check_term("linear", "bias", bias.shape, shape)
        return TensorType(shape, x.dtype)

    def eager(x: Array, weight: Array, bias: Array | None) -> Array:
        rows, matrix = wide(x), wide(weight)
        if x.ndim == weight.ndim == 2 and 1 < len(x) <= _FEW_ROWS and weight.size >= _LARGE:
            turned = np.matmul(matrix, rows.T).T
            result = np.empty(turned.shape, turned.dtype)
            np.add(turned, 0 if bias is None else wide(bias), out=result)
        else:
            result = np.asarray(np.matmul(rows, matrix.T))
            if bias is not None:
                result += wide(bias)
        return result.astype(x.dtype, copy=False)

    def compose(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        result = F.matmul(widen(x), widen(weight).T)
        return narrow(result if bias is None else result + widen(bias), x.dtype)

    vjp = {
        "input": lambda ct, weight: (
            F.matmul(ct, weight) if weight.ndim == 2 else F.unsqueeze(ct, -1) * weight
        ),
        "weight": lambda ct, input, weight_type: _by_weight(ct, input, weight_type.rank),
        "bias": lambda ct: ct,
    }
    vjp_eager = {
        "input": lambda ct, weight: (
            product(ct, weight) if weight.ndim == 2 else ct[..., None] * weight
        ),
        "weight": lambda ct, input: _weight_array(ct, input),
    }


def _by_weight(ct: Tensor, x: Tensor, rank: int) -> Tensor:
    """The gradient by the weight: one product that sums over all rows."""
    if rank == 1 or x.ndim == 1:
        return F.unsqueeze(ct, -1) * x
    if x.ndim > 2:
        x, ct = F.flatten(x, 0, -2), F.flatten(ct, 0, -2)
    return F.matmul(ct.T, x)


def _weight_array(ct: Array, x: Array) -> Array:
    """`_by_weight` of arrays."""
    if ct.ndim < x.ndim or x.ndim == 1:
        return ct[..., None] * x
    rows = math.prod(x.shape[:-1])
    return product(ct.reshape(rows, ct.shape[-1]).T, x.reshape(rows, x.shape[-1]))


def _scaled_sum_type(
    name: str, rank: int, term: TensorType, a: TensorType, b: TensorType, *factors: Number
) -> TensorType:
    if (
        a.rank != rank
        or b.rank != rank
        or (provably_different(a.shape[0], b.shape[0]) and rank == 3)
    ):
        raise ShapeError(
            f"{name}() takes {rank}-D operands with one batch size, not {format_shape(a.shape)} "
            f"and {format_shape(b.shape)}"
        )
    infer = REGISTRY["matmul"].infer
    assert infer is not None
    result: TensorType = infer(a, b)
    check_term(name, "input", term.shape, result.shape)
    if not a.dtype.is_float and any(isinstance(f, float) for f in factors):
        raise DTypeError(
            f"{name}() of {a.dtype} tensors takes integer beta and alpha, not {factors}",
            hint="cast the tensors with .to('f32')",
        )
    return result


def _scaled_sum(term: Array, a: Array, b: Array, beta: Number, alpha: Number) -> Array:
    if FROM_NUMPY[a.dtype].is_integer and (isinstance(beta, float) or isinstance(alpha, float)):
        raise TypeError("beta and alpha must be integers")
    result = np.matmul(wide(a), wide(b))
    factor, scale = (np.asarray(v).astype(result.dtype) for v in (beta, alpha))
    if alpha != 1:
        result *= scale
    # With beta = 0 the term is ignored, even where it is NaN.
    if beta != 0:
        result += wide(term) if beta == 1 else factor * wide(term)
    return result.astype(a.dtype, copy=False)


def _compose_scaled_sum(term: Tensor, a: Tensor, b: Tensor, beta: Number, alpha: Number) -> Tensor:
    result = F.matmul(widen(a), widen(b))
    if alpha != 1:
        result = result * alpha
    if beta != 0:
        result = result + (widen(term) if beta == 1 else widen(term) * beta)
    return narrow(result, a.dtype)


@op("addmm(Tensor input, Tensor mat1, Tensor mat2, *, Scalar beta=1, Scalar alpha=1) -> Tensor")
class Addmm:
    """The sum `beta * input + alpha * (mat1 @ mat2)` of matrices."""

    promote, dtypes = Promote.COMMON, NUMERIC
    autocast = "low"
    inplace = True
    samples = [
        S((3, 5), (3, 4), (4, 5), beta=1, alpha=1),
        S((5,), (3, 4), (4, 5), beta=2, alpha=3),
        S((), (3, 4), (4, 5), beta=0, alpha=1),
        S((1, 5), (3, 0), (0, 5), beta=1, alpha=2),
    ]

    def infer(
        x: TensorType, mat1: TensorType, mat2: TensorType, beta: Number, alpha: Number
    ) -> TensorType:
        return _scaled_sum_type("addmm", 2, x, mat1, mat2, beta, alpha)

    eager = _scaled_sum
    compose = _compose_scaled_sum


@op(
    "baddbmm(Tensor input, Tensor batch1, Tensor batch2, *, Scalar beta=1, Scalar alpha=1)"
    " -> Tensor"
)
class Baddbmm:
    """The sum `beta * input + alpha * (batch1 @ batch2)` of batches of matrices."""

    promote, dtypes = Promote.COMMON, NUMERIC
    autocast = "low"
    inplace = True
    samples = [
        S((2, 3, 5), (2, 3, 4), (2, 4, 5), beta=1, alpha=1),
        S((5,), (2, 3, 4), (2, 4, 5), beta=3, alpha=2),
        S((3, 5), (0, 3, 4), (0, 4, 5), beta=0, alpha=1),
    ]

    def infer(
        x: TensorType, batch1: TensorType, batch2: TensorType, beta: Number, alpha: Number
    ) -> TensorType:
        return _scaled_sum_type("baddbmm", 3, x, batch1, batch2, beta, alpha)

    eager = _scaled_sum
    compose = _compose_scaled_sum


@op("bilinear(Tensor input1, Tensor input2, Tensor weight, Tensor? bias=None) -> Tensor")
class Bilinear:
    """The forms `input1 @ weight[k] @ input2 + bias[k]` over the last dimensions."""

    promote, dtypes = Promote.COMMON, FLOATS
    where, methods = ("nn.functional",), False
    domain = (-1.0, 1.0)
    samples = [
        S((3, 4), (3, 5), (2, 4, 5), (2,)),
        S((2, 3, 4), (2, 3, 5), (2, 4, 5), None),
        S((4,), (5,), (2, 4, 5), (2,)),
        S((0, 4), (0, 5), (2, 4, 5), (2,)),
    ]

    def infer(
        x: TensorType, y: TensorType, weight: TensorType, bias: TensorType | None
    ) -> TensorType:
        fits = x.rank > 0 and x.rank == y.rank and weight.rank == 3
        pairs = [*zip(x.shape[:-1], y.shape[:-1], strict=True)] if fits else []
        pairs += [(x.shape[-1], weight.shape[1]), (y.shape[-1], weight.shape[2])] if fits else []
        if not fits or any(provably_different(a, b) for a, b in pairs):
            raise ShapeError(
                f"bilinear() of inputs {format_shape(x.shape)} and {format_shape(y.shape)} and a "
                f"weight {format_shape(weight.shape)}",
                hint="they are [..., in1], [..., in2] and [out, in1, in2]",
            )
        shape = (*x.shape[:-1], weight.shape[0])
        if bias is not None:
            check_term("bilinear", "bias", bias.shape, shape)
        return TensorType(shape, x.dtype)

    def eager(x: Array, y: Array, weight: Array, bias: Array | None) -> Array:
        half = np.tensordot(wide(x), wide(weight), axes=([-1], [1]))
        result = np.matmul(half, wide(y)[..., None])[..., 0]
        if bias is not None:
            result += wide(bias)
        return result.astype(x.dtype, copy=False)

    def compose(x: Tensor, y: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        half = F.tensordot(widen(x), widen(weight), dims=([-1], [1]))
        result = F.squeeze(F.matmul(half, F.unsqueeze(widen(y), -1)), -1)
        return narrow(result if bias is None else result + widen(bias), x.dtype)
