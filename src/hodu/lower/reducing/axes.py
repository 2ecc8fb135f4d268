"""The axes of a kernel with rows: which are joined, which are combined, where elements lie."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hodu.kernel.expr import Expr
from hodu.lower.collapse import Collapse, collapse
from hodu.lower.index import ZERO, Extents, Index
from hodu.lower.rules import SCALAR
from hodu.lower.stage import Stage
from hodu.shapes import Shape
from hodu.snapshot.ir import Value

if TYPE_CHECKING:
    from hodu.lower.lowering import Lowering


@dataclass(frozen=True, slots=True)
class Axes:
    """The axes of the loops: their `extents`, and which of them a row runs over.

    Each stands for the `groups` of axes of an input of `rank` axes, of which the op combines
    `combined`. `source` and `target` join the axes of what is read and of what is written; None
    where views need them apart.
    """

    extents: Extents
    reduced: tuple[bool, ...]
    groups: tuple[tuple[int, ...], ...]
    rank: int
    combined: frozenset[int]
    source: Collapse | None
    target: Collapse | None

    def inner(self) -> tuple[int, ...]:
        """The axes of a row."""
        return tuple(i for i, r in enumerate(self.reduced) if r)

    def outer(self) -> tuple[int, ...]:
        """The axes over the rows."""
        return tuple(i for i, r in enumerate(self.reduced) if not r)

    def place(self, position: Index) -> Index:
        """A position in the input, or in a result of its shape, from one in the loops."""
        if self.source is not None:
            return position
        places: list[Expr] = [ZERO] * self.rank
        for (axis,), i in zip(self.groups, position, strict=True):
            places[axis] = i
        return tuple(places)

    def result(self, kept: Index, rank: int) -> Index:
        """A position in a result of `rank` axes that has one element for each row."""
        if self.target is not None:
            return kept
        whole: list[Expr] = [ZERO] * self.rank
        for number, i in zip(self.outer(), kept, strict=True):
            whole[self.groups[number][0]] = i
        if rank == self.rank:
            return tuple(whole)
        return tuple(i for axis, i in enumerate(whole) if axis not in self.combined)


def row_axes(
    s: Stage, combined: Sequence[int], *, same_shape: bool = False, operands: int | None = None
) -> Axes:
    """The fewest axes for rows over the `combined` axes of the first input.

    The results have one element for each row, or with `same_shape` those of the input. The first
    `operands` inputs (by default all) broadcast to the first one.
    """
    shape = s.type().shape
    rank = len(shape)
    gone = frozenset(combined)
    marked = tuple(1 if a in gone else d for a, d in enumerate(shape))
    dropped = not same_shape and s.out_type().rank != rank
    read = [v for v in s.node.inputs[:operands] if v is not None]
    written = list(epilogue_operands(s))
    joins = all(_is_scalar(s.lowering, v) for v in (*read, *written))
    if joins:
        shapes = [leaf.type.shape for v in read for leaf in leaves(s.lowering, v)]
        shapes += [
            _undropped(leaf.type.shape, gone, rank) if dropped else leaf.type.shape
            for v in written
            for leaf in leaves(s.lowering, v)
        ]
        groups = collapse(shape, [*shapes, marked]).groups
    else:
        groups = tuple((a,) for a, d in enumerate(shape) if d != 1)
    source = Collapse(rank, groups)
    kept = tuple(g for g in groups if g[0] not in gone)
    target = Collapse(*_without(gone, rank, kept)) if dropped else Collapse(rank, kept)
    return Axes(
        s.extents(source(shape)),
        tuple(g[0] in gone for g in groups),
        groups,
        rank,
        gone,
        source if joins else None,
        (source if same_shape else target) if joins else None,
    )


def _undropped(shape: Shape, gone: frozenset[int], rank: int) -> Shape:
    """The shape of an operand of a result that lacks the axes `gone`, with them as 1."""
    padded: Shape = (1,) * (rank - len(gone) - len(shape)) + tuple(shape)
    own = iter(padded)
    return tuple(1 if axis in gone else next(own) for axis in range(rank))


def _without(
    gone: frozenset[int], rank: int, groups: tuple[tuple[int, ...], ...]
) -> tuple[int, tuple[tuple[int, ...], ...]]:
    """The groups as axes of a result that lacks the axes `gone`."""
    number = {a: i for i, a in enumerate(a for a in range(rank) if a not in gone)}
    return len(number), tuple(tuple(number[a] for a in group) for group in groups)


def epilogue_operands(s: Stage) -> Iterator[Value]:
    """What the epilogue reads besides the result."""
    made = {*s.node.outputs, *(v for n in s.epilogue for v in n.outputs)}
    for node in s.epilogue:
        yield from (v for v in node.inputs if v is not None and v not in made)


def _is_scalar(lowering: Lowering, value: Value) -> bool:
    """Whether a value is in memory, or made of such by elementwise ops."""
    if value in lowering.storage or value.producer is None:
        return True
    return value.producer.op in SCALAR and all(
        v is None or _is_scalar(lowering, v) for v in value.producer.inputs
    )


def leaves(lowering: Lowering, value: Value) -> Iterator[Value]:
    """The values that are read from memory to compute a value."""
    if value in lowering.storage or value.producer is None:
        yield value
        return
    for operand in value.producer.inputs:
        if operand is not None:
            yield from leaves(lowering, operand)
