"""Normalisation by channel: over groups of channels, over instances, over the batch."""

from __future__ import annotations

from hodu.dtypes import DType
from hodu.kernel.expr import Expr, Ramp, index
from hodu.kernel.narrow import computed
from hodu.lower.collapse import Collapse
from hodu.lower.families.normalization import inverse_root, moments, widest
from hodu.lower.index import ZERO, Index
from hodu.lower.reducing.axes import Axes, row_axes
from hodu.lower.reducing.kept import keep
from hodu.lower.reducing.rows import Nest, Row, lanes_for, vectorized
from hodu.lower.rules import kernel
from hodu.lower.stage import Stage

CHANNELS = 1


def _of_channel(s: Stage, number: int, channel: Expr, dtype: DType) -> Expr | None:
    """The weight or bias of a channel, None where there is none."""
    if not s.has(number):
        return None
    joined, s.collapse = s.collapse, None
    found = s.read(number, (channel,)).cast(dtype)
    s.collapse = joined
    return found


def _affine(s: Stage, x: Expr, numbers: tuple[int, int], channel: Expr) -> Expr:
    weight, bias = (_of_channel(s, n, channel, x.dtype) for n in numbers)
    x = x if weight is None else x * weight
    return x if bias is None else x + bias


class _Grouped:
    """Rows of one group of channels each: loops over [N, groups, channels of a group, the rest]."""

    def __init__(self, s: Stage, groups: int) -> None:
        self.s = s
        rank = s.type().rank
        plain = row_axes(s, range(2, rank), same_shape=True, operands=1)
        inner = tuple(g for g in plain.groups if g[0] > CHANNELS)
        joins = Collapse(rank, ((0,), (CHANNELS,), *inner))
        count, channels, *rest = s.extents(joins(s.type().shape))
        self.size = channels // groups
        self.axes = Axes(
            (count, index(groups), self.size, *rest),
            (False, False, *(True for _ in (0, *rest))),
            joins.groups,
            rank,
            plain.combined,
            joins if plain.source is not None else None,
            joins if plain.source is not None else None,
        )

    def channel(self, p: Index) -> Expr:
        """The channel of a position in the loops."""
        group, within = p[1], p[2]
        if isinstance(within, Ramp):
            return Ramp(group * self.size + within.base, within.lanes)
        return group * self.size + within

    def place(self, p: Index) -> Index:
        """The position in the input."""
        return self.axes.place((p[0], self.channel(p), *p[3:]))


def _normalize_groups(s: Stage, groups: int) -> None:
    grouped, dtype = _Grouped(s, groups), widest(s)
    out = computed(s.out_type().dtype)

    def one(row: Row) -> None:
        kept = keep(row, dtype, lambda p: s.read(0, grouped.place(p)).cast(dtype))
        mean, variance = moments(row, dtype, kept)
        scale = inverse_root(row, variance, s.attrs["eps"])

        def element(p: Index) -> None:
            x = _affine(s, (kept.again(p) - mean) * scale, (1, 2), grouped.channel(p))
            s.write(grouped.place(p), x.cast(out))

        row.each(element)

    vectorized(s, lanes_for(s, dtype), lambda lanes: Nest(s, grouped.axes, lanes).rows(one))


@kernel("group_norm", inlines=True, epilogue=True)
def group_norm(s: Stage) -> None:
    """Mean 0 and variance 1 over groups of channels, then scaled and shifted by channel."""
    _normalize_groups(s, s.attrs["num_groups"])


@kernel("instance_norm", inlines=True, epilogue=True)
def instance_norm(s: Stage) -> None:
    """Mean 0 and variance 1 in each channel of each instance, then scaled and shifted."""
    channels = s.type().shape[CHANNELS]
    assert isinstance(channels, int)
    _normalize_groups(s, channels)


@kernel("batch_norm_training", inlines=True)
def batch_norm_training(s: Stage) -> None:
    """Mean 0 and variance 1 over the batch, by channel; also the means and variances."""
    axes = row_axes(s, (0, *range(2, s.type().rank)), same_shape=True, operands=1)
    dtype, out = widest(s), computed(s.out_type().dtype)
    statistic = s.out_type(1).dtype

    def one(row: Row) -> None:
        kept = keep(row, dtype, lambda p: s.read(0, axes.place(p)).cast(dtype))
        mean, variance = moments(row, dtype, kept)
        scale = inverse_root(row, variance, s.attrs["eps"])
        channel = row.kept[0] if row.kept else ZERO

        def element(p: Index) -> None:
            x = _affine(s, (kept.again(p) - mean) * scale, (1, 2), channel)
            s.write(axes.place(p), x.cast(out))

        row.each(element)
        joined, s.collapse = s.collapse, None
        s.write((channel,), mean.cast(statistic), 1)
        s.write((channel,), variance.cast(statistic), 2)
        s.collapse = joined

    vectorized(s, lanes_for(s, dtype), lambda lanes: Nest(s, axes, lanes).rows(one))
