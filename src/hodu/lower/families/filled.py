"""Tensors that are made of numbers alone: repeated values, ranges, sizes."""

from __future__ import annotations

from hodu.dtypes import DType, f64, i64, u64
from hodu.kernel.algebra import constant
from hodu.kernel.expr import Expr, select
from hodu.kernel.narrow import computed
from hodu.lower.index import Index
from hodu.lower.point import Point, scalar_part
from hodu.lower.rules import kernel, reading
from hodu.lower.stage import Stage
from hodu.ops._fill_value import fill_value


@reading("full")
def full(c: Point, position: Index) -> Expr:
    """The same value everywhere."""
    value = fill_value(c.attrs["fill_value"], c.out_type.dtype)
    return constant(value.item(), c.out)


@reading("eye")
def eye(c: Point, position: Index) -> Expr:
    """Ones on the diagonal."""
    row, column = map(scalar_part, position)
    return select(row.eq(column), constant(1, c.out), constant(0, c.out))


@reading("arange")
def arange(c: Point, position: Index) -> Expr:
    """`start + i * step`, in integers modulo 2**64 or in f64."""
    start, step = c.attrs["start"], c.attrs["step"]
    i = scalar_part(position[0])
    if isinstance(start, float) or isinstance(step, float):
        value = i.cast(f64) * float(step) + float(start)
        return _from_f64(value, c.out_type.dtype)
    wide = u64 if c.out_type.dtype is u64 else i64
    return (i.cast(wide) * constant(step, wide) + constant(start, wide)).cast(c.out)


def _from_f64(value: Expr, dtype: DType) -> Expr:
    """A number of f64 in another dtype; integers by way of i64, as NumPy converts on x86."""
    if not dtype.is_integer:
        return value.cast(computed(dtype))
    limit = 2.0**63
    inside = select((value >= -limit) & (value < limit), value, constant(-limit, f64))
    whole = inside.cast(i64)
    if dtype is u64:
        upper = select((value >= limit) & (value < 2 * limit), value, constant(limit, f64))
        return select(value >= limit, upper.cast(u64), whole.cast(u64))
    return whole.cast(dtype)


@reading("linspace")
def linspace(c: Point, position: Index) -> Expr:
    """Evenly spaced numbers, worked out in f64 from both ends."""
    i, steps = scalar_part(position[0]), c.extent(c.attrs["steps"])
    start, end = float(c.attrs["start"]), float(c.attrs["end"])
    by = constant(end - start, f64) / (steps - 1).max(1).cast(f64)
    from_start = i.cast(f64) * by + start
    from_end = constant(end, f64) - (steps - 1 - i).cast(f64) * by
    near_start = (i < steps // 2) | steps.eq(1)
    return _from_f64(select(near_start, from_start, from_end), c.out_type.dtype)


@kernel("dims")
def dims(s: Stage) -> None:
    """The given sizes as i64."""
    out = s.param(s.lowering.storage[s.node.outputs[0]].place, "out")
    for i, size in enumerate(s.extents(s.attrs["dims"])):
        s.k.store(out, i, size.cast(i64))


@reading("tril")
def tril(c: Point, position: Index) -> Expr:
    """What lies on and below a diagonal, zero elsewhere."""
    row, column = map(scalar_part, position[-2:])
    return _where(c, column - row <= c.attrs["diagonal"], position)


@reading("triu")
def triu(c: Point, position: Index) -> Expr:
    """What lies on and above a diagonal, zero elsewhere."""
    row, column = map(scalar_part, position[-2:])
    return _where(c, column - row >= c.attrs["diagonal"], position)


def _where(c: Point, condition: Expr, position: Index) -> Expr:
    return select(condition, c.read(0, position), constant(0, c.out))
