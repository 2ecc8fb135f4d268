"""Square roots as C without libm: an instruction where there is one, else integers, bit by bit.

(K. C. Ng, fdlibm's e_sqrt.c, 1993.) Both are rounded to nearest.
"""

from __future__ import annotations

_PARTS = {
    "f32": ("float", "f", "uint32_t", 32, 23, 4),
    "f64": ("double", "", "uint64_t", 64, 52, 8),
}


def root_helper(element: str) -> str:
    """The square root of an f32 or f64."""
    c, suffix, bits, width, mantissa, unit = _PARTS[element]
    lacking = f"defined(__arm__) && !(__ARM_FP & {unit})"
    lacking += f" || defined(__riscv) && __riscv_flen < {width}"
    bias = (1 << (width - mantissa - 2)) - 1
    return f"""HODU_UNUSED static inline {c} sqrt_{element}({c} x) {{
#if {lacking}
  const {bits} one = 1, infinite = ({bits}){2 * bias + 1} << {mantissa};
  {bits} b, root = 0, twice = 0;
  __builtin_memcpy(&b, &x, sizeof b);
  if (!(b << 1) || b == infinite || x != x) return x;
  if (b > infinite) return x - x + __builtin_nan{suffix}("");
  int32_t exponent = (int32_t)(b >> {mantissa});
  if (exponent) {{
    b = (b & ((one << {mantissa}) - 1)) | one << {mantissa};
  }} else {{
    for (exponent = 1; !(b >> {mantissa}); exponent--) b <<= 1;
  }}
  exponent -= {bias};
  b <<= 1 + (exponent & 1);
  for ({bits} bit = one << {mantissa + 1}; bit; bit >>= 1, b <<= 1) {{
    if (twice + bit > b) continue;
    b -= twice + bit;
    twice += 2 * bit;
    root += bit;
  }}
  if (b) root += root & 1; /* the last bit is for rounding; a root is never half-way */
  root = (root >> 1) + (({bits})((exponent >> 1) + {bias - 1}) << {mantissa});
  __builtin_memcpy(&x, &root, sizeof x);
  return x;
#else
  return __builtin_sqrt{suffix}(x);
#endif
}}
"""
