"""Questions about tensors, dtypes and shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hodu.dims import Dim
from hodu.dispatch.attrs import as_dims
from hodu.dispatch.base import TensorBase, type_of
from hodu.dtypes import DType, DTypeLike, Rank, as_dtype, is_strict, of_scalar
from hodu.dtypes import result_type as promoted
from hodu.ops._table import function
from hodu.shapes import broadcast_shapes as joined

if TYPE_CHECKING:
    from hodu._tensor import Tensor


@function(methods=False)
def is_tensor(obj: Any) -> bool:
    """Whether `obj` is a tensor."""
    return isinstance(obj, TensorBase)


@function(methods=False)
def is_floating_point(input: Tensor) -> bool:
    """Whether the dtype is a float."""
    return input.dtype.is_float


@function(methods=False)
def result_type(tensor: Any, other: Any) -> DType:
    """The dtype that two tensors or numbers promote to."""
    return promoted((_operand(tensor), _operand(other)), is_strict())


def _operand(x: Any) -> tuple[DType, Rank]:
    if not isinstance(x, TensorBase):
        return of_scalar(x), 0
    found = type_of(x)
    return found.dtype, 2 if found.rank else 1


@function(methods=False)
def promote_types(type1: DTypeLike, type2: DTypeLike) -> DType:
    """The smallest dtype that both promote to."""
    return promoted(((as_dtype(type1), 2), (as_dtype(type2), 2)), is_strict())


@function(methods=False)
def broadcast_shapes(*shapes: Any) -> tuple[Dim, ...]:
    """The shape that all of these broadcast to."""
    return joined(*map(as_dims, shapes))
