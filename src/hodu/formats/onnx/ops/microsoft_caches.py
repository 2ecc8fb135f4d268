"""Caches of keys and values that hold codes of 8 or 4 bits, as GroupQueryAttention takes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import hodu.functional as f
from hodu.dtypes import i8, u8
from hodu.formats.onnx.node import OnnxNode

if TYPE_CHECKING:
    from hodu._tensor import Tensor


@dataclass(frozen=True)
class Cache:
    """Numbers as they are without a scale, else codes times it; two codes of 4 bits in a byte."""

    scale: Tensor | None
    bits: int

    @classmethod
    def of(cls, node: OnnxNode, which: str, scale: Tensor | None, groups: int) -> Cache:
        """The cache of keys ("k") or values ("v"), with a scale for all or for each channel."""
        kind = node.text(f"{which}_quant_type", "NONE")
        bits = node.integer("kv_cache_bit_width", 8)
        if kind == "NONE":
            return cls(None, bits)
        if scale is None or bits not in (4, 8) or kind not in ("PER_TENSOR", "PER_CHANNEL"):
            given = "no" if scale is None else "a"
            raise node.unsupported(
                f"{which}_quant_type={kind!r} with {bits} bits and {given} scale",
                "it is PER_TENSOR or PER_CHANNEL with 8 or 4 bits and a scale",
            )
        shape = () if kind == "PER_TENSOR" else (1, groups, 1, -1)
        return cls(scale.reshape(shape), bits)

    def coded(self, x: Tensor) -> Tensor:
        """Numbers [B, N, S, H] as the cache holds them."""
        if self.scale is None:
            return x
        half = 1 << (self.bits - 1)
        codes = f.clamp(f.round(x.to("f32") / self.scale), -half, half - 1)
        if self.bits == 8:
            return codes.to(i8)
        moved = (codes + half).to(u8)
        return f.bitwise_or(moved[..., 0::2], moved[..., 1::2] * 16)

    def numbers(self, codes: Tensor, like: Tensor) -> Tensor:
        """What a cache holds as numbers of the type of another tensor."""
        if self.scale is None:
            return codes
        if self.bits == 4:
            pair = f.stack([f.bitwise_and(codes, 15), f.bitwise_right_shift(codes, 4)], -1)
            codes = pair.flatten(-2).to(i8) - 8
        return (codes.to("f32") * self.scale).to(like.dtype)
