"""The functions over shapes and creation against PyTorch's of the same name and arguments."""

from __future__ import annotations

import functools

import numpy as np
import pytest

import hodu
from tests.ops.cases import leaves

torch = pytest.importorskip("torch", reason="torch is the oracle here")
pytestmark = pytest.mark.torch

X = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
V, PLACES = np.arange(3, dtype=np.float32), np.array([2, 0, 1])
CALLS = [
    ("reshape", (X, (4, -1)), {}),
    ("flatten", (X, 1), {}),
    ("flatten", (np.float32(3),), {}),
    ("unflatten", (X, 2, (2, -1)), {}),
    ("squeeze", (X[:1],), {}),
    ("squeeze", (X[:1], (0, 1)), {}),
    ("movedim", (X, (0, 1), (-1, 0)), {}),
    ("moveaxis", (X, 0, 1), {}),
    ("swapaxes", (X, 0, -1), {}),
    ("t", (X[0],), {}),
    ("flip", (X, (0, -1)), {}),
    ("fliplr", (X,), {}),
    ("flipud", (X,), {}),
    *[("rot90", (X, k, (0, 2)), {}) for k in range(-2, 6)],
    ("roll", (X, 5), {}),
    ("roll", (X, (1, -2), (0, 2)), {}),
    ("broadcast_to", (V, (2, 3)), {}),
    ("tile", (X, (2,)), {}),
    ("tile", (X, (2, 1, 1, 2)), {}),
    ("repeat_interleave", (X, 2), {}),
    ("repeat_interleave", (X, PLACES), {"dim": 1}),
    ("repeat_interleave", (PLACES,), {}),
    ("split", (X, 3, 2), {}),
    ("split", (X, [1, 3], 2), {}),
    ("split", (X[:0], 2), {}),
    ("chunk", (X, 3, -1), {}),
    ("chunk", (X[:0], 3), {}),
    ("tensor_split", (X, 3, 2), {}),
    ("tensor_split", (X, (1, 2, -1), 2), {}),
    ("tensor_split", (X, (3, 1, 9), 2), {}),
    ("hsplit", (X, 3), {}),
    ("vsplit", (X, [1]), {}),
    ("dsplit", (X, 2), {}),
    ("unbind", (X, 1), {}),
    ("atleast_1d", (np.float32(2),), {}),
    ("atleast_2d", (V,), {}),
    ("atleast_3d", (V,), {}),
    ("atleast_3d", (X[0],), {}),
    ("block_diag", (X[0], V, np.float32(1)), {}),
    ("cartesian_prod", (V, PLACES.astype(np.float32)), {}),
    ("meshgrid", (V, X[0, 0]), {"indexing": "xy"}),
    ("meshgrid", (V, X[0, 0]), {"indexing": "ij"}),
    ("broadcast_tensors", (V, X[:, :1, :1]), {}),
    ("diag", (V, 1), {}),
    ("diag", (X[0], -1), {}),
    ("diagflat", (X[0], 1), {}),
    ("hstack", ([V, V],), {}),
    ("vstack", ([V, V],), {}),
    ("dstack", ([V, V],), {}),
    ("column_stack", ([V, X[0].T[:3]],), {}),
    ("arange", (5,), {}),
    ("arange", (1, 8, 2.5), {}),
    ("arange", (8, -1, -3), {}),
    ("linspace", (-2, 7, 6), {}),
    ("logspace", (-1, 2, 4), {"base": 2.0}),
    ("full", ((2, 3), 2), {}),
    ("full", ((2,), True), {}),
    ("full_like", (PLACES, 7), {}),
    ("eye", (2, 3), {}),
    ("tril_indices", (3, 4, 1), {}),
    ("triu_indices", (4, 3, -1), {}),
]
TENSORS = [
    ("view", (3, 8), {}),
    ("expand", (5, -1, -1, 4), {}),
    ("repeat", (2, 1, 1, 2), {}),
    ("unfold", (2, 2, 1), {}),
    ("new_full", ((2,), 3), {}),
    ("new_zeros", (2, 1), {}),
]
MODULES = [
    ("pad", (X, (1, 2), "reflect"), {}),
    ("pad", (X, (1, 2, -1, 1), "replicate"), {}),
    ("pad", (X, (4, 1), "circular"), {}),
    ("pad", (X, (1, 0, 0, 2), "constant", 3.5), {}),
    ("one_hot", (PLACES,), {}),
    ("unfold", (X, 2), {"padding": 1}),
    ("fold", (X[:, :, :2].reshape(1, 4, 3), (2, 4), 2), {}),
]


def _each(value, array):
    if isinstance(value, (np.ndarray, np.generic)):
        return array(np.asarray(value))
    if isinstance(value, list) and value and isinstance(value[0], np.ndarray):
        return [array(v) for v in value]
    return value


def _agree(ours, theirs):
    ours, theirs = leaves(ours), leaves(theirs)
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs, strict=True):
        assert a.shape == tuple(b.shape)
        assert a.dtype.alias == str(b.dtype).removeprefix("torch.")
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-6)


def _compare(own, other, args, kwargs):
    ours = own(*(_each(a, hodu.tensor) for a in args), **kwargs)
    _agree(ours, other(*(_each(a, torch.tensor) for a in args), **kwargs))


@pytest.mark.parametrize("name, args, kwargs", CALLS, ids=lambda v: v if isinstance(v, str) else "")
def test_functions(name, args, kwargs):
    _compare(getattr(hodu, name), getattr(torch, name), args, kwargs)


@pytest.mark.parametrize(
    "name, args, kwargs", TENSORS, ids=lambda v: v if isinstance(v, str) else ""
)
def test_methods(name, args, kwargs):
    own, other = (functools.partial(getattr(c, name)) for c in (hodu.Tensor, torch.Tensor))
    base = X if name != "expand" else X[..., :1]
    _compare(own, other, (base, *args), kwargs)


@pytest.mark.parametrize(
    "name, args, kwargs", MODULES, ids=lambda v: v if isinstance(v, str) else ""
)
def test_nn_functional(name, args, kwargs):
    own, other = getattr(hodu.nn.functional, name), getattr(torch.nn.functional, name)
    _compare(own, other, args, kwargs)


@pytest.mark.parametrize(
    "data", [1, 1.5, True, [1, 2.5], [True, 3], [], [[]], [np.float64(1), 2], np.zeros(2, np.int16)]
)
def test_dtype_of_data(data):
    _agree(hodu.tensor(data), torch.tensor(data))


def test_patches_are_added_up():
    columns = np.arange(24, dtype=np.float32).reshape(1, 4, 6)
    options = {"dilation": 1, "padding": (1, 0), "stride": (2, 1)}
    ours = hodu.nn.functional.fold(hodu.tensor(columns), (3, 4), 2, **options)
    _agree(ours, torch.nn.functional.fold(torch.tensor(columns), (3, 4), 2, **options))
