"""Random subscripts, and random calls of the gather and scatter family."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.fuzz.draw import DTYPES, Call, Draw


def _key(d: Draw, shape: tuple[int, ...]) -> Any:
    """A subscript: numbers, slices, None, an ellipsis, masks and index tensors."""
    parts: list[Any] = []
    left, common = list(shape), d.pick((), (2,), (2, 1), (1, 3))
    while left and d.chance(0.75):
        size = left.pop(0)
        low = -size - d.chance(0.02)
        entry = d.pick(
            d.int(low, max(size - 1, 0)),
            slice(d.pick(None, d.int(-4, 4)), d.pick(None, d.int(-4, 5)), d.pick(None, 1, 2)),
            d.index(d.pick(common, (1,)), size, negative=True) if size else slice(None),
            d.tensor((size + d.chance(0.03),), "bool") if d.chance(0.4) else slice(None),
        )
        parts.append(entry)
        if d.chance(0.15):
            parts.append(d.pick(None, None, d.chance(0.5)))
    if d.chance(0.25):
        parts.insert(d.int(0, len(parts)), Ellipsis)
    return parts[0] if len(parts) == 1 and d.chance(0.5) else tuple(parts)


def getitem(name: str, d: Draw) -> Call:
    x = d.tensor()
    return Call(name, (x, _key(d, x.array.shape)))


def setitem(name: str, d: Draw) -> Call:
    x = d.tensor()
    dtype = str(x.array.dtype)
    value = d.pick(
        d.pick(0, 1, -1, 2.5, True),
        d.tensor((), dtype if d.chance(0.6) else None, 0),
        d.tensor((1, x.array.shape[-1] if x.array.ndim else 1), dtype, 0),
    )
    key = _key(d, x.array.shape)
    return Call(name, (x, key, value))


def _axis(d: Draw, rank: int) -> tuple[int, int]:
    """A dimension, and the same one counted from the front and in range."""
    axis = d.dim(rank)
    return axis, axis % max(rank, 1) if rank else 0


def gather(name: str, d: Draw) -> Call:
    x = d.tensor(d.shape(0, 3))
    shape = x.array.shape
    axis, front = _axis(d, len(shape))
    wanted = [d.int(0, n) for n in shape]
    if shape:
        wanted[front] = d.int(0, 4)
    return Call(name, (x, axis, d.index(tuple(wanted), shape[front] if shape else 1)))


def take_along_dim(name: str, d: Draw) -> Call:
    x, axis, _ = gather(name, d).args
    shape = list(x.array.shape)
    if shape:
        shape[axis % len(shape)] = d.int(1, 3)
    size = x.array.shape[axis % len(shape)] if shape else 1
    return Call(name, (x, d.index(tuple(shape), size), axis))


def scatter(name: str, d: Draw) -> Call:
    x, axis, index = gather(name, d).args
    dtype = str(x.array.dtype)
    source = d.tensor(
        tuple(n + d.pick(0, 0, 1) for n in index.array.shape), dtype if d.chance(0.9) else None, 0
    )
    plain = name.rpartition(".")[2].rstrip("_")
    if plain == "scatter":  # several values for one place: which stays is open
        return Call(name, (x, axis, index, d.pick(1, -1, 0.5, True)))
    if plain == "scatter_reduce":
        way = d.pick("sum", "prod", "mean", "amax", "amin", "none")
        return Call(name, (x, axis, index, source, way), d.maybe(include_self=d.chance(0.5)), 64)
    return Call(name, (x, axis, index, source), slack=64)


def index_select(name: str, d: Draw) -> Call:
    x = d.tensor()
    axis, front = _axis(d, x.array.ndim)
    size = x.array.shape[front] if x.array.ndim else 1
    return Call(name, (x, axis, d.index((d.int(0, 4),), size)))


def index_update(name: str, d: Draw) -> Call:
    x = d.tensor(d.shape(0, 3))
    axis, front = _axis(d, x.array.ndim)
    size = x.array.shape[front] if x.array.ndim else 1
    count = d.int(0, size)
    index = d.index((count,), size)
    plain = name.rpartition(".")[2].rstrip("_")
    if plain == "index_fill":
        return Call(name, (x, axis, index, d.pick(1, -1, 2.5, d.tensor((), special=0))))
    index.base[:] = d.rng.permutation(size)[:count]
    shape = list(x.array.shape)
    if shape:
        shape[front] = count
    dtype = str(x.array.dtype) if d.chance(0.9) else None
    kwargs = d.maybe(alpha=d.pick(2, -1, 0.5)) if plain == "index_add" else {}
    return Call(name, (x, axis, index, d.tensor(tuple(shape), dtype, 0)), kwargs, 64)


def masked(name: str, d: Draw) -> Call:
    a, b = d.pair()
    x, mask = d.tensor(a), d.tensor(b, "bool")
    if "fill" in name:
        return Call(name, (x, mask, d.pick(0, -1, 2.5, True, d.tensor((), special=0))))
    if "scatter" in name:
        return Call(name, (x, mask, d.tensor((d.pick(3, 40, 200),), str(x.array.dtype))))
    return Call(name, (x, mask))


def take(name: str, d: Draw) -> Call:
    x = d.tensor()
    return Call(name, (x, d.index(d.shape(0, 2), x.array.size, negative=True)))


def index_put(name: str, d: Draw) -> Call:
    x = d.tensor(d.shape(1, 3, empty=False))
    shape = x.array.shape
    index = tuple(d.index((2,), n, negative=True) for n in shape[: d.int(1, len(shape))])
    value = d.tensor(d.pick((), (1,)), str(x.array.dtype) if d.chance(0.9) else None, 0)
    kwargs = d.maybe(accumulate=d.chance(0.5))
    return Call(name, (x, index, value), kwargs, 64)


def select(name: str, d: Draw) -> Call:
    x = d.tensor()
    return Call(name, (x, d.dim(x.array.ndim), d.int(-3, 3)))


def embedding(name: str, d: Draw) -> Call:
    table = d.tensor((d.int(1, 5), d.int(0, 3)), d.pick(*DTYPES))
    return Call(name, (d.index(d.shape(0, 3), table.array.shape[0]), table))


FAMILY: dict[str, Callable[[str, Draw], Call]] = {
    "x.__getitem__": getitem,
    "x.__setitem__": setitem,
    "torch.gather": gather,
    "torch.take_along_dim": take_along_dim,
    **{
        f"{space}.{n}{end}": scatter
        for n in ("scatter", "scatter_add", "scatter_reduce")
        for space, end in (("torch", ""), ("x", "_"))
    },
    "torch.index_select": index_select,
    **{
        f"{space}.{n}{end}": index_update
        for n in ("index_add", "index_copy", "index_fill")
        for space, end in (("torch", ""), ("x", "_"))
    },
    **{
        f"{space}.{n}{end}": masked
        for n in ("masked_fill", "masked_scatter")
        for space, end in (("torch", ""), ("x", "_"))
    },
    "torch.masked_select": masked,
    "torch.take": take,
    **dict.fromkeys(("torch.index_put", "x.index_put_"), index_put),
    "torch.select": select,
    "F.embedding": embedding,
}
