"""Resize against ONNX's reference; interpolate, grid_sample and shuffles by their properties."""

from __future__ import annotations

import itertools

import numpy as np
import onnx.helper
import onnx.reference
import pytest

import hodu.functional as f
from hodu import dtypes
from hodu.dims import symbol
from hodu.dispatch.base import wrap
from hodu.errors import ArgumentError, HoduError, ShapeError, ValueRangeError
from hodu.ops._interpolation import COORDINATES, NEAREST
from hodu.ops._table import REGISTRY
from hodu.shapes import TensorType

RNG = np.random.default_rng(5)


def _reference(x: np.ndarray, roi, scales, size, **attrs) -> np.ndarray:
    names = ["x", "roi" if roi is not None else "", "scales" if scales is not None else ""]
    names += ["size"] if scales is None else []
    node = onnx.helper.make_node("Resize", names, ["y"], **attrs)
    kinds = {"x": 1, "roi": 1, "scales": 1, "size": 7}
    info = [onnx.helper.make_tensor_value_info(n, kinds[n], None) for n in names if n]
    out = [onnx.helper.make_tensor_value_info("y", 1, None)]
    graph = onnx.helper.make_graph([node], "g", info, out)
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 19)])
    given = {"x": x, "roi": roi, "scales": scales, "size": size}
    return onnx.reference.ReferenceEvaluator(model).run(
        None,
        {
            k: np.asarray(v, x.dtype if k != "size" else np.int64)
            for k, v in given.items()
            if k in names
        },
    )[0]


def _cases():
    for kind, mode in itertools.product(COORDINATES, ("nearest", "linear", "cubic")):
        for nearest in NEAREST if mode == "nearest" else ("round_prefer_floor",):
            for exclude, anti in itertools.product((False, True), (False, True)):
                if mode == "cubic" or (mode == "linear" and not exclude) or not (exclude or anti):
                    yield kind, mode, nearest, exclude, anti


@pytest.mark.parametrize(("kind", "mode", "nearest", "exclude", "anti"), list(_cases()))
@pytest.mark.parametrize("scales", [(1.77, 2.53), (0.625, 0.375), (1.0, 0.3125), None])
def test_resize_is_that_of_onnx(kind, mode, nearest, exclude, anti, scales):
    if anti and kind == "tf_crop_and_resize":
        pytest.skip("the reference does not combine them")
    x = RNG.standard_normal((2, 5, 8)).astype(np.float32)
    size = (
        (3, 9)
        if scales is None
        else tuple(int(np.floor(s * n)) for s, n in zip(scales, (5, 8), strict=True))
    )
    roi = (0.125, -0.25, 0.8125, 1.3125)
    is_crop = kind == "tf_crop_and_resize"
    wanted = _reference(
        x,
        [0, roi[0], roi[1], 1, roi[2], roi[3]] if is_crop else None,
        None if scales is None else [1, *scales],
        [2, *size],
        mode=mode,
        coordinate_transformation_mode=kind,
        nearest_mode=nearest,
        cubic_coeff_a=-0.6,
        exclude_outside=int(exclude),
        antialias=int(anti),
        extrapolation_value=4.0,
    )
    got = f._resize(
        wrap(x),
        (1, 2),
        size,
        scales,
        mode,
        kind,
        nearest,
        -0.6,
        exclude,
        anti,
        roi if is_crop else None,
        4.0,
    )
    np.testing.assert_allclose(got.numpy(), wanted, rtol=1e-4, atol=1e-4)


def test_integers_are_rounded_and_saturate():
    x = wrap(np.asarray([[[0, 255, 255, 0, 255]]], np.uint8))
    assert f.interpolate(x, 9, mode="linear").numpy().dtype == np.uint8
    cubic = f._resize(x, (2,), (9,), None, "cubic").numpy()
    assert cubic.min() == 0 and cubic.max() == 255
    big = wrap(np.full((1, 1, 2), np.iinfo(np.int64).max))
    assert (f.interpolate(big, 5, mode="linear").numpy() > 2**62).all()


def test_upsample_is_interpolate():
    x = wrap(RNG.standard_normal((1, 2, 3, 3)).astype(np.float32))
    a, b = f.upsample(x, scale_factor=2), f.interpolate(x, scale_factor=2)
    np.testing.assert_array_equal(a.numpy(), b.numpy())
    assert a.numpy()[0, 0, :2, :2].tolist() == [[x.numpy()[0, 0, 0, 0]] * 2] * 2


