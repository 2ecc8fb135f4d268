"""The scale of quantized results as C for processors that compute with integers alone.

A product in integers decides, unless it is so near to a half that rounding it to f32 first could
decide otherwise: then, once in some sixty times, it is computed in f32. So the bits are those of
processors with floats.
"""

from __future__ import annotations

_HIGH = """
/* The upper half of a product. Armv6-M has lower ones alone, and leaves out up to 3 of it. */
HODU_UNUSED static inline int32_t scaled16_high(int32_t x, int32_t y) {
#if defined(__ARM_ARCH_6M__)
  const int32_t above = x >> 16, below = x & 0xFFFF;
  return above * (y >> 16) + ((above * (y & 0xFFFF)) >> 16) + ((below * (y >> 16)) >> 16);
#else
  return (int32_t)(((int64_t)x * y) >> 32);
#endif
}
"""
# The scale is m * 2^-s with m below 2^24, and 2^8 x * 2^7 m >> 32 has s - 17 bits below one.
_SCALED = """HODU_UNUSED HODU_NOINLINE static int32_t scaled16_in_f32(int32_t x, float scale) {
  return nearest16((float)x * scale);
}

HODU_UNUSED HODU_NOINLINE static int32_t scaled16(int32_t x, float scale) {
  uint32_t bits;
  __builtin_memcpy(&bits, &scale, sizeof bits);
  const uint32_t below = 133 - (bits >> 23); /* at least 8, so that f32 is off by less than one */
  if (below - 8 <= 30 - 8 && (uint32_t)x + (1u << 23) < 1u << 24) {
    const int32_t mantissa = (int32_t)((bits << 7 & 0x3FFFFFFF) | 0x40000000);
    const int32_t y = scaled16_high((int32_t)((uint32_t)x << 8), mantissa) + (1 << (below - 1));
    const uint32_t past = (uint32_t)y & ((1u << below) - 1); /* the half that was not enough */
    const uint32_t near = (1u << below >> 7) + 3;
    if (past - near < (1u << below) - 2 * near) return y >> below;
  }
  return scaled16_in_f32(x, scale);
}
"""

SCALED = f"{_HIGH.lstrip()}\n{_SCALED}"
"""The text of the intrinsic of that name, which calls nearest16."""
