"""Stacks of transformer layers, and the whole of encoder and decoder."""

from __future__ import annotations

import copy
import math
from typing import Any

import hodu.functional as f
from hodu._tensor import Tensor
from hodu.devices import Device, require_cpu
from hodu.dtypes import DTypeLike
from hodu.errors import ShapeError
from hodu.nn import functional as F
from hodu.nn import init
from hodu.nn.container import ModuleList
from hodu.nn.module import Module
from hodu.nn.normalization import LayerNorm
from hodu.nn.transformer_layers import (
    Activation,
    TransformerDecoderLayer,
    TransformerEncoderLayer,
)
from hodu.shapes import format_shape


def _causal_mask(size: int, dtype: DTypeLike | None = None) -> Tensor:
    return f.triu(f.full((size, size), -math.inf, dtype=dtype), 1)


def _is_causal(mask: Tensor | None, given: bool | None) -> bool:
    """Whether the mask is the causal one, as said or as seen; one being captured is not looked at.

    Attention then needs no mask.
    """
    if given is not None:
        return given
    if mask is None or mask._data is None or mask.ndim != 2 or not mask.dtype.is_float:
        return False
    size = int(mask.shape[0])
    return size == mask.shape[1] and f.equal(mask, _causal_mask(size, mask.dtype))


def _copies(layer: Module, count: int) -> ModuleList:
    return ModuleList(copy.deepcopy(layer) for _ in range(count))


class TransformerEncoder(Module):
    """Copies of an encoder layer, one after the other, and a normalisation.

    `enable_nested_tensor` and `mask_check` have no effect.
    """

    def __init__(
        self,
        encoder_layer: TransformerEncoderLayer,
        num_layers: int,
        norm: Module | None = None,
        enable_nested_tensor: bool = True,
        mask_check: bool = True,
    ) -> None:
        super().__init__()
        self.layers = _copies(encoder_layer, num_layers)
        self.num_layers = num_layers
        self.norm = norm

    def forward(
        self,
        src: Tensor,
        mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool | None = None,
    ) -> Tensor:
        """The same shape."""
        causal = _is_causal(mask, is_causal)
        for layer in self.layers:
            src = layer(src, mask, src_key_padding_mask, causal)
        return src if self.norm is None else self.norm(src)


class TransformerDecoder(Module):
    """Copies of a decoder layer, one after the other, and a normalisation."""

    def __init__(
        self,
        decoder_layer: TransformerDecoderLayer,
        num_layers: int,
        norm: Module | None = None,
    ) -> None:
        super().__init__()
        self.layers = _copies(decoder_layer, num_layers)
        self.num_layers = num_layers
        self.norm = norm

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """The shape of `tgt`."""
        causal = _is_causal(tgt_mask, tgt_is_causal)
        masks = (tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask)
        for layer in self.layers:
            tgt = layer(tgt, memory, *masks, causal, memory_is_causal)
        return tgt if self.norm is None else self.norm(tgt)


class Transformer(Module):
    """An encoder, and a decoder that attends to what it gives."""

    def __init__(
        self,
        d_model: int = 512,
        nhead: int = 8,
        num_encoder_layers: int = 6,
        num_decoder_layers: int = 6,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = F.relu,
        custom_encoder: Any = None,
        custom_decoder: Any = None,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Device | str | None = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__()
        options = (dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first)
        layer = (d_model, nhead, *options, bias, device, dtype)

        def norm() -> LayerNorm:
            return LayerNorm(d_model, layer_norm_eps, bias=bias, device=device, dtype=dtype)

        if custom_encoder is None:
            encoder = TransformerEncoderLayer(*layer)
            custom_encoder = TransformerEncoder(encoder, num_encoder_layers, norm())
        if custom_decoder is None:
            decoder = TransformerDecoderLayer(*layer)
            custom_decoder = TransformerDecoder(decoder, num_decoder_layers, norm())
        self.encoder, self.decoder = custom_encoder, custom_decoder
        self.d_model, self.nhead, self.batch_first = d_model, nhead, batch_first
        for parameter in self.parameters():
            if parameter.ndim > 1:
                init.xavier_uniform_(parameter)

    def forward(
        self,
        src: Tensor,
        tgt: Tensor,
        src_mask: Tensor | None = None,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        src_is_causal: bool | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """The shape of `tgt`."""
        if src.shape[-1] != self.d_model or tgt.shape[-1] != self.d_model:
            raise ShapeError(
                f"Transformer of src {format_shape(src.shape)} and tgt {format_shape(tgt.shape)}",
                hint=f"their last size must be d_model = {self.d_model}",
            )
        memory = self.encoder(src, src_mask, src_key_padding_mask, src_is_causal)
        masks = (tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask)
        return self.decoder(tgt, memory, *masks, tgt_is_causal, memory_is_causal)

    @staticmethod
    def generate_square_subsequent_mask(
        sz: int, device: Device | str | None = None, dtype: DTypeLike | None = None
    ) -> Tensor:
        """The mask [sz, sz] that is added so that nothing attends to what comes after it."""
        require_cpu(device)
        return _causal_mask(sz, dtype)
