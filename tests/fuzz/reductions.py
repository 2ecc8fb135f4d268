"""Random calls of reductions, running sums, softmaxes and sorting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.fuzz.draw import FLOATS, Arr, Call, Draw, Dt

MANY = [
    "sum",
    "mean",
    "amax",
    "amin",
    "all",
    "any",
    "nansum",
    "nanmean",
    "count_nonzero",
    "std",
    "var",
    "std_mean",
    "var_mean",
]
ONE = ["argmax", "argmin", "median", "nanmedian", "max", "min", "prod", "mode"]


def _keywords(d: Draw, rank: int, dims: Any) -> dict[str, Any]:
    return {"dim": dims, **d.maybe(keepdim=d.chance(0.7))}


def many(name: str, d: Draw) -> Call:
    x = d.tensor(special=d.pick(0, 0, 0.1) if name[6:] in "amax amin all any" else 0)
    kwargs = _keywords(d, x.array.ndim, d.dims(x.array.ndim)) if d.chance(0.8) else {}
    if name[6:] == "count_nonzero":
        kwargs.pop("keepdim", None)
    if name[6:] in ("sum", "mean", "nansum", "nanmean") and d.chance(0.3):
        kwargs["dtype"] = Dt(d.dtype())
    if name[6:] in ("std", "var", "std_mean", "var_mean"):
        kwargs |= d.maybe(correction=d.pick(0, 1, 2))
    return Call(name, (x,), kwargs, slack=64)


def one(name: str, d: Draw) -> Call:
    x = d.tensor(special=0 if name == "torch.prod" else None)
    if name in ("torch.median", "torch.mode", "torch.nanmedian"):  # which of equal ones is open
        x = distinct(d, x)
    rank = x.array.ndim
    kwargs = _keywords(d, rank, d.dim(rank)) if d.chance(0.7) or "mode" in name else {}
    if name == "torch.prod" and d.chance(0.3):
        kwargs["dtype"] = Dt(d.dtype())
    return Call(name, (x,), kwargs, slack=64)


def distinct(d: Draw, x: Arr) -> Arr:
    """Numbers that differ, where the dtype has so many."""
    base = x.base
    if base.dtype == bool:
        return x
    return Arr(d.rng.permutation(base.size).reshape(base.shape).astype(base.dtype), x.layout)


def running(name: str, d: Draw) -> Call:
    x = d.tensor(special=d.pick(0, 0.1) if "cumm" in name else 0)
    kwargs = {}
    if name[6:] in ("cumsum", "cumprod") and d.chance(0.3):
        kwargs["dtype"] = Dt(d.dtype())
    return Call(name, (x, d.dim(x.array.ndim)), kwargs, slack=128)


def logsumexp(name: str, d: Draw) -> Call:
    x = d.tensor(special=d.pick(0, 0.1))
    dims = d.dims(x.array.ndim)
    return Call(name, (x, 0 if dims is None else dims), d.maybe(keepdim=True), slack=32)


def softmax(name: str, d: Draw) -> Call:
    x = d.tensor(special=0)
    kwargs = {"dim": d.dim(x.array.ndim), **(d.maybe(dtype=Dt(d.dtype())) if d.chance(0.4) else {})}
    return Call(name, (x,), kwargs, slack=32)


def norm(name: str, d: Draw) -> Call:
    x = d.tensor(special=0)
    order = d.pick(0, 1, 2, 3, -1, 0.5, float("inf"), float("-inf"))
    kwargs = {"dim": d.dims(x.array.ndim), **d.maybe(keepdim=True)}
    if name == "torch.norm":
        return Call(name, (x, order), kwargs, slack=128)
    return Call(name, (x, order), kwargs | d.maybe(dtype=Dt("float64")), slack=128)


def quantile(name: str, d: Draw) -> Call:
    x = d.tensor(dtype=d.dtype("float32", "float64"), special=0)
    dtype = str(x.array.dtype)
    q = d.pick(0.5, 0.0, 1.0, 0.3, 1.5, Arr(np.array([0.1, 0.9], dtype)), Arr(np.array(0.7, dtype)))
    way = d.pick("linear", "lower", "higher", "midpoint", "nearest")
    kwargs = {"dim": d.pick(None, d.dim(x.array.ndim)), **d.maybe(keepdim=True, interpolation=way)}
    return Call(name, (x, q), kwargs, slack=32)


def diff(name: str, d: Draw) -> Call:
    x = d.tensor(special=0)
    return Call(name, (x,), d.maybe(n=d.int(0, 3), dim=d.dim(x.array.ndim)))


def sort(name: str, d: Draw) -> Call:
    x = d.tensor(special=d.pick(0, 0.2))
    kwargs = {"dim": d.dim(x.array.ndim), "descending": d.chance(0.5), "stable": True}
    return Call(name, (x,), kwargs)


def topk(name: str, d: Draw) -> Call:
    x = distinct(d, d.tensor(special=0))
    axis = d.dim(x.array.ndim)
    kwargs = {"dim": axis} | ({"largest": d.chance(0.5)} if name == "torch.topk" else {})
    return Call(name, (x, d.int(0, 4)), kwargs)


def searchsorted(name: str, d: Draw) -> Call:
    dtype = d.dtype()
    edges = Arr(np.sort(d.values(d.shape(1, 1), dtype, 0), axis=-1))
    x = d.tensor(d.shape(0, 3), dtype, 0)
    kwargs = d.maybe(right=d.chance(0.5), out_int32=d.chance(0.5))
    if name == "torch.bucketize":
        return Call(name, (d.pick(x, 1.5, 2), edges), kwargs)
    return Call(name, (edges, d.pick(x, 1.5, 2)), kwargs)


def unique(name: str, d: Draw) -> Call:
    x = d.tensor(special=0)
    options = d.maybe(return_inverse=True, return_counts=True, dim=d.dim(x.array.ndim))
    return Call(name, (x,), options)


def bincount(name: str, d: Draw) -> Call:
    x = d.tensor(d.shape(1, 1), d.dtype("uint8", "int64", "int32"), 0)
    return Call(name, (x,), d.maybe(minlength=d.int(0, 7)))


def histc(name: str, d: Draw) -> Call:
    x = d.tensor(dtype=d.dtype(*FLOATS), special=0)
    return Call(name, (x,), d.maybe(bins=d.int(1, 5), min=d.pick(0, -1), max=d.pick(0, 2, 3)))


def covariance(name: str, d: Draw) -> Call:
    x = d.tensor(d.shape(1, 2), special=0)
    return Call(name, (x,), d.maybe(correction=d.pick(0, 1)) if "cov" in name else {}, slack=256)


def trapezoid(name: str, d: Draw) -> Call:
    x = d.tensor(d.shape(1, 3), special=0)
    return Call(name, (x,), d.maybe(dx=d.pick(2, 0.5), dim=d.dim(x.array.ndim)), slack=32)


FAMILY: dict[str, Callable[[str, Draw], Call]] = {
    **{f"torch.{n}": many for n in MANY},
    **{f"torch.{n}": one for n in ONE},
    **{f"torch.{n}": running for n in ["cumsum", "cumprod", "cummax", "cummin", "logcumsumexp"]},
    "torch.logsumexp": logsumexp,
    **{f"F.{n}": softmax for n in ("softmax", "log_softmax", "softmin")},
    **dict.fromkeys(("torch.norm", "linalg.vector_norm"), norm),
    **dict.fromkeys(("torch.quantile", "torch.nanquantile"), quantile),
    "torch.diff": diff,
    **dict.fromkeys(("torch.sort", "torch.argsort"), sort),
    **dict.fromkeys(("torch.topk", "torch.kthvalue"), topk),
    **dict.fromkeys(("torch.searchsorted", "torch.bucketize"), searchsorted),
    **dict.fromkeys(("torch.unique", "torch.unique_consecutive"), unique),
    "torch.bincount": bincount,
    "torch.histc": histc,
    **dict.fromkeys(("torch.cov", "torch.corrcoef"), covariance),
    **dict.fromkeys(("torch.trapezoid", "torch.cumulative_trapezoid"), trapezoid),
    "torch.aminmax": lambda name, d: Call(
        name, ((x := d.tensor()),), d.maybe(dim=d.dim(x.array.ndim), keepdim=True)
    ),
    "torch.msort": lambda name, d: Call(name, (d.tensor(d.shape(1, 3)),)),
}
