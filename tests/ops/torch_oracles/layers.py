"""PyTorch's meanings of attention, normalisation and recurrent layers."""

from functools import partial

import torch
from torch.nn import functional

from tests.ops.torch_oracles._lacking import Lacking


def attention(q, k, v, mask, is_causal=False, **attrs):
    """On a CPU a mask and causality exclude each other, so they are joined."""
    if is_causal and mask is not None:
        mask, is_causal = mask & torch.ones_like(mask).tril(), False
    return functional.scaled_dot_product_attention(
        q, k, v, attn_mask=mask, is_causal=is_causal, **attrs
    )


def layer_norm(x, weight, bias, normalized_shape, eps):
    return functional.layer_norm(x, normalized_shape, weight, bias, eps)


def rms_norm(x, weight, normalized_shape, eps):
    return functional.rms_norm(x, normalized_shape, weight, eps)


def group_norm(x, weight, bias, num_groups, eps):
    return functional.group_norm(x, num_groups, weight, bias, eps)


def batch_norm_inference(x, mean, var, weight, bias, eps):
    if x.dtype is torch.float64:
        mean, var = mean.double(), var.double()
    return functional.batch_norm(x, mean, var, weight, bias, False, 0.0, eps)


def batch_norm_training(x, weight, bias, eps):
    """The statistics of small floats are those of f32."""
    wide = torch.float32 if x.dtype.itemsize < 4 else x.dtype
    mean, var = (torch.zeros(x.shape[1], dtype=wide) for _ in range(2))
    scale, shift = (t if t is None else t.to(wide) for t in (weight, bias))
    output = functional.batch_norm(x.to(wide), mean, var, scale, shift, True, 1.0, eps)
    count = x.numel() // x.shape[1]
    return output.to(x.dtype), mean, var * (count - 1) / count


def instance_norm(x, weight, bias, eps):
    if not x.numel():
        return x
    return functional.instance_norm(x, weight=weight, bias=bias, eps=eps)


def _plain(attrs, allowed):
    """Nothing but the attributes in `allowed` can be asked for."""
    if any(name not in allowed for name in attrs):
        raise Lacking("ONNX's variations of recurrent layers")


def _layer(kind, x, w_ih, w_hh, b_ih, b_hh, **options):
    """The layer with the same weights in both directions, as PyTorch has none just reversed."""
    layer = kind(w_ih.shape[1], w_hh.shape[1], bias=b_ih is not None, bidirectional=True, **options)
    given = {"weight_ih_l0": w_ih, "weight_hh_l0": w_hh, "bias_ih_l0": b_ih, "bias_hh_l0": b_hh}
    both = {f"{k}{way}": v for k, v in given.items() if v is not None for way in ("", "_reverse")}
    return partial(torch.func.functional_call, layer.to(x.dtype), both)


def _run(layer, x, lengths, reverse, *state):
    """A packed sequence is how PyTorch says `lengths`."""
    if x.shape[0] == 0 or (lengths is not None and lengths.min() < 1):
        raise Lacking("empty sequences")
    start = tuple(torch.stack([s, s]) for s in state)
    start = start if len(start) > 1 else start[0]
    if lengths is None:
        output, last = layer((x, start))
    else:
        packed = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
        output, last = layer((packed, start))
        output, _ = torch.nn.utils.rnn.pad_packed_sequence(output, total_length=x.shape[0])
    states = last if isinstance(last, tuple) else (last,)
    return output.chunk(2, -1)[reverse], *(s[int(reverse)] for s in states)


def lstm_layer(x, w_ih, w_hh, b_ih, b_hh, h0, c0, lengths, peephole, reverse=False, **attrs):
    _plain(attrs if peephole is None else {"peephole": 1}, ())
    layer = _layer(torch.nn.LSTM, x, w_ih, w_hh, b_ih, b_hh)
    return _run(layer, x, lengths, reverse, h0, c0)


def gru_layer(x, w_ih, w_hh, b_ih, b_hh, h0, lengths, reverse=False, **attrs):
    _plain(attrs, ())
    return _run(_layer(torch.nn.GRU, x, w_ih, w_hh, b_ih, b_hh), x, lengths, reverse, h0)


def rnn_layer(x, w_ih, w_hh, b_ih, b_hh, h0, lengths, reverse=False, activations="tanh", **attrs):
    _plain(attrs if activations in ("tanh", "relu") else {activations: 1}, ())
    layer = _layer(torch.nn.RNN, x, w_ih, w_hh, b_ih, b_hh, nonlinearity=activations)
    return _run(layer, x, lengths, reverse, h0)


TORCH = {
    "scaled_dot_product_attention": attention,
    "layer_norm": layer_norm,
    "rms_norm": rms_norm,
    "group_norm": group_norm,
    "batch_norm_inference": batch_norm_inference,
    "batch_norm_training": batch_norm_training,
    "instance_norm": instance_norm,
    "lstm_layer": lstm_layer,
    "gru_layer": gru_layer,
    "rnn_layer": rnn_layer,
}
