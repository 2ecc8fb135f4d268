"""Loops of backward passes: gradients of max pooling, products with a transposed left operand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import hodu
import hodu.nn.functional as F
from hodu.backends.cpu.prepare import prepare
from hodu.kernel.ir import Alloc
from hodu.kernel.walk import statements
from hodu.plan.target import named
from hodu.render.c_program import Options
from tests.compiled.interpret import interpret
from tests.compiled.run import capture
from tests.compiled.test_conv import check

POOLS: list[tuple[tuple[int, ...], dict[str, Any]]] = [
    ((2, 3, 8, 12), {"kernel_size": 2}),
    ((2, 3, 9, 13), {"kernel_size": 2}),
    ((1, 2, 9, 11), {"kernel_size": 2, "stride": 3}),
    ((1, 2, 9, 11), {"kernel_size": 3, "stride": 2}),
    ((1, 2, 9, 11), {"kernel_size": 2, "stride": 2, "dilation": (1, 3)}),
    ((1, 2, 9, 11), {"kernel_size": (2, 3), "padding": 1}),
    ((1, 2, 12, 12), {"kernel_size": 6}),
]


def pooled_gradient(x: hodu.Tensor, **attrs: Any) -> hodu.Tensor:
    given = x.detach().requires_grad_()
    y = F.max_pool2d(given, **attrs)
    weights = hodu.arange(y.numel(), dtype="f32").reshape(y.shape)
    return hodu.autograd.grad((y * weights).sum(), [given])[0]


@pytest.mark.parametrize(("shape", "attrs"), POOLS)
def test_gradients_of_max_pooling(shape, attrs):
    """Windows that lie apart and cover all, leave gaps, overlap, reach into padding."""
    check(lambda x: pooled_gradient(x, **attrs), shape)


def test_equal_maxima_and_nan_go_where_the_maximum_was_found():
    x = np.array([[[[1, 1, np.nan, 2], [1, 0, 3, np.nan], [0, 5, 4, 4], [5, 0, 4, 4]]]], np.float32)
    wanted = pooled_gradient(hodu.tensor(x), kernel_size=2).numpy()
    assert wanted[0, 0, 0, 0] == 0
    assert wanted[0, 0, 1, 3] == 1
    found = hodu.compile(lambda x: pooled_gradient(x, kernel_size=2))(x)
    np.testing.assert_array_equal(found.numpy(), wanted)


def is_copied(ready: Any) -> bool:
    bodies = (launch.kernel.body for launch in ready.program.launches())
    return any(s.buf.name == "rows" for b in bodies for s in statements(b) if isinstance(s, Alloc))


@pytest.mark.parametrize("target", ["native", "x86-64-v3", "scalar"])
@pytest.mark.parametrize("dtype", ["f32", "f64"])
def test_rows_of_a_transposed_operand_a_page_apart(target, dtype):
    """The left operand's elements of one depth lie side by side, those of the next 4 KiB on."""
    draw, kind = np.random.default_rng(3), {"f32": np.float32, "f64": np.float64}[dtype]
    wide = 4096 // np.dtype(kind).itemsize
    x, y = (
        draw.standard_normal((45, wide)).astype(kind),
        draw.standard_normal((45, 300)).astype(kind),
    )
    snapshot = capture(lambda x, y: x[:, :37].T @ y, [x, y])
    ready = prepare(snapshot, named(target), Options())
    assert is_copied(ready) or target == "scalar"
    wanted = x[:, :37].astype(np.float64).T @ y
    bound = np.abs(x[:, :37]).astype(np.float64).T @ np.abs(y)
    for found in (interpret(ready, [x, y])[0], *_native(snapshot, target, x, y)):
        assert (np.abs(found - wanted) <= 8 * np.finfo(kind).eps * bound).all()


def _native(snapshot: Any, target: str, *arrays: np.ndarray) -> list[np.ndarray]:
    if target != "native":
        return []
    names = [value.name for value in snapshot.inputs]
    module = hodu.compile(snapshot)
    return [next(iter(module.execute(dict(zip(names, arrays, strict=True))).values())).numpy()]
