"""Random floats: the uniform and the normal distribution.

Every distribution is written in tensor operations on the words that `philox` gives, so that a
captured program draws the same numbers as eager code does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hodu.devices import Device, require_cpu
from hodu.dims import Dim
from hodu.dispatch.attrs import as_dims
from hodu.dispatch.tape import as_leaf
from hodu.dtypes import (
    DType,
    DTypeLike,
    Number,
    as_dtype,
    bf16,
    f8e4m3,
    f8e5m2,
    f16,
    f32,
    f64,
)
from hodu.errors import ArgumentError, DTypeError, ValueRangeError
from hodu.ops._arguments import non_negative
from hodu.ops._table import F, function
from hodu.shapes import numel

if TYPE_CHECKING:
    from hodu._tensor import Tensor
    from hodu.random import Generator


def random_bits(generator: Generator | None, size: Sequence[Dim]) -> Tensor:
    """Words from the generator, or from the default one."""
    from hodu.random import default_generator  # it stands above the table

    non_negative(size)
    if generator is not None and not hasattr(generator, "bits"):
        raise ArgumentError(
            f"generator must be a hodu.Generator, not {generator!r}",
            hint="as in hodu.Generator(seed=3)",
        )
    return (generator or default_generator).bits(size)


DIGITS: dict[DType, int] = {f8e4m3: 4, f8e5m2: 3, bf16: 8, f16: 11, f32: 24}
"""The binary digits of the significand: numbers k / 2**digits lie evenly in [0, 1)."""


def _float_dtype(name: str, dtype: DTypeLike | None) -> DType:
    found = f32 if dtype is None else as_dtype(dtype)
    if not found.is_float:
        raise DTypeError(f"{name}() makes floats, not {found}", hint="randint() makes integers")
    return found


def uniform_numbers(generator: Generator | None, size: Sequence[Dim], dtype: DType) -> Tensor:
    """Evenly spaced numbers in [0, 1): 2**24 of them in f32, 2**53 in f64 (from two words)."""
    if dtype is f64:
        bits = random_bits(generator, (2, *size))
        high, low = (bits[0] >> 5).to(f64), (bits[1] >> 6).to(f64)
        return (high * 2.0**26 + low) * 2.0**-53
    digits = DIGITS[dtype]
    return ((random_bits(generator, size) >> (32 - digits)).to(f32) * 2.0**-digits).to(dtype)


def normal_numbers(generator: Generator | None, size: Sequence[Dim], dtype: DType) -> Tensor:
    """Standard normal numbers by the transform of Box and Muller (1958), two from two uniforms.

    The logarithm is of numbers in (0, 1], so it is finite.
    """
    count = numel(size)
    within = f64 if dtype is f64 else f32
    pairs = uniform_numbers(generator, (2, (count + 1) // 2), within)
    radius = F.sqrt(F.log(1 - pairs[0]) * -2.0)
    angle = pairs[1] * (2 * math.pi)
    both = F.cat([radius * F.cos(angle), radius * F.sin(angle)], 0)
    return F.reshape(F.narrow(both, 0, 0, count), tuple(size)).to(dtype)


def _size(more: tuple[Any, ...], size: Any = None) -> tuple[Dim, ...]:
    """A size from varargs, numbers or one sequence of them, or from the keyword."""
    if size is not None:
        more = (*more, size)
    return as_dims(more[0] if len(more) == 1 else more)


@function(methods=False)
def rand(
    *more: Any,
    size: Any = None,
    generator: Generator | None = None,
    dtype: DTypeLike | None = None,
    device: Device | str | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """Uniform random numbers in [0, 1), f32 by default; the sizes are numbers or one sequence."""
    require_cpu(device)
    return as_leaf(
        uniform_numbers(generator, _size(more, size), _float_dtype("rand", dtype)), requires_grad
    )


@function(methods=False)
def randn(
    *more: Any,
    size: Any = None,
    generator: Generator | None = None,
    dtype: DTypeLike | None = None,
    device: Device | str | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """Random numbers of the standard normal distribution, f32 by default, sized as in `rand`."""
    require_cpu(device)
    return as_leaf(
        normal_numbers(generator, _size(more, size), _float_dtype("randn", dtype)), requires_grad
    )


@function(methods=False)
def rand_like(
    input: Tensor,
    *,
    generator: Generator | None = None,
    dtype: DTypeLike | None = None,
    device: Device | str | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """Uniform random numbers in [0, 1), in the shape and dtype of `input`."""
    require_cpu(device)
    return as_leaf(
        uniform_numbers(generator, input.shape, _float_dtype("rand_like", dtype or input.dtype)),
        requires_grad,
    )


@function(methods=False)
def randn_like(
    input: Tensor,
    *,
    generator: Generator | None = None,
    dtype: DTypeLike | None = None,
    device: Device | str | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """Random numbers of the standard normal distribution, in the shape and dtype of `input`."""
    require_cpu(device)
    return as_leaf(
        normal_numbers(generator, input.shape, _float_dtype("randn_like", dtype or input.dtype)),
        requires_grad,
    )


@function(methods=False)
def uniform(
    low: Number = 0.0,
    high: Number = 1.0,
    *size: Any,
    generator: Generator | None = None,
    dtype: DTypeLike | None = None,
    device: Device | str | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """Uniform random numbers in [low, high), up to rounding."""
    require_cpu(device)
    drawn = uniform_numbers(generator, _size(size), _float_dtype("uniform", dtype))
    return as_leaf(_stretched(drawn, low, high), requires_grad)


def _stretched(drawn: Tensor, low: Number, high: Number) -> Tensor:
    if low > high:
        raise ValueRangeError(f"uniform numbers from {low} to {high}", hint="low <= high")
    return drawn * (high - low) + low


@function(methods=False)
def normal(
    mean: Tensor | Number = 0.0,
    std: Tensor | Number = 1.0,
    size: Any = None,
    *,
    generator: Generator | None = None,
    dtype: DTypeLike | None = None,
    device: Device | str | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """Normal random numbers of the given mean and deviation, numbers or tensors that broadcast.

    `size` is needed when both are numbers.
    """
    require_cpu(device)
    tensors: list[Any] = [t for t in (mean, std) if hasattr(t, "numel")]
    if not tensors:
        drawn = normal_numbers(
            generator, () if size is None else as_dims(size), _float_dtype("normal", dtype)
        )
    else:
        like = F.add(*tensors) if len(tensors) == 2 else tensors[0]
        drawn = normal_numbers(generator, like.shape, _float_dtype("normal", dtype or like.dtype))
    return as_leaf(_scaled(drawn, mean, std), requires_grad)


def _scaled(drawn: Tensor, mean: Tensor | Number, std: Tensor | Number) -> Tensor:
    if isinstance(std, (int, float)) and std < 0:
        raise ValueRangeError(f"normal numbers of deviation std={std}", hint="use 0 or more")
    return drawn * std + mean
