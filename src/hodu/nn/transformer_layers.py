"""The layers of a transformer.

Source: A. Vaswani et al., "Attention Is All You Need" (2017); with `norm_first`, the order of
R. Xiong et al., "On Layer Normalization in the Transformer Architecture" (2020).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from hodu._tensor import Tensor
from hodu.devices import Device
from hodu.dtypes import DTypeLike
from hodu.errors import ValueRangeError
from hodu.nn import functional as F
from hodu.nn.attention import MultiheadAttention
from hodu.nn.dropout import Dropout
from hodu.nn.linear import Linear
from hodu.nn.module import Module
from hodu.nn.normalization import LayerNorm

Activation = str | Callable[[Tensor], Tensor]


def _activation(given: Activation) -> Callable[[Tensor], Tensor]:
    if not isinstance(given, str):
        return given
    if given not in ("relu", "gelu"):
        raise ValueRangeError(f"activation={given!r}", hint="'relu', 'gelu' or a function")
    return F.relu if given == "relu" else F.gelu


class _Layer(Module):
    """What both layers share: attention, two linear maps, and a norm for each part."""

    attentions: ClassVar[tuple[str, ...]] = ("self_attn",)

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = F.relu,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Device | str | None = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__()
        options: dict[str, Any] = {"bias": bias, "device": device, "dtype": dtype}
        for name in self.attentions:
            made = MultiheadAttention(
                d_model, nhead, dropout=dropout, batch_first=batch_first, **options
            )
            self.add_module(name, made)
        self.linear1 = Linear(d_model, dim_feedforward, **options)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, **options)
        self.norm_first = norm_first
        self.activation = _activation(activation)
        parts = range(1, len(self.attentions) + 2)
        for i in parts:
            self.add_module(f"norm{i}", LayerNorm(d_model, eps=layer_norm_eps, **options))
        for i in parts:
            self.add_module(f"dropout{i}", Dropout(dropout))

    def _attend(
        self,
        attention: MultiheadAttention,
        x: Tensor,
        memory: Tensor,
        masks: tuple[Tensor | None, Tensor | None, bool],
        dropout: Dropout,
    ) -> Tensor:
        mask, padding, is_causal = masks
        result, _ = attention(
            x,
            memory,
            memory,
            attn_mask=mask,
            key_padding_mask=padding,
            is_causal=is_causal,
            need_weights=False,
        )
        return dropout(result)

    def _feed_forward(self, x: Tensor, dropout: Dropout) -> Tensor:
        return dropout(self.linear2(self.dropout(self.activation(self.linear1(x)))))


class TransformerEncoderLayer(_Layer):
    """Attention to itself, then two linear maps, each added to its input and normalised."""

    def forward(
        self,
        src: Tensor,
        src_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool = False,
    ) -> Tensor:
        """The same shape; masks are those of `MultiheadAttention`."""
        x, masks = src, (src_mask, src_key_padding_mask, is_causal)

        def attend(x: Tensor) -> Tensor:
            return self._attend(self.self_attn, x, x, masks, self.dropout1)

        if self.norm_first:
            x = x + attend(self.norm1(x))
            return x + self._feed_forward(self.norm2(x), self.dropout2)
        x = self.norm1(x + attend(x))
        return self.norm2(x + self._feed_forward(x, self.dropout2))


class TransformerDecoderLayer(_Layer):
    """An encoder layer with attention to the encoder's output, `memory`, in its middle."""

    attentions = ("self_attn", "multihead_attn")

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """The shape of `tgt`; masks are those of `MultiheadAttention`."""
        own = (tgt_mask, tgt_key_padding_mask, tgt_is_causal)
        other = (memory_mask, memory_key_padding_mask, memory_is_causal)

        def attend(x: Tensor) -> Tensor:
            return self._attend(self.self_attn, x, x, own, self.dropout1)

        def look(x: Tensor) -> Tensor:
            return self._attend(self.multihead_attn, x, memory, other, self.dropout2)

        x = tgt
        if self.norm_first:
            x = x + attend(self.norm1(x))
            x = x + look(self.norm2(x))
            return x + self._feed_forward(self.norm3(x), self.dropout3)
        x = self.norm1(x + attend(x))
        x = self.norm2(x + look(x))
        return self.norm3(x + self._feed_forward(x, self.dropout3))
