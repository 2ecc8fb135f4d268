"""Applying plain Python to the lines of an array along a dimension, for oracles."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np


def axes(rank: int, dim: Any) -> tuple[int, ...]:
    """The dimensions that `dim` means, in order."""
    if dim is None or dim == ():
        return tuple(range(rank))
    given = dim if isinstance(dim, tuple) else (dim,)
    return tuple(sorted(d % rank for d in given)) if rank else ()


def reduce(x: np.ndarray, dim: Any, keepdim: bool, fn: Callable[[list], Any]) -> Any:
    """`fn` of the list of elements over `dim`, for each position of the others.

    An `fn` that returns a tuple gives a tuple of arrays.
    """
    gone = axes(x.ndim, dim)
    kept = [a for a in range(x.ndim) if a not in gone]
    shape = [x.shape[a] for a in kept]
    found = []
    for place in product(*map(range, shape)):
        index: list[Any] = [slice(None)] * x.ndim
        for a, i in zip(kept, place, strict=True):
            index[a] = i
        found.append(fn(list(x[tuple(index)].reshape(-1))))
    out = [1 if a in gone else x.shape[a] for a in range(x.ndim)] if keepdim else shape
    if found and isinstance(found[0], tuple):
        return tuple(np.array(column).reshape(out) for column in zip(*found, strict=True))
    return np.array(found).reshape(out)


def along(x: np.ndarray, dim: int, fn: Callable[[list], Any]) -> Any:
    """`fn` of each line along `dim`, which gives a line (or a tuple of lines)."""
    if x.ndim == 0:
        one = fn([x[()]])
        return tuple(np.array(p[0]) for p in one) if isinstance(one, tuple) else np.array(one[0])
    moved = np.moveaxis(x, dim, -1)
    rows = [fn(list(row)) for row in moved.reshape(-1, moved.shape[-1])] if moved.size else []
    if not rows:
        return None
    parts = list(zip(*rows, strict=True)) if isinstance(rows[0], tuple) else [rows]
    back = [np.moveaxis(np.array(p).reshape(*moved.shape[:-1], len(p[0])), -1, dim) for p in parts]
    return tuple(back) if isinstance(rows[0], tuple) else back[0]
