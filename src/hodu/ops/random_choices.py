"""Random choices: coins, dropout and draws by weight."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hodu.dispatch.inplace import assign
from hodu.dtypes import Number, f32, f64
from hodu.errors import DTypeError, ShapeError, ValueRangeError
from hodu.ops._table import F, function
from hodu.ops.random import uniform_numbers
from hodu.shapes import format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor
    from hodu.random import Generator


@function()
def bernoulli(
    input: Tensor, p: Number | None = None, *, generator: Generator | None = None
) -> Tensor:
    """1 with the probability that `input` gives (or `p`), else 0; in the dtype of `input`."""
    probability: Tensor | Number = input if p is None else p
    check_probability(probability)
    within = f64 if input.dtype is f64 else f32
    return F.lt(uniform_numbers(generator, input.shape, within), probability).to(input.dtype)


def check_probability(p: Tensor | Number) -> None:
    """Refuse what is known not to lie in [0, 1]."""
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
        drawn = uniform_numbers(generator, (*p.shape[:-1], num_samples), p.dtype)
        return F.searchsorted(sums, drawn * total, right=True)
    waits = -F.log(1 - uniform_numbers(generator, p.shape, p.dtype))
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
    check_probability(p)
    if not training or p == 0:
        return input
    within = f64 if input.dtype is f64 else f32
    kept = F.ge(uniform_numbers(None, input.shape, within), p)
    result = input * (kept.to(within) * (1 / (1 - p) if p < 1 else 0.0)).to(input.dtype)
    return assign(input, result) if inplace else result


@function(methods=False, where=("nn.functional",))
def rrelu(
    input: Tensor,
    lower: float = 1 / 8,
    upper: float = 1 / 3,
    training: bool = False,
    inplace: bool = False,
) -> Tensor:
    """leaky_relu with a slope that is drawn for each element when training, else their mean.

    B. Xu et al., "Empirical Evaluation of Rectified Activations" (2015).
    """
    if not lower <= upper:
        raise ValueRangeError(f"rrelu() slopes from lower={lower} to upper={upper}")
    slope: Tensor | float = (lower + upper) / 2
    if training:
        within = f64 if input.dtype is f64 else f32
        drawn = uniform_numbers(None, input.shape, within)
        slope = (drawn * (upper - lower) + lower).to(input.dtype)
    result = F.where(input > 0, input, input * slope)
    return assign(input, result) if inplace else result
