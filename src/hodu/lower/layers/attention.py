"""Attention in one kernel: scores, softmax and the average of values for a block of queries.

The scores of a block lie in local memory. With many keys they are made a part at a time, and what
has been averaged is scaled again whenever a greater score appears (M. Milakov and N. Gimelshein,
"Online normalizer calculation for softmax", 2018; T. Dao et al., "FlashAttention", 2022).

For a few queries, as in decoding with cached keys, keys are read once, as they lie, and every score
is a dot product. For more of them the keys are packed and scores come from tiles.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from hodu.dtypes import DType
from hodu.kernel.algebra import broadcast, constant
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import Expr, Ramp, index, select
from hodu.kernel.math import exp_weight
from hodu.lower.gemm import choose
from hodu.lower.gemm.dots import dot_products
from hodu.lower.gemm.finish import Finish
from hodu.lower.gemm.operands import Matrices, Panels
from hodu.lower.gemm.product import last_tiles
from hodu.lower.gemm.tile import Panel, Rows, Sums, Tile, accumulate
from hodu.lower.index import Extents, Index, product, unflat
from hodu.lower.layers.exponentials import exponentials, greatest, scale, whole_vectors
from hodu.lower.stage import Stage

FEW = 4  # queries up to which keys are read as they lie
_AT_ONCE = 1024  # keys whose scores fit local memory for a block of queries
_BLOCK = 512  # keys in a part, when there are more
_KEYS = 4  # dot products side by side

Own = Callable[[Index], Index]
"""The position in the batch of an operand for a position in that of the result."""
MaskAt = Callable[[Index, Expr, Expr], Expr]
"""The mask at (batch position, query, key or a Ramp of keys): a bool, or a term."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Attention of `queries` to `keys` in every position of a batch."""

    batch: Extents
    queries: int
    keys: int
    features: int
    width: int
    scale: float
    is_causal: bool
    mask: MaskAt | None
    mask_vectors: bool


@dataclass(frozen=True, slots=True)
class Operands:
    """Query, keys and values, each with its own batch."""

    query: Matrices
    keys: Matrices | Panels
    values: Matrices | Panels
    query_at: Own
    key_at: Own
    value_at: Own


def score_tile(s: Stage, dtype: DType, queries: int, keys: int) -> Tile:
    """The tile of scores; its rows are the queries of a block."""
    return choose.tile_for(s.target, dtype.bits, queries, keys)


