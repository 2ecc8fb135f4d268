"""Random numbers: one counter-based primitive, and the distributions over it.

Every distribution is written in tensor operations on the words that `philox` gives, so that a
captured program draws the same numbers as eager code does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dims import Dim
from hodu.dispatch.attrs import as_dim, as_dims
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
    u32,
    u64,
)
from hodu.errors import DTypeError, ShapeError, ValueRangeError
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, function, op
from hodu.shapes import TensorType, format_shape, numel

if TYPE_CHECKING:
    from hodu._tensor import Tensor
    from hodu.random import Generator

_MASK = np.uint64(0xFFFFFFFF)
_WORD = np.uint64(32)
_MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_WEYL = (0x9E3779B9, 0xBB67AE85)
_CHUNK = 1 << 14
SEED = T(dtype="u64", values=[0x299F31D0A4093822, 5])
WRAP = T(dtype="u64", values=[2**64 - 1, 2**64 - 2])


def philox4x32(counter: Sequence[Array], key: tuple[int, int]) -> list[Array]:
    """Philox4x32-10: four words (in u64 arrays) for each counter of four words.

    Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
    """
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        a, b = c0 * _MULTIPLIERS[0], c2 * _MULTIPLIERS[1]
        c0, c1 = (b >> _WORD) ^ c1 ^ np.uint64(k0), b & _MASK
        c2, c3 = (a >> _WORD) ^ c3 ^ np.uint64(k1), a & _MASK
        k0, k1 = (k0 + _WEYL[0]) & 0xFFFFFFFF, (k1 + _WEYL[1]) & 0xFFFFFFFF
    return [c0, c1, c2, c3]


def _words(seed: int, offset: Any, blocks: int) -> Array:
    """The words of `blocks` consecutive counters from `offset` on, which wraps around."""
    words = np.empty((blocks, 4), np.uint32)
    key = (seed & 0xFFFFFFFF, seed >> 32)
    for start in range(0, blocks, _CHUNK):
        stop = min(start + _CHUNK, blocks)
        low = np.arange(start, stop, dtype=np.uint64) + offset
        zero = np.zeros_like(low)
        drawn = philox4x32((low & _MASK, low >> _WORD, zero, zero), key)
        for column, word in enumerate(drawn):
            words[start:stop, column] = word
    return words


@op("philox(Tensor state, Dim[] size) -> (Tensor bits, Tensor state)")
class Philox:
    """Random u32 words, and the state after them.

    The state is u64[2]: the seed, and how many blocks of four words have been drawn. Element i,
    in row-major order, is word i % 4 of Philox4x32-10 at counter `state[1] + i // 4`.
    """

    dtypes = frozenset({u64})
    random, public, methods = True, False, False
    samples = [
        S(SEED, size=(7,)),
        S(SEED, size=(2, 3)),
        S(SEED, size=()),
        S(SEED, size=(0, 3)),
        S(WRAP, size=(16,)),
        S(T(dtype="u64", values=[0, 2**32 - 1]), size=(8,)),
    ]

    def infer(state: TensorType, size: tuple[Dim, ...]) -> tuple[TensorType, TensorType]:
        if state.shape != (2,):
            raise ShapeError(f"the state of a generator is u64[2], not {state}")
        return TensorType(size, u32), state

    def eager(state: Array, size: tuple[int, ...]) -> tuple[Array, Array]:
        count = math.prod(size)
        blocks = -(-count // 4)
        words = _words(int(state[0]), state[1], blocks).reshape(-1)[:count]
        return words.reshape(size), state + np.array([0, blocks], np.uint64)


def _bits(generator: Generator | None, size: Sequence[Dim]) -> Tensor:
    """Words from the generator, or from the default one."""
    from hodu.random import default_generator  # it stands above the table

    return (generator or default_generator).bits(size)


DIGITS: dict[DType, int] = {f8e4m3: 4, f8e5m2: 3, bf16: 8, f16: 11, f32: 24}
"""The binary digits of the significand: numbers k / 2**digits lie evenly in [0, 1)."""


def _float_dtype(name: str, dtype: DTypeLike | None) -> DType:
    found = f32 if dtype is None else as_dtype(dtype)
    if not found.is_float:
        raise DTypeError(f"{name}() makes floats, not {found}", hint="randint() makes integers")
    return found


def _uniform(generator: Generator | None, size: Sequence[Dim], dtype: DType) -> Tensor:
    """Evenly spaced numbers in [0, 1): 2**24 of them in f32, 2**53 in f64 (from two words)."""
    if dtype is f64:
        bits = _bits(generator, (2, *size))
        high, low = (bits[0] >> 5).to(f64), (bits[1] >> 6).to(f64)
        return (high * 2.0**26 + low) * 2.0**-53
    digits = DIGITS[dtype]
    return ((_bits(generator, size) >> (32 - digits)).to(f32) * 2.0**-digits).to(dtype)


def _gaussian(generator: Generator | None, size: Sequence[Dim], dtype: DType) -> Tensor:
    """Standard normal numbers by the transform of Box and Muller (1958), two from two uniforms.

    The logarithm is of numbers in (0, 1], so it is finite.
    """
    count = numel(size)
    within = f64 if dtype is f64 else f32
    pairs = _uniform(generator, (2, (count + 1) // 2), within)
    radius = F.sqrt(F.log(1 - pairs[0]) * -2.0)
    angle = pairs[1] * (2 * math.pi)
    both = F.cat([radius * F.cos(angle), radius * F.sin(angle)], 0)
    return F.reshape(F.narrow(both, 0, 0, count), tuple(size)).to(dtype)


def _size(given: tuple[Any, ...]) -> tuple[Dim, ...]:
    """A size from varargs: numbers, or one sequence of them."""
    return as_dims(given[0] if len(given) == 1 else given)


@function(methods=False)
def rand(*size: Any, dtype: DTypeLike | None = None, generator: Generator | None = None) -> Tensor:
    """Uniform random numbers in [0, 1), f32 by default."""
    return _uniform(generator, _size(size), _float_dtype("rand", dtype))


@function(methods=False)
def randn(*size: Any, dtype: DTypeLike | None = None, generator: Generator | None = None) -> Tensor:
    """Random numbers of the standard normal distribution, f32 by default."""
    return _gaussian(generator, _size(size), _float_dtype("randn", dtype))


@function(methods=False)
def rand_like(
    input: Tensor, *, dtype: DTypeLike | None = None, generator: Generator | None = None
) -> Tensor:
    """Uniform random numbers in [0, 1), in the shape and dtype of `input`."""
    return _uniform(generator, input.shape, _float_dtype("rand_like", dtype or input.dtype))


@function(methods=False)
def randn_like(
    input: Tensor, *, dtype: DTypeLike | None = None, generator: Generator | None = None
) -> Tensor:
    """Random numbers of the standard normal distribution, in the shape and dtype of `input`."""
    return _gaussian(generator, input.shape, _float_dtype("randn_like", dtype or input.dtype))


@function(methods=False)
def uniform(
    low: Number = 0.0,
    high: Number = 1.0,
    *size: Any,
    dtype: DTypeLike | None = None,
    generator: Generator | None = None,
) -> Tensor:
    """Uniform random numbers in [low, high), up to rounding."""
    drawn = _uniform(generator, _size(size), _float_dtype("uniform", dtype))
    return _stretched(drawn, low, high)


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
    dtype: DTypeLike | None = None,
    generator: Generator | None = None,
) -> Tensor:
    """Normal random numbers of the given mean and deviation, numbers or tensors that broadcast.

    `size` is needed when both are numbers.
    """
    tensors = [t for t in (mean, std) if hasattr(t, "numel")]
    if not tensors:
        drawn = _gaussian(
            generator, () if size is None else as_dims(size), _float_dtype("normal", dtype)
        )
    else:
        like = F.add(*tensors) if len(tensors) == 2 else tensors[0]
        drawn = _gaussian(generator, like.shape, _float_dtype("normal", dtype or like.dtype))
    return _scaled(drawn, mean, std)


def _scaled(drawn: Tensor, mean: Tensor | Number, std: Tensor | Number) -> Tensor:
    if isinstance(std, (int, float)) and std < 0:
        raise ValueRangeError(f"normal numbers of deviation std={std}", hint="use 0 or more")
    return drawn * std + mean


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
    bits = _bits(generator, (2, *size)).to(u64)
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
    dtype: DTypeLike | None = None,
    generator: Generator | None = None,
) -> Tensor:
    """Random integers in [low, high), i64 by default; `randint(high, size)` starts at 0."""
    if size is None and hasattr(high, "__len__"):
        low, high, size = 0, low, high
    if high is None:
        low, high = 0, low
    out = as_dtype("i64" if dtype is None else dtype)
    return _integers(generator, int(low), int(high), as_dims(() if size is None else size), out)


@function(methods=False)
def randint_like(
    input: Tensor,
    low: int = 0,
    high: int | None = None,
    *,
    dtype: DTypeLike | None = None,
    generator: Generator | None = None,
) -> Tensor:
    """Random integers in [low, high) in the shape and dtype of `input`."""
    if high is None:
        low, high = 0, low
    return _integers(generator, low, high, input.shape, as_dtype(dtype or input.dtype))


@function(methods=False)
def randperm(
    n: Dim, *, dtype: DTypeLike | None = None, generator: Generator | None = None
) -> Tensor:
    """The numbers 0 to n - 1 in random order: the order of random 64-bit keys."""
    bits = _bits(generator, (2, as_dim(n, "n"))).to(u64)
    keys = (bits[0] << 32) | bits[1]
    return F.argsort(keys, 0, stable=True).to("i64" if dtype is None else dtype)


@function()
def bernoulli(
    input: Tensor, p: Number | None = None, *, generator: Generator | None = None
) -> Tensor:
    """1 with the probability that `input` gives (or `p`), else 0; in the dtype of `input`."""
    probability: Tensor | Number = input if p is None else p
    _check_probability(probability)
    within = f64 if input.dtype is f64 else f32
    return F.lt(_uniform(generator, input.shape, within), probability).to(input.dtype)


def _check_probability(p: Tensor | Number) -> None:
    known = np.asarray(p) if isinstance(p, (int, float)) else p._data
    if known is not None and not ((known >= 0) & (known <= 1)).all():
        wrong = known[~((known >= 0) & (known <= 1))].reshape(-1)[0]
        raise ValueRangeError(f"p={wrong} is not a probability", hint="it lies in [0, 1]")


@function()
def multinomial(
    input: Tensor,
    num_samples: int,
    replacement: bool = False,
    *,
    generator: Generator | None = None,
) -> Tensor:
    """Indices drawn with the probabilities in each row of `input`, which need not sum to 1.

    Without replacement the largest of p / Exponential(1) are taken, which is drawing one after
    the other (Efraimidis and Spirakis, 2006).
    """
    _check_weights(input, num_samples, replacement)
    p = input if input.dtype is f64 else input.to(f32)
    if replacement:
        sums = F.cumsum(p, -1)
        total = F.narrow(sums, -1, sums.shape[-1] - 1, 1)
        drawn = _uniform(generator, (*p.shape[:-1], num_samples), p.dtype)
        return F.searchsorted(sums, drawn * total, right=True)
    waits = -F.log(1 - _uniform(generator, p.shape, p.dtype))
    # A wait of zero would make the ratio infinite or NaN; the smallest positive one is 2**-24.
    ratio = p / F.clamp(waits, min=2.0**-54)
    return F.topk(ratio, num_samples, -1).indices


def _check_weights(input: Tensor, num_samples: int, replacement: bool) -> None:
    if not input.dtype.is_float:
        raise DTypeError(f"multinomial() takes float weights, not {input.dtype}", hint=".to('f32')")
    if input.ndim not in (1, 2) or 0 in input.shape[-1:]:
        raise ShapeError(
            f"multinomial() of weights {format_shape(input.shape)}",
            hint="they are one row, or a matrix of rows, of at least one weight",
        )
    if num_samples < 1:
        raise ValueRangeError(f"multinomial() of num_samples={num_samples}", hint="use 1 or more")
    known = input._data
    if known is None:
        return
    if not ((known >= 0) & (known < np.inf)).all() or not (known > 0).any(axis=-1).all():
        raise ValueRangeError(
            "multinomial() takes finite weights of 0 or more, of which each row has a positive one"
        )
    positive = int((known > 0).sum(axis=-1).min(initial=np.iinfo(np.int64).max))
    if not replacement and num_samples > positive:
        raise ValueRangeError(
            f"multinomial() cannot draw {num_samples} different indices from {positive} weights "
            "above 0",
            hint="pass replacement=True, or draw fewer",
        )


@function(methods=False, where=("nn.functional",))
def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Zeros each element with probability `p` and divides the rest by 1 - p, when training."""
    from hodu.dispatch.inplace import assign

    _check_probability(p)
    if not training or p == 0:
        return input
    within = f64 if input.dtype is f64 else f32
    kept = F.ge(_uniform(None, input.shape, within), p)
    result = input * (kept.to(within) * (1 / (1 - p) if p < 1 else 0.0)).to(input.dtype)
    return assign(input, result) if inplace else result
