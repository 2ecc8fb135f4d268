"""Fourier transforms, windows and mel filters.

A transform of known data is NumPy's FFT; a captured one is a product with its matrix in f64.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

import hodu.functional as f
from hodu.dispatch.attrs import as_dims
from hodu.dispatch.base import wrap
from hodu.formats.onnx.dtypes import dtype_of
from hodu.formats.onnx.node import OnnxNode
from hodu.formats.onnx.registry import onnx_op
from hodu.ops._table import Array

if TYPE_CHECKING:
    from hodu._tensor import Tensor


def _turns(rows: int, columns: int, length: int) -> tuple[Tensor, Tensor]:
    """Cosine and sine of 2 pi i j / length; the product is reduced first, which keeps it exact."""
    angles = np.outer(np.arange(rows), np.arange(columns)) % length * (2 * math.pi / length)
    return wrap(np.cos(angles)), wrap(np.sin(angles))


def _fit(x: Tensor, size: int) -> Tensor:
    """The last axis cut or padded with zeros to a size."""
    have = int(x.shape[-1])
    return f.narrow(x, -1, 0, size) if size <= have else f.pad(x, [0, size - have])


def _parts(x: Tensor, axis: int) -> list[Tensor]:
    """The real part, and the imaginary one if there is one, with `axis` last, in f64."""
    return [x[..., i].movedim(axis, -1).to("f64") for i in range(int(x.shape[-1]))]


def _transform(x: Tensor, length: int, axis: int, inverse: bool, onesided: bool) -> Tensor:
    """The transform of [..., 1 or 2] along an axis."""
    if not x.is_captured:
        return _fast(x, length, axis, inverse, onesided)
    parts = [_fit(p, length) for p in _parts(x, axis)]
    out = length // 2 + 1 if onesided else length
    cosine, sine = _turns(length, out, length)
    sine = sine if inverse else -sine
    real, imaginary = f.matmul(parts[0], cosine), f.matmul(parts[0], sine)
    if len(parts) == 2:
        real = real - f.matmul(parts[1], sine)
        imaginary = imaginary + f.matmul(parts[1], cosine)
    factor = 1 / length if inverse else 1
    both = f.stack([real * factor, imaginary * factor], -1)
    return both.movedim(-2, axis).to(x.dtype)


def _fast(x: Tensor, length: int, axis: int, inverse: bool, onesided: bool) -> Tensor:
    pairs: Any = x.numpy().astype(np.float64 if x.dtype.bits == 64 else np.float32, copy=False)
    signal = pairs[..., 0] if pairs.shape[-1] == 1 else pairs[..., 0] + 1j * pairs[..., 1]
    found = (np.fft.ifft if inverse else np.fft.fft)(signal, length, axis)
    if onesided:
        found = found.take(np.arange(length // 2 + 1), axis)
    return wrap(np.stack([found.real, found.imag], -1)).to(x.dtype)


def _real_inverse(x: Tensor, length: int, axis: int) -> Tensor:
    """A real signal from the half of its spectrum that is not redundant."""
    parts = [_fit(p, length // 2 + 1) for p in _parts(x, axis)]
    cosine, sine = _turns(length // 2 + 1, length, length)
    # Every frequency but 0 and the middle one of an even length stands for two.
    twice = np.full((length // 2 + 1, 1), 2.0)
    twice[0] = 1
    if length % 2 == 0:
        twice[-1] = 1
    weights = wrap(twice / length)
    real = f.matmul(parts[0], cosine * weights)
    if len(parts) == 2:
        real = real - f.matmul(parts[1], sine * weights)
    return real.unsqueeze(-1).movedim(-2, axis).to(x.dtype)


@onnx_op("DFT", since=20)
def dft(
    node: OnnxNode, x: Tensor, length: Tensor | None = None, axis: Tensor | None = None
) -> Tensor:
    """The discrete Fourier transform along an axis; complex numbers are pairs."""
    dim = -2 if axis is None else int(axis.item())
    return _dft(node, x, length, dim)


@onnx_op("DFT", since=17)
def dft_attribute(node: OnnxNode, x: Tensor, length: Tensor | None = None) -> Tensor:
    """Before opset 20: the axis is an attribute."""
    return _dft(node, x, length, node.integer("axis", 1))


def _dft(node: OnnxNode, x: Tensor, length: Tensor | None, dim: int) -> Tensor:
    axis = dim % x.ndim
    inverse, onesided = node.flag("inverse"), node.flag("onesided")
    if length is not None:
        (size,) = (int(s) for s in as_dims(length, "dft_length"))
    else:
        have = int(x.shape[axis])
        size = 2 * (have - 1) if inverse and onesided else have
    if inverse and onesided:
        return _real_inverse(x, size, axis)
    return _transform(x, size, axis, inverse, onesided)


@onnx_op("STFT", since=17)
def stft(
    node: OnnxNode,
    x: Tensor,
    step: Tensor,
    window: Tensor | None = None,
    length: Tensor | None = None,
) -> Tensor:
    """The transforms of overlapping frames [batch, frames, bins, 2]."""
    signal = x if x.ndim == 3 else x.unsqueeze(-1)
    (hop,) = (int(s) for s in as_dims(step, "frame_step"))
    if length is not None:
        (size,) = (int(s) for s in as_dims(length, "frame_length"))
    else:
        size = int(signal.shape[1] if window is None else window.shape[0])
    frames = signal.unfold(1, size, hop).permute(0, 1, 3, 2)
    if window is not None:
        frames = frames * window.reshape(-1, 1)
    return _transform(frames, size, 2, False, node.flag("onesided", True))


_WINDOWS = {
    "HannWindow": (0.5, 0.5),
    "HammingWindow": (25 / 46, 21 / 46),
    "BlackmanWindow": (0.42, 0.5, 0.08),
}


@onnx_op(*_WINDOWS, since=17)
def cosine_window(node: OnnxNode, size: Tensor) -> Tensor:
    """A sum of cosines with alternating signs over a period, or over the window itself."""
    (length,) = (int(s) for s in as_dims(size, "size"))
    period = length if node.flag("periodic", True) else length - 1
    angles = np.arange(length) * (2 * math.pi / max(period, 1))
    terms = enumerate(_WINDOWS[node.op_type])
    values: Any = sum((-1) ** k * a * np.cos(k * angles) for k, a in terms)
    return wrap(values).to(dtype_of(node.integer("output_datatype", 1), "the result"))


@onnx_op("MelWeightMatrix", since=17)
def mel_weight_matrix(
    node: OnnxNode, bins: Tensor, length: Tensor, rate: Tensor, low: Tensor, high: Tensor
) -> Tensor:
    """Triangular filters, evenly spaced on the mel scale, [length / 2 + 1, bins]."""
    count, size = int(bins.item()), int(length.item())
    edges = [2595 * math.log10(1 + float(hertz.item()) / 700) for hertz in (low, high)]
    mels = edges[0] + np.arange(count + 2) * ((edges[1] - edges[0]) / (count + 2))
    hertz = 700 * (10 ** (mels / 2595) - 1)
    places = ((size + 1) * hertz // int(rate.item())).astype(np.int64)
    values = _triangles(places, size // 2 + 1)
    return wrap(values).to(dtype_of(node.integer("output_datatype", 1), "the result"))


def _triangles(places: Array, rows: int) -> Array:
    """Column k rises from places[k] to 1 at places[k + 1] and falls to places[k + 2]."""
    at = np.arange(rows)[:, None]
    left, centre, right = places[:-2], places[1:-1], places[2:]
    rise = (at - left) / np.maximum(centre - left, 1)
    fall = (right - at) / np.maximum(right - centre, 1)
    values = np.where((at >= left) & (at < centre), rise, 0.0)
    values = np.where((at >= centre) & (at < right), fall, values)
    return np.where(at == centre, 1.0, values)