class Attention:
    """The kernel of attention; `tile` is that of the scores, for which keys may be packed."""

    def __init__(
        self, s: Stage, problem: Problem, operands: Operands, tile: Tile, finish: Finish
    ) -> None:
        self.s, self.k, self.p, self.o = s, s.k, problem, operands
        self.tile, self.finish, self.dtype = tile, finish, finish.dtype
        self.block = problem.keys if problem.keys <= _AT_ONCE else _BLOCK
        self.block = max(1, -(-self.block // tile.columns)) * tile.columns
        self.parts = max(1, -(-problem.keys // self.block))
        self.stride = self.block
        self.query, self.keys, self.values = (
            s.param(x.place, "in") for x in (operands.query, operands.keys, operands.values)
        )

    def emit(self) -> None:
        """Write the whole kernel."""
        blocks, rest = divmod(self.p.queries, self.tile.rows)
        count = blocks + (1 if rest else 0)
        parts = (product(self.p.batch), index(count))
        with self.k.loop(product(parts), kind="parallel", name="part") as part:
            batch, block = unflat(part, parts)
            position = unflat(batch, self.p.batch)
            first = block * self.tile.rows
            if blocks:
                with self.k.when(block < blocks):
                    self._queries(position, first, self.tile.rows)
            if rest:
                with self.k.when(block.eq(blocks)):
                    self._queries(position, index(blocks * self.tile.rows), rest)

    # -- a block of queries ---------------------------------------------------------------------

    def _queries(self, position: Index, first: Expr, rows: int) -> None:
        k, zero = self.k, constant(0, self.dtype)
        width = max(1, -(-self.p.width // self.tile.lanes) * self.tile.lanes)
        state = _State(
            position,
            first,
            rows,
            k.local("scores", self.dtype, rows * self.stride),
            k.local("result", self.dtype, rows * width),
            k.local("top", self.dtype, rows),
            k.local("total", self.dtype, rows),
            width,
            self._end(first, rows),
        )
        with k.loop(rows, name="r") as r:
            k.store(state.top, r, constant(-math.inf, self.dtype))
            k.store(state.total, r, zero)
            if self.parts > 1:
                with k.loop(width, name="c") as c:
                    k.store(state.result, r * width + c, zero)
        with k.loop(self.parts, name="part") as part:
            start = part * self.block
            with self._reaches(start, state):
                self._part(state, start)
        if self.parts > 1:
            self._write_result(state)

    def _end(self, first: Expr, rows: int) -> Expr:
        """Where the keys end that any query of the block attends to."""
        if not self.p.is_causal:
            return index(self.p.keys)
        return self.k.let((first + rows).min(self.p.keys), "end")

    def _reaches(self, start: Expr, state: _State) -> AbstractContextManager[None]:
        return self.k.when(start.eq(0) if self.parts == 1 else start < state.end)

    def _part(self, state: _State, start: Expr) -> None:
        count = self.k.let((state.end - start).min(self.block), "count")
        self._scores(state, start, count)
        with self.k.loop(state.rows, name="r") as r:
            self._softmax(state, r, start, count)
        self._average(state, start, count)

    def _scores(self, state: _State, start: Expr, count: Expr) -> None:
        """The scaled products of the block's queries with `count` keys."""
        query = self.o.query
        at = query.start(self.o.query_at(state.position)) + state.first * query.stride
        lefts = Rows(self.query, self.k.let(at, "query_at"), query.stride, query.step)
        base = self.k.let(self.o.keys.start(self.o.key_at(state.position)), "key_at")
        if isinstance(self.o.keys, Panels):
            self._scores_of_panels(state, lefts, self.o.keys, base, start, count)
        else:
            self._scores_of_keys(state, lefts, self.o.keys, base, start, count)

    def _scores_of_panels(
        self, state: _State, lefts: Rows, keys: Panels, base: Expr, start: Expr, count: Expr
    ) -> None:
        k, width = self.k, self.tile.columns
        whole = self.p.keys // width * width

        def panel(tile: Tile, column: Expr) -> None:
            tile = replace(tile, rows=state.rows, splits=1)
            sums = Sums(k, tile, self.dtype)
            place = k.let(base + keys.panel(column), "panel")
            accumulate(k, sums, lefts, Panel(self.keys, place, tile.columns), self.p.features)
            sums.store(state.scores, column - start, self.stride, self.p.scale)

        with k.loop((start + count).min(whole), start, step=width, name="column") as column:
            panel(self.tile, column)
        for tile, _, _ in last_tiles(self.tile, self.p.keys - whole, packed=True):
            with k.when((start + count > whole) & (start <= whole)):
                panel(tile, index(whole))

    def _scores_of_keys(
        self, state: _State, lefts: Rows, keys: Matrices, base: Expr, start: Expr, count: Expr
    ) -> None:
        k = self.k
        queries = [k.let(lefts.at + index(lefts.stride) * r, "at") for r in range(state.rows)]
        whole = k.let(count // _KEYS * _KEYS, "whole")
        for many, lo, hi in ((_KEYS, index(0), whole), (1, whole, count)):
            with k.loop(hi, lo, step=many, name="c") as c:
                at = [k.let(base + keys.stride * (start + c + i), "key") for i in range(many)]
                found = dot_products(
                    k, self.dtype, self.tile.lanes, (self.query, queries), (self.keys, at),
                    index(self.p.features),
                )  # fmt: skip
                for r, row in enumerate(found):
                    for i, dot in enumerate(row):
                        k.store(state.scores, c + (r * self.stride + i), dot * self.p.scale)

    # -- softmax --------------------------------------------------------------------------------

    def _softmax(self, state: _State, r: Expr, start: Expr, count: Expr) -> None:
        """Scores of a row to weights; what is already averaged is scaled to the new maximum."""
        k, row = self.k, state.first + r
        used = (row + 1 - start).min(count).max(0) if self.p.is_causal else count
        base = k.let(r * self.stride, "row")
        self._mask(state, row, base, start, k.let(used, "used"), count)
        lanes, scores = self.tile.lanes, state.scores
        top = k.let(k.load(state.top, r).max(greatest(k, scores, base, count, lanes)), "highest")
        safe = k.let(select(top.eq(-math.inf), 0.0, top), "safe")
        total = exponentials(k, scores, base, count, safe, lanes)
        if self.parts == 1:
            k.store(state.total, r, total)
            return
        shrink = k.let(exp_weight(k, k.load(state.top, r) - safe), "shrink")
        k.store(state.top, r, top)
        k.store(state.total, r, k.load(state.total, r) * shrink + total)
        scale(k, state.result, r * state.width, index(state.width), shrink, lanes)

    def _mask(
        self, state: _State, row: Expr, base: Expr, start: Expr, used: Expr, count: Expr
    ) -> None:
        """Mask the scores of a row, and fill what is masked out up to whole vectors."""
        if self.p.mask is not None:
            lanes = self.tile.lanes if self.p.mask_vectors else 1
            whole = self.k.let(used // lanes * lanes, "whole")
            pieces = ((lanes, index(0), whole), (1, whole, used))[: 2 if lanes > 1 else 1]
            for step, lo, hi in pieces:
                with self.k.loop(hi, lo, step=step, name="c") as c:
                    score = self.k.load(state.scores, base + c, step)
                    key = start + c if step == 1 else Ramp(start + c, step)
                    masked = self._masked(self.p.mask, score, state.position, row, key)
                    self.k.store(state.scores, base + c, masked)
        with self.k.loop(whole_vectors(count, self.tile.lanes), used, name="c") as c:
            self.k.store(state.scores, base + c, constant(-math.inf, self.dtype))

    def _masked(self, mask_at: MaskAt, score: Expr, position: Index, row: Expr, key: Expr) -> Expr:
        mask = broadcast(mask_at(position, row, key), score.lanes)
        if mask.dtype.kind == "bool":
            return select(mask, score, -math.inf)
        return score + mask.cast(self.dtype)

    # -- values ---------------------------------------------------------------------------------

    def _average(self, state: _State, start: Expr, count: Expr) -> None:
        """Add the values of `count` keys by their weights, a tile of features at a time."""
        k, values = self.k, self.o.values
        base = k.let(values.start(self.o.value_at(state.position)), "value_at")
        packed = isinstance(values, Panels)
        tile = values.tile if isinstance(values, Panels) else self._value_tile()
        whole = self.p.width // tile.columns * tile.columns
        with k.loop(whole, step=tile.columns, name="column") as column:
            self._values(state, base, tile, column, tile.columns, start, count)
        for narrow, offset, columns in last_tiles(tile, self.p.width - whole, packed):
            self._values(state, base, narrow, index(whole + offset), columns, start, count)

    def _value_tile(self) -> Tile:
        vectors = min(self.tile.vectors, max(1, self.p.width // self.tile.lanes))
        return replace(self.tile, vectors=vectors)

    def _values(
        self, state: _State, base: Expr, tile: Tile, column: Expr, columns: int,
        start: Expr, count: Expr,
    ) -> None:  # fmt: skip
        k, values = self.k, self.o.values
        tile = replace(tile, rows=state.rows, splits=choose.splits_for(state.rows * tile.vectors))
        sums = Sums(k, tile, self.dtype)
        if isinstance(values, Panels):
            at = base + values.panel(column) + start * tile.columns
            panel = Panel(self.values, k.let(at, "panel"), tile.columns)
        else:
            at = base + start * values.step + column * values.stride
            panel = Panel(self.values, k.let(at, "panel"), values.step, values.stride)
        if self.parts > 1:
            sums.load(state.result, column, state.width)
        accumulate(k, sums, Rows(state.scores, index(0), self.stride), panel, count)
        if self.parts > 1:
            sums.store(state.result, column, state.width)
        else:
            for r in range(state.rows):
                sums.multiply(r, self._factor(state, index(r)))
            self.finish.tile(self.s, sums, state.position, state.first, column, columns)

    def _factor(self, state: _State, r: Expr) -> Expr:
        """What makes the weights of a row add up to 1; they are all 0 where nothing is seen."""
        total = self.k.load(state.total, r)
        return self.k.let(1.0 / select(total.eq(0.0), 1.0, total), "factor")

    def _write_result(self, state: _State) -> None:
        """Store the averages, divided by the totals of their weights."""
        k, lanes = self.k, self.tile.lanes if self.finish.vectors else 1
        whole = self.p.width // lanes * lanes
        with k.loop(state.rows, name="r") as r:
            factor = self._factor(state, r)
            for step, lo, hi in ((lanes, 0, whole), (1, whole, self.p.width)):
                with k.loop(hi, lo, step=step, name="c") as c:
                    value = k.load(state.result, r * state.width + c, step) * factor
                    last = c if step == 1 else Ramp(c, step)
                    self.finish.write(self.s, state.position, state.first + r, last, value)


@dataclass(frozen=True, slots=True)
class _State:
    """The local memory of a block of queries from `first` on, and the end of their keys."""

    position: Index
    first: Expr
    rows: int
    scores: Buf
    result: Buf
    top: Buf
    total: Buf
    width: int
    end: Expr
