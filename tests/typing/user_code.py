"""What a user writes, checked by `mypy --strict` in `make lint`: no casts, no ignores."""

from __future__ import annotations

from typing import assert_type

import numpy as np

import hodu
from hodu import Tensor
from hodu.nn import functional as F


def layer(x: Tensor, w: Tensor, b: Tensor | None = None) -> Tensor:
    """Operators, methods and functions."""
    y = x @ w.T if b is None else x @ w.T + b
    assert_type(y, Tensor)
    assert_type(y.relu(), Tensor)
    assert_type(2 * y - 1, Tensor)
    assert_type(y > 0, Tensor)
    assert_type(y[0, 1:, None], Tensor)
    assert_type(y.sum(dim=-1, keepdim=True), Tensor)
    y += 1
    return F.softmax(y, dim=-1)


def reductions(x: Tensor) -> tuple[Tensor, Tensor]:
    """Named results."""
    top = x.topk(2, dim=-1)
    assert_type(top.values, Tensor)
    values, indices = hodu.sort(x, descending=True)
    assert_type(indices, Tensor)
    return values, top.indices


def convolution(x: Tensor, w: Tensor) -> Tensor:
    """Attributes of several spellings."""
    y = F.conv2d(x, w, stride=2, padding="valid")
    y = F.conv2d(x, w, stride=(2, 2), padding=(1, 1), groups=1)
    return F.max_pool2d(y, 2).reshape(x.shape[0], -1).permute(1, 0)


def program() -> dict[str, Tensor]:
    """Capture, compile, run, save."""
    with hodu.capture("double") as board:
        x = board.input("x", ("N", 3), "f32")
        board.target("y", x * 2)
    assert_type(board.snapshot, hodu.Snapshot)
    hodu.save(board.snapshot, "double.hdss")
    module = hodu.compile(board.snapshot, device="cpu", threads=1)
    return module.execute({"x": np.ones((2, 3), np.float32)})


def interop(x: Tensor) -> float:
    """Out of Hodu and back."""
    array = x.numpy()
    again = hodu.from_numpy(array * 2).to("f16").to(hodu.f64)
    assert_type(again.dtype, hodu.DType)
    return float(again.mean())


compiled = hodu.compile(layer)
