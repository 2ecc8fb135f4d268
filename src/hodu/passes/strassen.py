"""Products with constant matrices as seven products of half the sizes instead of eight.

What is known is added up at compile time. The sums cost memory traffic, and the weights grow to
1.75 times, so only large products of small models gain. (V. Strassen, "Gaussian Elimination is not
Optimal", 1969, in Winograd's form with 15 sums; J. Huang et al., "Strassen's Algorithm Reloaded",
2016.)
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from hodu.ops._table import Array
from hodu.passes._rewrite import Graph, Rule, rewrite
from hodu.snapshot.ir import Snapshot, Value
from hodu.spill import release

_GROWTH = 7 / 4  # of the weights
_LEAST_GAIN = 0.05
_LEAST_ROWS = 32  # below which products take as long as their weights are read
_STARTED = 6000  # cycles that 22 loops take to begin and to end rather than one
_FMAS = 2  # of vectors in a cycle
_CACHE_BYTES = 64  # moved in a cycle between the caches and the core, both ways


@dataclass(frozen=True, slots=True)
class Machine:
    """What the costs depend on: the width of vectors, and the bytes that all constants may take."""

    vector_bits: int
    constant_bytes: int


def strassen(snapshot: Snapshot, machine: Machine) -> Snapshot:
    """The Snapshot with products of matrices split once where that is faster on a machine.

    Each element is a sum of at most 4 products and differs from the exact one by at most about
    `12 (K / 2 + 18) u max|x| max|w| K / 2` for the unit roundoff u, by the norms of the matrices
    rather than by the element (N. Higham, "Accuracy and Stability of Numerical Algorithms", 23.2).
    """
    if machine.constant_bytes < _GROWTH * sum(a.nbytes for a in snapshot.constants.values()):
        return snapshot

    def split(match: SimpleNamespace, graph: Graph) -> Value | None:
        weight = graph.data(match.w)
        if weight is None or weight.ndim != 2 or graph.uses(match.w) > 1:
            return None
        columns = weight.T if match.y.producer.op == "linear" else weight
        return _split(match, columns, graph) if _gains(match.x, columns, machine) else None

    rules = [Rule("(y := linear(x, w, [b]))", split), Rule("(y := matmul(x, w))", split)]
    return rewrite(snapshot, rules)


def _gains(x: Value, weight: Array, machine: Machine) -> bool:
    """Whether the eighth of the products that is saved takes longer than the sums."""
    sizes = (*x.type.shape, weight.shape[1])
    if x.type.rank < 2 or not all(isinstance(n, int) for n in sizes):
        return False
    if weight.dtype not in (np.float32, np.float64) or weight.dtype != x.type.dtype.numpy:
        return False
    rows, (inner, columns) = math.prod(x.type.shape[:-1]), weight.shape
    if rows < _LEAST_ROWS or rows % 2 or inner % 2 or columns % 2:
        return False
    lanes = machine.vector_bits // (8 * weight.itemsize)
    if lanes < 2:
        return False
    whole = rows * inner * columns / (lanes * _FMAS)
    moved = (3 * rows * inner + 5 * rows * columns) * weight.itemsize / _CACHE_BYTES
    return whole / 8 - moved - _STARTED > _LEAST_GAIN * whole


def _split(match: SimpleNamespace, weight: Array, graph: Graph) -> Value:
    """Winograd's seven products, their sums side by side, and the bias."""
    *lead, inner = match.x.type.shape
    columns = weight.shape[1]
    x = graph("reshape", match.x, shape=(math.prod(lead), inner))
    known = [graph.constant(a.copy(), match.w.name) for a in _sums_of_weights(weight)]
    release(weight)
    given = _sums_of_rows(x, graph)
    p = [graph("matmul", left, right) for left, right in zip(given, known, strict=True)]
    y = graph("reshape", _joined(p, graph), shape=(*lead, columns))
    bias = getattr(match, "b", None)
    return y if bias is None else graph("add", y, bias)


def _sums_of_rows(x: Value, graph: Graph) -> list[Value]:
    """What the seven products multiply from the left."""
    rows, inner = (n // 2 for n in x.type.shape if isinstance(n, int))
    a11, a12, a21, a22 = (
        graph("slice", x, start=(i, k), size=(rows, inner), step=(1, 1))
        for i in (0, rows)
        for k in (0, inner)
    )
    s1 = graph("add", a21, a22)
    s2 = graph("sub", s1, a11)
    return [a11, a12, graph("sub", a12, s2), a22, s1, s2, graph("sub", a11, a21)]


def _sums_of_weights(weight: Array) -> Iterator[Array]:
    """What the seven products multiply from the right; of all of them one is in memory."""
    inner, columns = (n // 2 for n in weight.shape)
    b11, b12, b21, b22 = (
        weight[k : k + inner, j : j + columns] for k in (0, inner) for j in (0, columns)
    )
    yield from (b11, b21, b22)
    yield b22 - b12 + b11 - b21
    yield b12 - b11
    yield b22 - b12 + b11
    yield b22 - b12


def _joined(p: list[Value], graph: Graph) -> Value:
    """The quarters of the result from the seven products, side by side."""
    u2 = graph("add", p[0], p[5])
    u3, u4 = graph("add", u2, p[6]), graph("add", u2, p[4])
    above = graph("cat", graph("add", p[0], p[1]), graph("add", u4, p[2]), dim=1)
    below = graph("cat", graph("sub", u3, p[3]), graph("add", u3, p[4]), dim=1)
    return graph("cat", above, below, dim=0)
