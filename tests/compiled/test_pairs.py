"""Bytes on cores that multiply pairs of 16-bit integers: every form of kernel, to the last bit."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pytest

import hodu
import hodu.functional as f
from hodu.backends.cpu.flags import code_options
from hodu.backends.cpu.prepare import Prepared, prepare
from hodu.dtypes import FROM_NUMPY, i8
from hodu.kernel.verify import verify_kernel
from hodu.plan.target import named
from hodu.plugins.interfaces import CompileOptions
from hodu.render.c_program import Options
from hodu.render.dedupe import same_kernels
from hodu.runtime.library import Library
from hodu.runtime.module import NativeModule
from hodu.toolchain.build import Source, compile_shared
from tests.compiled.check import weights_of
from tests.compiled.interpret import interpret

Ints = tuple[int, ...]


class Form(NamedTuple):
    """A convolution after one of 1 x 1 that makes its `inner` channels, if there is such a one."""

    inner: int
    size: Ints
    weight: Ints
    stride: Ints
    padding: Ints
    dilation: Ints = (1, 1)
    groups: int = 1
    is_first: bool = False


FORMS = {
    "three planes": Form(3, (7, 8), (8, 3, 3, 3), (2, 2), (0, 0, 1, 1), is_first=True),
    "a plane": Form(1, (9, 6), (6, 1, 5, 4), (2, 2), (2, 1, 2, 1), is_first=True),
    "odd channels": Form(5, (4, 5), (7, 5, 3, 3), (1, 1), (1, 1, 1, 1)),
    "pixel by pixel": Form(8, (3, 3), (12, 8, 1, 1), (1, 1), (0, 0, 0, 0)),
    "every second pixel": Form(4, (5, 5), (8, 4, 1, 1), (2, 2), (0, 0, 0, 0)),
    "3 x 3": Form(8, (5, 6), (6, 8, 3, 3), (1, 1), (1, 1, 1, 1)),
    "3 x 3 / 2": Form(4, (6, 6), (4, 4, 3, 3), (2, 2), (0, 0, 1, 1)),
    "dilated": Form(4, (6, 7), (5, 4, 3, 3), (1, 2), (2, 2, 2, 2), (2, 2)),
    "depthwise": Form(8, (5, 4), (8, 1, 3, 3), (1, 1), (1, 1, 1, 1), groups=8),
    "depthwise / 2": Form(4, (6, 5), (4, 1, 3, 5), (2, 2), (0, 1, 1, 2), groups=4),
    "an axis": Form(4, (9,), (8, 4, 3), (1,), (1, 1), (1,)),
    "groups": Form(8, (4, 4), (4, 4, 3, 3), (1, 1), (1, 1, 1, 1), groups=2),
}


def _bytes(kind: str, *shape: int) -> np.ndarray:
    info = np.iinfo(kind)
    found = np.random.default_rng(shape).integers(info.min, info.max + 1, shape).astype(kind)
    found[..., : shape[-1] // 3] = info.max
    return found


def _number(value: int, kind: str = "i1") -> hodu.Tensor:
    return hodu.tensor(np.array(value, kind))


def _layer(x: hodu.Tensor, w: Ints, zero: int, kind: str, form: Form | None = None) -> hodu.Tensor:
    """A convolution with biases, its sums as i8, with a scale for each channel."""
    spatial = (1,) * (len(w) - 2)
    places = (spatial, (0, 0) * len(spatial), spatial, 1)
    if form is not None:
        places = (form.stride, form.padding, form.dilation, form.groups)
    rng = np.random.default_rng(w)
    bias = rng.integers(-30000, 30000, w[0]).astype(np.int32)
    bias[0] += 70000 if w[-1] > 1 else 0  # biases of 16 bits and others
    sums = f._integer_conv(x, hodu.tensor(_bytes("i1", *w)), hodu.tensor(bias),
                           _number(zero, kind), None, *places)  # fmt: skip
    scale = hodu.tensor(rng.uniform(0.001, 0.004, (w[0], *spatial)).astype(np.float32))
    return f._requantize(sums, scale, _number(-9), i8, -100, 127)


def apply(form: Form, x: hodu.Tensor, kind: str) -> hodu.Tensor:
    if form.is_first:
        return _layer(x, form.weight, 77, kind, form)
    one = (form.inner, x.shape[1], *(1,) * len(form.size))
    return _layer(_layer(x, one, 77, kind), form.weight, -9, "i1", form)


def input_of(form: Form, kind: str) -> np.ndarray:
    return _bytes(kind, 1, form.inner if form.is_first else 3, *form.size)


def autoencoder(x: hodu.Tensor) -> hodu.Tensor:
    """Floats at both ends, products of bytes in between."""
    x = f._quantize_linear(x, hodu.tensor(np.float32(0.05)), _number(-3), i8)
    for inner, out in ((48, 16), (16, 4), (4, 16), (16, 48)):
        sums = f._integer_matmul(x, hodu.tensor(_bytes("i1", inner, out)), _number(-3), None)
        scale = np.linspace(0.0005, 0.002, out, dtype=np.float32)
        x = f._requantize(sums, hodu.tensor(scale), _number(-3), i8)
    return f._dequantize_linear(x, hodu.tensor(np.float32(0.1)), _number(-3))


def check(
    call: Any, arrays: list[np.ndarray], cpu: str = "cortex-m4", *, compact: bool = False
) -> Prepared:
    """Compare with eager: in the interpreter, and as C without the instructions of the core."""
    wanted = [y.numpy() for y in call(*map(hodu.tensor, arrays))]
    with hodu.capture("bytes") as board:
        given = [board.input(f"x{i}", a.shape, FROM_NUMPY[a.dtype]) for i, a in enumerate(arrays)]
        for i, y in enumerate(call(*given)):
            board.target(f"y{i}", y)
    target = replace(named(cpu), compact=compact)
    options = Options(bare=True, pointer_bytes=4, compact=compact)
    ready = prepare(board.snapshot, target, options)
    for launch in ready.program.launches():
        verify_kernel(launch.kernel)
    code = code_options(named("scalar"), CompileOptions())
    path = compile_shared([Source("bytes.c", ready.source)], code)
    module = NativeModule(Library(path), weights_of(ready), 1)
    native = module.execute({f"x{i}": a for i, a in enumerate(arrays)}).values()
    for found in (interpret(ready, arrays), [y.numpy() for y in native]):
        for got, want in zip(found, wanted, strict=True):
            np.testing.assert_array_equal(got, want)
    return ready


def test_convolutions() -> None:
    """All forms in one program, of signed bytes and of others by turns."""
    given = [(form, ("i1", "u1")[number % 2]) for number, form in enumerate(FORMS.values())]
    call = lambda *xs: [apply(form, x, kind) for (form, kind), x in zip(given, xs, strict=True)]  # noqa: E731
    ready = check(call, [input_of(form, kind) for form, kind in given])
    assert "odd_i8_plus(" in ready.source


def network(x: hodu.Tensor) -> list[hodu.Tensor]:
    """A residual layer, its mean and a classifier."""
    first = _layer(x, (8, 3, 3, 3), 5, "i1", FORMS["three planes"])
    pad = Form(8, (), (), (1, 1), (1,) * 4)
    second = _layer(_layer(first, (8, 8, 3, 3), -9, "i1", pad), (8, 8, 1, 1), -9, "i1")
    a, b = (f._dequantize_linear(v, hodu.tensor(np.float32(s)), _number(-9))
            for v, s in ((first, 0.03), (second, 0.05)))  # fmt: skip
    total = f._quantize_linear(a + b, hodu.tensor(np.float32(0.06)), _number(-20), i8)
    sums = total.sum((2, 3), dtype=hodu.i32)
    mean = f._requantize(sums, hodu.tensor(np.float32(0.07)), _number(3), i8)
    bias = hodu.tensor(np.arange(5, dtype=np.int32) * 1000)
    product = f._integer_matmul(mean, hodu.tensor(_bytes("i1", 8, 5)), _number(3), None) + bias
    scale = hodu.tensor(np.linspace(0.002, 0.01, 5, dtype=np.float32))
    return [f._requantize(product, scale, None, i8)]


def _chain(x: hodu.Tensor) -> list[hodu.Tensor]:
    """Layers of one kind with other sizes, zero points and strides."""
    steps = (
        Form(0, (), (8, 4, 3, 3), (1, 1), (1,) * 4),
        Form(0, (), (12, 8, 3, 3), (2, 2), (0, 0, 1, 1)),
    )
    x = _layer(x, (4, 3, 1, 1), 5, "i1")
    for zero, form in zip((-9, 30), steps, strict=True):
        x = _layer(x, form.weight, zero, "i1", form)
    return [x]


def test_layers_of_one_form_share_a_kernel() -> None:
    """Their numbers stand before their biases."""
    ready = check(lambda x: _chain(x), [_bytes("i1", 1, 3, 6, 6)])
    launches = [x for x in ready.program.launches() if x.kernel.name == "integer_conv"]
    assert len(launches) == 3
    assert len(same_kernels(launches)) == 2
    assert not any(slot.name.endswith("_sizes") for slot in ready.program.slots)
    named = re.findall(r"const int32_t (sizes_\d+) =", ready.source)
    assert named and all(len(re.findall(rf"\b{name}\b", ready.source)) > 1 for name in named)


def test_between_convolutions() -> None:
    """A sum is stored over what it is added to, and nothing becomes floats in memory."""
    ready = check(lambda x: network(x), [_bytes("i1", 1, 3, 9, 9)])
    names = [launch.label for launch in ready.program.launches()]
    residual = "integer_conv+requantize+dequantize_linear+add+quantize_linear"
    assert names[2] == residual
    assert ready.plan.bound <= 2 * 8 * 4 * 4 + 28
    assert all(slot.dtype is i8 for slot in ready.program.slots if slot.kind == "arena")


@pytest.mark.parametrize("shape", [(12,), (3, 12), (2, 2, 12), (3, 7)], ids=str)
def test_products(shape: Ints) -> None:
    """Rows of whole words and others."""
    w, zero = hodu.tensor(_bytes("i1", shape[-1], 10)), _number(100, "u1")
    check(lambda x: [f._integer_matmul(x, w, zero, None)], [_bytes("u1", *shape)])


def test_bytes_lie_in_an_output_of_floats() -> None:
    """All that is between the ends: the last bytes lie where the last floats will be.

    They are made as those of other layers are, so that these share a kernel.
    """
    x = np.random.default_rng(7).standard_normal((1, 48)).astype(np.float32)
    ready = check(lambda x: [autoencoder(x)], [4 * x])
    assert ready.plan.size == 0
    read_last = max(ready.plan.guests, key=lambda life: life.last)
    assert ready.plan.offsets[read_last.slot] == 3 * 48
    names = [kernel.name for kernel, _ in same_kernels(ready.program.launches())]
    assert names == ["quantize_linear", "integer_matmul", "dequantize_linear"]


FIRST = (
    FORMS["three planes"],
    FORMS["a plane"],
    FORMS["odd channels"]._replace(is_first=True),
    FORMS["odd channels"]._replace(dilation=(1, 2), padding=(1, 1, 2, 2), is_first=True),
    FORMS["3 x 3 / 2"]._replace(is_first=True),
    FORMS["depthwise"]._replace(is_first=True),
    FORMS["an axis"]._replace(inner=3, weight=(8, 3, 3), is_first=True),
)


def _floats_in_and_out(form: Form, x: hodu.Tensor) -> hodu.Tensor:
    scale = hodu.tensor(np.float32(0.05))
    inner = f._quantize_linear(x, scale, _number(77), i8)
    return f._dequantize_linear(apply(form, inner, "i1"), scale, _number(-9))


def test_floats_around_convolutions() -> None:
    """They become bytes with channels last, and these floats, without a copy in another form."""
    shapes = [(1, form.inner, *form.size) for form in FIRST]
    call = lambda *xs: [_floats_in_and_out(form, x) for form, x in zip(FIRST, xs, strict=True)]  # noqa: E731
    rng = np.random.default_rng(5)
    ready = check(call, [3 * rng.standard_normal(shape).astype(np.float32) for shape in shapes])
    labels = [launch.label for launch in ready.program.launches()]
    assert len(labels) == 3 * len(FIRST)
    assert set(labels) == {"quantize_linear", "integer_conv+requantize", "dequantize_linear"}


def test_a_first_layer_lies_over_its_input() -> None:
    """The quantized input is a little behind what is made of it."""
    form = Form(3, (12, 12), (8, 3, 3, 3), (2, 2), (0, 0, 1, 1), is_first=True)

    def call(x: hodu.Tensor) -> list[hodu.Tensor]:
        inner = f._quantize_linear(x, hodu.tensor(np.float32(0.05)), _number(77), i8)
        return [apply(form, inner, "i1").sum((2, 3), dtype=hodu.i32)]

    x = np.random.default_rng(5).standard_normal((1, 3, 12, 12)).astype(np.float32)
    ready = check(call, [3 * x])
    assert ready.plan.size <= 3 * 12 * 12 + 12


def test_cores_without_pairs() -> None:
    ready = check(lambda x: network(x), [_bytes("i1", 1, 3, 9, 9)], "cortex-m3")
    assert "dot_halves(" in ready.source and "scaled16(" in ready.source
    assert ready.plan.bound <= 2 * 8 * 4 * 4 + 28


def test_halves_to_even() -> None:
    """Sums whose scaled value lies between two integers, and far outside of 16 bits."""
    x = np.arange(-128, 128, dtype=np.int8).reshape(1, 4, 64)
    one = hodu.tensor(np.eye(4, dtype=np.int8)[..., None])
    sums = lambda t: f._integer_conv(t, one, None, None, None, (1,), (0, 0), (1,), 1)  # noqa: E731
    for scale in (0.5, 1.5, 70000.0, 1e9):
        factor = hodu.tensor(np.float32(scale))
        check(lambda t, s=factor: [f._requantize(sums(t), s, _number(100), i8)], [x])


def test_a_sum_one_pixel_wide() -> None:
    """Its last axis is none along which anything is broadcast."""

    def call(x: hodu.Tensor) -> list[hodu.Tensor]:
        first = _layer(x, (4, 3, 1, 1), 5, "i1")
        second = _layer(first, (4, 4, 1, 1), -9, "i1")
        a, b = (f._dequantize_linear(v, hodu.tensor(np.float32(0.03)), _number(-9))
                for v in (first, second))  # fmt: skip
        return [f._quantize_linear(a + b, hodu.tensor(np.float32(0.06)), _number(-20), i8)]

    check(call, [_bytes("i1", 1, 3, 5, 1)])
