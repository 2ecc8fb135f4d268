"""The levels as a whole: what they give on small models, in bodies, and to an observer."""

from __future__ import annotations

import time

import numpy as np
import pytest

import hodu
import hodu.nn.functional as F
from hodu.errors import FormatError
from hodu.passes import optimize
from hodu.passes.dump import Dump
from hodu.passes.pipeline import LEVELS
from hodu.snapshot.ir import Snapshot
from hodu.snapshot.verify import verify
from tests.passes.programs import ops

RNG = np.random.default_rng(11)


def weight(*shape):
    """A constant of about the size at which layers keep the scale of their input."""
    scale = 1 / np.sqrt(max(np.prod(shape[1:]), 1))
    return hodu.tensor((RNG.standard_normal(shape) * scale).astype(np.float32))


def conv_norm(x, out, kernel=3, stride=1, groups=1):
    """A convolution without a bias, and its batch normalisation."""
    y = F.conv2d(
        x, weight(out, x.shape[1] // groups, kernel, kernel), None, stride, kernel // 2, 1, groups
    )
    var = hodu.tensor(RNG.uniform(0.5, 2, out).astype(np.float32))
    return F.batch_norm(y, weight(out), var, weight(out), weight(out))


def resnet(x, blocks=2):
    """Residual blocks, a mean and a linear layer."""
    x = hodu.relu(conv_norm(x, 8))
    for _ in range(blocks):
        y = conv_norm(hodu.relu(conv_norm(x, 8)), 8)
        x = hodu.relu(x + y)
    return x.mean((2, 3)) @ weight(8, 5) + weight(5)


def mobilenet(x):
    """Depthwise convolutions and bounded activations."""
    x = hodu.clamp(conv_norm(x, 8), 0, 6)
    x = hodu.clamp(conv_norm(x, 8, groups=8), 0, 6)
    return hodu.softmax(F.avg_pool2d(x, 4).reshape(1, -1) @ weight(32, 4), -1)


def unet(x):
    """Downwards, upwards, and the skip between them."""
    a = hodu.relu(conv_norm(x, 8))
    b = F.conv_transpose2d(F.max_pool2d(a, 2), weight(8, 8, 2, 2), weight(8), 2)
    return hodu.sigmoid(conv_norm(hodu.cat([a, b], 1), 1))


def spelt_norm(x):
    """LayerNorm in small ops."""
    c = x - x.mean(-1, keepdim=True)
    return c / hodu.sqrt((c * c).mean(-1, keepdim=True) + 1e-5) * weight(x.shape[-1]) + weight(
        x.shape[-1]
    )


def spelt_heads(x):
    """A projection in heads of attention."""
    y = x @ weight(8, 8) + weight(8)
    return y.reshape(1, -1, 2, 4).permute(0, 2, 1, 3)


def transformer(x, layers=2):
    """Layers of attention and of GELU, all spelt out."""
    x = x.reshape(1, -1, 8)
    for _ in range(layers):
        q, k, v = spelt_heads(x) * 0.7, spelt_heads(x) * 0.7, spelt_heads(x)
        y = (hodu.softmax(q @ k.mT, -1) @ v).permute(0, 2, 1, 3).reshape(1, -1, 8)
        x = spelt_norm(x + (y @ weight(8, 8) + weight(8)))
        h = x @ weight(8, 16) + weight(16)
        h = 0.5 * h * (1 + hodu.erf(h / 2**0.5))
        x = spelt_norm(x + (h @ weight(16, 8) + weight(8)))
    return x


def captured(model) -> Snapshot:
    """The model over a small image."""
    with hodu.capture("model") as board:
        board.target("y", model(board.input("x", (1, 4, 8, 8))))
    return board.snapshot


@pytest.mark.parametrize("model", [resnet, mobilenet, unet, transformer])
def test_models_keep_their_outputs(model):
    snapshot = captured(model)
    x = np.random.default_rng(1).standard_normal((1, 4, 8, 8)).astype(np.float32)
    (want,) = snapshot.run(x)
    for level in LEVELS:
        np.testing.assert_array_equal(verify(optimize(snapshot, level, exact=True)).run(x)[0], want)
        (got,) = verify(optimize(snapshot, level)).run(x)
        np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-5)


def test_models_come_down_to_their_layers():
    assert set(ops(optimize(captured(resnet), 3))) == {"conv", "relu", "add", "mean", "linear"}
    assert "relu6" in ops(optimize(captured(mobilenet), 3))
    found = ops(optimize(captured(transformer), 3))
    assert found.count("scaled_dot_product_attention") == found.count("gelu") == 2
    assert found.count("layer_norm") == 4
    assert not {"softmax", "erf", "sqrt", "mul", "matmul"} & set(found)


def test_bodies_are_optimized():
    with hodu.capture() as board:
        x = board.input("x", (3,))
        y = hodu.while_loop(
            lambda i, x: i < 3,
            lambda i, x: (i + 1, x * hodu.sigmoid(x) * hodu.full((), 0.5) * 2.0),
            (hodu.tensor(0), x),
        )
        board.target("y", y[1])
    after = verify(optimize(board.snapshot, 3))
    (loop,) = (n for n in after.nodes if n.op == "while_loop")
    assert sorted(ops(loop.attrs["body"])) == ["add", "silu"]
    data = np.float32([1, -2, 3])
    np.testing.assert_allclose(after.run(data)[0], board.snapshot.run(data)[0], rtol=1e-6)


def test_the_observer_sees_every_stage():
    seen: list[str] = []
    optimize(captured(mobilenet), 1, observer=lambda name, snapshot: seen.append(name))
    assert seen == ["captured", *LEVELS[1]]


def test_composites_without_a_kernel_are_written_out():
    snapshot = captured(transformer)
    left = optimize(snapshot, 3, keep=lambda node: node.op == "layer_norm")
    composites = {n.op for n in left.nodes if n.definition.compose is not None}
    assert composites <= {"layer_norm"}


def test_five_hundred_nodes_take_less_than_a_second():
    snapshot = captured(lambda x: transformer(x, layers=10))
    assert len(snapshot.nodes) > 450
    start = time.process_time()
    optimize(snapshot, 3)
    assert time.process_time() - start < 1.0


def test_stages_are_written_to_numbered_files(tmp_path):
    snapshot = captured(mobilenet)
    optimize(snapshot, 1, observer=Dump(tmp_path / "stages").stage)
    names = sorted(p.name for p in (tmp_path / "stages").iterdir())
    assert names[:3] == ["00-captured.txt", "01-expand.txt", "02-quantized.txt"]
    assert (tmp_path / "stages" / names[0]).read_text(encoding="utf-8") == str(snapshot)
    (tmp_path / "file").write_text("")
    with pytest.raises(FormatError, match="cannot write"):
        Dump(tmp_path / "file").stage("captured", snapshot)
