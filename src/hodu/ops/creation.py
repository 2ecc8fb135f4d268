"""Making tensors from data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hodu.devices import Device, require_cpu
from hodu.dispatch.base import TensorBase, wrap
from hodu.dispatch.tape import as_leaf
from hodu.dtypes import DTypeLike, as_dtype
from hodu.errors import ValueRangeError
from hodu.ops._nested import shared, to_tensor
from hodu.ops._table import F, function

if TYPE_CHECKING:
    from hodu._tensor import Tensor


@function(methods=False)
def tensor(
    data: Any,
    *,
    dtype: DTypeLike | None = None,
    device: Device | str | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor with a copy of `data`: numbers, nested sequences, arrays or tensors.

    Python integers become i64, floats f32, bools bool; arrays and tensors keep their dtype.
    """
    require_cpu(device)
    target = None if dtype is None else as_dtype(dtype)
    if isinstance(data, TensorBase):
        same = target is None or target is F.as_tensor(data).dtype
        return as_leaf(F.clone(data) if same else F.cast(data, target), requires_grad)
    return as_leaf(to_tensor(data, target), requires_grad)


@function(methods=False)
def as_tensor(
    data: Any, *, dtype: DTypeLike | None = None, device: Device | str | None = None
) -> Tensor:
    """`data` as a tensor: a tensor as it is, an array without a copy unless the dtype changes."""
    return F.asarray(data, dtype=dtype, device=device)


@function(methods=False)
def asarray(
    obj: Any,
    *,
    dtype: DTypeLike | None = None,
    device: Device | str | None = None,
    copy: bool | None = None,
) -> Tensor:
    """`obj` as a tensor: copied always (`copy` True), never (False), or where needed (None)."""
    if copy:
        return F.tensor(obj, dtype=dtype, device=device)
    require_cpu(device)
    found: Any = obj
    if not isinstance(obj, TensorBase):
        array = shared(obj)
        found = None if array is None else wrap(array)
    target = as_dtype(dtype) if dtype is not None else found.dtype if found is not None else None
    if found is not None and found.dtype is target:
        return found
    if copy is False:
        raise ValueRangeError(
            f"{type(obj).__name__} cannot become a tensor without a copy",
            hint="leave out copy=False",
        )
    return to_tensor(obj, target) if found is None else F.cast(found, target)


@function()
def new_tensor(
    input: Tensor,
    data: Any,
    *,
    dtype: DTypeLike | None = None,
    device: Device | str | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor with a copy of `data`, in the dtype of `input` unless another is given."""
    return as_leaf(F.tensor(data, dtype=dtype or input.dtype, device=device), requires_grad)
