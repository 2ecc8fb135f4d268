"""Random subscripts for property tests, and what they mean in terms of NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

SHAPES = st.lists(st.integers(0, 4), max_size=4).map(tuple)
INDEX_SHAPES = [(2,), (3, 1), (1, 2), (3, 2), (1,), (0,)]


@st.composite
def slices(draw: Any, *, negative: bool = True) -> slice:
    """Any slice; positive steps only if not `negative`."""
    bound = st.none() | st.integers(-6, 6)
    steps = [None, 1, 2, 3] + ([-1, -2, -3] if negative else [])
    return slice(draw(bound), draw(bound), draw(st.sampled_from(steps)))


@st.composite
def keys(draw: Any, shape: tuple[int, ...], *, advanced: bool, negative: bool = True) -> Any:
    """A valid subscript of an array of `shape`, as a tuple."""
    items: list[Any] = []
    axes = list(shape[: draw(st.integers(0, len(shape)))])
    while axes:
        kinds = ["slice", "slice", "none"] + (["int"] if axes[0] else [])
        if advanced:
            kinds += (["array", "array"] if axes[0] else []) + ["mask", "bool"]
        kind = draw(st.sampled_from(kinds))
        if kind == "none":
            items.append(None)
        elif kind == "bool":
            items.append(True)
        elif kind == "slice":
            items.append(draw(slices(negative=negative)))
            axes.pop(0)
        elif kind == "int":
            items.append(draw(st.integers(-axes[0], axes.pop(0) - 1)))
        elif kind == "array":
            items.append(_array(draw, axes.pop(0), draw(st.sampled_from(INDEX_SHAPES))))
        else:
            items.append(_mask(draw, axes))
    if draw(st.booleans()):
        items.insert(draw(st.integers(0, len(items))), Ellipsis)
        return _without_tail_shift(items, shape)
    return tuple(items)


def _array(draw: Any, size: int, shape: tuple[int, ...]) -> np.ndarray:
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    dtype = draw(st.sampled_from([np.int64, np.int32, np.int8]))
    return rng.integers(-size, size, shape).astype(dtype)


def _mask(draw: Any, axes: list[int]) -> np.ndarray:
    rank = draw(st.integers(1, min(2, len(axes))))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    covered = [axes.pop(0) for _ in range(rank)]
    return rng.random(covered) < 0.5


def _without_tail_shift(items: list[Any], shape: tuple[int, ...]) -> tuple[Any, ...]:
    """The key if its items still fit their axes with the ellipsis inside, else without it."""
    consumed = sum(_width(i) for i in items)
    at = items.index(Ellipsis) if not any(isinstance(i, np.ndarray) for i in items) else None
    if at is None:
        return tuple(i for i in items if i is not Ellipsis)
    after = items[at + 1 :]
    axis = consumed - sum(map(_width, after))
    moved = len(shape) - consumed
    for item in after:
        if type(item) is int and not -shape[axis + moved] <= item < shape[axis + moved]:
            return tuple(i for i in items if i is not Ellipsis)
        axis += _width(item)
    return tuple(items)


def _width(item: Any) -> int:
    if item is None or item is Ellipsis or isinstance(item, bool):
        return 0
    return item.ndim if isinstance(item, np.ndarray) and item.dtype == bool else 1


def in_two_steps(key: tuple[Any, ...]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """`key` as a basic one and an advanced one after it: PyTorch's reading of mixed keys.

    NumPy would count integers among the index arrays, and so move axes of the result.
    """
    basic: list[Any] = []
    then: list[Any] = []
    for item in key:
        if isinstance(item, np.ndarray) or item is True:
            basic += [slice(None)] * _width(item)
            then.append(item)
        else:
            basic.append(item)
            if type(item) is not int:
                then.append(Ellipsis if item is Ellipsis else slice(None))
    return (*basic, *([] if Ellipsis in basic else [...])), tuple(then)
