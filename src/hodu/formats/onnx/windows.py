"""The attributes that convolutions and pooling share: strides, dilations, explicit or auto pads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hodu.dims import Dim
from hodu.formats.onnx.node import OnnxNode


@dataclass(frozen=True, slots=True)
class Window:
    """A window over the spatial axes; `pads` has all begins, then all ends."""

    kernel: list[int]
    strides: list[int]
    dilations: list[int]
    pads: list[int]


def window(node: OnnxNode, spatial: Sequence[Dim], kernel: Sequence[Dim]) -> Window:
    """The window of a convolution or a pooling node over spatial sizes."""
    rank = len(spatial)
    sizes = node.integers("kernel_shape") or [int(k) for k in kernel]
    strides = node.integers("strides", [1] * rank) or []
    dilations = node.integers("dilations", [1] * rank) or []
    auto = node.text("auto_pad", "NOTSET")
    if auto in ("SAME_UPPER", "SAME_LOWER"):
        pads = _same(node, spatial, sizes, strides, dilations, upper=auto == "SAME_UPPER")
    else:
        given = node.integers("pads") if auto == "NOTSET" else None
        pads = given or [0] * (2 * rank)
    return Window(sizes, strides, dilations, pads)


def _same(
    node: OnnxNode,
    spatial: Sequence[Dim],
    kernel: list[int],
    strides: list[int],
    dilations: list[int],
    *,
    upper: bool,
) -> list[int]:
    totals = []
    for size, k, s, d in zip(spatial, kernel, strides, dilations, strict=True):
        if not isinstance(size, int) and s != 1:
            raise node.unsupported("auto_pad over symbolic sizes", "bind the dimensions")
        reach = (k - 1) * d + 1
        covered = reach - 1 if not isinstance(size, int) else (-(-size // s) - 1) * s + reach - size
        totals.append(max(covered, 0))
    return split_pads(totals, upper=upper)


def split_pads(totals: Sequence[int], *, upper: bool) -> list[int]:
    """Begins then ends of these totals; the odd one goes to the end if `upper`."""
    small, large = [t // 2 for t in totals], [t - t // 2 for t in totals]
    return small + large if upper else large + small
