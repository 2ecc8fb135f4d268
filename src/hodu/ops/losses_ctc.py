"""Connectionist temporal classification: labels for a sequence without their places.

Source: A. Graves et al., "Connectionist Temporal Classification" (2006), section 4.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hodu.dtypes import f32, f64, i64
from hodu.errors import DTypeError, ShapeError, ValueRangeError
from hodu.ops._reduction import reduced, reduction_of
from hodu.ops._table import F, function
from hodu.ops.losses_regression import NN
from hodu.shapes import format_shape
from hodu.source import location

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_NEVER = -1e30
"""The logarithm of what cannot be: finite, so that its gradient is 0 and not NaN."""


@function(methods=False, where=NN, autocast="f32")
def ctc_loss(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: Tensor | Sequence[int],
    target_lengths: Tensor | Sequence[int],
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Tensor:
    """The negative logarithm of the probability of the targets, over all their alignments.

    `log_probs` [t, (n,) c] are logarithms of probabilities in f32 or f64; targets [n, s] are
    padded, or [sum(target_lengths)] are joined. The mean is of each loss divided by its target's
    length. `zero_infinity` gives 0 where no alignment fits.
    """
    reduction = reduction_of(None, None, reduction)
    is_single = log_probs.ndim == 2
    logs = F.unsqueeze(log_probs, 1) if is_single else log_probs
    steps, batch = _check(logs, blank)
    lengths = _lengths("input_lengths", input_lengths, batch, steps)
    counts = _lengths("target_lengths", target_lengths, batch, None)
    padded = _padded(targets, counts, batch)
    loss = -_log_likelihood(logs, padded, lengths, counts, blank)
    loss = F.where(loss > -_NEVER / 2, 0.0 if zero_infinity else float("inf"), loss)
    if reduction == "mean":
        return F.mean(loss / F.clamp(counts, min=1).to(loss.dtype))
    loss = F.squeeze(loss, 0) if is_single else loss
    return reduced(loss, reduction)


def _check(logs: Tensor, blank: int) -> tuple[int, int]:
    if logs.ndim != 3:
        raise ShapeError(
            f"ctc_loss() of log_probs {format_shape(logs.shape)}, not [t, (n,) c]", where=location()
        )
    if logs.dtype not in (f32, f64):
        raise DTypeError(f"ctc_loss() of {logs.dtype}", where=location(), hint="use f32 or f64")
    steps, batch, classes = (int(n) for n in logs.shape)
    if not 0 <= blank < classes:
        raise ValueRangeError(f"blank={blank} is none of {classes} classes", where=location())
    return steps, batch


def _lengths(name: str, given: Tensor | Sequence[int], batch: int, most: int | None) -> Tensor:
    """The lengths as i64 [n]; those that are known are checked."""
    lengths = F.reshape(F.as_tensor(given).to(i64), (-1,))
    if tuple(lengths.shape) != (batch,):
        raise ShapeError(
            f"{name} {format_shape(lengths.shape)} for a batch of {batch}", where=location()
        )
    known = lengths._data
    if known is not None and batch:
        low, high = int(known.min()), int(known.max())
        if low < 0 or (most is not None and high > most):
            raise ValueRangeError(
                f"{name} reach from {low} to {high}",
                where=location(),
                hint=f"they lie in [0, {'...' if most is None else most}]",
            )
    return lengths


def _padded(targets: Tensor, counts: Tensor, batch: int) -> Tensor:
    """The targets as [n, s]; joined ones are taken apart by their lengths."""
    if targets.ndim == 2:
        return targets.to(i64)
    if targets.ndim != 1:
        raise ShapeError(f"ctc_loss() of targets {format_shape(targets.shape)}", where=location())
    longest = int(targets.shape[0])
    if counts._data is not None:
        longest = int(counts._data.max(initial=0))
        if int(counts._data.sum()) > targets.shape[0]:
            raise ShapeError(
                f"target_lengths sum to {counts._data.sum()} of {targets.shape[0]} targets",
                where=location(),
            )
    starts = F.cumsum(counts, 0) - counts
    places = F.unsqueeze(starts, 1) + F.arange(longest, dtype=i64)
    if not longest:
        return F.zeros((batch, 0), dtype=i64)
    return targets.to(i64)[F.clamp(places, max=int(targets.shape[0]) - 1)]


def _log_likelihood(
    logs: Tensor, targets: Tensor, lengths: Tensor, counts: Tensor, blank: int
) -> Tensor:
    """The logarithms of the targets' probabilities [n], by the forward variables."""
    batch, size = int(targets.shape[0]), int(targets.shape[1])
    blanks = F.full((batch, size), blank, dtype=i64)
    spaced = F.flatten(F.stack([blanks, targets], -1), 1)
    spaced = F.pad(spaced, (0, 1), value=blank)  # blank, label, blank, ..., blank
    before = F.pad(spaced, (2, -2), value=blank)
    may_skip = (spaced != blank) & (spaced != before)
    emitted = F.gather(logs, 2, F.expand(spaced, (logs.shape[0], *spaced.shape)))
    alpha = F.full((batch, 2 * size + 1), _NEVER, dtype=logs.dtype)
    alpha = F.cat([F.zeros((batch, 1), dtype=logs.dtype), alpha[:, 1:]], 1)
    for step in range(int(logs.shape[0])):
        ways = [alpha, F.pad(alpha, (1, -1), value=_NEVER), F.pad(alpha, (2, -2), value=_NEVER)]
        ways[2] = F.where(may_skip, ways[2], _NEVER)
        new = F.clamp(F.logsumexp(F.stack(ways), 0) + emitted[step], min=_NEVER)
        alpha = F.where(F.unsqueeze(lengths > step, 1), new, alpha)
    return _ending(alpha, counts)


def _ending(alpha: Tensor, counts: Tensor) -> Tensor:
    """The logarithm of the chance to end in the last label or the blank after it."""
    last: Any = F.unsqueeze(counts * 2, 1)
    in_blank = F.gather(alpha, 1, last)
    in_label = F.gather(alpha, 1, F.clamp(last - 1, min=0))
    in_label = F.where(last > 0, in_label, _NEVER)
    return F.squeeze(F.logaddexp(in_blank, in_label), 1)
