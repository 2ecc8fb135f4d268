"""Taking a tensor apart along a dimension."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from numbers import Integral
from typing import TYPE_CHECKING, Any

from hodu.dims import Dim, Sym, dim_floordiv, provably_different
from hodu.dispatch.attrs import as_dim, as_int, as_ints
from hodu.errors import ShapeError, ValueRangeError
from hodu.ops._arguments import non_negative
from hodu.ops._rules import axis_of, replace_dim
from hodu.ops._samples import S
from hodu.ops._table import Array, F, function, method, op
from hodu.shapes import TensorType, format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor


@op("split(Tensor input, Dim[] sizes, int dim=0) -> Tensor[]")
class Split:
    """Consecutive pieces of the given sizes along `dim`; views."""

    view, public, on_dims = True, False, True
    samples = [
        S((6, 2), sizes=(1, 2, 3)),
        S((2, 5), sizes=(5,), dim=-1),
        S((3,), sizes=(0, 3, 0)),
        S((2, 0), sizes=(0, 0), dim=1),
    ]

    def infer(x: TensorType, sizes: tuple[Dim, ...], dim: int = 0) -> list[TensorType]:
        axis = _axis(x.shape, dim)
        non_negative(sizes, "sizes")
        total: Dim = 0
        for size in sizes:
            total = total + size
        if provably_different(total, x.shape[axis]):
            raise ShapeError(
                f"split sizes {format_shape(sizes)} add up to {total}, not to "
                f"{x.shape[axis]}, the size of dimension {axis} of {format_shape(x.shape)}"
            )
        return [TensorType(replace_dim(x.shape, axis, size), x.dtype) for size in sizes]

    def eager(x: Array, sizes: tuple[int, ...], dim: int = 0) -> list[Array]:
        ends = list(accumulate(sizes, initial=0))
        if ends[-1] != x.shape[dim] or min(sizes, default=0) < 0:
            raise ValueError("split sizes do not fit")
        axis = dim % x.ndim
        before = (slice(None),) * axis
        return [x[(*before, slice(start, end))] for start, end in pairwise(ends)]

    vjp = {"input": lambda ct, input_type, sizes, dim: _joined(ct, input_type, sizes, dim)}


def _joined(
    cts: Sequence[Tensor | None], whole: TensorType, sizes: Sequence[Dim], dim: int
) -> Tensor:
    axis = _axis(whole.shape, dim)
    shapes = [replace_dim(whole.shape, axis, size) for size in sizes]
    pairs = zip(cts, shapes, strict=True)
    return F.cat([F.zeros(s, dtype=whole.dtype) if ct is None else ct for ct, s in pairs], axis)


def _axis(shape: Sequence[Dim], dim: int) -> int:
    if not shape:
        raise ShapeError("a 0-d tensor has no dimension to split")
    return axis_of(dim, len(shape))


@function(methods=False)
def split(tensor: Tensor, split_size_or_sections: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Pieces of one size (the last perhaps smaller) or of those listed along `dim`; views."""
    if not isinstance(split_size_or_sections, (Integral, Sym)):
        return tuple(F._split(tensor, split_size_or_sections, dim))
    size = tensor.shape[_axis(tensor.shape, dim)]
    return tuple(F._split(tensor, _equal_sizes(size, as_dim(split_size_or_sections)), dim))


@method(name="split")
def split_method(input: Tensor, split_size: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Pieces of one size (the last perhaps smaller) or of those listed along `dim`; views."""
    return F.split(input, split_size, dim)


def _equal_sizes(total: Dim, size: Dim) -> tuple[Dim, ...]:
    if isinstance(size, int) and (size < 0 or (size == 0 and total != 0)):
        raise ValueRangeError(f"a dimension of {total} does not split into pieces of {size}")
    if total == 0:
        return (0,)
    count = dim_floordiv(total, size)
    rest = total - count * size
    if isinstance(count, Sym) or isinstance(rest, Sym):
        raise ShapeError(
            f"the number of pieces of {size} in the symbolic dimension {total} is not known",
            hint="use chunk() or list the sizes",
        )
    return (size,) * count + ((rest,) if rest else ())


@function()
def chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """At most `chunks` pieces of one size along `dim`, the last perhaps smaller; views."""
    if as_int(chunks, "chunks") < 1:
        raise ValueRangeError(f"chunks={chunks} must be at least 1")
    total = input.shape[_axis(input.shape, dim)]
    size = dim_floordiv(total + chunks - 1, chunks)
    if isinstance(total, int):
        sizes = _equal_sizes(total, size) if total else (0,) * chunks
    else:
        exact = dim_floordiv(total, chunks)
        size = exact if exact * chunks == total else size
        sizes = (*(size,) * (chunks - 1), total - size * (chunks - 1))
    return tuple(F._split(input, sizes, dim))


@function()
def unbind(input: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    """The slices along `dim`, each without that dimension; views."""
    axis = _axis(input.shape, dim)
    size = input.shape[axis]
    if isinstance(size, Sym):
        raise ShapeError(f"the number of slices along the symbolic dimension {size} is not known")
    return tuple(F._squeeze(piece, axis) for piece in F._split(input, (1,) * size, axis))


@function()
def tensor_split(input: Tensor, indices_or_sections: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """That many pieces along `dim`, sizes differing by at most 1, or cut at the indices."""
    axis = _axis(input.shape, dim)
    total = input.shape[axis]
    if hasattr(indices_or_sections, "tolist"):
        indices_or_sections = indices_or_sections.tolist()
    if isinstance(indices_or_sections, int):
        n = indices_or_sections
        if n < 1:
            raise ValueRangeError(f"sections={n} must be at least 1")
        return tuple(F._split(input, [dim_floordiv(total + n - 1 - i, n) for i in range(n)], axis))
    if isinstance(total, Sym):
        raise ShapeError(f"indices do not cut the symbolic dimension {total}", hint="use split()")
    cuts = [slice(None, i).indices(total)[1] for i in as_ints(indices_or_sections, "indices")]
    if cuts == sorted(cuts):
        return tuple(F._split(input, [b - a for a, b in pairwise([0, *cuts, total])], axis))
    return tuple(
        F._split(input, (start, max(end - start, 0), total - max(end, start)), axis)[1]
        for start, end in pairwise([0, *cuts, total])
    )


@function()
def hsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """Pieces side by side: along the second dimension, or the first of a 1-d tensor."""
    dim = 0 if len(input.shape) == 1 else 1
    return _even_split(input, indices_or_sections, dim, 1)


@function()
def vsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """Pieces below one another: along the first dimension."""
    return _even_split(input, indices_or_sections, 0, 2)


@function()
def dsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """Pieces behind one another: along the third dimension."""
    return _even_split(input, indices_or_sections, 2, 3)


def _even_split(input: Tensor, cuts: Any, dim: int, rank: int) -> tuple[Tensor, ...]:
    if len(input.shape) < rank:
        raise ShapeError(f"this split needs at least {rank} dimensions, not {len(input.shape)}")
    size = input.shape[dim]
    if isinstance(cuts, int) and cuts > 0 and provably_different(size % cuts, 0):
        raise ShapeError(f"dimension {dim} of {size} does not split into {cuts} equal pieces")
    return F.tensor_split(input, cuts, dim)
