"""Random integers and permutations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hodu.devices import Device, require_cpu
from hodu.dims import Dim
from hodu.dispatch.attrs import as_dim, as_dims, as_int
from hodu.dtypes import DType, DTypeLike, as_dtype, u64
from hodu.errors import ValueRangeError
from hodu.ops._table import F, function
from hodu.ops.random import random_bits

if TYPE_CHECKING:
    from hodu._tensor import Tensor
    from hodu.random import Generator


def _integers(
    generator: Generator | None, low: int, high: int, size: Sequence[Dim], dtype: DType
) -> Tensor:
    """Integers in [low, high): the high half of a 64-bit random word times their number.

    Each value's probability differs from 1 / (high - low) by less than 2**-64. The 128-bit
    product is made of four 64-bit ones (Warren, Hacker's Delight, 8-2).
    """
    if not 0 < high - low <= 2**64:
        raise ValueRangeError(
            f"random integers from low={low} up to but not including high={high}",
            hint="high must be above low",
        )
    bits = random_bits(generator, (2, *size)).to(u64)
    count = high - low
    if count == 2**64:
        drawn = (bits[0] << 32) | bits[1]
    else:
        drawn = _high_product(bits[0], bits[1], count)
    return F.add(drawn.to("i64"), low).to(dtype)


def _high_product(high: Tensor, low: Tensor, count: int) -> Tensor:
    """The upper 64 bits of (high * 2**32 + low) * count."""
    mask, upper, lower = 0xFFFFFFFF, count >> 32, count & 0xFFFFFFFF
    b, c = high * lower, low * upper
    middle = ((low * lower) >> 32) + (b & mask) + (c & mask)
    return high * upper + (b >> 32) + (c >> 32) + (middle >> 32)


@function(methods=False)
def randint(
    low: int = 0,
    high: Any = None,
    size: Any = None,
    *,
    generator: Generator | None = None,
    dtype: DTypeLike | None = None,
    device: Device | str | None = None,
) -> Tensor:
    """Random integers in [low, high), i64 by default; `randint(high, size)` starts at 0."""
    require_cpu(device)
    if size is None and hasattr(high, "__len__"):
        low, high, size = 0, low, high
    if high is None:
        low, high = 0, low
    out = as_dtype("i64" if dtype is None else dtype)
    low, high = as_int(low, "low"), as_int(high, "high")
    return _integers(generator, low, high, as_dims(() if size is None else size), out)


@function(methods=False)
def randint_like(
    input: Tensor,
    low: int = 0,
    high: int | None = None,
    *,
    generator: Generator | None = None,
    dtype: DTypeLike | None = None,
    device: Device | str | None = None,
) -> Tensor:
    """Random integers in [low, high) in the shape and dtype of `input`."""
    require_cpu(device)
    if high is None:
        low, high = 0, low
    return _integers(generator, low, high, input.shape, as_dtype(dtype or input.dtype))


@function(methods=False)
def randperm(
    n: Dim,
    *,
    generator: Generator | None = None,
    dtype: DTypeLike | None = None,
    device: Device | str | None = None,
) -> Tensor:
    """The numbers 0 to n - 1 in random order: the order of random 64-bit keys."""
    require_cpu(device)
    bits = random_bits(generator, (2, as_dim(n, "n"))).to(u64)
    keys = (bits[0] << 32) | bits[1]
    return F.argsort(keys, 0, stable=True).to("i64" if dtype is None else dtype)
