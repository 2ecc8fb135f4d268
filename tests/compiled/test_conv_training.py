"""Convolutions whose weights are inputs, and their gradients, compiled against eager."""

from __future__ import annotations

from typing import Any

import pytest

import hodu
import hodu.functional as f
import hodu.nn.functional as F
from tests.compiled.test_conv import check

FORMS: list[tuple[tuple[int, ...], tuple[int, ...], dict[str, Any]]] = [
    ((2, 3, 14, 14), (6, 3, 5, 5), {"padding": 2}),
    ((2, 4, 7, 9), (13, 4, 3, 3), {"padding": (0, 1)}),
    ((1, 4, 12, 70), (5, 4, 3, 3), {"padding": 1}),
    ((2, 4, 9, 33), (4, 2, 2, 3), {"groups": 2, "dilation": (2, 3)}),
    ((2, 8, 5, 20), (3, 8, 1, 1), {}),
    ((2, 4, 9, 11), (6, 2, 3, 3), {"stride": 2, "padding": 1, "groups": 2}),
    ((2, 3, 6, 8), (4, 3, 3, 3), {"stride": (2, 3), "dilation": (1, 2)}),
    ((1, 2, 5, 20), (2, 2, 3, 9), {"padding": (1, 4)}),
    ((2, 5, 9, 7), (37, 5, 3, 2), {"padding": 1}),
    ((2, 18, 9, 35), (16, 9, 3, 3), {"padding": (1, 2), "stride": (1, 2), "groups": 2}),
    ((1, 8, 11, 12), (9, 8, 2, 3), {"stride": 3, "dilation": (2, 2), "padding": (3, 1)}),
    ((2, 8, 6, 6), (10, 8, 1, 1), {"stride": 2}),
    ((3, 9, 41), (12, 9, 4), {"stride": 2, "padding": 1}),
]


@pytest.mark.parametrize(("x", "w", "attrs"), FORMS)
def test_conv_and_its_gradients(x, w, attrs):
    def run(x: hodu.Tensor, w: hodu.Tensor, b: hodu.Tensor) -> list[hodu.Tensor]:
        given = [t.detach().requires_grad_() for t in (x, w, b)]
        y = F.relu((F.conv2d if x.ndim == 4 else F.conv1d)(*given, **attrs))
        return [y.detach(), *hodu.autograd.grad((y * y).sum(), given)]

    check(run, x, w, (w[0],))


@pytest.mark.parametrize(
    "attrs",
    [
        {},
        {"padding": 2},
        {"stride": 2, "output_padding": 1},
        {"stride": 5, "padding": 1},
        {"stride": 4, "dilation": 2},
    ],
)
def test_transposed_conv_and_its_gradients(attrs):
    def run(x: hodu.Tensor, w: hodu.Tensor) -> list[hodu.Tensor]:
        given = [t.detach().requires_grad_() for t in (x, w)]
        y = F.conv_transpose1d(*given, **attrs)
        return [y.detach(), *hodu.autograd.grad((y * y).sum(), given)]

    check(run, (2, 3, 19), (3, 9, 4))


def test_cropped_input():
    def run(x: hodu.Tensor, w: hodu.Tensor) -> hodu.Tensor:
        return f._conv(x, w, None, (1,), (-1, -2), (1,), 1)

    check(run, (2, 4, 33), (4, 4, 3))


def test_double_precision():
    x, w = (hodu.tensor(a).to("f64") for a in (hodu.randn(2, 3, 8, 8), hodu.randn(4, 3, 3, 3)))

    def run(x: hodu.Tensor, w: hodu.Tensor) -> Any:
        given = [t.detach().requires_grad_() for t in (x, w)]
        return hodu.autograd.grad(F.conv2d(*given).pow(2).sum(), given)

    for got, wanted in zip(hodu.compile(run)(x, w), run(x, w), strict=True):
        assert hodu.allclose(got, wanted, rtol=1e-12, atol=1e-12)
