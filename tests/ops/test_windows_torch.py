"""The functions over windows and grids against PyTorch's, over all combinations of options."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import hodu.functional as f
from hodu.dispatch.base import wrap

torch = pytest.importorskip(
    "torch", reason="torch is the oracle here; `make test-torch` installs it"
)
tf = torch.nn.functional
pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore::UserWarning")]
RNG = np.random.default_rng(3)


def _array(*shape: int) -> np.ndarray:
    return RNG.standard_normal(shape).astype(np.float32)


def _check(name: str, *inputs: Any, **options: Any) -> None:
    """The same call of ours and of PyTorch's function gives the same, or both refuse it."""
    ours = [wrap(x) if isinstance(x, np.ndarray) else x for x in inputs]
    theirs = [torch.from_numpy(x) if isinstance(x, np.ndarray) else x for x in inputs]
    try:
        expected = getattr(tf, name)(*theirs, **options)
    except TypeError:  # PyTorch lacks the form (a tuple for lp_pool1d)
        return
    except (RuntimeError, ValueError, NotImplementedError):
        with pytest.raises((ValueError, TypeError)):
            getattr(f, name)(*ours, **options)
        return
    got = getattr(f, name)(*ours, **options)
    pairs = zip(got, expected, strict=True) if isinstance(got, tuple) else [(got, expected)]
    for g, e in pairs:
        assert g.shape == tuple(e.shape)
        np.testing.assert_allclose(g.numpy(), e.numpy(), rtol=2e-5, atol=2e-5)


SPATIAL = {1: (9,), 2: (7, 8), 3: (5, 4, 6)}
each_n = pytest.mark.parametrize("n", [1, 2, 3])


def _per_axis(n: int, *choices: int) -> list[Any]:
    """One number, and different numbers for the axes."""
    uneven = tuple(itertools.islice(itertools.cycle(choices), n))
    return [choices[0], uneven]


