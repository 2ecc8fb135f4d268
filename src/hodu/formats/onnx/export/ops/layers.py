"""Composites of networks that are one ONNX operator."""

from __future__ import annotations

from hodu.dims import Dim
from hodu.dtypes import f64
from hodu.formats.onnx.export.emitter import Emitter
from hodu.formats.onnx.export.registry import exact_attrs, exports
from hodu.snapshot.ir import Node


def _filled(g: Emitter, name: str | None, dims: tuple[Dim, ...], value: float, like: str) -> str:
    """The parameter, or what stands for one that is absent."""
    return name or g.op("Expand", g.number(value, like), g.shape(dims))


def _channels(node: Node) -> tuple[Dim, ...]:
    return (node.outputs[0].type.shape[1],)


def _is_short(node: Node) -> bool:
    """Whether ONNX, which takes statistics in f32, loses nothing."""
    return node.outputs[0].type.dtype is not f64


@exports("batch_norm_inference", when=exact_attrs)
def batch_norm(
    g: Emitter, node: Node, x: str, mean: str, var: str, weight: str | None, bias: str | None
) -> str:
    """By given statistics."""
    scale = _filled(g, weight, _channels(node), 1, mean)
    shift = _filled(g, bias, _channels(node), 0, mean)
    return g.op("BatchNormalization", x, scale, shift, mean, var, epsilon=node.attrs["eps"])


@exports("instance_norm", when=_is_short)
def instance_norm(g: Emitter, node: Node, x: str, weight: str | None, bias: str | None) -> str:
    """Each channel of each sample by its own statistics."""
    scale = _filled(g, weight, _channels(node), 1, x)
    shift = _filled(g, bias, _channels(node), 0, x)
    return g.op("InstanceNormalization", x, scale, shift, epsilon=node.attrs["eps"])


@exports("group_norm", since=21, when=_is_short)
def group_norm(g: Emitter, node: Node, x: str, weight: str | None, bias: str | None) -> str:
    """Groups of channels by their own statistics."""
    scale = _filled(g, weight, _channels(node), 1, x)
    shift = _filled(g, bias, _channels(node), 0, x)
    groups = node.attrs["num_groups"]
    return g.op("GroupNormalization", x, scale, shift, epsilon=node.attrs["eps"], num_groups=groups)


@exports("layer_norm", since=17, when=_is_short)
def layer_norm(g: Emitter, node: Node, x: str, weight: str | None, bias: str | None) -> str:
    """Over the last axes."""
    dims = node.attrs["normalized_shape"]
    scale = _filled(g, weight, dims, 1, x)
    return g.op("LayerNormalization", x, scale, bias, axis=-len(dims), epsilon=node.attrs["eps"])


@exports("rms_norm", since=23, when=lambda n: _is_short(n) and n.attrs["eps"] is not None)
def rms_norm(g: Emitter, node: Node, x: str, weight: str | None) -> str:
    """Over the last axes, by the root of the mean square."""
    dims = node.attrs["normalized_shape"]
    scale = _filled(g, weight, dims, 1, x)
    return g.op("RMSNormalization", x, scale, axis=-len(dims), epsilon=node.attrs["eps"])


def _is_gemm(node: Node) -> bool:
    return [v.type.rank if v else 0 for v in node.inputs] == [2, 2, 1]


@exports("linear", when=_is_gemm)
def linear(g: Emitter, node: Node, x: str, weight: str, bias: str) -> str:
    """A layer on a matrix."""
    return g.op("Gemm", x, weight, bias, transB=1)


def _is_plain(node: Node) -> bool:
    """Whether every letter has one size and stands for itself."""
    sizes: dict[str, Dim] = {}
    equation = node.attrs["equation"].replace(" ", "")
    for term, value in zip(equation.split("->")[0].split(","), node.inputs, strict=True):
        if "." in term or value is None:
            return False
        pairs = zip(term, value.type.shape, strict=True)
        if any(sizes.setdefault(letter, size) != size for letter, size in pairs):
            return False
    return True


@exports("einsum", when=_is_plain)
def einsum(g: Emitter, node: Node, operands: list[str]) -> str:
    """Sums of products over named axes."""
    return g.op("Einsum", *operands, equation=node.attrs["equation"])


@exports("det")
def det(g: Emitter, node: Node, x: str) -> str:
    """The determinant."""
    return g.op("Det", x)


def _is_lrn(node: Node) -> bool:
    """Whether as many neighbours count on both sides."""
    return node.outputs[0].type.rank == 4 and node.attrs["size"] % 2 == 1 and _is_short(node)


@exports("local_response_norm", when=_is_lrn)
def local_response_norm(g: Emitter, node: Node, x: str) -> str:
    """By the squares of neighbouring channels."""
    a = node.attrs
    return g.op("LRN", x, size=a["size"], alpha=a["alpha"], beta=a["beta"], bias=a["k"])