def test_symbolic_sizes():
    n, h = symbol("N"), symbol("H")
    x = TensorType((n, 3, h), dtypes.f32)
    assert str(REGISTRY["resize"].infer(x, (2,), (h * 2,))) == "f32[N, 3, 2*H]"
    shuffle = REGISTRY["pixel_shuffle"].infer(TensorType((n, 8, h, 3), dtypes.f32), 2)
    assert str(shuffle) == "f32[N, 2, 2*H, 6]"


def test_points_outside():
    x = wrap(np.arange(1, 5, dtype=np.float32).reshape(1, 1, 2, 2))
    far = np.asarray([[np.inf, 0], [-np.inf, 0], [1e30, -1e30], [0, 0]], np.float32)
    grid = wrap(far.reshape(1, 1, 4, 2))
    assert f.grid_sample(x, grid).numpy().ravel().tolist() == [0, 0, 0, 2.5]
    assert f.grid_sample(x, grid, padding_mode="border").numpy().ravel().tolist() == [3, 2, 2, 2.5]
    assert np.isfinite(f.grid_sample(x, grid, padding_mode="reflection").numpy()).all()
    nan = wrap(np.full((1, 1, 1, 2), np.nan, np.float32))
    assert f.grid_sample(x, nan, align_corners=True).item() == 1


def test_the_identity_map_samples_the_image():
    x = RNG.standard_normal((2, 3, 4, 5)).astype(np.float32)
    theta = np.tile(np.eye(2, 3, dtype=np.float32), (2, 1, 1))
    for align in (False, True):
        grid = f.affine_grid(wrap(theta), x.shape, align)
        same = f.grid_sample(wrap(x), grid, align_corners=align)
        np.testing.assert_allclose(same.numpy(), x, rtol=1e-5, atol=1e-6)


def test_unshuffle_inverts_shuffle():
    x = wrap(RNG.standard_normal((2, 12, 3, 4)).astype(np.float32))
    np.testing.assert_array_equal(f.pixel_unshuffle(f.pixel_shuffle(x, 2), 2).numpy(), x.numpy())
    back = f.channel_shuffle(f.channel_shuffle(x, 3), 4)
    np.testing.assert_array_equal(back.numpy(), x.numpy())


ERRORS = [
    (lambda x: f.interpolate(x), ArgumentError, ("size", "scale_factor")),
    (lambda x: f.interpolate(x, 2, 2.0), ArgumentError, ("exactly one",)),
    (lambda x: f.interpolate(x, 2, mode="cubic"), ValueRangeError, ("'cubic'", "bicubic")),
    (lambda x: f.interpolate(x, 2, mode="linear"), ShapeError, ("4 dimensions", "takes 3")),
    (lambda x: f.interpolate(x, (1, 2, 3)), ValueRangeError, ("(1, 2, 3)", "2 spatial")),
    (lambda x: f.interpolate(x, 0), ShapeError, ("[0, 0]",)),
    (lambda x: f.interpolate(x, scale_factor=0.1), ShapeError, ("[0, 0]",)),
    (lambda x: f.interpolate(x, 2, align_corners=True), ValueRangeError, ("align_corners",)),
    (lambda x: f.interpolate(x, 2, antialias=True), ValueRangeError, ("antialias",)),
    (lambda x: f._resize(x, (2, 2), (3, 3)), ValueRangeError, ("axes=(2, 2)",)),
    (lambda x: f._resize(x, (9,), (3,)), HoduError, ("9", "4 dimensions")),
    (lambda x: f._resize(x, (2,), (3,), mode="fast"), ValueRangeError, ("mode='fast'",)),
    (lambda x: f.grid_sample(x, x), ShapeError, ("[1, 3, 4, 5]",)),
    (lambda x: f.grid_sample(x, x[:, :, :, :2], mode="cubic"), ValueRangeError, ("'cubic'",)),
    (lambda x: f.affine_grid(x, (1, 1, 2, 2)), ShapeError, ("[n, 2, 3]",)),
    (lambda x: f.pixel_shuffle(x, 2), ShapeError, ("3", "divisible by 4")),
    (lambda x: f.pixel_unshuffle(x, 2), ShapeError, ("5", "divisible by 2")),
    (lambda x: f.channel_shuffle(x, 2), ShapeError, ("3", "divisible by 2")),
    (lambda x: f.pixel_shuffle(x, 0), ValueRangeError, ("at least 1",)),
]


@pytest.mark.parametrize(("call", "error", "words"), ERRORS)
def test_errors_name_the_values(call, error, words):
    with pytest.raises(error) as caught:
        call(wrap(np.zeros((1, 3, 4, 5), np.float32)))
    assert all(word in str(caught.value) for word in words), str(caught.value)
