"""PyTorch's meanings of attention, normalisation and recurrent layers."""

import torch
from torch.nn import functional

from tests.ops.torch_oracles.linalg import in_f32


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
    mean, var = (torch.zeros(x.shape[1], dtype=x.dtype) for _ in range(2))
    count = x.numel() // x.shape[1]
    output = functional.batch_norm(x, mean, var, weight, bias, True, 1.0, eps)
    return output, mean, var * (count - 1) / count


def instance_norm(x, weight, bias, eps):
    if not x.numel():
        return x
    return functional.instance_norm(x, weight=weight, bias=bias, eps=eps)


def _plain(attrs, allowed):
    """Whether nothing but the attributes in `allowed` is asked for."""
    if any(name not in allowed for name in attrs):
        raise NotImplementedError("not supported: ONNX's variations of recurrent layers")


def _module(kind, x, w_ih, w_hh, b_ih, b_hh, **options):
    layer = kind(w_ih.shape[1], w_hh.shape[1], bias=b_ih is not None, **options).to(x.dtype)
    given = {"weight_ih_l0": w_ih, "weight_hh_l0": w_hh, "bias_ih_l0": b_ih, "bias_hh_l0": b_hh}
    layer.load_state_dict({k: v for k, v in given.items() if v is not None})
    return layer


def _run(layer, x, lengths, reverse, *state):
    """A packed sequence is how PyTorch says `lengths`; only its bidirectional layers reverse."""
    if reverse or x.shape[0] == 0 or (lengths is not None and lengths.min() < 1):
        raise NotImplementedError("not supported: reversed or empty sequences")
    start = tuple(s[None] for s in state)
    start = start if len(start) > 1 else start[0]
    if lengths is None:
        output, last = layer(x, start)
    else:
        packed = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
        output, last = layer(packed, start)
        output, _ = torch.nn.utils.rnn.pad_packed_sequence(output, total_length=x.shape[0])
    return output, *(s[0] for s in (last if isinstance(last, tuple) else (last,)))


def lstm_layer(x, w_ih, w_hh, b_ih, b_hh, h0, c0, lengths, peephole, reverse=False, **attrs):
    _plain(attrs if peephole is None else {"peephole": 1}, ())
    layer = _module(torch.nn.LSTM, x, w_ih, w_hh, b_ih, b_hh)
    return _run(layer, x, lengths, reverse, h0, c0)


def gru_layer(x, w_ih, w_hh, b_ih, b_hh, h0, lengths, reverse=False, **attrs):
    _plain(attrs, ())
    return _run(_module(torch.nn.GRU, x, w_ih, w_hh, b_ih, b_hh), x, lengths, reverse, h0)


def rnn_layer(x, w_ih, w_hh, b_ih, b_hh, h0, lengths, reverse=False, activations="tanh", **attrs):
    _plain(attrs if activations in ("tanh", "relu") else {activations: 1}, ())
    layer = _module(torch.nn.RNN, x, w_ih, w_hh, b_ih, b_hh, nonlinearity=activations)
    return _run(layer, x, lengths, reverse, h0)


TORCH = {
    "scaled_dot_product_attention": attention,
    "layer_norm": layer_norm,
    "rms_norm": rms_norm,
    "group_norm": group_norm,
    "batch_norm_inference": batch_norm_inference,
    "batch_norm_training": in_f32(batch_norm_training),
    "instance_norm": instance_norm,
    "lstm_layer": lstm_layer,
    "gru_layer": gru_layer,
    "rnn_layer": rnn_layer,
}
