"""Quantized models on integer kernels, to the last bit: reference evaluator and ONNX Runtime."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import onnx
import pytest
from onnx.reference import ReferenceEvaluator

from hodu.backends.cpu.flags import code_options
from hodu.backends.cpu.prepare import Prepared, has_kernel, prepare
from hodu.formats.onnx.importer import import_model
from hodu.kernel.verify import verify_kernel
from hodu.passes import optimize
from hodu.plan.target import named
from hodu.plugins.interfaces import CompileOptions
from hodu.render.c_program import Options
from hodu.runtime.library import Library
from hodu.runtime.module import NativeModule
from hodu.toolchain.build import Source, compile_shared
from tests.compiled.check import weights_of
from tests.compiled.interpret import interpret
from tests.onnx.quantized import Array, Quantized

TARGETS = ("native", "x86-64-v3", "scalar")
INTERPRETED = ("native", "x86-64-v3")  # Python takes long for the loops over single elements.


def _one(q: Quantized, **attrs: Any) -> list[str]:
    return [q.conv(q.input, **attrs)]


def _mobile(q: Quantized) -> list[str]:
    wide = q.conv(q.input, 32, 1, activation="Relu")
    deep = q.conv(wide, 32, 3, group=32, pads=[1] * 4, strides=[2, 2], activation="Relu")
    return [q.conv(deep, 20, 1)]


def _residual(q: Quantized) -> list[str]:
    first = q.conv(q.input, 16, 3, pads=[1] * 4, activation="Relu")
    second = q.conv(first, 16, 3, pads=[1] * 4)
    return [q.conv(q.add(second, first, "Relu"), 8, 1), first]


def _pooled(q: Quantized) -> list[str]:
    x = q.conv(q.input, 32, 3, pads=[1] * 4, activation="Relu")
    x = q.same("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
    return [q.linear(q.mean(q.conv(x, 40, 3)), 10)]


def _averaged(q: Quantized) -> list[str]:
    return [q.linear(q.mean(q.conv(q.input, 20, 3, pads=[1] * 4), 4), 10)]


def _branches(q: Quantized) -> list[str]:
    first = q.conv(q.input, 32, 1, activation="Relu")
    left = q.conv(first, 16, 1)
    right = q.conv(first, 32, 3, pads=[1] * 4)
    return [q.conv(q.join(left, right, first), 16, 3), q.join(left, left)]


MODELS: dict[str, tuple[tuple[int, ...], Callable[[Quantized], list[str]]]] = {
    "3x3": ((2, 16, 9, 9), partial(_one, out=32, pads=[1] * 4, activation="Relu")),
    "first layer": ((1, 3, 11, 12), partial(_one, out=24, strides=[2, 2], pads=[0, 1, 1, 0])),
    "odd channels": ((1, 21, 6, 6), partial(_one, out=13, pads=[1] * 4, bias=False)),
    "per tensor": ((1, 32, 5, 5), partial(_one, out=16, kernel=1, per_channel=False)),
    "dilated": ((1, 16, 9, 9), partial(_one, out=16, pads=[2] * 4, dilations=[2, 2])),
    "groups": ((1, 32, 6, 6), partial(_one, out=64, group=2, pads=[1] * 4)),
    "small groups": ((1, 6, 6, 6), partial(_one, out=4, group=2, pads=[1] * 4)),
    "depthwise": ((1, 20, 7, 7), partial(_one, out=20, group=20, pads=[1] * 4)),
    "depthwise and pointwise": ((1, 8, 8, 8), _mobile),
    "residual": ((1, 8, 7, 7), _residual),
    "branches": ((1, 16, 6, 6), _branches),
    "pooling": ((1, 3, 12, 12), _pooled),
    "average": ((1, 4, 4, 4), _averaged),
}

OPERATORS = {"3x3", "first layer", "odd channels", "dilated", "groups", "depthwise"}


def _model(
    name: str, kind: str, *, exact: bool, operators: bool = False
) -> tuple[onnx.ModelProto, Array]:
    shape, build = MODELS[name]
    q = Quantized(shape, kind, exact=exact, operators=operators)
    return q.finish(*build(q)), q.example()


def _native(ready: Prepared, target: str, x: Array) -> list[Array]:
    options = code_options(named(target), CompileOptions())
    path = compile_shared([Source("m.c", ready.source)], options)
    module = NativeModule(Library(path), weights_of(ready), 2)
    for _ in range(2):  # the arena is not clean the second time
        found = [t.numpy() for t in module.execute({"x": x}).values()]
    return found


def _check_targets(
    proto: onnx.ModelProto, x: Array, wanted: list[Array], targets: tuple[str, ...] = TARGETS
) -> None:
    snapshot = import_model(proto)
    for target in targets:
        ready = prepare(snapshot, named(target), Options())
        for launch in ready.program.launches():
            verify_kernel(launch.kernel)
        for got, want in zip(_native(ready, target, x), wanted, strict=True):
            np.testing.assert_array_equal(got, want, err_msg=target)
        interpreted = interpret(ready, [x]) if target in INTERPRETED else wanted
        for got, want in zip(interpreted, wanted, strict=True):
            np.testing.assert_array_equal(got, want, err_msg=f"interpreted for {target}")


@pytest.mark.parametrize("kind", ["uint8", "int8"])
@pytest.mark.parametrize("name", sorted(MODELS.keys() & OPERATORS))
def test_operators(name: str, kind: str) -> None:
    """QLinearConv gives what ONNX Runtime makes of it."""
    runtime = pytest.importorskip("onnxruntime")
    proto, x = _model(name, kind, exact=False, operators=True)
    session = runtime.InferenceSession(proto.SerializeToString())
    _check_targets(proto, x, session.run(None, {"x": x}), ("native",))


@pytest.mark.parametrize("kind", ["uint8", "int8"])
@pytest.mark.parametrize("name", MODELS)
def test_exact_scales(name: str, kind: str) -> None:
    """Where the reference's arithmetic is exact, every target gives its integers."""
    proto, x = _model(name, kind, exact=True)
    wanted = ReferenceEvaluator(proto).run(None, {"x": x})
    assert all(len(np.unique(w)) > 4 for w in wanted)
    _check_targets(proto, x, wanted)


@pytest.mark.parametrize("name", MODELS)
def test_all_products_are_of_integers(name: str) -> None:
    """No product is left in f32, and none is written out in i32."""
    proto, _ = _model(name, "uint8", exact=False)
    ops = {n.op for n in optimize(import_model(proto), keep=has_kernel).nodes}
    assert not ops & {"conv", "matmul", "linear", "mean", "avg_pool"}


@pytest.mark.parametrize("kind", ["uint8", "int8"])
@pytest.mark.parametrize("name", MODELS)
def test_onnxruntime(name: str, kind: str) -> None:
    """With any scales, what ONNX Runtime gives."""
    runtime = pytest.importorskip("onnxruntime")
    proto, x = _model(name, kind, exact=False)
    session = runtime.InferenceSession(proto.SerializeToString())
    _check_targets(proto, x, session.run(None, {"x": x}), ("native",))
