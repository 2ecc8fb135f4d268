"""Composites found in what exporters write and in what `expand` yields."""

from __future__ import annotations

import math

import numpy as np
import pytest

import hodu
import hodu.nn.functional as F
from hodu.passes import optimize
from hodu.passes.cse import cse
from hodu.passes.expand import expand
from hodu.passes.fold import fold
from hodu.passes.recognise import recognise
from hodu.snapshot.verify import verify
from tests.passes.programs import check, ops


def found(function, *shapes, dtype="f32"):
    """The ops after recognition, whose meaning is checked against what was captured."""
    rng = np.random.default_rng(5)
    with hodu.capture() as board:
        inputs = [board.input(f"x{i}", s, dtype) for i, s in enumerate(shapes)]
        board.target("y", function(*inputs))
    after = verify(fold(recognise(cse(fold(board.snapshot)))))
    arrays = [rng.standard_normal(s).astype(getattr(hodu, dtype).numpy) for s in shapes]
    want, got = (s.run(*arrays)[0].astype(np.float64) for s in (board.snapshot, after))
    rtol = 2e-5 if dtype == "f32" else 2e-2
    np.testing.assert_allclose(got, want, rtol=rtol, atol=rtol)
    return ops(after)


def test_softmax_text():
    check(
        recognise,
        """
        input %x: f32[2, 3]
        %m: f32[2, 1] = amax(%x) {dim=[-1], keepdim=true}
        %s: f32[2, 3] = sub(%x, %m)
        %e: f32[2, 3] = exp(%s)
        %t: f32[2, 1] = sum(%e) {dim=[1], keepdim=true, dtype=none}
        %y: f32[2, 3] = div(%e, %t)
        output "y" = %y
        """,
        """
        input %x: f32[2, 3]
        %y: f32[2, 3] = softmax(%x) {dim=1}
        output "y" = %y
        """,
    )


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x * 0.5 * (hodu.erf(x / math.sqrt(2)) + 1),
        lambda x: x * ((1 + hodu.erf(x * 0.70710678)) * 0.5),
        lambda x: 0.5 * (x * (1 + hodu.erf(x * 0.7071067))),
        lambda x: 0.5 * x * (1 + hodu.tanh(0.7978845608 * (x + 0.044715 * x**3))),
        lambda x: x * (1 + hodu.tanh((x + x * x * x * 0.044715) * 0.79788456)) * 0.5,
    ],
)
def test_gelu(function):
    assert found(function, (4, 5)) == ["gelu"]


def test_an_erf_of_something_else_is_no_gelu():
    assert "gelu" not in found(lambda x: x * 0.5 * (hodu.erf(x * 0.708) + 1), (4,))
    assert "gelu" not in found(
        lambda x, z: x * 0.5 * (hodu.erf(z * math.sqrt(0.5)) + 1), (4,), (4,)
    )


@pytest.mark.parametrize(
    ("function", "op"),
    [
        (lambda x: x * hodu.sigmoid(x), "silu"),
        (lambda x: x / (1 + hodu.exp(-x)), "silu"),
        (lambda x: x * hodu.tanh(hodu.log(1 + hodu.exp(x))), "mish"),
        (lambda x: x * hodu.clamp(x + 3, 0, 6) / 6, "hardswish"),
        (lambda x: x * (F.relu6(x + 3) / 6), "hardswish"),
        (lambda x: hodu.maximum(x, hodu.tensor(0.0)), "relu"),
        (lambda x: hodu.clamp(x, 0, 6), "relu6"),
        (lambda x: hodu.minimum(hodu.relu(x), hodu.tensor(6.0)), "relu6"),
        (lambda x: hodu.where(x > 0, x, x * 0.25), "leaky_relu"),
    ],
)
def test_activations(function, op):
    assert found(function, (4, 5)) == [op]


def layer_norm(x, square=lambda c: c * c, root=lambda c, v: c / hodu.sqrt(v)):
    """LayerNorm over the last axis as exporters write it."""
    centered = x - x.mean(-1, keepdim=True)
    return root(centered, square(centered).mean(-1, keepdim=True) + 1e-5)


W, B = (hodu.tensor(np.linspace(a, 2, 8, dtype=np.float32)) for a in (0.5, -1))


@pytest.mark.parametrize("square", [lambda c: c * c, lambda c: c**2, hodu.square])
@pytest.mark.parametrize(
    "root",
    [
        lambda c, v: c / hodu.sqrt(v),
        lambda c, v: c * hodu.rsqrt(v),
        lambda c, v: c * (1 / hodu.sqrt(v)),
    ],
)
def test_layer_norm(square, root):
    assert found(lambda x: layer_norm(x, square, root) * W + B, (3, 8)) == ["layer_norm"]


