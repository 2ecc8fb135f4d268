"""Random calls of functions that move elements: shapes, joins, splits, padding, creation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.fuzz.draw import Call, Draw, Dt


def _sizes(d: Draw, count: int) -> tuple[int, ...]:
    """Sizes whose product is mostly `count`, one perhaps -1."""
    sizes, left = [], count
    while left > 1 and len(sizes) < 3:
        factor = d.pick(*[f for f in range(1, left + 1) if left % f == 0])
        sizes.append(factor)
        left //= factor
    sizes.append(left)
    if d.chance(0.4):
        sizes[d.int(0, len(sizes) - 1)] = -1
    return (*sizes, 2) if d.chance(0.05) else tuple(sizes)


def reshape(name: str, d: Draw) -> Call:
    x = d.tensor()
    return Call(name, (x, _sizes(d, x.array.size)))


def on_dim(name: str, d: Draw) -> Call:
    x = d.tensor()
    return Call(name, (x, d.dim(x.array.ndim + (name == "torch.unsqueeze"))))


def on_two(name: str, d: Draw) -> Call:
    x = d.tensor()
    return Call(name, (x, d.dim(x.array.ndim), d.dim(x.array.ndim)))


def permute(name: str, d: Draw) -> Call:
    x = d.tensor()
    rank = x.array.ndim
    order = [int(a) - rank * d.chance(0.3) for a in d.rng.permutation(rank)]
    if order and d.chance(0.1):
        order[0] = d.int(-rank - 1, rank)
    return Call(name, (x, tuple(order)))


def flip(name: str, d: Draw) -> Call:
    x = d.tensor()
    dims = d.dims(x.array.ndim)
    return Call(name, (x, () if dims is None else (dims,) if isinstance(dims, int) else dims))


def roll(name: str, d: Draw) -> Call:
    x = d.tensor()
    if d.chance(0.3):
        return Call(name, (x, d.int(-7, 7)))
    dims = flip(name, d).args[1]
    dims = tuple(n for n in dims if -x.array.ndim - 1 <= n <= x.array.ndim)
    return Call(name, (x, tuple(d.int(-7, 7) for _ in dims), dims))


def rot90(name: str, d: Draw) -> Call:
    x = d.tensor(d.shape(1, 4))
    return Call(name, (x, d.int(-3, 5), (d.dim(x.array.ndim), d.dim(x.array.ndim))))


def flatten(name: str, d: Draw) -> Call:
    x = d.tensor()
    return Call(name, (x, d.dim(x.array.ndim), d.dim(x.array.ndim)))


def squeeze(name: str, d: Draw) -> Call:
    x = d.tensor()
    dims = d.dims(x.array.ndim)
    return Call(name, (x,) if dims is None else (x, dims))


def expand(name: str, d: Draw) -> Call:
    x = d.tensor(d.shape(0, 3))
    shape = [d.pick(n, n, -1) if n != 1 else d.pick(0, 1, 3, -1) for n in x.array.shape]
    if d.chance(0.1) and shape:
        shape[0] = 7
    front = [d.pick(0, 1, 2, -1) for _ in range(d.pick(0, 0, 1, 2))]
    return Call(name, (x, (*front, *shape)))


def repeat(name: str, d: Draw) -> Call:
    x = d.tensor(d.shape(0, 3))
    count = max(0, x.array.ndim + d.pick(0, 0, 1, -1))
    return Call(
        name, (x, tuple(d.pick(0, 1, 2, 3, -1 if d.chance(0.1) else 1) for _ in range(count)))
    )


def repeat_interleave(name: str, d: Draw) -> Call:
    x = d.tensor()
    axis = d.pick(None, d.dim(x.array.ndim))
    if axis is None or not -x.array.ndim <= axis < x.array.ndim:
        return Call(name, (x, d.int(-1, 3)), {"dim": axis})
    count = x.array.shape[axis] if d.chance(0.9) else 7
    many = d.index((d.pick(count, 1),), 3)
    return Call(name, (x, d.pick(many, d.int(0, 3))), {"dim": axis})


def join(name: str, d: Draw) -> Call:
    shape = d.shape(0 if d.chance(0.1) else 1, 3)
    axis = d.dim(len(shape) + (name == "torch.stack"))
    dtype = d.dtype()
    parts = []
    for _ in range(d.int(0 if d.chance(0.1) else 1, 3)):
        sizes = list(shape)
        if name == "torch.cat" and sizes and -len(sizes) <= axis < len(sizes):
            sizes[axis] = d.int(0, 3)
        if d.chance(0.03):
            sizes = [0]
        parts.append(d.tensor(tuple(sizes), dtype if d.chance(0.7) else None))
    return Call(name, (parts, axis))


def stacks(name: str, d: Draw) -> Call:
    shape = d.shape(0, 3)
    return Call(name, ([d.tensor(shape) for _ in range(d.int(1, 3))],))


def split(name: str, d: Draw) -> Call:
    x = d.tensor(d.shape(0 if d.chance(0.1) else 1, 3))
    axis = d.dim(x.array.ndim)
    size = x.array.shape[axis] if -x.array.ndim <= axis < x.array.ndim else 1
    first = d.int(0, size)
    spec: Any = d.int(-1 if d.chance(0.1) else 1, 4)
    if d.chance(0.4) and name == "torch.split":
        spec = [first, size - first + d.chance(0.1)]
    if d.chance(0.4) and name == "torch.tensor_split":
        spec = tuple(d.int(-3, 4) for _ in range(d.int(0, 3)))
    return Call(name, (x, spec, axis))


def halves(name: str, d: Draw) -> Call:
    return Call(name, (d.tensor(d.shape(1, 4)), d.pick(1, 2, 3, [1, 2])))


def pad(name: str, d: Draw) -> Call:
    mode = d.pick("constant", "reflect", "replicate", "circular")
    if mode == "constant":
        x = d.tensor()
        width = 2 * d.int(0, x.array.ndim) + d.chance(0.05)
        widths = tuple(d.int(-2, 3) for _ in range(width))
        return Call(name, (x, widths), d.maybe(value=d.pick(0, 1, 2.5, None)))
    x = d.tensor(d.shape(2, 4), d.dtype("float32", "float64", "int64"))
    widths = tuple(d.int(-1, 3) for _ in range(2 * (x.array.ndim - d.pick(1, 2))))
    return Call(name, (x, widths), {"mode": mode})


def windows(name: str, d: Draw) -> Call:
    x = d.tensor()
    return Call(
        name,
        (
            x,
            d.dim(x.array.ndim),
            d.int(-1 if d.chance(0.1) else 0, 4),
            d.int(0 if d.chance(0.1) else 1, 3),
        ),
    )


def diagonal(name: str, d: Draw) -> Call:
    x = d.tensor(d.shape(1, 4))
    rank = x.array.ndim + (name == "torch.diag_embed")
    dims = {} if d.chance(0.5) else {"dim1": d.dim(rank), "dim2": d.dim(rank)}
    return Call(name, (x, d.int(-4, 4)), dims)


def with_offset(name: str, d: Draw) -> Call:
    return Call(name, (d.tensor(), d.int(-4, 4)))


def plain(name: str, d: Draw) -> Call:
    return Call(name, (d.tensor(),))


def narrow(name: str, d: Draw) -> Call:
    x = d.tensor()
    return Call(name, (x, d.dim(x.array.ndim), d.int(-3, 3), d.int(0, 3)))


def move(name: str, d: Draw) -> Call:
    x = d.tensor()
    count = d.int(0, x.array.ndim)
    source, target = ([int(a) for a in d.rng.permutation(x.array.ndim)[:count]] for _ in range(2))
    if d.chance(0.5):
        return Call(name, (x, d.dim(x.array.ndim), d.dim(x.array.ndim)))
    return Call(name, (x, tuple(source), tuple(target)))


def unflatten(name: str, d: Draw) -> Call:
    x = d.tensor(d.shape(1, 3))
    axis = d.dim(x.array.ndim)
    size = x.array.shape[axis] if -x.array.ndim <= axis < x.array.ndim else 1
    return Call(name, (x, axis, _sizes(d, size)))


def view(name: str, d: Draw) -> Call:
    return Call(name, (d.tensor(special=0), Dt(d.dtype())))


def several(name: str, d: Draw) -> Call:
    a, b = d.pair()
    return Call(name, (d.tensor(a), d.tensor(b)))


def vectors(name: str, d: Draw) -> Call:
    dtype = d.dtype()
    options = {"indexing": d.pick("ij", "xy")} if name == "torch.meshgrid" else {}
    return Call(name, tuple(d.tensor(d.shape(1, 1), dtype) for _ in range(d.int(1, 3))), options)


def blocks(name: str, d: Draw) -> Call:
    dtype = d.dtype()
    return Call(name, tuple(d.tensor(d.shape(0, 2), dtype) for _ in range(d.int(0, 3))))


def arange(name: str, d: Draw) -> Call:
    numbers = (0, 1, 5, -3, 2.5, 10, -0.5, 7)
    args = tuple(d.pick(*numbers) for _ in range(d.int(1, 2)))
    if len(args) == 2 and d.chance(0.6):
        args = (*args, d.pick(1, 2, -1, 0.5, -0.3, 0))
    return Call(name, args, d.maybe(dtype=Dt(d.dtype())) if d.chance(0.6) else {}, slack=32)


def linspace(name: str, d: Draw) -> Call:
    args = (d.pick(0, -3, 1.5, 10), d.pick(0, 4, 2.5, -1), d.pick(0, 1, 2, 5, 7, -1))
    return Call(name, args, {"dtype": Dt(d.dtype())} if d.chance(0.6) else {}, slack=64)


def full(name: str, d: Draw) -> Call:
    value = d.pick(0, 1, 2, -1, 0.5, True, False, 2**40, float("nan"), float("inf"))
    dtype = {"dtype": Dt(d.dtype())} if d.chance(0.5) else {}
    if name == "torch.full_like":
        return Call(name, (d.tensor(), value), dtype)
    return Call(name, (d.shape(), value), dtype)


def filled(name: str, d: Draw) -> Call:
    dtype = {"dtype": Dt(d.dtype())} if d.chance(0.5) else {}
    return Call(name, (d.tensor() if name.endswith("like") else d.shape(),), dtype)


def eye(name: str, d: Draw) -> Call:
    args = (d.int(-1 if d.chance(0.1) else 0, 4), d.int(0, 4))[: d.int(1, 2)]
    return Call(name, args, d.maybe(dtype=Dt(d.dtype())))


def indices(name: str, d: Draw) -> Call:
    return Call(name, (d.int(0, 4), d.int(0, 4)), d.maybe(offset=d.int(-5, 5)))


def shuffle(name: str, d: Draw) -> Call:
    r = d.int(1, 3)
    tall = (r * r, 1, 1) if name == "F.pixel_shuffle" else (1, r, r)
    sizes = tuple(n * t for n, t in zip((d.int(1, 2), d.int(0, 3), d.int(1, 3)), tall, strict=True))
    return Call(name, (d.tensor((*d.shape(0, 2), *sizes)), r if d.chance(0.9) else 2))


def one_hot(name: str, d: Draw) -> Call:
    x = d.index(d.shape(0, 3), 4)
    return Call(name, (x,), d.maybe(num_classes=d.pick(-1, 4, 6, 2)))


FAMILY: dict[str, Callable[[str, Draw], Call]] = {
    "torch.reshape": reshape,
    **dict.fromkeys(("torch.unsqueeze", "torch.unbind"), on_dim),
    **{f"torch.{n}": on_two for n in ("transpose", "swapaxes", "swapdims")},
    "torch.permute": permute,
    "torch.flip": flip,
    "torch.roll": roll,
    "torch.rot90": rot90,
    "torch.flatten": flatten,
    "torch.squeeze": squeeze,
    **dict.fromkeys(("x.expand", "torch.broadcast_to"), expand),
    **dict.fromkeys(("x.repeat", "torch.tile"), repeat),
    "torch.repeat_interleave": repeat_interleave,
    **dict.fromkeys(("torch.cat", "torch.stack"), join),
    **{f"torch.{n}": stacks for n in ("hstack", "vstack", "dstack", "column_stack")},
    **{f"torch.{n}": split for n in ("split", "chunk", "tensor_split")},
    **{f"torch.{n}": halves for n in ("hsplit", "vsplit", "dsplit")},
    "F.pad": pad,
    "x.unfold": windows,
    **{f"torch.{n}": diagonal for n in ("diagonal", "diag_embed")},
    **{f"torch.{n}": with_offset for n in ("tril", "triu", "diag", "diagflat")},
    **{
        f"torch.{n}": plain
        for n in [
            "trace",
            "ravel",
            "fliplr",
            "flipud",
            "t",
            "atleast_1d",
            "atleast_2d",
            "atleast_3d",
            "nonzero",
            "argwhere",
            "clone",
        ]
    },
    "torch.narrow": narrow,
    **{f"torch.{n}": move for n in ("movedim", "moveaxis")},
    "torch.unflatten": unflatten,
    "x.view": view,
    "torch.broadcast_tensors": several,
    **{f"torch.{n}": vectors for n in ("meshgrid", "cartesian_prod")},
    "torch.block_diag": blocks,
    "torch.arange": arange,
    "torch.linspace": linspace,
    **dict.fromkeys(("torch.full", "torch.full_like"), full),
    **{f"torch.{n}": filled for n in ("zeros", "ones", "zeros_like", "ones_like")},
    "torch.eye": eye,
    **{f"torch.{n}": indices for n in ("tril_indices", "triu_indices")},
    **dict.fromkeys(("F.pixel_shuffle", "F.pixel_unshuffle"), shuffle),
    "F.one_hot": one_hot,
}
