"""Dot products of four bytes as C: the instructions of x86 where they are, else plain vectors.

All give the same bits: sums of two 16-bit products by `pmaddwd` do not saturate, unlike those that
`pmaddubsw` makes of bytes.
"""

from __future__ import annotations

_VNNI = {
    16: "defined(__AVX512VNNI__)",
    8: "defined(__AVXVNNI__) || (defined(__AVX512VNNI__) && defined(__AVX512VL__))",
    4: "defined(__AVXVNNI__) || (defined(__AVX512VNNI__) && defined(__AVX512VL__))",
}
_PAIRS = {
    16: "defined(__clang__) && defined(__AVX512BW__)",
    8: "defined(__AVX2__)",
    4: "defined(__SSE2__)",
}


def dot_helper(name: str) -> tuple[str, list[str]]:
    """The text of a helper such as `dot4_u8_i32x16`, and the vector types that it names."""
    _, kind, result = name.split("_")
    if result == "i32":
        return _scalar(name, kind), [f"{kind}x4", "i8x4"]
    lanes = int(result.removeprefix("i32x"))
    head = (
        f"HODU_UNUSED static inline {result} {name}({kind}x4 x, i8x{4 * lanes} w, {result} c) {{\n"
        "  int32_t word;\n  __builtin_memcpy(&word, &x, 4);\n"
        f"  const {result} a = ({result}){{0}} + word;\n"
    )
    ways = [_dot_instruction(lanes)] if kind == "u8" and lanes in _VNNI else []
    ways += [_pairs(kind, lanes)] if lanes in _PAIRS else []
    plain = _plain(kind, lanes)
    if not ways:
        return f"{head}{plain}}}\n", _types(kind, lanes)
    tests = "".join(
        f"#{'elif' if i else 'if'} {test}\n{body}" for i, (test, body) in enumerate(ways)
    )
    return f"{head}{tests}#else\n{plain}#endif\n}}\n", _types(kind, lanes)


def _types(kind: str, lanes: int) -> list[str]:
    halves = [f"i16x{2 * lanes}", f"u16x{2 * lanes}"] if lanes in _PAIRS else []
    bytes_ = [f"i8x{4 * lanes}", f"u8x{4 * lanes}"]
    return [f"{kind}x4", *bytes_, f"i32x{lanes}", f"u32x{lanes}", *halves]


def _scalar(name: str, kind: str) -> str:
    products = " + ".join(f"x[{j}] * w[{j}]" for j in range(4))
    return (
        f"HODU_UNUSED static inline int32_t {name}({kind}x4 x, i8x4 w, int32_t c) {{\n"
        f"  return (int32_t)((uint32_t)c + (uint32_t)({products}));\n}}\n"
    )


def _dot_instruction(lanes: int) -> tuple[str, str]:
    """The one instruction of AVX-512 VNNI and AVX-VNNI; compilers type its operands differently."""
    total, size = f"i32x{lanes}", f"x{4 * lanes}"
    return _VNNI[lanes], (
        "#if defined(__clang__) && __clang_major__ >= 22\n"
        f"  return ({total})__builtin_ia32_vpdpbusd{32 * lanes}(c, (u8{size})a, (i8{size})w);\n"
        "#elif defined(__clang__)\n"
        f"  return ({total})__builtin_ia32_vpdpbusd{32 * lanes}(c, a, ({total})w);\n"
        "#else\n"
        f"  return ({total})__builtin_ia32_vpdpbusd_v{lanes}si(c, a, ({total})w);\n"
        "#endif\n"
    )


def _pairs(kind: str, lanes: int) -> tuple[str, str]:
    """The even bytes and the odd ones as 16-bit integers, multiplied and added in pairs."""
    total, signed, plain = f"i32x{lanes}", f"i16x{2 * lanes}", f"u16x{2 * lanes}"
    even, odd = _halves("a", kind, signed, plain)
    even_w, odd_w = _halves("w", "i8", signed, plain)
    multiply = f"__builtin_ia32_pmaddwd{32 * lanes}"
    return _PAIRS[lanes], (
        f"  const {total} even = {multiply}({even}, {even_w});\n"
        f"  const {total} odd = {multiply}({odd}, {odd_w});\n"
        "  return c + even + odd;\n"
    )


def _halves(name: str, kind: str, signed: str, plain: str) -> tuple[str, str]:
    if kind == "u8":
        return f"({signed})(({plain}){name} & 255)", f"({signed})(({plain}){name} >> 8)"
    return f"({signed})(({plain}){name} << 8) >> 8", f"({signed}){name} >> 8"


def _plain(kind: str, lanes: int) -> str:
    """Byte after byte, widened by shifts."""
    total, plain = f"i32x{lanes}", f"u32x{lanes}"
    terms = []
    for shift in (24, 16, 8, 0):
        weight = f"(({total})(({plain})w << {shift}) >> 24)"
        byte = f"({total})(({plain})a << {shift} >> 24)"
        if kind == "i8":
            byte = f"(({total})(({plain})a << {shift}) >> 24)"
        terms.append(f"{byte} * {weight}")
    return f"  return c + {' + '.join(terms)};\n"
