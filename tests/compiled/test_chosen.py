"""Layers get the kernels that were made for them: what falls back to general loops is noticed.

A kernel is known by its name and by how many operations one instruction of it does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pytest

import hodu
from hodu.backends.cpu.prepare import Prepared, prepare
from hodu.dtypes import FROM_NUMPY
from hodu.kernel.expr import Call
from hodu.kernel.walk import all_expressions
from hodu.kernel.work import instructions, operations
from hodu.lower.program import Launch
from hodu.nn import functional as F
from hodu.plan.target import Target, named
from hodu.plan.variants import variants_for
from tests.compiled.run import capture

Layer: TypeAlias = "tuple[Callable[..., Any], list[np.ndarray]]"
TARGETS = {name: named(name) for name in ("x86-64", "x86-64-v3", "x86-64-v4")}
TARGETS |= {v.name: v.target for v in variants_for("x86_64-linux-gnu", ("avx2", "avx512"))}


def numbers(*shape: int, dtype: str = "f4") -> np.ndarray:
    """Different numbers between -1 and 1."""
    return np.random.default_rng(5).uniform(-1, 1, shape).astype(dtype)


def constant(*shape: int) -> hodu.Tensor:
    return hodu.tensor(numbers(*shape))


def conv(*weight: int, **options: Any) -> Callable[..., Any]:
    return lambda x: F.conv2d(x, constant(*weight), **options)


def chained(x: Any) -> Any:
    wide = F.relu6(conv(96, 1, 3, 3, padding=1, groups=96)(x))
    return conv(24, 96, 1, 1)(wide)


def joined(x: Any) -> Any:
    pieces = [conv(32, 32, 1, 1)(x), conv(32, 32, 3, 3, padding=1)(x)]
    return conv(32, 64, 1, 1)(hodu.cat(pieces, 1))


def pooled(x: Any) -> Any:
    return conv(32, 32, 1, 1)(F.max_pool2d(F.relu(conv(32, 32, 1, 1)(x)), 2))


def resized(x: Any) -> Any:
    large = F.interpolate(conv(32, 32, 1, 1)(x), scale_factor=2.0, mode="bilinear")
    return conv(32, 32, 1, 1)(large)


def lstm(x: Any) -> Any:
    weights = (constant(256, 32), constant(256, 64), constant(256), constant(256))
    return hodu.lstm_layer(x, *weights, constant(1, 64), constant(1, 64))


def attention(q: Any, k: Any, v: Any) -> Any:
    return F.scaled_dot_product_attention(q, k, v)


HEADS = numbers(1, 4, 64, 32)
CACHE = numbers(1, 4, 256, 64)
IMAGE = numbers(1, 64, 28, 28)
SMALL = numbers(1, 32, 28, 28)

KERNELS: dict[str, tuple[Layer, str]] = {
    "first layer": (
        (conv(64, 3, 7, 7, stride=2, padding=3), [numbers(1, 3, 32, 32)]), "conv layout"
    ),
    "3x3": ((conv(64, 64, 3, 3, padding=1), [IMAGE]), "layout winograd_tiles winograd layout"),
    "3x3 with a stride": (
        (conv(64, 64, 3, 3, padding=1, stride=2), [IMAGE]), "layout conv layout"
    ),
    "1x1 and what follows": (
        (lambda x: F.relu(conv(64, 64, 1, 1)(x) + x), [IMAGE]), "layout conv layout"
    ),
    "groups": ((conv(64, 32, 3, 3, padding=1, groups=2), [IMAGE]), "layout conv layout"),
    "dilated": ((conv(64, 64, 3, 3, padding=2, dilation=2), [IMAGE]), "layout conv layout"),
    "depthwise": ((conv(64, 1, 3, 3, padding=1, groups=64), [IMAGE]), "layout conv layout"),
    "depthwise and 1x1": ((chained, [numbers(1, 96, 112, 112)]), "layout conv layout"),
    "transposed": (
        (lambda x: F.conv_transpose2d(x, constant(64, 32, 2, 2), stride=2), [IMAGE]),
        f"layout {'conv_transpose ' * 4}layout",
    ),
    "along one axis": (
        (lambda x: F.conv1d(x, constant(64, 64, 3), padding=1), [numbers(1, 64, 100)]),
        "layout conv layout",
    ),
    "pieces of a concatenation": (
        (joined, [SMALL]), "layout conv layout winograd_tiles winograd conv layout"
    ),
    "pooling between": ((pooled, [SMALL]), "layout conv max_pool conv layout"),
    "resizing between": ((resized, [SMALL]), "layout conv resize conv layout"),
    "product": ((lambda x, y: x @ y, [numbers(64, 128), numbers(128, 96)]), "pack matmul"),
    "weights": ((lambda x: F.gelu(F.linear(x, constant(512, 256))), [numbers(63, 256)]), "linear"),
    "attention": ((attention, [HEADS] * 3), "pack scaled_dot_product_attention"),
    "attention of one query": (
        (attention, [numbers(1, 4, 1, 64), CACHE, CACHE]), "scaled_dot_product_attention"
    ),
}  # fmt: skip
EFFICIENCY = 0.75

# What is learned is no constant: rows of pixels, which share less in registers.
ROWS: dict[str, tuple[Layer, float]] = {
    "3x3": (
        (lambda x, w: F.conv2d(x, w, padding=1), [numbers(8, 32, 28, 28), numbers(32, 32, 3, 3)]),
        0.4,
    ),
    "transposed": (
        (lambda x, w: F.conv_transpose2d(x, w, padding=1),
         [numbers(8, 32, 28, 28), numbers(32, 32, 3, 3)]), 0.4,
    ),
    "1x1": ((F.conv2d, [numbers(8, 32, 28, 28), numbers(32, 32, 1, 1)]), 0.2),
    "depthwise": (
        (lambda x, w: F.conv2d(x, w, padding=1, groups=32),
         [numbers(8, 32, 28, 28), numbers(32, 1, 3, 3)]), 0.1,
    ),
}  # fmt: skip

TABLE = numbers(64, 256)
VECTORS: dict[str, Layer] = {
    "layer_norm": (lambda x: F.layer_norm(x, (256,), constant(256), constant(256)), [TABLE]),
    "rms_norm": (lambda x: F.rms_norm(x, (256,), constant(256)), [TABLE]),
    "group_norm": (lambda x: F.group_norm(x, 4), [numbers(2, 32, 14, 14)]),
    "batch_norm": (F.batch_norm, [numbers(8, 32, 14, 14), numbers(32), numbers(32) ** 2]),
    "softmax": (lambda x: F.softmax(x, -1), [TABLE]),
    "softmax of columns": (lambda x: F.softmax(x, 0), [TABLE]),
    "log_softmax": (lambda x: F.log_softmax(x, -1), [TABLE]),
    "sum of rows": (lambda x: x.sum(-1), [TABLE]),
    "sum of columns": (lambda x: x.sum(0), [TABLE]),
    "maximum": (lambda x: x.amax(-1), [TABLE]),
    "exp and tanh": (lambda x: x.exp() * x.tanh(), [TABLE]),
    "gelu": (F.gelu, [TABLE]),
    "where": (lambda x, y: hodu.where(x > y, x, y * 2), [TABLE, TABLE]),
    "broadcast": (lambda x, y: x * y, [TABLE, numbers(64, 1)]),
    "slices": (lambda x: x[:, 3:200] * 2, [TABLE]),
    "f16": (lambda x: x * 2 + 1, [TABLE.astype("f2")]),
    "f64": (lambda x: x.exp(), [TABLE.astype("f8")]),
    "f64 product": (lambda x, y: x @ y, [TABLE.astype("f8"), numbers(256, 64, dtype="f8")]),
    "f16 product": (lambda x, y: x @ y, [TABLE.astype("f2"), numbers(256, 64, dtype="f2")]),
    "i32": (lambda x, y: x * y + 1, [np.arange(4096, dtype="i4").reshape(64, 64)] * 2),
}  # fmt: skip
SPEEDUP = 0.6


def heaviest(ready: Prepared) -> tuple[Launch, int]:
    """The kernel with the most operations, and how many they are."""
    works = [(2 * x.kernel.work or operations(x.kernel), x) for x in ready.program.launches()]
    work, launch = max(works, key=lambda pair: pair[0])
    return launch, work


def largest(ready: Prepared) -> tuple[Launch, float]:
    """The kernel with the most operations, and how many one of its instructions does."""
    launch, work = heaviest(ready)
    count = instructions(launch.kernel.body)
    assert count, f"{launch.kernel.name}: its loops have no known length"
    return launch, work / count


def total(layer: Layer, target: Target) -> int:
    """The instructions of all kernels."""
    ready = prepare(capture(*layer), target)
    counts = [instructions(launch.kernel.body) for launch in ready.program.launches()]
    assert None not in counts
    return sum(n for n in counts if n)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", KERNELS)
def test_layers_with_constants_take_the_kernels_made_for_them(name: str, target: str) -> None:
    layer, wanted = KERNELS[name]
    ready = prepare(capture(*layer), TARGETS[target])
    names = [x.kernel.name for x in ready.program.launches() if x.kernel.name != "border"]
    assert names[-len(wanted.split()) :] == wanted.split()
    launch, efficiency = largest(ready)
    assert efficiency >= EFFICIENCY * TARGETS[target].lanes(32), launch.kernel.name


def test_a_depthwise_convolution_is_computed_with_the_1x1_one_after_it() -> None:
    ready = prepare(capture(*KERNELS["depthwise and 1x1"][0]), named("x86-64-v4"))
    assert "conv+relu6+conv" in [launch.label for launch in ready.program.launches()]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", ROWS)
def test_layers_with_weights_that_are_given_go_by_rows(name: str, target: str) -> None:
    layer, least = ROWS[name]
    lanes = TARGETS[target].lanes(32)
    launch, work = heaviest(prepare(capture(*layer), TARGETS[target]))
    count = instructions(launch.kernel.body)
    if count is None:  # where windows reach over borders, how many taps there are depends
        parts = [x for x in all_expressions(launch.kernel.body) if isinstance(x, Call)]
        assert {x.lanes for x in parts if x.name == "fma"} == {lanes}, launch.kernel.name
    else:
        assert work / count >= least * lanes, launch.kernel.name


@pytest.mark.parametrize("target", ["x86-64-v3", "x86-64-v4"])
@pytest.mark.parametrize("name", VECTORS)
def test_rows_and_elements_are_computed_in_vectors(name: str, target: str) -> None:
    layer = VECTORS[name]
    lanes = TARGETS[target].lanes(max(FROM_NUMPY[layer[1][0].dtype].bits, 32))
    assert total(layer, named("scalar")) >= SPEEDUP * lanes * total(layer, TARGETS[target])