def test_norms_of_other_kinds():
    rms = lambda x: x * hodu.rsqrt((x * x).mean(-1, keepdim=True) + 1e-6) * W  # noqa: E731
    assert found(rms, (3, 8)) == ["rms_norm"]
    middle = lambda x: x - x.mean(1, keepdim=True)  # noqa: E731
    assert "layer_norm" not in found(
        lambda x: middle(x) / hodu.sqrt((middle(x) * middle(x)).mean(1, keepdim=True) + 1e-5),
        (2, 3, 8),
    )


def test_a_mean_that_is_used_elsewhere_stays():
    def both(x):
        mean = x.mean(-1, keepdim=True)
        c = x - mean
        return c / hodu.sqrt((c * c).mean(-1, keepdim=True) + 1e-5) + mean

    assert sorted(found(both, (3, 8))) == ["add", "layer_norm", "mean"]


MASK = hodu.tensor(np.where(np.arange(16).reshape(4, 4) % 3, 0, -1e4).astype(np.float32))
CAUSAL = hodu.tensor(np.where(np.tri(4), 0, -np.inf).astype(np.float32))


@pytest.mark.parametrize(
    "function",
    [
        lambda q, k, v: hodu.softmax(q @ k.mT, -1) @ v,
        lambda q, k, v: hodu.softmax(q @ k.mT * 0.3 + MASK, -1) @ v,
        lambda q, k, v: hodu.softmax(q @ k.mT / 3 + MASK, -1) @ v,
        lambda q, k, v: hodu.softmax((q * 0.5) @ (k * 0.5).mT, 3) @ v,
        lambda q, k, v: hodu.softmax((q / 3) @ (k.mT * 0.5) + CAUSAL, -1) @ v,
        lambda q, k, v: hodu.softmax(hodu.where(CAUSAL == 0, q @ k.mT, -math.inf), -1) @ v,
    ],
)
def test_attention(function):
    after = found(function, *[(2, 2, 4, 8)] * 3)
    assert "scaled_dot_product_attention" in after
    assert not {"matmul", "softmax", "div", "mul", "add"} & set(after)


def test_a_causal_mask_is_a_flag():
    with hodu.capture() as board:
        q, k, v = (board.input(n, (1, 4, 8)) for n in "qkv")
        board.target("y", hodu.softmax(q @ k.mT + CAUSAL, -1) @ v)
    (node,) = (n for n in optimize(board.snapshot, 3).nodes if n.op.startswith("scaled"))
    assert node.attrs["is_causal"]
    assert node.inputs[3] is None


def test_weights_of_attention_that_are_asked_for_are_computed_once():
    with hodu.capture() as board:
        q, k, v = (board.input(n, (1, 4, 8)) for n in "qkv")
        weights = hodu.softmax(q @ k.mT, -1)
        board.targets(y=weights @ v, weights=weights)
    assert ops(optimize(board.snapshot, 3)).count("softmax") == 1


def test_linear_and_conv_take_their_bias():
    w = hodu.tensor(np.linspace(-1, 1, 24, dtype=np.float32).reshape(3, 8))
    assert found(lambda x: x @ w + B, (2, 4, 3)) == ["linear"]
    kernel = hodu.tensor(np.linspace(-1, 1, 72, dtype=np.float32).reshape(8, 1, 3, 3))
    assert found(lambda x: F.conv2d(x, kernel) + B.reshape(8, 1, 1), (1, 1, 5, 5)) == ["conv"]
    assert found(lambda x: F.conv2d(x, kernel) + B.reshape(1, 8)[:, :3], (1, 1, 5, 5)) == [
        "conv",
        "add",
    ]


@pytest.mark.parametrize("op", ["softmax", "log_softmax", "gelu", "silu", "layer_norm", "rms_norm"])
@pytest.mark.parametrize("dtype", ["f32", "bf16"])
def test_what_was_written_out_is_found_again(op, dtype):
    calls = {
        "softmax": lambda x: hodu.softmax(x, 1),
        "log_softmax": lambda x: hodu.log_softmax(x, 1),
        "gelu": F.gelu,
        "silu": F.silu,
        "layer_norm": lambda x: F.layer_norm(x, (8,)),
        "rms_norm": lambda x: F.rms_norm(x, (8,), eps=1e-6),
    }
    if op.endswith("norm") and dtype == "bf16":
        pytest.skip("the norms of narrow floats are kept as what they are written in")
    with hodu.capture() as board:
        board.target("y", calls[op](board.input("x", (4, 8), dtype)))
    plain = cse(expand(board.snapshot, lambda node: False))
    assert op not in ops(plain)
    assert ops(optimize(plain, 3)) == [op]


def test_only_what_is_wanted_is_made():
    with hodu.capture() as board:
        x = board.input("x", (4,))
        board.target("y", x * hodu.sigmoid(x))
    assert ops(recognise(board.snapshot, lambda node: False)) == ["sigmoid", "mul"]
