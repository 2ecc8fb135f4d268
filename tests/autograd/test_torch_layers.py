"""Gradients of layers against PyTorch, in f64: `make test-torch`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hodu
import hodu.nn.functional as F

torch = pytest.importorskip("torch")
tf = torch.nn.functional
pytestmark = pytest.mark.torch

Shapes = tuple[tuple[int, ...], ...]
IMAGE = (2, 4, 9, 8)
CALLS: dict[str, tuple[Shapes, Callable[..., Any]]] = {
    "conv2d": ((IMAGE, (6, 2, 3, 3), (6,)), lambda f, x, w, b: f.conv2d(
        x, w, b, stride=2, padding=1, groups=2)),
    "conv2d same": ((IMAGE, (3, 4, 5, 5)), lambda f, x, w: f.conv2d(x, w, padding="same")),
    "conv_transpose2d": ((IMAGE, (4, 3, 3, 2), (3,)), lambda f, x, w, b: f.conv_transpose2d(
        x, w, b, stride=2, padding=1, output_padding=1, dilation=2)),
    "max_pool2d": ((IMAGE,), lambda f, x: f.max_pool2d(x, 3, 2, padding=1, ceil_mode=True)),
    "avg_pool2d": ((IMAGE,), lambda f, x: f.avg_pool2d(
        x, 3, 2, padding=1, ceil_mode=True, count_include_pad=False)),
    "adaptive_avg_pool2d": ((IMAGE,), lambda f, x: f.adaptive_avg_pool2d(x, (2, 3))),
    "adaptive_max_pool2d": ((IMAGE,), lambda f, x: f.adaptive_max_pool2d(x, (2, 3))),
    "lp_pool2d": ((IMAGE,), lambda f, x: f.lp_pool2d(x, 2.0, 2)),
    "layer_norm": ((IMAGE, (8,), (8,)), lambda f, x, w, b: f.layer_norm(x, (8,), w, b)),
    "rms_norm": ((IMAGE, (8,)), lambda f, x, w: f.rms_norm(x, (8,), w)),
    "group_norm": ((IMAGE, (4,), (4,)), lambda f, x, w, b: f.group_norm(x, 2, w, b)),
    "batch_norm": ((IMAGE, (4,), (4,)), lambda f, x, w, b: f.batch_norm(
        x, None, None, w, b, training=True)),
    "instance_norm": ((IMAGE,), lambda f, x: f.instance_norm(x)),
    "attention": (((2, 3, 5, 4), (2, 3, 7, 4), (2, 3, 7, 6)),
                  lambda f, q, k, v: f.scaled_dot_product_attention(q, k, v)),
    "causal attention": (((2, 5, 4), (2, 5, 4), (2, 5, 4), (2, 5, 5)),
                         lambda f, q, k, v, m: f.scaled_dot_product_attention(
                             q, k, v, is_causal=True) + f.scaled_dot_product_attention(
                             q, k, v, attn_mask=m)),
    "interpolate": ((IMAGE,), lambda f, x: f.interpolate(
        x, scale_factor=2, mode="bilinear", align_corners=False)),
    "bicubic": ((IMAGE,), lambda f, x: f.interpolate(
        x, size=(5, 11), mode="bicubic", align_corners=True)),
    "grid_sample": ((IMAGE, (2, 3, 3, 2)), lambda f, x, g: f.grid_sample(
        x, g, padding_mode="border", align_corners=False)),
    "unfold": ((IMAGE,), lambda f, x: f.unfold(x, 3, padding=1, stride=2)),
    "pixel_shuffle": ((IMAGE,), lambda f, x: f.pixel_shuffle(x, 2)),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_gradients_of_layers(name: str):
    shapes, call = CALLS[name]
    rng = np.random.default_rng(0)
    arrays = [rng.uniform(-1, 1, shape) for shape in shapes]
    mine = [hodu.tensor(a).requires_grad_() for a in arrays]
    theirs = [torch.tensor(a, requires_grad=True) for a in arrays]
    y, wanted = call(F, *mine), call(tf, *theirs)
    weights = rng.uniform(-1, 1, y.shape)
    found = hodu.autograd.grad((y * hodu.tensor(weights)).sum(), mine)
    expected = torch.autograd.grad((wanted * torch.tensor(weights)).sum(), theirs)
    np.testing.assert_allclose(y.detach().numpy(), wanted.detach().numpy(), rtol=1e-10, atol=1e-10)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-10, atol=1e-10)
