"""Cases of recurrent layers, attention and transformers."""

from __future__ import annotations

import numpy as np

from tests.nn.cases import C, mask

_S = (5, 3, 4)
_LAYERS: list[dict[str, object]] = [
    {},
    {"num_layers": 2, "bidirectional": True},
    {"num_layers": 2, "bias": False, "batch_first": True},
]
RECURRENT = [
    *[C(name, 4, 6, on=_S, **options) for name in ("RNN", "GRU", "LSTM") for options in _LAYERS],
    C("RNN", 4, 6, nonlinearity="relu", on=(5, 4)),
    C("GRU", 4, 6, on=[(5, 4), (1, 6)]),
    C("GRU", 4, 6, 2, on=[_S, (2, 3, 6)], bidirectional=False),
    C("LSTM", 4, 6, on=[_S, [(1, 3, 6), (1, 3, 6)]]),
    C("LSTM", 4, 6, 2, dropout=0.5, on=(5, 4)),
    C("LSTM", 4, 6, 2, proj_size=3, bidirectional=True, on=_S),
    C("LSTM", 4, 6, proj_size=3, on=[(5, 4), [(1, 3), (1, 6)]]),
    C("RNNCell", 4, 6, on=(3, 4)),
    C("RNNCell", 4, 6, nonlinearity="relu", bias=False, on=[(4,), (6,)]),
    C("GRUCell", 4, 6, on=(4,)),
    C("GRUCell", 4, 6, on=[(3, 4), (3, 6)]),
    C("LSTMCell", 4, 6, on=(3, 4)),
    C("LSTMCell", 4, 6, on=[(3, 4), [(3, 6), (3, 6)]]),
]
_Q, _K = (4, 2, 8), (5, 2, 8)


def causal(size: int):
    """The mask of a sequence that looks only back."""
    return lambda random, dtype: np.triu(np.full((size, size), -np.inf, dtype), 1)


def hidden(shape: tuple[int, ...]):
    """A mask as numbers to add: 0 or -inf."""
    return lambda random, dtype: np.where(mask(shape)(random, dtype), -np.inf, 0).astype(dtype)


ATTENTION = [
    C("MultiheadAttention", 8, 2, on=[_Q, _K, _K]),
    C("MultiheadAttention", 8, 2, batch_first=True, bias=False, on=[(2, 4, 8)] * 3),
    C("MultiheadAttention", 8, 4, on=[(4, 8), (5, 8), (5, 8)], call={"need_weights": False}),
    C("MultiheadAttention", 8, 2, kdim=6, vdim=5, on=[_Q, (5, 2, 6), (5, 2, 5)]),
    C("MultiheadAttention", 8, 2, add_bias_kv=True, add_zero_attn=True, on=[_Q, _K, _K]),
    *[
        C(
            "MultiheadAttention",
            8,
            2,
            add_zero_attn=zero,
            on=[_Q, _K, _K],
            call={
                "key_padding_mask": mask((2, 5)),
                "attn_mask": attn,
                "need_weights": weights,
                "average_attn_weights": False,
            },
        )
        for zero in (False, True)
        for attn in (None, mask((4, 5)), mask((4, 4, 5)))
        for weights in (False, True)
    ],
    C("MultiheadAttention", 8, 2, on=[_Q, _K, _K], call={"attn_mask": (4, 5)}),
    C(
        "MultiheadAttention",
        8,
        2,
        on=[_Q, _Q, _Q],
        call={"attn_mask": causal(4), "is_causal": True, "need_weights": False},
    ),
]
_ENCODER = (8, 2, 12, 0.0)
TRANSFORMERS = [
    *[
        C(f"Transformer{kind}Layer", *_ENCODER, on=on, **options)
        for kind, on in (("Encoder", [_Q]), ("Decoder", [_Q, _K]))
        for options in (
            {},
            {"norm_first": True, "activation": "gelu", "bias": False},
            {"batch_first": True, "layer_norm_eps": 1e-3},
        )
        if not (options.get("batch_first") and kind == "Decoder")
    ],
    C(
        "TransformerEncoderLayer",
        *_ENCODER,
        on=[_Q],
        call={"src_mask": causal(4), "src_key_padding_mask": hidden((2, 4)), "is_causal": True},
    ),
    C(
        "TransformerDecoderLayer",
        *_ENCODER,
        on=[_Q, _K],
        call={"tgt_mask": mask((4, 4)), "memory_key_padding_mask": mask((2, 5))},
    ),
    C("Transformer", 8, 2, 2, 2, 12, 0.0, on=[_K, _Q], call={"tgt_mask": causal(4)}),
    C("Transformer", 8, 2, 1, 1, 12, 0.0, batch_first=True, on=[(2, 5, 8), (2, 4, 8)]),
]
