"""Convolutions with constant weights, alone and in chains, against eager."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

import hodu
import hodu.nn.functional as F
from hodu.backends.cpu.flags import code_options
from hodu.backends.cpu.prepare import Prepared, prepare
from hodu.kernel.verify import verify_kernel
from hodu.lower.blocks.layout import lanes_of
from hodu.plan.target import Target, named
from hodu.plugins.interfaces import CompileOptions
from hodu.render.c_program import Options
from hodu.runtime.library import Library
from hodu.runtime.module import NativeModule
from hodu.snapshot.verify import verify
from hodu.toolchain.build import Source, compile_shared
from tests.compiled.check import weights_of
from tests.compiled.interpret import interpret

Tensors = Sequence[hodu.Tensor]
TARGETS = ("native", "x86-64-v3", "scalar")


def array(*shape: int, seed: int = 0) -> np.ndarray:
    """Numbers in [-1, 1)."""
    return np.random.default_rng([seed, *shape]).uniform(-1, 1, shape).astype(np.float32)


def weight(*shape: int, seed: int = 7) -> hodu.Tensor:
    """A constant."""
    return hodu.tensor(array(*shape, seed=seed))


def check(
    f: Callable[..., hodu.Tensor | Sequence[hodu.Tensor]],
    *shapes: tuple[int, ...],
    targets: Sequence[str | Target] = TARGETS,
    level: int = 2,
    interpreted: bool = True,
) -> Prepared:
    """Compile `f` of inputs of some shapes, compare with eager; returns the native program."""
    arrays = [array(*shape, seed=i) for i, shape in enumerate(shapes)]
    wanted = _results(f(*map(hodu.tensor, arrays)))
    with hodu.capture("chain") as board:
        inputs = [board.input(f"x{i}", a.shape, hodu.f32) for i, a in enumerate(arrays)]
        for i, result in enumerate(_results(f(*inputs))):
            board.target(f"y{i}", result)
    snapshot = verify(board.snapshot)
    options = CompileOptions(opt=level)
    found = []
    for target in (named(t) if isinstance(t, str) else t for t in targets):
        ready = prepare(snapshot, target, Options(), level=level)
        found.append(ready)
        for launch in ready.program.launches():
            verify_kernel(launch.kernel)
        path = compile_shared([Source("m.c", ready.source)], code_options(target, options))
        module = NativeModule(Library(path), weights_of(ready), 2)
        for _ in range(2):  # the arena is not clean the second time
            got = module.execute({f"x{i}": a for i, a in enumerate(arrays)}).values()
            _compare([t.numpy() for t in got], wanted)
        if interpreted:
            _compare(interpret(ready, arrays), wanted)
    return found[0]


def _results(value: hodu.Tensor | Sequence[hodu.Tensor]) -> list[hodu.Tensor]:
    return [value] if isinstance(value, hodu.Tensor) else list(value)


def _compare(got: Sequence[np.ndarray], wanted: Sequence[hodu.Tensor]) -> None:
    for g, w in zip(got, wanted, strict=True):
        np.testing.assert_allclose(g, w.numpy(), rtol=2e-4, atol=2e-5)


def kernels(ready: Prepared) -> list[str]:
    """The names of the kernels that run, in order."""
    return [launch.kernel.name for launch in ready.program.launches()]


def labels(ready: Prepared) -> list[str]:
    """The ops that the kernels compute, in order."""
    return [launch.label for launch in ready.program.launches()]


FORMS = [
    ((1, 3, 9, 11), (8, 3, 3, 3), {"padding": 1}),
    ((2, 3, 9, 9), (20, 3, 5, 3), {"stride": 2, "padding": (2, 1)}),
    ((1, 32, 7, 7), (32, 32, 3, 3), {"padding": 1}),
    ((1, 40, 6, 30), (24, 40, 1, 1), {}),
    ((2, 16, 9, 8), (48, 16, 3, 3), {"padding": 2, "dilation": 2}),
    ((1, 32, 8, 8), (32, 32, 1, 1), {"stride": 2}),
    ((1, 24, 9, 9), (24, 1, 3, 3), {"padding": 1, "groups": 24}),
    ((1, 17, 9, 9), (17, 1, 3, 3), {"padding": 1, "groups": 17, "stride": 2}),
    ((1, 16, 20, 20), (16, 1, 7, 7), {"padding": 3, "groups": 16}),
    ((1, 33, 13, 11), (33, 1, 5, 5), {"padding": 2, "groups": 33, "stride": 2}),
    ((1, 16, 11, 9), (16, 1, 3, 3), {"padding": 3, "groups": 16, "dilation": 3}),
    ((1, 16, 9, 9), (32, 1, 3, 3), {"padding": 1, "groups": 16}),
    ((1, 64, 5, 5), (64, 32, 3, 3), {"padding": 1, "groups": 2}),
    ((1, 12, 5, 5), (24, 4, 3, 3), {"padding": 1, "groups": 3}),
    ((1, 64, 1, 1), (96, 64, 1, 1), {}),
    ((1, 5, 19), (18, 5, 4), {"padding": 2, "stride": 3}),
    ((1, 32, 40), (32, 32, 3), {"padding": 1}),
    ((1, 2, 4, 5, 6), (3, 2, 3, 2, 3), {"padding": 1}),
]


@pytest.mark.parametrize(("x", "w", "attrs"), FORMS)
def test_conv(x: tuple[int, ...], w: tuple[int, ...], attrs: dict[str, object]) -> None:
    conv = (F.conv1d, F.conv2d, F.conv3d)[len(w) - 3]
    weights, bias = weight(*w), weight(w[0])
    check(lambda t: conv(t, weights, bias, **attrs), x, interpreted=x[1] < 48)


TRANSPOSED = [
    ((1, 32, 5, 6), (32, 16, 2, 2), {"stride": 2}),
    ((1, 16, 5, 5), (16, 24, 4, 4), {"stride": 2, "padding": 1}),
    ((2, 3, 4, 4), (3, 5, 3, 3), {"stride": 2, "padding": 1, "output_padding": 1}),
    ((1, 16, 6, 6), (16, 16, 3, 3), {"padding": 1}),
    ((1, 4, 9), (4, 6, 5), {"stride": 3, "padding": 2}),
    ((1, 4, 4, 4), (4, 4, 2, 2), {"stride": 3}),
    ((1, 4, 4, 4), (4, 4, 3, 3), {"dilation": 2, "stride": 2}),
    ((1, 32, 4, 4), (32, 16, 3, 3), {"groups": 2, "stride": 2}),
]


@pytest.mark.parametrize(("x", "w", "attrs"), TRANSPOSED)
def test_conv_transpose(x: tuple[int, ...], w: tuple[int, ...], attrs: dict[str, object]) -> None:
    function = F.conv_transpose1d if len(w) == 3 else F.conv_transpose2d
    groups = attrs.get("groups", 1)
    assert isinstance(groups, int)
    weights, bias = weight(*w), weight(w[1] * groups)
    check(lambda t: function(t, weights, bias, **attrs), x)


def test_residual_blocks_stay_in_blocks() -> None:
    a, b, c = weight(24, 3, 3, 3), weight(24, 24, 3, 3), weight(24, 24, 1, 1)
    scale = weight(1, 24, 1, 1)

    def block(x: hodu.Tensor) -> hodu.Tensor:
        y = F.relu(F.conv2d(x, a, padding=1))
        z = F.conv2d(y, b, weight(24), padding=1)
        z = F.relu(z * scale + y)
        return F.conv2d(F.sigmoid(z + y), c).mean((2, 3))

    ready = check(block, (2, 3, 9, 8), targets=("native", "x86-64-v3"))
    assert kernels(ready).count("layout") == 1  # of the input alone


@pytest.mark.parametrize("channels", [1, 3, 4, 6, 8, 9])
def test_few_channels_are_a_short_block(channels: int) -> None:
    """All that has a form in blocks, on blocks of 4, 8 and 16 channels next to each other."""
    c = channels
    first, taps, scale = weight(c, 2, 3, 3), weight(c, 1, 3, 3), weight(1, c, 1, 1)
    wide, back, last = weight(20, c, 3, 3), 0.1 * weight(c, 20, 3, 3), 0.2 * weight(3, c, 3, 3)
    up = weight(c, 5, 2, 2)

    def chain(x: hodu.Tensor) -> list[hodu.Tensor]:
        y = F.relu(F.conv2d(x, first, weight(c), stride=2, padding=1))
        z = F.conv2d(F.max_pool2d(y, 3, 1, 1), taps, weight(c), padding=1, groups=c)
        z = F.sigmoid(z * scale + y) * y
        z = F.conv2d(F.relu(F.conv2d(z, wide, padding=1)), back, padding=1) + z
        z = F.interpolate(F.avg_pool2d(z, 2), size=(7, 6), mode="bilinear")
        return [F.conv2d(z, last), F.conv_transpose2d(z, up, stride=2), z.mean((2, 3))]

    found = kernels(check(chain, (2, 2, 8, 12), targets=("native", "x86-64-v3", "x86-64-v2")))
    assert found.count("layout") == 3  # of the input and of two results


def test_the_lanes_of_a_block() -> None:
    found = {n: [lanes_of(named(n), c) for c in (1, 4, 5, 8, 9, 40)] for n in LANES}
    assert found == LANES


LANES = {
    "scalar": [1, 1, 1, 1, 1, 1],
    "x86-64-v2": [4, 4, 4, 4, 4, 4],
    "x86-64-v3": [4, 4, 8, 8, 8, 8],
    "x86-64-v4": [4, 4, 8, 8, 16, 16],
}


def test_pooling_and_joins_in_blocks() -> None:
    a, b = weight(16, 3, 3, 3), weight(16, 48, 3, 3)

    def unet(x: hodu.Tensor) -> hodu.Tensor:
        y = F.conv2d(x, a, padding=1)
        small = F.max_pool2d(y, 3, 2, 1)
        mean = F.avg_pool2d(y, 2)
        up = [F.interpolate(t, size=(8, 10), mode="bilinear") for t in (small, mean)]
        return F.conv2d(hodu.cat([up[0], y, up[1]], 1), b, padding=1)

    ready = check(unet, (1, 3, 8, 10), targets=("native", "x86-64-v3"))
    assert kernels(ready).count("layout") == 2  # of the input and of the result


@pytest.mark.parametrize("items", [1, 2])
def test_pieces_are_computed_in_the_join(items: int) -> None:
    """Of one item; those of more do not stand together. Their borders differ at first."""
    a, b, c = weight(16, 5, 3, 3), 0.1 * weight(16, 16, 5, 5), 0.1 * weight(16, 64, 3, 3)

    def join(x: hodu.Tensor) -> list[hodu.Tensor]:
        first = F.relu(F.conv2d(x, a, padding=1))
        second = F.conv2d(first, b, padding=2)
        third = F.conv_transpose2d(F.max_pool2d(second, 2), weight(16, 32, 2, 2), stride=2)
        return [F.conv2d(hodu.cat([first, second, third], 1), c, padding=1), second]

    found = kernels(check(join, (items, 5, 6, 4)))
    assert ("cat" in found) is (items == 2)


def test_a_piece_of_two_joins() -> None:
    a, b, c = weight(16, 5, 3, 3), 0.1 * weight(16, 16, 3, 3), 0.1 * weight(16, 32, 3, 3)

    def join(x: hodu.Tensor) -> hodu.Tensor:
        first = F.conv2d(x, a, padding=1)
        second = F.relu(F.conv2d(first, b, padding=1))
        y = F.conv2d(hodu.cat([first, second], 1), c, padding=1)
        z = F.conv2d(hodu.cat([second, first], 1), c, padding=1)
        return F.conv2d(hodu.cat([y, z, y], 1), weight(8, 48, 1, 1))

    check(join, (1, 5, 5, 5))


@pytest.mark.parametrize("wide", [16, 96])
def test_an_early_piece_is_copied_where_its_join_would_need_more_memory(wide: int) -> None:
    sizes = ((16, 5), (wide, 16), (16, wide), (16, 16), (8, 32))
    a, b, c, d, e = (0.2 * weight(*size, 1, 1) for size in sizes)

    def skip(x: hodu.Tensor) -> hodu.Tensor:
        early = F.conv2d(x, a)
        inner = F.conv2d(F.conv2d(F.conv2d(early, b), c), d)
        return F.conv2d(hodu.cat([early, inner], 1), e)

    found = kernels(check(skip, (1, 5, 5, 5), targets=TARGETS[:1]))
    assert ("cat" in found) is (wide == 96)


def test_few_channels_between_chained_convolutions() -> None:
    a, b, c = weight(6, 1, 3, 3), weight(7, 6, 1, 1), weight(3, 7, 1, 1)

    def block(x: hodu.Tensor) -> hodu.Tensor:
        return F.conv2d(F.relu(F.conv2d(F.conv2d(x, a, padding=1, groups=6), b)), c)

    for target in TARGETS[:2]:
        small = replace(named(target), l2_bytes=2048)
        assert "conv+conv+relu" in labels(check(block, (1, 6, 16, 20), targets=[small]))


CHAINED = [
    ((1, 20, 16, 17), 3, {"padding": 1}),
    ((2, 20, 16, 40), 5, {"padding": 2, "stride": 2}),
    ((1, 20, 20, 18), 3, {"padding": 2, "dilation": 2}),
    ((1, 20, 18, 18), 3, {}),
    ((2, 20, 24, 3), 3, {"padding": 1}),
]


@pytest.mark.parametrize(("x", "size", "attrs"), CHAINED)
@pytest.mark.parametrize("target", TARGETS[:2])
def test_depthwise_and_the_pointwise_one_after_it(
    x: tuple[int, ...], size: int, attrs: dict[str, object], target: str
) -> None:
    """One kernel where what is between them is too large for the second cache."""
    a, b, c = weight(20, 1, size, size), weight(24, 20, 1, 1), weight(16, 24, 1, 1)

    def block(x: hodu.Tensor) -> hodu.Tensor:
        between = F.hardswish(F.conv2d(x, a, weight(20), groups=20, **attrs))
        y = F.conv2d(between, b, weight(24))
        return F.conv2d(F.relu(y + y.mean((2, 3), keepdim=True)), c)

    small = replace(named(target), l2_bytes=8192)
    assert "conv+hardswish+conv" in labels(check(block, x, targets=[small]))
    assert "conv+hardswish+conv" not in labels(check(block, x, targets=[target]))


def test_a_depthwise_convolution_with_two_readers_is_alone() -> None:
    a, b = weight(20, 1, 3, 3), weight(24, 20, 1, 1)

    def block(x: hodu.Tensor) -> list[hodu.Tensor]:
        between = F.relu(F.conv2d(x, a, padding=1, groups=20))
        return [F.conv2d(between, b), between]

    small = replace(named("x86-64-v3"), l2_bytes=8192)
    assert "conv+relu+conv" not in labels(check(block, (1, 20, 16, 17), targets=[small]))


def test_one_value_is_read_in_both_forms() -> None:
    a, b = weight(20, 5, 3, 3), weight(8, 20, 3, 3)

    def both(x: hodu.Tensor) -> list[hodu.Tensor]:
        y = F.relu(F.conv2d(x, a, padding=1))
        return [F.conv2d(y, b, stride=2, padding=1), y.reshape(1, 20, -1).softmax(-1), y]

    check(both, (1, 5, 7, 6))


def test_depthwise_with_padding_on_one_side_and_a_negative_one() -> None:
    w, v = weight(24, 1, 3, 3), weight(8, 24, 3, 3)

    def cropped(x: hodu.Tensor) -> hodu.Tensor:
        y = F.conv2d(hodu.pad(x, (0, 1, 2, 0)), w, groups=24)
        return F.conv2d(hodu.pad(y, (-1, 0, 0, -1)), v)

    check(cropped, (1, 24, 6, 6))


def test_weights_that_are_inputs() -> None:
    check(lambda x, w: F.conv2d(x, w, padding=1), (1, 5, 6, 6), (7, 5, 3, 3))


def test_convolution_with_an_epilogue_of_another_width() -> None:
    a = weight(16, 16, 3, 3)
    check(lambda x: F.conv2d(x, a).double().exp().float(), (1, 16, 6, 6))


def test_filled_up_channels_are_not_summed() -> None:
    a, b = weight(18, 18, 3, 3), weight(18, 18, 1, 1)

    def chain(t: hodu.Tensor) -> hodu.Tensor:
        return F.conv2d(hodu.log(F.conv2d(t, b).abs() + 1e-3), a, padding=1)

    check(chain, (1, 18, 5, 5))


@pytest.mark.parametrize("level", [0, 3])
def test_levels(level: int) -> None:
    a, b = weight(20, 5, 3, 3), weight(20, 1, 3, 3)

    def chain(x: hodu.Tensor) -> hodu.Tensor:
        return F.relu(F.conv2d(F.relu(F.conv2d(x, a, padding=1)), b, padding=1, groups=20))

    check(chain, (1, 5, 9, 9), targets=("native",), level=level)
