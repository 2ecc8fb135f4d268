"""Changing the dtype of a tensor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hodu.devices import KINDS, Device, require_cpu
from hodu.dtypes import (
    ANY,
    DType,
    DTypeLike,
    as_dtype,
    bf16,
    bool_,
    f8e4m3,
    f16,
    f32,
    f64,
    i32,
    i64,
    u8,
)
from hodu.ops._rules import same_as
from hodu.ops._samples import S
from hodu.ops._table import Array, F, function, op
from hodu.shapes import TensorType

if TYPE_CHECKING:
    from hodu._tensor import Tensor


@op("cast(Tensor input, DType dtype) -> Tensor")
class Cast:
    """The same values in another dtype; floats are truncated to integers, non-zero is True."""

    dtypes = ANY
    domain = (0.0, 9.0)
    samples = [S((3, 4), dtype=t) for t in (f32, i64, f16, bf16, bool_, u8, f8e4m3)]
    samples += [S((0,), dtype=f64), S((), dtype=i32)]
    on_dims = True

    def infer(x: TensorType, dtype: DType) -> TensorType:
        return TensorType(x.shape, dtype)

    def eager(x: Array, dtype: DType) -> Array:
        if x.dtype == object:
            return _cast_dims(x, dtype)
        return x != 0 if dtype is bool_ else x.astype(dtype.numpy)

    vjp = {"input": lambda ct: ct}


def _cast_dims(x: Array, dtype: DType) -> Array:
    if not dtype.is_integer:
        raise TypeError("dimensions stay integers")
    return x


@function()
def to(
    input: Tensor,
    *args: Any,
    dtype: DTypeLike | None = None,
    device: Device | str | None = None,
    non_blocking: bool = False,
    copy: bool = False,
) -> Tensor:
    """The tensor in another dtype, on another device, or both as another tensor has them.

    Called as to(dtype), to(device), to(device, dtype) or to(other), after which `non_blocking`
    (without effect here) and `copy` may follow. Returns the tensor itself when nothing changes
    and `copy` is False.
    """
    flags: list[bool] = []
    for arg in args:
        if isinstance(arg, bool):
            flags.append(arg)
        elif hasattr(arg, "numel"):
            dtype, device = arg.dtype, arg.device
        elif isinstance(arg, Device) or (isinstance(arg, str) and arg.split(":")[0] in KINDS):
            device = arg
        elif arg is not None:
            dtype = arg
    require_cpu(device)
    copy = copy or flags[1:2] == [True]
    if dtype is not None and as_dtype(dtype) is not input.dtype:
        return F.cast(input, as_dtype(dtype))
    return F.clone(input) if copy else input


@op("detach(Tensor input) -> Tensor")
class Detach:
    """The same values, through which no gradient goes.

    With it a captured body says what `Tensor.detach` and `no_grad` say elsewhere.
    """

    nondiff = "that is its meaning"
    public = methods = False
    samples = [S((3, 4)), S((0,)), S(())]
    infer = same_as(0)

    def eager(x: Array) -> Array:
        return x.copy()


@op("barrier(Tensor input) -> Tensor")
class Barrier:
    """The same values, which no pass takes for those of the input.

    With it a captured checkpoint computes again what it would otherwise have to keep.
    """

    vjp = {"input": lambda ct: ct}
    public = methods = False
    samples = [S((3, 4)), S((0,)), S(())]
    infer = same_as(0)

    def eager(x: Array) -> Array:
        return x.copy()


@op("clone(Tensor input) -> Tensor")
class Clone:
    """A copy that shares no memory."""

    samples = [S((3, 4)), S((0,)), S(())]
    infer = same_as(0)

    def eager(x: Array) -> Array:
        return x.copy()

    vjp = {"input": lambda ct: ct}
