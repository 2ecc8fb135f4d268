"""Pairs of 16-bit integers in general registers as C: the DSP instructions of Arm, else plain C.

Both give the same bits. ARM v7-M Architecture Reference Manual, SXTAB16, UXTAB16, SMLAD, VCVTR.
"""

from __future__ import annotations

_HEAD = "HODU_UNUSED static inline int32_t"
_HAS = "#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP"

_WORD = f"""{_HEAD} word(const void *p) {{
  int32_t x;
  __builtin_memcpy(&x, p, sizeof x);
  return x;
}}
"""


def _halves(part: str, dtype: str, plus: str) -> str:
    """Bytes 0 and 2, or 1 and 3, widened, and added to the halves of `offset` if that is given."""
    letter, c = ("s", "int8_t") if dtype == "i8" else ("u", "uint8_t")
    shift = 0 if part == "even" else 8
    turned = "x" if part == "even" else "(int32_t)((uint32_t)x >> 8 | (uint32_t)x << 24)"
    parameter, name, low, high = "", "xtb16(", "", ""
    if plus:
        parameter, name = ", int32_t offset", "xtab16(offset, "
        low, high = "(uint32_t)offset + ", "((uint32_t)offset >> 16) + "
    return f"""{_HEAD} {part}_{dtype}{plus}(int32_t x{parameter}) {{
{_HAS}
  return __builtin_arm_{letter}{name}{turned});
#else
  const uint32_t low = {low}(uint32_t)({c})((uint32_t)x >> {shift});
  const uint32_t high = {high}(uint32_t)({c})((uint32_t)x >> {shift + 16});
  return (int32_t)((low & 0xFFFF) | high << 16);
#endif
}}
"""


# A macro, so that the place beyond `p` is part of the instruction, and one statement, so that no
# compiler loads and widens more weights at a time than there are registers for.
_DOT_HALVES = f"""{_HAS}
#define dot_halves(even, odd, p, beyond, c)                                            \\
  __extension__({{                                                                     \\
    const int8_t *at_ = (p);                                                           \\
    int32_t sum_ = (c), word_, pair_;                                                  \\
    __asm__(                                                                           \\
        "ldr %1, [%3, #" #beyond "]\\n sxtb16 %2, %1\\n smlad %0, %4, %2, %0\\n"         \\
        "sxtb16 %1, %1, ror #8\\n smlad %0, %5, %1, %0"                                \\
        : "+r"(sum_), "=&r"(word_), "=&r"(pair_)                                       \\
        : "r"(at_), "r"(even), "r"(odd), "m"(*(const int8_t(*)[(beyond) + 4])at_));    \\
    sum_;                                                                              \\
  }})
#else
{_HEAD} dot_halves(int32_t even, int32_t odd, const int8_t *p, int beyond, int32_t c) {{
  const int8_t *w = p + beyond;
  const int32_t a = (int16_t)even * w[0] + (even >> 16) * w[2];
  const int32_t b = (int16_t)odd * w[1] + (odd >> 16) * w[3];
  return (int32_t)((uint32_t)c + (uint32_t)a + (uint32_t)b);
}}
#endif
"""

_NEAREST16 = f"""{_HEAD} nearest16(float x) {{
#if defined(__ARM_FP) && {_HAS.removeprefix("#if ")}
  float rounded;
  int32_t y;
  __asm__("vcvtr.s32.f32 %0, %1" : "=t"(rounded) : "t"(x));
  __builtin_memcpy(&y, &rounded, sizeof y);
  return __builtin_arm_ssat(y, 16);
#else
  x = x < -32768.0f ? -32768.0f : x > 32767.0f ? 32767.0f : x;
  float sum = x + 12582912.0f; /* 1.5 * 2^23: a sum with it has no bits below 1 */
  int32_t y;
  __builtin_memcpy(&y, &sum, sizeof y);
  return y - 0x4B400000;
#endif
}}
"""

HALVES = {
    "word": _WORD,
    **{
        f"{part}_{dtype}{plus}": _halves(part, dtype, plus)
        for part in ("even", "odd")
        for dtype in ("i8", "u8")
        for plus in ("", "_plus")
    },
    "dot_halves": _DOT_HALVES,
    "nearest16": _NEAREST16,
}
"""The text of each helper by the name of its intrinsic."""
