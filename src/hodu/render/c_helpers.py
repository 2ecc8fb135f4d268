"""Small C functions that expressions need, each written out where it is used.

Each is made by a name such as `select_f32x16`; `helper(name)` gives its text and the vector types
that it needs. Only plain C with vector extensions is used, which gcc and clang both have.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from hodu.render.c_dots import dot_helper
from hodu.render.c_halves import HALVES
from hodu.render.c_loads import load_helper
from hodu.render.c_roots import root_helper
from hodu.render.c_scaled import SCALED

_VECTOR = re.compile(r"([a-z]+)_([a-z]+\d+)x(\d+)")
_ROUNDING = {"floor": "t - (t > x)", "ceil": "t + (t < x)", "trunc": "t"}
_LANEWISE = ("floor", "ceil", "trunc", "rint", "sqrt")
_C = {"f32": "float", "f64": "double", "i32": "int32_t", "i64": "int64_t", "u32": "uint32_t"}
_C |= {"u64": "uint64_t", "i8": "int8_t", "u8": "uint8_t", "i16": "int16_t", "u16": "uint16_t"}


def typedef(name: str) -> str:
    """The definition of a vector type such as f32x16, and of its form in memory."""
    element, lanes = name.split("x")
    size = int(lanes) * int(element[1:]) // 8
    c = _C[element]
    return (
        f"typedef {c} {name} __attribute__((vector_size({size})));\n"
        f"typedef {c} {name}_m\n"
        f"    __attribute__((vector_size({size}), aligned({int(element[1:]) // 8}), may_alias));\n"
    )


def helper(name: str) -> tuple[list[str], list[str]]:
    """The texts of a helper and of what it calls, and the vector types it names."""
    if name.startswith("bits_"):
        return [_bits(*name.split("_")[1:])], []
    if name.startswith("positive_"):
        return [_positive(name, name.removeprefix("positive_"))], []
    if name.startswith("anew_"):
        return [_anew(name, name.removeprefix("anew_"))], []
    if name.startswith("load_"):
        return [load_helper(name)], []
    if name.startswith("fma_"):
        return _fused(name, name.removeprefix("fma_"))
    if name.startswith("apart_"):
        return _apart(name, name.removeprefix("apart_"))
    if name.startswith("dot4_"):
        text, types = dot_helper(name)
        return [text], types
    if name in HALVES:
        return [HALVES[name]], []
    if name == "scaled16":
        return [HALVES["nearest16"], SCALED], []
    match = _VECTOR.fullmatch(name)
    if match is None:
        return [_scalar_rounding(*name.split("_"))], []
    kind, element, lanes = match[1], match[2], int(match[3])
    text, types = _VECTOR_HELPERS[kind](name, element, lanes)
    return [*([_scalar_rounding(kind, element)] if kind in _LANEWISE else []), text], types


def _scalar_rounding(op: str, element: str) -> str:
    """Rounding without libm where the target has no instruction for it."""
    if op == "sqrt":
        return root_helper(element)
    c, suffix = _C[element], "f" if element == "f32" else ""
    integer, limit = (
        ("int32_t", "8388608.0f") if element == "f32" else ("int64_t", "4503599627370496.0")
    )
    head = f"HODU_UNUSED static inline {c} {op}_{element}({c} x) {{\n"
    if op == "rint":
        body = (
            f"  if (!(__builtin_fabs{suffix}(x) < {limit})) return x;\n"
            f"  {c} big = __builtin_copysign{suffix}({limit}, x);\n"
            f"  volatile {c} sum = x + big;\n"
            f"  return __builtin_copysign{suffix}(sum - big, x);\n"
        )
    else:
        body = (
            f"  if (!(__builtin_fabs{suffix}(x) < {limit})) return x;\n"
            f"  {c} t = ({c})({integer})x;\n"
            f"  return __builtin_copysign{suffix}({_ROUNDING[op]}, x);\n"
        )
    return (
        "#if defined(__SSE4_1__) || defined(__aarch64__) || defined(__wasm__)\n"
        f"{head}  return __builtin_{op}{suffix}(x);\n}}\n#else\n{head}{body}}}\n#endif\n"
    )


def _fused(name: str, kind: str) -> tuple[list[str], list[str]]:
    """A product and a sum as one operation where the target has it, also in code that may not make
    one of others."""
    c = _C.get(kind, kind)
    text = (
        f"HODU_UNUSED static inline {c} {name}({c} a, {c} b, {c} c) {{\n"
        "#if defined(__clang__)\n#pragma STDC FP_CONTRACT ON\n#endif\n"
        "  return a * b + c;\n}\n"
    )
    return [text], [] if kind in _C else [kind]


def _apart(name: str, kind: str) -> tuple[list[str], list[str]]:
    """A value that C compilers fuse with nothing: as far as they know, what follows changes it."""
    c = _C.get(kind, kind)
    registers = (
        ("defined(__AVX512F__)", "v"),
        ("defined(__FMA__)", "x"),
        ("defined(__aarch64__)", "w"),
        ("defined(__ARM_FEATURE_FMA)", "t"),
        ("defined(__riscv_f)", "f"),
    )
    lines = [
        f'#{"elif" if i else "if"} {test}\n  __asm__("" : "+{register}"(x));\n'
        for i, (test, register) in enumerate(registers)
    ]
    types = [] if kind in _C else [kind]
    if kind == "f32x2":  # half of a register, which no constraint of x86 takes
        lines.insert(0, "  f32x4 y = __builtin_shufflevector(x, x, 0, 1, 0, 1);\n")
        lines = [line.replace("(x)", "(y)") for line in lines]
        last, types = "__builtin_shufflevector(y, y, 0, 1)", [kind, "f32x4"]
    else:
        last = "x"
    text = (
        f"HODU_UNUSED static inline {c} {name}({c} x) {{\n{''.join(lines)}#endif\n"
        f"  return {last};\n}}\n"
    )
    return [text], types


def _positive(name: str, c: str) -> str:
    """A number that is one at least: a loop up to it needs no test before its start."""
    return (
        f"HODU_UNUSED static inline {c} {name}({c} x) {{\n"
        "#if defined(__GNUC__)\n  if (x < 1) __builtin_unreachable();\n#endif\n"
        "  return x;\n}\n"
    )


def _anew(name: str, c: str) -> str:
    """An integer through a statement of assembly that is empty."""
    return (
        f"HODU_UNUSED static inline {c} {name}({c} x) {{\n"
        "#if defined(__GNUC__)\n"
        '  __asm__("" : "+r"(x));\n'
        "#endif\n  return x;\n}\n"
    )


def _bits(target: str, source: str) -> str:
    return (
        f"HODU_UNUSED static inline {_C[target]} bits_{target}_{source}({_C[source]} x) {{\n"
        f"  {_C[target]} y;\n  __builtin_memcpy(&y, &x, sizeof y);\n  return y;\n}}\n"
    )


def _select(name: str, element: str, lanes: int) -> tuple[str, list[str]]:
    vector, mask = f"{element}x{lanes}", f"i{element[1:]}x{lanes}"
    return (
        f"HODU_UNUSED static inline {vector} {name}({mask} m, {vector} a, {vector} b) {{\n"
        f"  return ({vector})((({mask})a & m) | (({mask})b & ~m));\n}}\n"
    ), [vector, mask]


def _all(name: str, element: str, lanes: int) -> tuple[str, list[str]]:
    """A vector of one number; x - 0 keeps the sign of a zero, x + 0 would not."""
    vector = f"{element}x{lanes}"
    return f"#define {name}(x) ((x) - ({vector}){{0}})\n", [vector]


def _lanewise(name: str, element: str, lanes: int) -> tuple[str, list[str]]:
    """A scalar helper on every lane; clang has the whole vector in one instruction."""
    op, vector = name.split("_")[0], f"{element}x{lanes}"
    loop = f"  for (int i = 0; i < {lanes}; i++) x[i] = {op}_{element}(x[i]);\n  return x;\n"
    fast = {"rint": "roundeven"}.get(op, op)
    text = (
        f"HODU_UNUSED static inline {vector} {name}({vector} x) {{\n"
        "#if defined(__clang__) && (defined(__SSE4_1__) || defined(__aarch64__))\n"
        f"  return __builtin_elementwise_{fast}(x);\n#else\n{loop}#endif\n}}\n"
    )
    return text, [vector]


def _reduce(sign: str) -> Callable[[str, str, int], tuple[str, list[str]]]:
    """The lanes of a vector combined by `+` or `*`, or by the one that is `<` or `>` the other."""

    def text(name: str, element: str, lanes: int) -> tuple[str, list[str]]:
        vector, c = f"{element}x{lanes}", _C[element]
        steps, width, types, current = "", lanes, [vector], "v"
        while width > 2:
            half = width // 2
            kind = f"{element}x{half}"
            low = ", ".join(map(str, range(half)))
            high = ", ".join(map(str, range(half, width)))
            combined, named = _halves(sign, element, half)
            types += named
            steps += (
                f"  {kind} l{half} = __builtin_shufflevector({current}, {current}, {low});\n"
                f"  {kind} h{half} = __builtin_shufflevector({current}, {current}, {high});\n"
                f"{combined}"
            )
            current, width = f"s{half}", half
        a, b = f"{current}[0]", f"{current}[1]"
        last = f"({a} {sign} {b} ? {a} : {b})" if sign in "<>" else f"{a} {sign} {b}"
        return (
            f"HODU_UNUSED static inline {c} {name}({vector} v) {{\n{steps}  return {last};\n}}\n",
            types,
        )

    return text


def _halves(sign: str, element: str, half: int) -> tuple[str, list[str]]:
    """The statement that combines two halves, and the vector types that it names.

    Extremes are chosen by masks: a loop over the lanes would not become vector instructions.
    """
    kind, low, high = f"{element}x{half}", f"l{half}", f"h{half}"
    if sign not in "<>":
        return f"  {kind} s{half} = {low} {sign} {high};\n", [kind]
    mask = f"i{element[1:]}x{half}"
    return (
        f"  {mask} m{half} = {low} {sign} {high};\n"
        f"  {kind} s{half} = ({kind})((({mask}){low} & m{half}) | (({mask}){high} & ~m{half}));\n"
    ), [kind, mask]


_VECTOR_HELPERS: dict[str, Callable[[str, str, int], tuple[str, list[str]]]] = {
    "all": _all,
    "select": _select,
    **dict.fromkeys(_LANEWISE, _lanewise),
    "addlanes": _reduce("+"),
    "mullanes": _reduce("*"),
    "minlanes": _reduce("<"),
    "maxlanes": _reduce(">"),
}
