"""Attention of several heads, as a module."""

from __future__ import annotations

import hodu.functional as f
from hodu._tensor import Tensor
from hodu.devices import Device
from hodu.dtypes import DTypeLike
from hodu.errors import ValueRangeError
from hodu.nn import functional as F
from hodu.nn import init
from hodu.nn.linear import Linear, empty_parameter
from hodu.nn.module import Module
from hodu.nn.parameter import Parameter


class MultiheadAttention(Module):
    """Attention by several heads, each over a part of the embedding.

    Operands are [l, n, e], or [n, l, e] with `batch_first`, or without a batch. One weight
    projects query, key and value, or three where `kdim` or `vdim` differ from `embed_dim`.
    """

    in_proj_weight: Parameter | None
    q_proj_weight: Parameter | None
    k_proj_weight: Parameter | None
    v_proj_weight: Parameter | None
    in_proj_bias: Parameter | None
    bias_k: Parameter | None
    bias_v: Parameter | None

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        device: Device | str | None = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__()
        if num_heads < 1 or embed_dim < 1 or embed_dim % num_heads:
            raise ValueRangeError(f"num_heads={num_heads} does not divide embed_dim={embed_dim}")
        self.embed_dim, self.num_heads, self.dropout = embed_dim, num_heads, dropout
        self.kdim = embed_dim if kdim is None else kdim
        self.vdim = embed_dim if vdim is None else vdim
        self.batch_first, self.add_zero_attn = batch_first, add_zero_attn
        self.head_dim = embed_dim // num_heads
        for name, size in self._sizes(bias, add_bias_kv).items():
            made = None if size is None else empty_parameter(*size, dtype=dtype, device=device)
            self.register_parameter(name, made)
        self.out_proj = Linear(embed_dim, embed_dim, bias=bias, device=device, dtype=dtype)
        self.reset_parameters()

    def _sizes(self, bias: bool, add_bias_kv: bool) -> dict[str, tuple[int, ...] | None]:
        """The sizes of the parameters, None for those that there are not."""
        e = self.embed_dim
        separate = {"q": e, "k": self.kdim, "v": self.vdim}
        is_one = self.kdim == self.vdim == e
        return {
            **{f"{n}_proj_weight": None if is_one else (e, d) for n, d in separate.items()},
            "in_proj_weight": (3 * e, e) if is_one else None,
            "in_proj_bias": (3 * e,) if bias else None,
            "bias_k": (1, 1, e) if add_bias_kv else None,
            "bias_v": (1, 1, e) if add_bias_kv else None,
        }

    def reset_parameters(self) -> None:
        """Projections by `xavier_uniform_`, biases 0 and those of key and value normal."""
        for name, parameter in self.named_parameters(recurse=False):
            if name.endswith("weight"):
                init.xavier_uniform_(parameter)
            elif name == "in_proj_bias":
                init.zeros_(parameter)
            else:
                init.xavier_normal_(parameter)
        if self.out_proj.bias is not None:
            init.zeros_(self.out_proj.bias)

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """The result in the shape of the query, and the weights or None.

        Masks and weights are those of `functional.multi_head_attention_forward`.
        """
        swap = self.batch_first and query.ndim == 3
        if swap:  # one tensor stays one, which is projected at once
            turned = {id(t): f.transpose(t, 0, 1) for t in (query, key, value)}
            query, key, value = (turned[id(t)] for t in (query, key, value))
        output, weights = F.multi_head_attention_forward(
            query,
            key,
            value,
            self.embed_dim,
            self.num_heads,
            self.in_proj_weight,
            self.in_proj_bias,
            self.bias_k,
            self.bias_v,
            self.add_zero_attn,
            self.dropout,
            self.out_proj.weight,
            self.out_proj.bias,
            training=self.training,
            key_padding_mask=key_padding_mask,
            need_weights=need_weights,
            attn_mask=attn_mask,
            use_separate_proj_weight=self.in_proj_weight is None,
            q_proj_weight=self.q_proj_weight,
            k_proj_weight=self.k_proj_weight,
            v_proj_weight=self.v_proj_weight,
            average_attn_weights=average_attn_weights,
            is_causal=is_causal,
        )
        return f.transpose(output, 0, 1) if swap else output, weights
