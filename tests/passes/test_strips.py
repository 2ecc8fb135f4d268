"""Layers in strips of rows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import hodu
import hodu.nn.functional as F
from hodu import functional
from hodu.passes.strips import find_regions, in_strips
from hodu.snapshot.ir import Snapshot
from hodu.snapshot.verify import verify
from tests.passes.programs import check, program
from tests.passes.test_projections import captured, constant

Function = Callable[[hodu.Tensor], hodu.Tensor]


def halves(snapshot: Snapshot) -> Snapshot:
    """The largest region in two strips."""
    region = max(find_regions(snapshot), key=lambda r: len(r.nodes))
    return in_strips(snapshot, region, -(-region.rows // 2))


WINDOW = "stride=[1, 1], padding=[{}, 0, {}, 0], dilation=[1, 1], groups=1"


def test_text() -> None:
    """The rows at the border are computed in both strips; zeros are at the ends alone."""
    whole = 'before=[0, 0, 0, 0], after=[0, 0, 2, 0], mode="constant", value=0'
    part = "start=[0, 0, 2, 0], size=[1, 1, 2, 2], step=[1, 1, 1, 1]"
    both, first, last = (f"{{{WINDOW.format(*ends)}}}" for ends in ((1, 1), (1, 0), (0, 1)))
    check(
        halves,
        f"""
        input %x: f32[1, 1, 4, 2]
        const %w: f32[1, 1, 3, 1] = [[[[1.0], [2.0], [3.0]]]]
        %a: f32[1, 1, 4, 2] = conv(%x, %w, none) {both}
        %b: f32[1, 1, 4, 2] = relu(%a)
        %c: f32[1, 1, 4, 2] = conv(%b, %w, none) {both}
        output "y" = %c
        """,
        f"""
        input %x: f32[1, 1, 4, 2]
        const %w: f32[1, 1, 3, 1] = [[[[1.0], [2.0], [3.0]]]]
        %a: f32[1, 1, 3, 2] = conv(%x, %w, none) {first}
        %b: f32[1, 1, 3, 2] = relu(%a)
        %c: f32[1, 1, 2, 2] = conv(%b, %w, none) {first}
        %c_1: f32[1, 1, 4, 2] = pad(%c) {{{whole}}}
        %a_1: f32[1, 1, 3, 2] = conv(%x, %w, none) {last}
        %b_1: f32[1, 1, 3, 2] = relu(%a_1)
        %c_2: f32[1, 1, 2, 2] = conv(%b_1, %w, none) {last}
        %c_3: f32[1, 1, 4, 2] = slice_put(%c_1, %c_2) {{{part}}}
        output "y" = %c_3
        """,
    )


def diamond(t: hodu.Tensor) -> hodu.Tensor:
    """Two ways from one tensor, with strides."""
    y = F.relu(F.conv2d(t, constant(4, 3, 3, 3), constant(4), padding=1))
    z = F.conv2d(y, constant(4, 4, 3, 3), padding=1)
    z = F.conv2d(z, constant(6, 4, 3, 3), stride=2, padding=1)
    return F.relu(z + F.conv2d(y, constant(6, 4, 1, 1), stride=2)) * constant(6, 1, 1)


def pools(t: hodu.Tensor) -> hodu.Tensor:
    """Windows with holes and steps of their own along rows."""
    y = F.max_pool2d(F.conv2d(t, constant(4, 3, 5, 3), padding=2, dilation=2), 3, 2, 1)
    return F.avg_pool2d(F.sigmoid(y), (3, 2), (2, 1), (1, 0), count_include_pad=False)


def integers(t: hodu.Tensor) -> hodu.Tensor:
    """Layers of bytes, the second by channel, with a zero point in the padding."""
    zero, scale = hodu.tensor(3, dtype="i8"), hodu.tensor(0.05)
    y = functional._quantize_linear(t, scale, zero, hodu.i8)
    for out, inner, step in ((6, 3, 1), (6, 1, 2)):
        w = hodu.tensor(np.arange(out * inner * 9).reshape(out, inner, 3, 3).astype(np.int8) % 7)
        b = hodu.tensor(np.arange(out, dtype=np.int32))
        groups = 6 if inner == 1 else 1
        y = functional._integer_conv(
            y, w, b, zero, None, (step, step), (1, 1, 1, 1), (1, 1), groups
        )
        y = functional._requantize(y, constant(1, out, 1, 1) * 0.01, zero, hodu.i8, -128, 127)
    return y


@pytest.mark.parametrize("f", [diamond, pools, integers])
def test_every_region_in_strips_means_the_same(f: Function) -> None:
    plain = captured(f, 2, 3, 13, 6)
    x = np.random.default_rng(0).standard_normal((2, 3, 13, 6)).astype(np.float32)
    (wanted,) = plain.run(x)
    atol = 0 if f is integers else 1e-6 * np.abs(wanted).max()
    regions = list(find_regions(plain))
    assert max(len(region.nodes) for region in regions) == len(plain.nodes)
    for region in regions:
        for rows in {1, 2, 3, region.rows - 1}:
            (found,) = verify(in_strips(plain, region, rows)).run(x)
            np.testing.assert_allclose(found, wanted, rtol=0, atol=atol)


@pytest.mark.parametrize(
    "lines",
    [
        # rows of which all others are made
        "%a: f32[1, 2, 6, 2] = softmax(%x) {dim = 2}\n%b: f32[1, 2, 6, 2] = relu(%a)",
        # a constant that differs from row to row
        "%a: f32[1, 2, 6, 2] = mul(%x, %r)\n%b: f32[1, 2, 6, 2] = relu(%a)",
        # a result of padding alone
        """%a: f32[1, 2, 10, 2] = max_pool(%x) {kernel_size=[1, 1], stride=[1, 1],\
        padding=[0, 0, 4, 0], dilation=[1, 1], ceil_mode=false}
        %b: f32[1, 2, 10, 2] = relu(%a)""",
        # what lies between is an output too
        '%a: f32[1, 2, 6, 2] = relu(%x)\noutput "a" = %a\n%b: f32[1, 2, 6, 2] = exp(%a)',
    ],
)
def test_what_is_no_region(lines: str) -> None:
    first = "input %x: f32[1, 2, 6, 2]\nconst %r: f32[6, 1] = [[1], [2], [3], [4], [5], [6]]\n"
    lines = "\n".join(sorted(lines.split("\n"), key=lambda line: line.startswith("output")))
    assert not list(find_regions(program(f'{first}{lines}\noutput "y" = %b')))
