"""Random calls of convolutions, poolings, normalisations and the like."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.fuzz.draw import Call, Draw


def _rank(name: str) -> int:
    return int(name[-2])


def _dtype(d: Draw) -> str:
    return d.dtype("float32", "float64", "bfloat16", "float16") if d.chance(0.9) else d.dtype()


def _per_axis(d: Draw, rank: int, low: int, high: int) -> Any:
    return d.int(low, high) if d.chance(0.5) else tuple(d.int(low, high) for _ in range(rank))


def _image(d: Draw, rank: int, channels: int, high: int = 6) -> tuple[int, ...]:
    batch = () if d.chance(0.2) else (d.pick(1, 2, 2, 0 if d.chance(0.2) else 1),)
    return (*batch, channels, *(d.int(1, high) for _ in range(rank)))


def conv(name: str, d: Draw) -> Call:
    rank, groups, dtype = _rank(name), d.pick(1, 1, 2), _dtype(d)
    inner, outer = d.int(1, 2) * groups, d.int(1, 2) * groups
    kernel = tuple(d.int(1, 3) for _ in range(rank))
    transposed = "transpose" in name
    weight = (inner, outer // groups) if transposed else (outer, inner // groups)
    x = d.tensor(_image(d, rank, inner if d.chance(0.95) else inner + 1), dtype, 0)
    bias = d.tensor((outer,), dtype, 0) if d.chance(0.5) else None
    options = {"stride": _per_axis(d, rank, 1, 3), "dilation": _per_axis(d, rank, 1, 2)}
    if transposed:
        options |= {"padding": _per_axis(d, rank, 0, 2), "output_padding": _per_axis(d, rank, 0, 2)}
    else:
        options["padding"] = d.pick(_per_axis(d, rank, 0, 2), "same", "valid")
    kwargs = d.maybe(**options) | {"groups": groups}
    return Call(name, (x, d.tensor((*weight, *kernel), dtype, 0), bias), kwargs, 256)


def pool(name: str, d: Draw) -> Call:
    rank = _rank(name)
    x = d.tensor(_image(d, rank, d.int(1, 3)), _dtype(d), d.pick(0, 0.1) if "max" in name else 0)
    options = {"stride": _per_axis(d, rank, 1, 3), "padding": _per_axis(d, rank, 0, 1)}
    options["ceil_mode"] = d.chance(0.5)
    if "max" in name:
        options |= {"dilation": _per_axis(d, rank, 1, 2), "return_indices": d.chance(0.5)}
    elif "avg" in name:
        options["count_include_pad"] = d.chance(0.5)
        if rank > 1:
            options["divisor_override"] = d.pick(None, 3)
    return Call(name, (x, _per_axis(d, rank, 1, 3)), d.maybe(**options), 64)


def lp_pool(name: str, d: Draw) -> Call:
    rank = _rank(name)
    x = d.tensor(_image(d, rank, 2), d.dtype("float32", "float64"), 0)
    x.base[...] = abs(x.base)
    options = {"stride": _per_axis(d, rank, 1, 3), "ceil_mode": d.chance(0.5)}
    kernel = d.int(1, 3) if rank == 1 else _per_axis(d, rank, 1, 3)
    if rank == 1:
        options["stride"] = d.int(1, 3)
    return Call(name, (x, d.pick(1, 2, 3), kernel), d.maybe(**options), 256)


def adaptive(name: str, d: Draw) -> Call:
    rank = _rank(name)
    x = d.tensor(_image(d, rank, 2), _dtype(d), 0)
    size = tuple(d.pick(1, 2, 3, 5) for _ in range(rank))
    kwargs = d.maybe(return_indices=True) if "max" in name else {}
    return Call(name, (x, d.pick(size, 2)), kwargs, 64)


def interpolate(name: str, d: Draw) -> Call:
    rank = d.int(1, 3)
    modes = ("linear", "bilinear", "trilinear")[rank - 1], *(("bicubic",) if rank == 2 else ())
    mode = d.pick("nearest", "nearest-exact", "area", *modes, *modes)
    x = d.tensor((d.int(1, 2), d.int(1, 3), *(d.int(1, 5) for _ in range(rank))), _dtype(d), 0)
    if d.chance(0.5):
        kwargs: dict[str, Any] = {
            "size": d.pick(d.int(1, 6), tuple(d.int(1, 6) for _ in range(rank)))
        }
    else:
        kwargs = {"scale_factor": d.pick(0.5, 1.7, 2.0, 2, 0.9)}
        kwargs |= d.maybe(recompute_scale_factor=True) if d.chance(0.3) else {}
    if mode in ("linear", "bilinear", "trilinear", "bicubic"):
        kwargs |= d.maybe(align_corners=d.chance(0.5))
    return Call(name, (x,), kwargs | {"mode": mode}, 128)


def over_last(name: str, d: Draw) -> Call:
    x = d.tensor(d.shape(1, 4), d.dtype("float32", "float64", "bfloat16"), 0)
    shape = x.array.shape[-d.int(1, x.array.ndim) :]
    dtype = str(x.array.dtype)
    kwargs = d.maybe(weight=d.tensor(shape, dtype, 0), eps=1e-3)
    if name == "F.layer_norm":
        kwargs |= d.maybe(bias=d.tensor(shape, dtype, 0))
    return Call(name, (x, shape), kwargs, 1024)


def by_channel(name: str, d: Draw) -> Call:
    channels = d.int(1, 2) * 2
    dtype = d.dtype("float32", "float64")
    x = d.tensor((d.int(1, 3), channels, *d.shape(0, 2, empty=False)), dtype, 0)
    kwargs = d.maybe(weight=d.tensor((channels,), dtype, 0), bias=d.tensor((channels,), dtype, 0))
    if name == "F.group_norm":
        return Call(name, (x, d.pick(1, 2, channels, 3)), kwargs, 1024)
    running = [d.tensor((channels,), dtype, 0) for _ in range(2)]
    running[1].base[...] = abs(running[1].base) + 1
    if name == "F.batch_norm":
        return Call(name, (x, *running), kwargs | d.maybe(training=d.chance(0.5)), 1024)
    return Call(name, (x,), kwargs, 1024)


def normalize(name: str, d: Draw) -> Call:
    x = d.tensor(d.shape(1, 3), d.dtype("float32", "float64"), 0)
    return Call(name, (x,), d.maybe(p=d.pick(1, 3.0), dim=d.dim(x.array.ndim)), 64)


def unfold(name: str, d: Draw) -> Call:
    x = d.tensor(_image(d, 2, d.int(1, 2)), _dtype(d), 0)
    options = {k: _per_axis(d, 2, 1, 2) for k in ("dilation", "stride")}
    options["padding"] = _per_axis(d, 2, 0, 1)
    return Call(name, (x, _per_axis(d, 2, 1, 3)), d.maybe(**options))


def attention(name: str, d: Draw) -> Call:
    dtype, batch = d.dtype("float32", "float64"), d.shape(0, 2, empty=False)
    n, m, e = d.int(1, 4), d.int(1, 4), d.int(1, 4)
    parts = [d.tensor((*batch, *s), dtype, 0) for s in ((n, e), (m, e), (m, d.int(1, 3)))]
    mask = d.pick(None, d.tensor((n, m), "bool"), d.tensor((n, m), dtype, 0))
    kwargs = d.pick({"is_causal": True}, {"attn_mask": mask}, {}) | d.maybe(scale=0.5)
    return Call(name, tuple(parts), kwargs, 128)


def grid_sample(name: str, d: Draw) -> Call:
    dtype = d.dtype("float32", "float64")
    x = d.tensor((2, d.int(1, 2), d.int(1, 4), d.int(1, 4)), dtype, 0)
    grid = d.tensor((2, d.int(1, 3), d.int(1, 3), 2), dtype, 0)
    grid.base[...] /= 2
    kwargs = d.maybe(
        mode=d.pick("bilinear", "nearest", "bicubic"),
        padding_mode=d.pick("zeros", "border", "reflection"),
    )
    return Call(name, (x, grid), kwargs | {"align_corners": d.chance(0.5)}, 1024)


FAMILY: dict[str, Callable[[str, Draw], Call]] = {
    **{f"F.conv{n}d": conv for n in (1, 2, 3)},
    **{f"F.conv_transpose{n}d": conv for n in (1, 2, 3)},
    **{f"F.{kind}_pool{n}d": pool for kind in ("max", "avg") for n in (1, 2, 3)},
    **{f"F.lp_pool{n}d": lp_pool for n in (1, 2, 3)},
    **{f"F.adaptive_{kind}_pool{n}d": adaptive for kind in ("max", "avg") for n in (1, 2, 3)},
    "F.interpolate": interpolate,
    **dict.fromkeys(("F.layer_norm", "F.rms_norm"), over_last),
    **{f"F.{n}_norm": by_channel for n in ("batch", "instance", "group")},
    "F.normalize": normalize,
    "F.unfold": unfold,
    "F.scaled_dot_product_attention": attention,
    "F.grid_sample": grid_sample,
}
