"""Normalisation over trailing dimensions: each row is read from memory once."""

from __future__ import annotations

from hodu.dtypes import DType
from hodu.kernel.algebra import constant, unary
from hodu.kernel.expr import Expr
from hodu.kernel.narrow import computed
from hodu.lower.index import Index, broadcast_index, product
from hodu.lower.reducing.axes import Axes, row_axes
from hodu.lower.reducing.folds import ADD
from hodu.lower.reducing.kept import Kept, keep
from hodu.lower.reducing.rows import Nest, Row, lanes_for, vectorized
from hodu.lower.rules import kernel
from hodu.lower.stage import Stage
from hodu.ops._precision import compute_dtype, epsilon


def widest(s: Stage) -> DType:
    """The dtype in which a normalising op computes: f64 if one of its inputs is that."""
    return compute_dtype(*(v.type.dtype for v in s.node.inputs if v is not None))


def row_size(row: Row, dtype: DType) -> Expr:
    """The number of elements of a row as a number of `dtype`."""
    axes = row.nest.axes
    return product([axes.extents[a] for a in axes.inner()]).cast(dtype)


def moments(row: Row, dtype: DType, kept: Kept) -> tuple[Expr, Expr]:
    """The mean and the (biased) variance of a row that has not been taken yet."""
    k, count = row.k, row_size(row, dtype)
    mean = k.let(row.fold(ADD, dtype, kept.take) / count, "mean")

    def square(p: Index) -> Expr:
        centered = k.let(kept.again(p) - mean, "centered")
        return centered * centered

    return mean, k.let(row.fold(ADD, dtype, square) / count, "variance")


def inverse_root(row: Row, x: Expr, eps: float) -> Expr:
    """1 / sqrt(x + eps)."""
    root = unary("sqrt", x + constant(eps, x.dtype))
    return row.k.let(constant(1, x.dtype) / root, "scale")


def _operand(s: Stage, axes: Axes, number: int, p: Index, dtype: DType) -> Expr | None:
    """An element of the weight or bias, None where there is none."""
    if not s.has(number):
        return None
    value = s.node.inputs[number]
    assert value is not None
    at = broadcast_index(axes.place(p), s.shape_of(value))
    return s.read(number, at).cast(dtype)


def _trailing(s: Stage) -> Axes:
    rank, count = s.type().rank, len(s.attrs["normalized_shape"])
    return row_axes(s, range(rank - count, rank), same_shape=True)


@kernel("layer_norm", inlines=True, epilogue=True, keeps=True)
def layer_norm(s: Stage) -> None:
    """Mean 0 and variance 1 over the trailing dimensions, then scaled and shifted."""
    axes, dtype = _trailing(s), widest(s)
    out = computed(s.out_type().dtype)

    def one(row: Row) -> None:
        kept = keep(row, dtype, lambda p: s.read(0, axes.place(p)).cast(dtype))
        mean, variance = moments(row, dtype, kept)
        scale = inverse_root(row, variance, s.attrs["eps"])

        def element(p: Index) -> None:
            x = (kept.again(p) - mean) * scale
            weight, bias = (_operand(s, axes, i, p, dtype) for i in (1, 2))
            x = x if weight is None else x * weight
            x = x if bias is None else x + bias
            s.write(axes.place(p), x.cast(out))

        row.each(element)

    vectorized(s, lanes_for(s, dtype), lambda lanes: Nest(s, axes, lanes, abreast=True).rows(one))


@kernel("rms_norm", inlines=True, epilogue=True, keeps=True)
def rms_norm(s: Stage) -> None:
    """Divided by the root of the mean square over the trailing dimensions, then scaled."""
    axes, dtype = _trailing(s), widest(s)
    out = computed(s.out_type().dtype)
    eps = s.attrs["eps"]
    eps = epsilon(s.type().dtype) if eps is None else eps

    def one(row: Row) -> None:
        kept = keep(row, dtype, lambda p: s.read(0, axes.place(p)).cast(dtype))

        def square(p: Index) -> Expr:
            x = row.k.let(kept.take(p), "x")
            return x * x

        mean = row.fold(ADD, dtype, square) / row_size(row, dtype)
        scale = inverse_root(row, mean, eps)

        def element(p: Index) -> None:
            x, weight = kept.again(p) * scale, _operand(s, axes, 1, p, dtype)
            s.write(axes.place(p), (x if weight is None else x * weight).cast(out))

        row.each(element)

    vectorized(s, lanes_for(s, dtype), lambda lanes: Nest(s, axes, lanes, abreast=True).rows(one))
