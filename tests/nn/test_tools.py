"""Summaries, fusing, parameters as vectors."""

from __future__ import annotations

import numpy as np
import pytest

import hodu
from hodu import nn
from hodu.errors import ArgumentError, ShapeError, ValueRangeError
from hodu.nn.utils import (
    clip_grad_norm_,
    clip_grad_value_,
    fuse_conv_bn_eval,
    fuse_linear_bn_eval,
    parameters_to_vector,
    remove_weight_norm,
    vector_to_parameters,
    weight_norm,
)

LENET = nn.Sequential(
    nn.Conv2d(1, 6, 5, padding=2),
    nn.BatchNorm2d(6),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(6 * 14 * 14, 10),
)


def test_summary_counts_without_computing():
    found = nn.summary(LENET, (3, 1, 28, 28))
    assert [row.kind for row in found.rows][:3] == ["Sequential", "Conv2d", "BatchNorm2d"]
    assert found.rows[1].shapes == ((3, 6, 28, 28),) and found.rows[-1].shapes == ((3, 10),)
    assert found.rows[1].macs == 3 * 6 * 28 * 28 * 25
    assert found.macs == found.rows[1].macs + 3 * 6 * 14 * 14 * 10
    assert found.parameters == sum(p.numel() for p in LENET.parameters())
    assert found.rows[1].parameters == 6 * 25 + 6 and found.buffers == 13
    assert LENET[1].num_batches_tracked.item() == 0
    assert not any(m._hooks for m in LENET.modules()), "its hooks are gone"
    text = str(found)
    assert "  0: Conv2d" in text and "[3, 6, 28, 28]" in text and "352,800" in text


def test_summary_of_several_arguments_and_results():
    found = nn.summary(nn.LSTM(4, 6), (hodu.zeros(5, 2, 4),))
    assert found.rows[0].shapes == ((5, 2, 6), (1, 2, 6), (1, 2, 6))
    assert found.macs == 5 * 2 * 24 * (4 + 6)
    assert nn.summary(nn.Embedding(5, 3), np.zeros((2, 2), np.int64)).macs == 0
    with pytest.raises(ArgumentError, match="shape"):
        nn.summary(nn.ReLU(), "wrong")


def plain(tensor):
    """The numbers of a tensor that may require grad."""
    return tensor.detach().numpy()


def _with_statistics(norm):
    for tensor in (norm.running_mean, norm.running_var, norm.weight, norm.bias):
        nn.init.uniform_(tensor, 0.5, 2.0)
    return norm.eval()


@pytest.mark.parametrize("bias", [True, False])
def test_fusing_batch_norms(bias):
    x = hodu.randn(2, 4, 6, 6)
    norm = _with_statistics(nn.BatchNorm2d(6))
    conv = nn.Conv2d(4, 6, 3, groups=2, bias=bias).eval()
    fused = fuse_conv_bn_eval(conv, norm)
    np.testing.assert_allclose(plain(fused(x)), plain(norm(conv(x))), atol=1e-5)
    turned = nn.ConvTranspose2d(4, 6, 3, bias=bias).eval()
    fused = fuse_conv_bn_eval(turned, norm, transpose=True)
    np.testing.assert_allclose(plain(fused(x)), plain(norm(turned(x))), atol=1e-5)
    linear, norm = nn.Linear(6, 3, bias=bias).eval(), _with_statistics(nn.BatchNorm1d(3))
    fused = fuse_linear_bn_eval(linear, norm)
    flat = x[:, 0, 0]
    np.testing.assert_allclose(plain(fused(flat)), plain(norm(linear(flat))), atol=1e-5)
    with pytest.raises(ArgumentError, match="evaluation mode"):
        fuse_conv_bn_eval(conv.train(), norm)


def _trained():
    """Three tensors of which two have gradients, of the norm 13 together."""
    tensors = [hodu.zeros(2).requires_grad_() for _ in range(3)]
    tensors[0].grad, tensors[2].grad = hodu.tensor([3.0, 4.0]), hodu.tensor([0.0, -12.0])
    return tensors


def test_clipping_by_norm():
    tensors = _trained()
    assert clip_grad_norm_(iter(tensors), 6.5).item() == 13
    np.testing.assert_allclose(tensors[0].grad.numpy(), [1.5, 2], rtol=1e-6)
    np.testing.assert_allclose(tensors[2].grad.numpy(), [0, -6], rtol=1e-6)
    clip_grad_norm_(tensors, 100)
    np.testing.assert_allclose(tensors[2].grad.numpy(), [0, -6], rtol=1e-6)
    assert clip_grad_norm_(_trained(), 1.0, float("inf")).item() == 12
    assert clip_grad_norm_(_trained()[0], 1.0, norm_type=1).item() == 7
    assert clip_grad_norm_([], 1.0).item() == 0
    tensors[0].grad = hodu.tensor([float("nan"), 1.0])
    with pytest.raises(ValueRangeError, match="is nan"):
        clip_grad_norm_(tensors, 1.0, error_if_nonfinite=True)


def test_clipping_by_value():
    tensors = _trained()
    clip_grad_value_(tensors, 3.5)
    assert tensors[0].grad.tolist() == [3, 3.5] and tensors[2].grad.tolist() == [0, -3.5]


def test_parameters_as_a_vector():
    module = nn.Linear(2, 3)
    vector = parameters_to_vector(module.parameters())
    assert vector.shape == (9,)
    vector_to_parameters(hodu.arange(9, dtype="f32"), module.parameters())
    assert module.bias.tolist() == [6, 7, 8]
    with pytest.raises(ShapeError, match="9 elements"):
        vector_to_parameters(vector[:4], module.parameters())


@pytest.mark.parametrize(("dim", "shape"), [(0, (3, 1, 1)), (1, (1, 2, 1)), (None, ())])
def test_weight_norm(dim, shape):
    conv = nn.Conv1d(2, 3, 4)
    x, before = hodu.randn(2, 2, 9), conv.weight.detach().clone()
    wanted = conv(x)
    assert weight_norm(conv, dim=dim) is conv
    assert list(conv.state_dict()) == ["bias", "weight_g", "weight_v"]
    assert conv.weight_g.shape == shape
    np.testing.assert_allclose(plain(conv(x)), plain(wanted), atol=1e-6)
    conv.weight_g.detach()[...] *= 2
    np.testing.assert_allclose(
        plain(conv(x) - wanted), plain(wanted) - plain(conv.bias)[:, None], atol=1e-5
    )
    remove_weight_norm(conv)
    np.testing.assert_allclose(plain(conv.weight), 2 * before.numpy(), rtol=1e-5)
    assert sorted(conv.state_dict()) == ["bias", "weight"] and not conv._hooks
    with pytest.raises(ArgumentError, match="no weight norm"):
        remove_weight_norm(conv)
    with pytest.raises(ArgumentError, match="no parameter 'kernel'"):
        weight_norm(conv, "kernel")
