"""Convolution, pooling and sampling."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from hodu.dims import Dim, Sym
from hodu.dtypes import f32, f64
from hodu.errors import UnsupportedError
from hodu.formats.onnx.export.emitter import Emitter
from hodu.formats.onnx.export.ops.moving import shape_of_input
from hodu.formats.onnx.export.registry import exports
from hodu.ops._table import Array
from hodu.shapes import numel
from hodu.snapshot.ir import Node


def _pads(node: Node) -> list[int]:
    pads = list(node.attrs["padding"])
    if min(pads, default=0) < 0:
        raise UnsupportedError(f"with padding={tuple(pads)}, which crops")
    return pads


def _window(node: Node) -> dict[str, Any]:
    return {
        "strides": list(node.attrs["stride"]),
        "pads": _pads(node),
        "dilations": list(node.attrs["dilation"]),
    }


@exports("conv")
def conv(g: Emitter, node: Node, x: str, weight: str, bias: str | None) -> str:
    """Convolution; padding that crops goes before it."""
    kernel, pads = list(shape_of_input(node, 1)[2:]), list(node.attrs["padding"])
    strides, dilations = list(node.attrs["stride"]), list(node.attrs["dilation"])
    if min(pads) < 0:
        n = len(kernel)
        x = g.op("Pad", x, g.ints([0, 0, *pads[:n], 0, 0, *pads[n:]]))
        pads = [0] * 2 * n
    return g.op("Conv", x, weight, bias, kernel_shape=kernel, group=node.attrs["groups"],
                pads=pads, strides=strides, dilations=dilations)  # fmt: skip


@exports("conv_transpose")
def conv_transpose(g: Emitter, node: Node, x: str, weight: str, bias: str | None) -> str:
    """Transposed convolution."""
    extra = list(node.attrs["output_padding"])
    kernel = list(shape_of_input(node, 1)[2:])
    return g.op("ConvTranspose", x, weight, bias, kernel_shape=kernel, group=node.attrs["groups"],
                output_padding=extra if any(extra) else None, **_window(node))  # fmt: skip


def _pool(node: Node) -> dict[str, Any]:
    kernel, ceil = list(node.attrs["kernel_size"]), int(node.attrs["ceil_mode"])
    return {"kernel_shape": kernel, "ceil_mode": ceil or None, **_window(node)}


@exports("max_pool")
def max_pool(g: Emitter, node: Node, x: str) -> str:
    """The maximum of each window."""
    return _over_planes(g, node, x, lambda planes: g.op("MaxPool", planes, **_pool(node)))


def _over_planes(g: Emitter, node: Node, x: str, pool: Callable[[str], str]) -> str:
    """A pooling of tensors with two axes before the spatial ones, as ONNX has it."""
    shape = shape_of_input(node)
    n = len(node.attrs["kernel_size"])
    if len(shape) == n + 2:
        return pool(x)
    flat = g.op("Reshape", x, g.shape([numel(shape[:-n]), 1, *shape[-n:]]))
    return g.op("Reshape", pool(flat), g.shape(node.outputs[0].type.shape))


@exports("max_pool_with_indices")
def max_pool_with_indices(g: Emitter, node: Node, x: str) -> list[str]:
    """Also where it is: in its plane, while ONNX counts through all of them."""
    if len(shape_of_input(node)) != len(node.attrs["kernel_size"]) + 2:
        raise UnsupportedError("of an input without a batch axis and one of channels")
    values, places = g.multi("MaxPool", [x], 2, **_pool(node))
    size = math.prod(shape_of_input(node)[2:])
    return [values, g.op("Mod", places, g.op("Squeeze", g.shape([size])))]


@exports("avg_pool")
def avg_pool(g: Emitter, node: Node, x: str) -> str:
    """The mean of each window."""
    window, whole = _pool(node), int(node.attrs["count_include_pad"])
    if node.attrs["divisor_override"] is not None:
        raise UnsupportedError("with a divisor of its own")
    if g.opset < 19 and any(d != 1 for d in window.pop("dilations")):
        raise UnsupportedError("dilated averages come with opset 19")
    window["count_include_pad"] = whole or None
    return _over_planes(g, node, x, lambda planes: g.op("AveragePool", planes, **window))


@exports("lp_pool", when=lambda n: n.attrs["norm_type"] == 2 and not n.attrs["ceil_mode"])
def lp_pool(g: Emitter, node: Node, x: str) -> str:
    """The length of each window."""
    return _over_planes(g, node, x, lambda planes: g.op("LpPool", planes, p=2, **_pool(node)))


@exports("adaptive_avg_pool")
def adaptive_avg_pool(g: Emitter, node: Node, x: str) -> str:
    """The mean of all, or axis by axis of windows."""
    wanted = node.attrs["output_size"]
    given = shape_of_input(node)[-len(wanted) :]
    if all(n == 1 for n in wanted) and node.outputs[0].type.dtype.is_float:
        return g.op("ReduceMean", x, g.ints(list(range(-len(wanted), 0))), keepdims=1)
    if any(isinstance(n, Sym) for n in (*wanted, *given)):
        raise UnsupportedError("of a symbolic size")
    rank, dtype = len(shape_of_input(node)), node.outputs[0].type.dtype
    wide = f64 if not dtype.is_float else dtype if dtype.bits >= 32 else f32
    total, counts = g.cast(x, wide), np.ones(())
    for axis, n, w in zip(range(rank - len(wanted), rank), given, wanted, strict=True):
        windows = _windows(int(n), int(w))
        total = _summed(g, total, axis, rank, windows)
        counts = counts[..., None] * windows.sum(0)
    return g.cast(g.op("Div", total, g.const(counts.astype(g.type_of(total).numpy))), dtype)


def _windows(size: int, count: int) -> Array:
    """Which of `size` elements are in which of `count` windows, [size, count]."""
    first = np.arange(count) * size // count
    last = -(-(np.arange(count) + 1) * size // count)
    place = np.arange(size)[:, None]
    return ((place >= first) & (place < last)).astype(float)


def _summed(g: Emitter, x: str, axis: int, rank: int, windows: Array) -> str:
    """The sums of windows along an axis, as a matrix product."""
    order = [*(a for a in range(rank) if a != axis), axis]
    matrix = g.const(windows.astype(g.type_of(x).numpy))
    moved = g.op("MatMul", g.op("Transpose", x, perm=order), matrix)
    return g.op("Transpose", moved, perm=[order.index(a) for a in range(rank)])


@exports("resize")
def resize(g: Emitter, node: Node, x: str) -> str:
    """Interpolation along axes."""
    a = node.attrs
    scales, policy = _scales(node)
    axes: list[int] | None = list(a["axes"])
    size = list(a["size"])
    if g.opset < 18 and a["roi"] is None:
        scales, size = _for_all_axes(node, scales)
        axes = None
    real = f64 if node.outputs[0].type.dtype is f64 else f32
    roi = None if a["roi"] is None else g.const(np.array(a["roi"], real.numpy))
    return g.op(
        "Resize", x, roi,
        None if scales is None else g.const(np.array(scales, f32.numpy)),
        g.shape(size) if scales is None else None,
        axes=axes, mode=a["mode"], coordinate_transformation_mode=a["coordinates"],
        nearest_mode=a["nearest"], cubic_coeff_a=a["cubic_a"], keep_aspect_ratio_policy=policy,
        exclude_outside=int(a["exclude_outside"]), antialias=int(a["antialias"]),
        extrapolation_value=a["extrapolation"],
    )  # fmt: skip


def _for_all_axes(node: Node, scales: list[float] | None) -> tuple[list[float] | None, list[Dim]]:
    """Scales and sizes of all axes, as opsets before 18 want them."""
    sizes = list(shape_of_input(node))
    factors = [1.0] * len(sizes)
    for i, axis in enumerate(node.attrs["axes"]):
        sizes[axis] = node.attrs["size"][i]
        factors[axis] = 1.0 if scales is None else scales[i]
    return None if scales is None else factors, sizes


def _scales(node: Node) -> tuple[list[float] | None, str | None]:
    """The scales where they are given, or how ONNX works them out of the sizes.

    Given scales must make the sizes when they are rounded down. Where one scale for all axes makes
    them by rounding to the nearest, it must be the least or the greatest quotient of the sizes.
    """
    scales, size = node.attrs["scales"], node.attrs["size"]
    if scales is None:
        return None, None
    before = [shape_of_input(node)[axis] for axis in node.attrs["axes"]]
    if not any(isinstance(s, Sym) for s in (*size, *before)):
        if all(math.floor(b * s) == n for b, s, n in zip(before, scales, size, strict=True)):
            return list(scales), None
        quotients = [n / b for b, n in zip(before, size, strict=True)]
        for policy, scale in (("not_larger", min(quotients)), ("not_smaller", max(quotients))):
            if all(s == scale for s in scales):
                return None, policy
    raise UnsupportedError(f"to {list(size)} by the scales {list(scales)}, which give other sizes")


_GRID = {"bilinear": "linear", "bicubic": "cubic", "nearest": "nearest"}


@exports("grid_sample")
def grid_sample(g: Emitter, node: Node, x: str, grid: str) -> str:
    """The input at the points of a grid."""
    mode = node.attrs["mode"]
    return g.op(
        "GridSample",
        x,
        grid,
        mode=_GRID[mode] if g.opset >= 20 else mode,
        padding_mode=node.attrs["padding_mode"],
        align_corners=int(bool(node.attrs["align_corners"])),
    )


@exports("affine_base_grid")
def affine_base_grid(g: Emitter, node: Node) -> str:
    """The points before the map, which are known if the size is."""
    if any(isinstance(d, Sym) for d in node.attrs["size"]):
        raise UnsupportedError("of a symbolic size")
    kernel = node.definition.eager
    assert kernel is not None
    return g.const(kernel(**node.attrs))


@exports("col2im")
def col2im(g: Emitter, node: Node, x: str) -> str:
    """Blocks summed into an image."""
    a = node.attrs
    n = len(a["output_size"])
    kernel, dilation, padding, stride = (
        [*a[k]] * (n // len(a[k])) for k in ("kernel_size", "dilation", "padding", "stride")
    )
    batched = node.outputs[0].type.rank == n + 2
    x = x if batched else g.op("Unsqueeze", x, g.ints([0]))
    image = g.op(
        "Col2Im", x, g.shape(a["output_size"]), g.ints(kernel),
        dilations=dilation, pads=[*padding, *padding], strides=stride,
    )  # fmt: skip
    return image if batched else g.op("Squeeze", image, g.ints([0]))


@exports("max_unpool")
def max_unpool(g: Emitter, node: Node, x: str, indices: str) -> str:
    """Values put into zeros, in rows of as many elements as a plane has.

    MaxUnpool itself counts through all planes.
    """
    sizes = node.attrs["output_size"]
    shape = shape_of_input(node)
    lead, given = shape[: -len(sizes)], shape[-len(sizes) :]
    rows = [g.op("Reshape", name, g.shape([*lead, numel(given)])) for name in (indices, x)]
    zeros = g.op("Expand", g.number(0, x), g.shape([*lead, numel(sizes)]))
    put = g.op("ScatterElements", zeros, *rows, axis=len(lead))
    return g.op("Reshape", put, g.shape([*lead, *sizes]))
