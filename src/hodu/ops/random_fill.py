"""Filling a tensor in place with random numbers, as Tensor methods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hodu.dispatch.inplace import assign
from hodu.dtypes import DType, Number
from hodu.errors import DTypeError
from hodu.ops._table import F, method
from hodu.ops.random import DIGITS

if TYPE_CHECKING:
    from hodu._tensor import Tensor
    from hodu.random import Generator


@method(name="uniform_")
def uniform_(
    input: Tensor,
    from_: Number = 0.0,
    to: Number = 1.0,
    *,
    generator: Generator | None = None,
) -> Tensor:
    """Fill with uniform random numbers in [from_, to), up to rounding."""
    size, dtype = tuple(input.shape), _float_of("uniform_", input)
    return assign(input, F.uniform(from_, to, size, dtype=dtype, generator=generator))


@method(name="normal_")
def normal_(
    input: Tensor,
    mean: Number = 0.0,
    std: Number = 1.0,
    *,
    generator: Generator | None = None,
) -> Tensor:
    """Fill with normal random numbers of this mean and standard deviation."""
    size, dtype = tuple(input.shape), _float_of("normal_", input)
    return assign(input, F.normal(mean, std, size, dtype=dtype, generator=generator))


def _float_of(name: str, input: Tensor) -> DType:
    if not input.dtype.is_float:
        raise DTypeError(
            f"{name}() fills floats, not {input.dtype}", hint="random_() fills integers"
        )
    return input.dtype


@method(name="bernoulli_")
def bernoulli_(
    input: Tensor, p: Tensor | Number = 0.5, *, generator: Generator | None = None
) -> Tensor:
    """Fill with 1 with probability `p` (a number or a tensor that broadcasts), else 0."""
    if isinstance(p, (int, float)):
        return assign(input, F.bernoulli(input, p, generator=generator))
    drawn = F.bernoulli(F.expand(p, tuple(input.shape)), generator=generator)
    return assign(input, drawn.to(input.dtype))


@method(name="random_")
def random_(
    input: Tensor,
    from_: int = 0,
    to: int | None = None,
    *,
    generator: Generator | None = None,
) -> Tensor:
    """Fill with integers in [from_, to); `random_(to)` starts at 0.

    By default up to the largest of an integer dtype, or the last up to which a float is exact.
    """
    if to is None and from_ != 0:
        from_, to = 0, from_
    return assign(
        input,
        F.randint_like(input, from_, _end(input.dtype) if to is None else to, generator=generator),
    )


def _end(dtype: DType) -> int:
    if dtype.is_float:
        return 2 ** DIGITS.get(dtype, 53) + 1
    return 2 if dtype.bits == 8 and dtype.kind == "bool" else 2 ** (dtype.bits - dtype.is_signed)
