"""Operators whose meaning or form changed between opsets, against ONNX's reference."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

from hodu.errors import UnsupportedError
from hodu.formats.onnx.backend import Eager
from hodu.formats.onnx.importer import import_model
from tests.onnx.graphs import NEWEST, check, info, model, node

RNG = np.random.default_rng(0)
X = RNG.standard_normal((2, 3, 4)).astype(np.float32)
IMAGE = RNG.standard_normal((1, 2, 4, 6)).astype(np.float32)
INTS = np.int64


def one(
    op: str,
    opset: int,
    x: Any = X,
    constants: dict[str, Any] | None = None,
    inputs: list[str] | None = None,
    outputs: int = 1,
    **attributes: Any,
) -> Any:
    """A model of one node on x and constants."""
    names = inputs or ["x", *(constants or {})]
    made = [f"y{i}" for i in range(outputs)]
    return model(
        [node(op, names, made, **attributes)], [info("x", x.shape)], made, constants, opset
    )


def flat_softmax(x: Any) -> Any:
    e = np.exp(x.reshape(2, -1) - x.reshape(2, -1).max(1, keepdims=True))
    return (e / e.sum(1, keepdims=True)).reshape(x.shape)


@pytest.mark.parametrize("opset", [7, 11, 12])
def test_softmax_flattens_before_13(opset: int) -> None:
    check(one("Softmax", opset), X, want=[flat_softmax(X)])
    check(one("LogSoftmax", opset), X, want=[np.log(flat_softmax(X))])


@pytest.mark.parametrize("opset", [13, NEWEST])
def test_softmax_is_along_one_axis_from_13(opset: int) -> None:
    check(one("Softmax", opset), X)
    check(one("Softmax", opset, axis=1), X)


def test_hardmax() -> None:
    check(one("Hardmax", 13, axis=1), X)
    flat = np.zeros((2, 12), np.float32)
    flat[np.arange(2), X.reshape(2, -1).argmax(1)] = 1
    check(one("Hardmax", 7), X, want=[flat.reshape(X.shape)])


@pytest.mark.parametrize("opset", [7, 11, 13, NEWEST])
def test_squeeze_and_unsqueeze(opset: int) -> None:
    wide = X.reshape(2, 1, 3, 1, 4)
    for axes in ([1], [1, 3], [-2, 1] if opset >= 11 else [1, 3]):
        given: dict[str, Any] = {"axes": axes} if opset < 13 else {}
        constants = {} if opset < 13 else {"axes": np.array(axes, INTS)}
        narrow = np.squeeze(wide, tuple(axes))
        check(one("Squeeze", opset, wide, constants, **given), wide, want=[narrow])
        check(one("Unsqueeze", opset, narrow, constants, **given), narrow, want=[wide])
    check(one("Squeeze", opset, wide), wide, want=[X])


@pytest.mark.parametrize("opset", [7, 10])
def test_clip_by_attributes(opset: int) -> None:
    check(one("Clip", opset, min=-0.5, max=0.25), X, want=[X.clip(-0.5, 0.25)])
    check(one("Clip", opset, max=0.25), X, want=[np.minimum(X, np.float32(0.25))])
    check(one("Clip", opset), X, want=[X])


@pytest.mark.parametrize("opset", [11, 13, NEWEST])
def test_clip_by_inputs(opset: int) -> None:
    limits = {"low": np.float32(-0.5), "high": np.float32(0.25)}
    check(one("Clip", opset, constants=limits), X, want=[X.clip(-0.5, 0.25)])
    upper = one("Clip", opset, constants={"high": np.float32(0.25)}, inputs=["x", "", "high"])
    check(upper, X, want=[np.minimum(X, np.float32(0.25))])


@pytest.mark.parametrize("opset", [7, 8])
def test_upsample_by_attribute(opset: int) -> None:
    check(
        one("Upsample", opset, IMAGE, scales=[1.0, 1.0, 2.0, 3.0], mode="nearest"),
        IMAGE,
        want=[IMAGE.repeat(2, 2).repeat(3, 3)],
    )


def test_upsample_by_input() -> None:
    scales = {"scales": np.float32([1, 1, 2, 3])}
    want = [IMAGE.repeat(2, 2).repeat(3, 3)]
    check(one("Upsample", 9, IMAGE, scales, mode="nearest"), IMAGE, want=want)
    check(one("Resize", 10, IMAGE, scales, mode="nearest"), IMAGE, want=want)


@pytest.mark.parametrize("opset", [11, 13, 18, 19, NEWEST])
@pytest.mark.parametrize("mode", ["nearest", "linear", "cubic"])
def test_resize(opset: int, mode: str) -> None:
    constants = {"roi": np.float32([]), "scales": np.float32([1, 1, 1.5, 0.5])}
    check(one("Resize", opset, IMAGE, constants, mode=mode), IMAGE)
    sizes = {"sizes": np.array([1, 2, 7, 3], INTS)}
    inputs = ["x", "" if opset > 12 else "roi", "" if opset > 12 else "none", "sizes"]
    empty = {} if opset > 12 else {"roi": np.float32([]), "none": np.float32([])}
    made = one("Resize", opset, IMAGE, {**empty, **sizes}, inputs, mode=mode)
    check(made, IMAGE)


def test_resize_18_has_axes_and_keeps_the_aspect() -> None:
    sizes = {"sizes": np.array([7, 8], INTS)}
    for policy in ("not_larger", "not_smaller"):
        made = one(
            "Resize", 18, IMAGE, sizes, ["x", "", "", "sizes"],
            axes=[2, 3], keep_aspect_ratio_policy=policy, mode="linear",
        )  # fmt: skip
        check(made, IMAGE)


STATISTICS = {
    "scale": np.float32([1, 2]),
    "bias": np.float32([0.5, -1]),
    "mean": np.float32([0.1, 0.2]),
    "var": np.float32([1.5, 0.5]),
}


@pytest.mark.parametrize("opset", [7, 9, 14, 15, NEWEST])
def test_batch_normalization(opset: int) -> None:
    c = {k: v.reshape(2, 1, 1) for k, v in STATISTICS.items()}
    want = (IMAGE - c["mean"]) / np.sqrt(c["var"] + 1e-5) * c["scale"] + c["bias"]
    check(one("BatchNormalization", opset, IMAGE, STATISTICS), IMAGE, want=[want])


def test_batch_normalization_of_each_position() -> None:
    full = {k: np.broadcast_to(v[:, None, None], (2, 4, 6)) for k, v in STATISTICS.items()}
    want = (IMAGE - full["mean"]) / np.sqrt(full["var"] + 1e-5) * full["scale"] + full["bias"]
    check(one("BatchNormalization", 8, IMAGE, full, spatial=0), IMAGE, want=[want])


@pytest.mark.parametrize("opset", [14, NEWEST])
def test_batch_normalization_in_training(opset: int) -> None:
    check(one("BatchNormalization", opset, IMAGE, STATISTICS, outputs=3, training_mode=1), IMAGE)


@pytest.mark.parametrize("opset", [7, 10, 12, NEWEST])
def test_dropout_passes_its_input_on(opset: int) -> None:
    mask = np.ones(X.shape, bool if opset >= 10 else np.float32)
    check(one("Dropout", opset, outputs=2), X, want=[X, mask])


@pytest.mark.parametrize("opset", [7, 11, 13, 18, 19, NEWEST])
@pytest.mark.parametrize("mode", ["constant", "edge", "reflect"])
def test_pad(opset: int, mode: str) -> None:
    pads = [0, 1, 2, 0, 0, 1]
    want = [np.pad(X, ((0, 0), (1, 0), (2, 1)), mode)]  # type: ignore[call-overload]
    if opset < 11:
        check(one("Pad", opset, pads=pads, mode=mode), X, want=want)
    else:
        check(one("Pad", opset, constants={"pads": np.array(pads, INTS)}, mode=mode), X, want=want)


def test_pad_with_a_value_axes_and_wrapping() -> None:
    constants = {"pads": np.array([1, 2], INTS), "v": np.float32(7), "axes": np.array([-1], INTS)}
    want = np.pad(X, ((0, 0), (0, 0), (1, 2)), constant_values=7)
    check(one("Pad", 18, constants=constants), X, want=[want])
    check(
        one("Pad", 19, constants={"pads": np.array([0, 1, 0, 0, 2, 0], INTS)}, mode="wrap"),
        X,
        want=[np.pad(X, ((0, 0), (1, 2), (0, 0)), "wrap")],
    )


@pytest.mark.parametrize("opset", [7, 10, 11, 13, NEWEST])
def test_slice(opset: int) -> None:
    want = [X[:, 1:, -3:-1]]
    if opset < 10:
        made = one("Slice", opset, starts=[1, -3], ends=[9999, -1], axes=[1, 2])
    else:
        parts = {"starts": [1, -3], "ends": [2**62, -1], "axes": [1, 2]}
        made = one("Slice", opset, constants={k: np.array(v, INTS) for k, v in parts.items()})
    check(made, X, want=want)


def test_slice_with_steps() -> None:
    parts = {"starts": [-1, 0], "ends": [-(2**62), 4], "axes": [1, -1], "steps": [-1, 2]}
    made = one("Slice", 13, constants={k: np.array(v, INTS) for k, v in parts.items()})
    check(made, X, want=[X[:, ::-1, ::2]])


@pytest.mark.parametrize("opset", [7, 11, 13, 18, NEWEST])
@pytest.mark.parametrize("op", ["ReduceSum", "ReduceMean", "ReduceMax", "ReduceL2"])
def test_reductions(op: str, opset: int) -> None:
    by_input = opset >= (13 if op == "ReduceSum" else 18)
    nodes, constants = [], {}
    for keep, axes in itertools.product((0, 1), ([1], [0, 2], None)):
        inputs, attributes = ["x"], {} if by_input or axes is None else {"axes": axes}
        if by_input and axes is not None:
            inputs.append(f"axes{len(nodes)}")
            constants[inputs[1]] = np.array(axes, INTS)
        nodes.append(node(op, inputs, [f"y{len(nodes)}"], keepdims=keep, **attributes))
    results = [n.output[0] for n in nodes]
    check(model(nodes, [info("x", X.shape)], results, constants, opset), X)


def test_a_reduction_without_axes_may_do_nothing() -> None:
    check(one("ReduceSum", 13, noop_with_empty_axes=1), X, want=[X])
    check(one("ReduceSumSquare", 18, noop_with_empty_axes=1), X, want=[X * X])


@pytest.mark.parametrize("opset", [7, 9, 10, 11, NEWEST])
def test_top_k(opset: int) -> None:
    want = [np.sort(X, 2)[..., ::-1][..., :2], np.argsort(-X, 2, kind="stable")[..., :2]]
    if opset < 10:
        made = one("TopK", opset, outputs=2, k=2)
    else:
        made = one("TopK", opset, constants={"k": np.array([2], INTS)}, outputs=2)
    check(made, X, want=want)


@pytest.mark.parametrize("opset", [7, 11, 13, 18, NEWEST])
def test_split(opset: int) -> None:
    if opset < 13:
        check(
            one("Split", opset, outputs=2, axis=2, split=[1, 3]), X, want=[X[..., :1], X[..., 1:]]
        )
    else:
        constants = {"split": np.array([1, 3], INTS)}
        made = one("Split", opset, constants=constants, outputs=2, axis=2)
        check(made, X, want=[X[..., :1], X[..., 1:]])
    equal: dict[str, Any] = {"num_outputs": 2} if opset >= 18 else {}
    check(one("Split", opset, outputs=2, axis=2, **equal), X, want=[X[..., :2], X[..., 2:]])


@pytest.mark.parametrize("opset", [18, 20, 21, NEWEST])
def test_group_normalization_scales_groups_then_channels(opset: int) -> None:
    x = RNG.standard_normal((2, 4, 3)).astype(np.float32)
    count = 2 if opset < 21 else 4
    scale, bias = np.arange(count, dtype=np.float32) + 1, np.arange(count, dtype=np.float32)
    grouped = x.reshape(2, 2, -1)
    plain = (grouped - grouped.mean(-1, keepdims=True)) / np.sqrt(
        grouped.var(-1, keepdims=True) + 1e-5
    )
    each = [v.repeat(4 // count)[:, None] for v in (scale, bias)]
    made = one("GroupNormalization", opset, x, {"s": scale, "b": bias}, num_groups=2)
    check(made, x, want=[plain.reshape(x.shape) * each[0] + each[1]])


def test_an_operator_that_is_too_new_for_the_opset() -> None:
    with pytest.raises(UnsupportedError, match="Einsum of opset 11: supported from opset 12"):
        import_model(one("Einsum", 11, equation="ijk->kji"))


@pytest.mark.parametrize(
    ("shape", "axis"), [([3], 1), ([3, 4], 1), ([2], 0), ([4, 5], 2), ([5], -1), ([5], None)]
)
def test_broadcasting_at_an_axis_before_opset_7(shape: list[int], axis: int | None) -> None:
    x, y = np.arange(120, dtype=np.float32).reshape(2, 3, 4, 5), np.arange(1.0, 21.0)
    y = y[: math.prod(shape)].reshape(shape).astype(np.float32)
    attrs: dict[str, Any] = {} if axis is None else {"axis": axis}
    nodes = [node("Relu", ["x"], ["h"]), node("Sub", ["h", "y"], ["z"], broadcast=1, **attrs)]
    infos = [info("x", [2, 3, 4, 5]), info("y", shape)]
    made = model(nodes, infos, ["z"], opset=6)
    first = 4 - len(shape) if axis is None else axis % 4
    want = x - y.reshape([*shape, *[1] * (4 - first - len(shape))])
    np.testing.assert_array_equal(Eager.run_model(made, [x, y])[0], want)