@each_n
@pytest.mark.parametrize("is_single", [False, True])
def test_conv(n, is_single):
    lead = () if is_single else (2,)
    for groups, has_bias in itertools.product((1, 2, 4), (False, True)):
        x, w = _array(*lead, 4, *SPATIAL[n]), _array(8, 4 // groups, *(3, 2, 2)[:n])
        b = _array(8) if has_bias else None
        paddings = [*_per_axis(n, 1, 2), "same", "valid"]
        for stride, padding, dilation in itertools.product(
            _per_axis(n, 1, 2), paddings, _per_axis(n, 1, 2)
        ):
            options = {"stride": stride, "padding": padding, "dilation": dilation}
            _check(f"conv{n}d", x, w, b, groups=groups, **options)


@each_n
@pytest.mark.parametrize("is_single", [False, True])
def test_conv_transpose(n, is_single):
    lead = () if is_single else (2,)
    for groups, has_bias in itertools.product((1, 2, 4), (False, True)):
        x, w = _array(*lead, 4, *(4, 3, 3)[:n]), _array(4, 2, *(3, 2, 2)[:n])
        b = _array(2 * groups) if has_bias else None
        for stride, padding, extra, dilation in itertools.product(
            _per_axis(n, 2, 1), _per_axis(n, 1, 0), (0, 1), _per_axis(n, 1, 2)
        ):
            options = {"stride": stride, "padding": padding, "dilation": dilation}
            _check(f"conv_transpose{n}d", x, w, b, output_padding=extra, groups=groups, **options)


def _windows(n: int) -> Any:
    return itertools.product(
        _per_axis(n, 3, 2), (None, *_per_axis(n, 2, 1)), _per_axis(n, 1, 0), (False, True)
    )


@each_n
@pytest.mark.parametrize("is_single", [False, True])
def test_max_pool(n, is_single):
    x = _array(*(() if is_single else (2,)), 3, *SPATIAL[n])
    for kernel, stride, padding, ceil in _windows(n):
        for dilation, indices in itertools.product(_per_axis(n, 1, 2), (False, True)):
            options = {"dilation": dilation, "ceil_mode": ceil, "return_indices": indices}
            _check(f"max_pool{n}d", x, kernel, stride, padding, **options)


@each_n
@pytest.mark.parametrize("is_single", [False, True])
def test_avg_pool(n, is_single):
    x = _array(*(() if is_single else (2,)), 3, *SPATIAL[n])
    for kernel, stride, padding, ceil in _windows(n):
        for include, divisor in itertools.product((False, True), (None, 5)):
            extra = {} if n == 1 else {"divisor_override": divisor}
            options = {"ceil_mode": ceil, "count_include_pad": include, **extra}
            _check(f"avg_pool{n}d", x, kernel, stride, padding, **options)


@each_n
@pytest.mark.parametrize("norm", [1.0, 2.0, 3.5, float("inf"), -float("inf")])
def test_lp_pool(n, norm):
    x = np.abs(_array(2, 3, *SPATIAL[n])) + 0.1
    for kernel, stride, _, ceil in _windows(n):
        _check(f"lp_pool{n}d", x, norm, kernel, stride, ceil_mode=ceil)


@each_n
def test_adaptive(n):
    for x in (_array(2, 3, *SPATIAL[n]), _array(3, *SPATIAL[n])):
        for size in (1, 2, 3, 5, 11, *_per_axis(n, 3, 1), *([(None, 4, 2)[:n]] if n > 1 else [])):
            _check(f"adaptive_avg_pool{n}d", x, size)
            _check(f"adaptive_max_pool{n}d", x, size, return_indices=True)


@each_n
def test_max_unpool(n):
    x = torch.from_numpy(_array(2, 3, *SPATIAL[n]))
    for kernel, stride in ((2, None), (2, 2), (3, 2)):
        pool, at = getattr(tf, f"max_pool{n}d")(x, kernel, stride, return_indices=True)
        for size in (None, SPATIAL[n], (2, 3, *SPATIAL[n])):
            if kernel == 2:  # overlapping windows write an element twice
                _check(f"max_unpool{n}d", pool.numpy(), at.numpy(), 2, stride, output_size=size)


@pytest.mark.parametrize("n", [2, 3])
def test_fractional_max_pool(n):
    for x in (_array(2, 3, *(7, 8, 6)[:n]), _array(3, *(7, 8, 6)[:n])):
        samples = RNG.random((*((1,) * (n + 2 - x.ndim)), *x.shape[: x.ndim - n], n))
        options = {"_random_samples": samples.astype(np.float32), "return_indices": True}
        for sizes in ({"output_size": (3, 2, 4)[:n]}, {"output_size": 3}, {"output_ratio": 0.5}):
            ours = {k: wrap(v) if k[0] == "_" else v for k, v in (options | sizes).items()}
            theirs = {
                k: torch.from_numpy(v) if k[0] == "_" else v for k, v in (options | sizes).items()
            }
            if "output_ratio" in sizes:
                theirs["output_ratio"] = (0.5,) * n
            got = getattr(f, f"fractional_max_pool{n}d")(wrap(x), 2, **ours)
            wanted = getattr(tf, f"fractional_max_pool{n}d")(torch.from_numpy(x), 2, **theirs)
            for g, w in zip(got, wanted, strict=True):
                np.testing.assert_array_equal(g.numpy(), w.numpy())


MODES = ["nearest", "nearest-exact", "linear", "bilinear", "bicubic", "trilinear", "area"]
TARGETS = [
    {"size": 5},
    {"size": 13},
    {"size": 1},
    {"scale_factor": 2.0},
    {"scale_factor": 0.6},
    {"scale_factor": 1.7},
    {"scale_factor": 1.7, "recompute_scale_factor": True},
    {"size": 3, "scale_factor": 2.0},
    {},
]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_interpolate(mode, target):
    for n, align in itertools.product((1, 2, 3), (None, False, True)):
        _check("interpolate", _array(2, 3, *SPATIAL[n]), mode=mode, align_corners=align, **target)


@pytest.mark.parametrize("mode", ["bilinear", "bicubic", "nearest"])
@pytest.mark.parametrize("align", [False, True, None])
@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_interpolate_antialias(mode, align, target):
    x = _array(2, 3, 12, 9)
    _check("interpolate", x, mode=mode, align_corners=align, antialias=True, **target)


@pytest.mark.parametrize("mode", ["bilinear", "nearest", "nearest-exact", "bicubic"])
def test_interpolate_bytes(mode):
    """Bytes are the rounded floats; PyTorch's own differ, as it rounds after each axis."""
    x = RNG.integers(0, 256, (1, 3, 6, 5), dtype=np.uint8)
    for size in ((9, 11), (3, 4)):
        got = f.interpolate(wrap(x), size, mode=mode).numpy()
        floats = tf.interpolate(torch.from_numpy(x).double(), size, mode=mode).numpy()
        assert np.abs(got - np.clip(floats, 0, 255)).max() < 0.5 + 1e-6


@pytest.mark.parametrize("mode", ["bilinear", "nearest", "bicubic"])
@pytest.mark.parametrize("padding_mode", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("align", [False, True])
def test_grid_sample(mode, padding_mode, align):
    options = {"mode": mode, "padding_mode": padding_mode, "align_corners": align}
    _check("grid_sample", _array(2, 3, 5, 6), _array(2, 4, 7, 2) * 2, **options)
    _check("grid_sample", _array(2, 3, 1, 1), _array(2, 4, 7, 2) * 2, **options)
    if mode != "bicubic":
        _check("grid_sample", _array(2, 2, 4, 5, 3), _array(2, 3, 2, 4, 3) * 2, **options)


@pytest.mark.parametrize("align", [False, True])
@pytest.mark.parametrize("size", [(2, 3, 4, 5), (2, 1, 1, 3), (2, 3, 2, 4, 3)])
def test_affine_grid(align, size):
    n = len(size) - 2
    _check("affine_grid", _array(2, n, n + 1), size, align_corners=align)


def test_shuffles():
    _check("pixel_shuffle", _array(2, 12, 3, 4), 2)
    _check("pixel_unshuffle", _array(2, 3, 6, 4), 2)
    _check("channel_shuffle", _array(2, 12, 3, 4), 3)
